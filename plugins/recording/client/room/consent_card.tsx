/**
 * Above the room's log: the question, with answers of equal weight and none chosen; afterwards one
 * line that says what holds, and the way to change it. Nobody is hurried; no answer keeps nothing.
 */

import { Button, clock, Icon, type IconName, listed, type Room } from "@salon/client";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { attempt, mayRecord, nameOf, useRecording } from "../shared/context.ts";
import { type Choice, CLIP, MARK, type RoomState } from "../shared/wire.ts";
import { ClipButton } from "./clip_button.tsx";
import { useRoomState } from "./now.ts";
import { RecordingPill } from "./pill.tsx";

const NAMED_MOST = 3;

export function ConsentCard({ room }: { readonly room: Room }) {
  const { salon, t } = useRecording();
  const state = useRoomState(room.id);
  const me = salon.me.value?.id ?? "";
  const isIn = salon.store.participants.value.get(me)?.room_id === room.id;
  const answer = state?.answers[me];
  const wasOn = useRef(""); // the take in which something was said on the record
  const hasPressed = useRef(false); // what holds the focus goes with the question
  if (state && answer === "on") wasOn.current = state.take_id;
  return (
    <>
      <span class="sr" role="status">{state?.phase === "recording" && t("started")}</span>
      {state && !isIn && <Visitor state={state} />}
      {state && isIn && !answer && (
        <Question
          room={room}
          state={state}
          onPress={() => hasPressed.current = true}
        />
      )}
      {state && isIn && answer && (
        <Answered
          room={room}
          state={state}
          answer={answer}
          takesFocus={hasPressed.current}
          hasSpoken={wasOn.current === state.take_id}
          onForgotten={() => wasOn.current = ""}
        />
      )}
    </>
  );
}

function Visitor({ state }: { readonly state: RoomState }) {
  const { t } = useRecording();
  return (
    <div class="recording-line">
      <RecordingPill state={state} />
      <p class="grow">
        <b>{t("visitor")}</b> {t("visitor_text")}
      </p>
    </div>
  );
}

function Question(
  { room, state, onPress }: {
    readonly room: Room;
    readonly state: RoomState;
    readonly onPress: () => void;
  },
) {
  const recording = useRecording();
  const [isMore, setMore] = useState(false); // only where the small print is folded away
  const { t } = recording;
  const titleId = useId();
  const askId = useId();
  const words = { name: nameOf(recording, state.by), time: clock(state.begun_at) };
  return (
    <section class="recording-card" aria-labelledby={titleId}>
      <div class="recording-tell">
        <h2 class="display" id={titleId}>{t("ask_title", { room: room.name })}</h2>
        <p class="sm muted">{t("ask_text", words)}</p>
      </div>
      <div class="recording-ask">
        <p class="semi" id={askId}>{t("ask")}</p>
        <div class="recording-answers" role="group" aria-labelledby={askId}>
          <Answer room={room} choice="on" title={t("on")} hint={t("on_hint")} onPress={onPress} />
          <Answer
            room={room}
            choice="off"
            title={t("off")}
            hint={t("off_hint")}
            onPress={onPress}
          />
        </div>
      </div>
      <button
        type="button"
        class="btn ghost s recording-more"
        aria-expanded={isMore}
        onClick={() => setMore(!isMore)}
      >
        {t("facts")}
        <Icon name="down" />
      </button>
      <ul class={isMore ? "recording-facts more" : "recording-facts"}>
        <Fact icon="ear" bold={t("fact_listen")} text={t("fact_listen_more")} />
        <Fact icon="mic" bold={t("fact_voice")} text={t("fact_voice_more")} />
        <Fact icon="check" bold={t("fact_change")} text={t("fact_change_more")} />
      </ul>
    </section>
  );
}

function Fact(
  { icon, bold, text }: { readonly icon: IconName; readonly bold: string; readonly text: string },
) {
  return (
    <li>
      <Icon name={icon} />
      <span>
        <b>{bold}</b> {text}
      </span>
    </li>
  );
}

function Answer(
  { room, choice, title, hint, onPress }: {
    readonly room: Room;
    readonly choice: Choice;
    readonly title: string;
    readonly hint: string;
    readonly onPress: () => void;
  },
) {
  const recording = useRecording();
  const [isBusy, setBusy] = useState(false);
  const answer = async () => {
    onPress();
    setBusy(true);
    await attempt(recording, "recording.consent", { room: room.id, choice });
    setBusy(false);
  };
  return (
    <button type="button" disabled={isBusy} onClick={() => void answer()}>
      <b>{title}</b>
      <span>{hint}</span>
    </button>
  );
}

function Answered(
  { room, state, answer, takesFocus, hasSpoken, onForgotten }: {
    readonly room: Room;
    readonly state: RoomState;
    readonly answer: Choice;
    readonly takesFocus: boolean;
    readonly hasSpoken: boolean;
    readonly onForgotten: () => void;
  },
) {
  const recording = useRecording();
  const { salon, t } = recording;
  const line = useRef<HTMLParagraphElement>(null);
  const catchFocus = () => document.activeElement === document.body && line.current?.focus();
  useLayoutEffect(() => void (takesFocus && catchFocus()), []);
  const people = [...salon.store.participants.value.values()]
    .filter((person) => person.room_id === room.id);
  const agreed = people.filter((person) => state.answers[person.account_id] === "on");
  const silent = people.filter((person) => !state.answers[person.account_id])
    .map((person) => nameOf(recording, person.account_id));
  const other: Choice = answer === "on" ? "off" : "on";
  const change = () =>
    void attempt(recording, "recording.consent", { room: room.id, choice: other });
  const forget = async () => {
    const isDone = await attempt(recording, "recording.take_out", { take: state.take_id });
    if (!isDone) return;
    line.current?.focus(); // the button goes
    onForgotten();
    salon.toast({ text: t("taken_out"), tone: "good" });
  };
  return (
    <div class="recording-line">
      <Icon name={answer === "on" ? "mic" : "mic-off"} />
      <p class="grow" tabIndex={-1} ref={line}>
        <b role="status">{t(answer === "on" ? "you_on" : "you_off")}</b>{" "}
        {answer === "off" && <span>{t("off_text")}</span>}{" "}
        <span class="muted">{t("agreed", { n: agreed.length, all: people.length })}</span>{" "}
        {mayRecord(recording) && silent.length > 0 && <Silent names={silent} />}
      </p>
      {answer === "off" && hasSpoken && (
        <Button size="s" tone="ghost" onPress={() => void forget()}>{t("forget")}</Button>
      )}
      {state.phase === "recording" && salon.may(CLIP) && salon.may(MARK) && (
        <ClipButton room={room} state={state} />
      )}
      <Button size="s" onPress={change}>{t(other === "on" ? "go_on" : "go_off")}</Button>
    </div>
  );
}

function Silent({ names }: { readonly names: readonly string[] }) {
  const { t } = useRecording();
  const more = names.length - NAMED_MOST;
  const told = names.slice(0, NAMED_MOST);
  if (more > 0) told.push(t("more", { n: more }));
  return <span class="muted">{t("silent", { n: names.length, names: listed(told) })}</span>;
}
