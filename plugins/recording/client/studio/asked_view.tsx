/** Episodes with one's own voice: hear it, say yes to all or some, or be left out; it can be changed. */

import {
  Avatar,
  Button,
  date,
  Icon,
  IconButton,
  Link,
  moment as momentOf,
  Skeleton,
  useAccount,
} from "@salon/client";
import { useEffect, useRef, useState } from "preact/hooks";
import { attempt, useRecording } from "../shared/context.ts";
import { stamp } from "../shared/time.ts";
import type { Asked } from "../shared/wire.ts";

const AROUND_S = 2;

/** When one speaks in an episode; `at_s` is the episode's time, the others the take's. */
interface Moment {
  readonly take_id: string;
  readonly start_s: number;
  readonly end_s: number;
  readonly at_s: number;
  /** Empty where nothing is written down. */
  readonly text: string;
  readonly left_out: boolean;
}

export function AskedView() {
  const { t, library } = useRecording();
  const asked = library.asked.value ?? [];
  useEffect(() => library.watchAsked(), []);
  if (asked.length === 0) return null;
  return (
    <section class="recording-asked" aria-label={t("asked")}>
      <h2 class="display">{t("asked")}</h2>
      <p class="sm muted">{t("asked_text")}</p>
      <ul class="recording-episodes">
        {asked.map((each) => <Question key={each.id} asked={each} />)}
      </ul>
    </section>
  );
}

function Question({ asked }: { readonly asked: Asked }) {
  const { salon, t } = useRecording();
  const { made_by } = asked;
  const maker = useAccount(made_by ?? undefined);
  const length = stamp(asked.duration_s);
  const [isOpen, open] = useState(asked.answer === null);
  return (
    <li class="well">
      <div class="row wrap">
        <h3 class="semi grow">
          <bdi>{asked.title}</bdi>
        </h3>
        <span class="pill">{t(`answer_${asked.answer ?? "none"}`)}</span>
        {!isOpen && (
          <Button size="s" onPress={() => open(true)}>
            {t(asked.answer ? "answer_change" : "asked_open")}
          </Button>
        )}
      </div>
      <p class="sm muted">
        {made_by && made_by !== salon.me.value?.id
          ? t("asked_by", { name: maker?.display_name ?? t("unknown"), length })
          : t("asked_length", { length })}
        {asked.answer_by && `. ${t("answer_by", { at: momentOf(asked.answer_by) })}`}
      </p>
      {isOpen && <Answering asked={asked} onLater={() => open(false)} />}
    </li>
  );
}

function Answering({ asked, onLater }: {
  readonly asked: Asked;
  readonly onLater: () => void;
}) {
  const recording = useRecording();
  const { salon, t, library } = recording;
  const [moments, know] = useState<readonly Moment[] | null>(null);
  const [out, setOut] = useState<ReadonlySet<Moment>>(new Set());
  useEffect(() => {
    salon.command("recording.moments", { episode: asked.id }).then((answer) => {
      const found = answer["moments"] as readonly Moment[];
      know(found);
      setOut(new Set(found.filter(({ left_out }) => left_out)));
    }, () => know([]));
  }, [asked.id]);
  const turn = (moment: Moment) =>
    setOut((now) => {
      const next = new Set(now);
      if (!next.delete(moment)) next.add(moment);
      return next;
    });
  const answer = async (said: "yes" | "no") => {
    const without = said === "yes"
      ? [...out].map(({ take_id, start_s, end_s }) => ({ take: take_id, start_s, end_s }))
      : [];
    const fields = { episode: asked.id, answer: said, without };
    if (!await attempt(recording, "recording.release", fields)) return;
    if (without.length > 0 || said === "no") salon.toast({ text: t("asked_anew"), tone: "good" });
    await library.loadAsked();
  };
  if (!moments) return <Skeleton label={t("loading")} />;
  const isSome = out.size > 0;
  const kept = moments.length - out.size;
  return (
    <>
      {moments.length > 0 && <MomentList moments={moments} out={out} onTurn={turn} />}
      <p class="sm muted">{t("moments_text")}</p>
      <div class="recording-answers three" role="group" aria-label={t("asked_how")}>
        <button
          type="button"
          aria-pressed={asked.answer === "yes"}
          disabled={isSome && kept === 0}
          onClick={() => void answer("yes")}
        >
          <b>{isSome ? t("release_some", { n: kept, all: moments.length }) : t("release_yes")}</b>
          <span>{isSome ? t("release_some_hint", { n: out.size }) : t("release_yes_hint")}</span>
        </button>
        <button
          type="button"
          aria-pressed={asked.answer === "no"}
          onClick={() => void answer("no")}
        >
          <b>{t("release_no")}</b>
          <span>{t("release_no_hint")}</span>
        </button>
        <button type="button" onClick={onLater}>
          <b>{t(asked.answer ? "release_keep" : "release_later")}</b>
          <span>{t(asked.answer ? "release_keep_hint" : "release_later_hint")}</span>
        </button>
      </div>
    </>
  );
}

/** Each can be heard, with a little around it, and left out. */
function MomentList({ moments, out, onTurn }: {
  readonly moments: readonly Moment[];
  readonly out: ReadonlySet<Moment>;
  readonly onTurn: (moment: Moment) => void;
}) {
  const { salon, t } = useRecording();
  const audio = useRef<HTMLAudioElement>(null);
  const [heard, setHeard] = useState<Moment | null>(null);
  const [following, follow] = useState<readonly Moment[]>([]);
  const [hasFailed, setFailed] = useState(false);
  const me = salon.me.value?.id ?? "";
  const stop = () => {
    audio.current?.pause();
    setHeard(null);
  };
  const play = ([first, ...rest]: readonly Moment[]) => {
    if (!first || !audio.current) return stop();
    audio.current.src = `/p/recording/voices/${first.take_id}/${me}.opus#t=${
      Math.max(0, first.start_s - AROUND_S)
    }`;
    setHeard(first);
    follow(rest);
    setFailed(false);
    audio.current.play().catch(({ name }: DOMException) => {
      if (name === "AbortError") return; // another moment was asked for
      setFailed(true);
      stop();
    });
  };
  const kept = moments.filter((moment) => !out.has(moment));
  return (
    <>
      <div>
        <Button
          icon={heard ? "pause" : "play"}
          tone="soft"
          onPress={() => heard ? stop() : play(kept)}
        >
          {heard ? t("pause") : t("moments_hear", { length: stamp(lengthOf(kept)) })}
        </Button>
      </div>
      <ol class="recording-moments" aria-label={t("moments_label")}>
        {moments.map((moment) => (
          <MomentRow
            key={`${moment.take_id} ${moment.at_s}`}
            moment={moment}
            isHeard={moment === heard}
            isOut={out.has(moment)}
            onHear={() => moment === heard ? stop() : play([moment])}
            onTurn={() => onTurn(moment)}
          />
        ))}
      </ol>
      <p class="sm muted" role="status">
        {t("moments_kept", { n: kept.length, all: moments.length })}
      </p>
      {hasFailed && <p class="sm" role="alert">{t("no_listen")}</p>}
      <audio
        ref={audio}
        hidden
        preload="none"
        onTimeUpdate={({ currentTarget }) => {
          if (heard && currentTarget.currentTime > heard.end_s + AROUND_S) play(following);
        }}
        onEnded={() => play(following)}
      />
    </>
  );
}

function MomentRow({ moment, isHeard, isOut, onHear, onTurn }: {
  readonly moment: Moment;
  readonly isHeard: boolean;
  readonly isOut: boolean;
  readonly onHear: () => void;
  readonly onTurn: () => void;
}) {
  const { t } = useRecording();
  const at = stamp(moment.at_s);
  const length = t("moment_length", { at, length: stamp(moment.end_s - moment.start_s) });
  return (
    <li class={isOut ? "out" : ""}>
      <IconButton
        icon={isHeard ? "pause" : "play"}
        label={t(isHeard ? "moment_pause" : "moment_hear", { at })}
        onPress={onHear}
      />
      <div>
        <span class="sm muted num">{length}</span>
        {moment.text && <p dir="auto">{isOut ? <s>{moment.text}</s> : moment.text}</p>}
      </div>
      <button
        type="button"
        class="btn ghost s"
        aria-pressed={isOut}
        aria-label={t("moment_out_which", { at })}
        onClick={onTurn}
      >
        {t(isOut ? "moment_back" : "moment_out")}
      </button>
    </li>
  );
}

function lengthOf(moments: readonly Moment[]): number {
  return moments.reduce((sum, { start_s, end_s }) => sum + end_s - start_s, 0);
}

/** In the Inbox: the episodes that wait for one's answer. Nothing is shown where there is none. */
export function Waiting() {
  const { t, library } = useRecording();
  useEffect(() => library.watchAsked(), []);
  const waiting = (library.asked.value ?? []).filter(({ answer }) => answer === null);
  if (waiting.length === 0) return null;
  return (
    <section aria-label={t("inbox_waiting")}>
      <h2>{t("inbox_waiting")}</h2>
      <ul>{waiting.map((asked) => <WaitingRow key={asked.id} asked={asked} />)}</ul>
    </section>
  );
}

function WaitingRow({ asked }: { readonly asked: Asked }) {
  const { salon, t } = useRecording();
  const { made_by, answer_by } = asked;
  const maker = useAccount(made_by ?? undefined);
  return (
    <li>
      <Link to={`/p/${salon.plugin}/studio/mine`} class="entry">
        <Avatar account={maker} />
        <span class="grow">
          <b>{t("inbox_asks", { name: maker?.display_name ?? t("unknown") })}</b>
          <span class="two-lines sm">
            <bdi>{asked.title}</bdi>
          </span>
          <span class="why">
            <Icon name="wave" />
            {answer_by ? t("inbox_until", { at: date(answer_by) }) : t("inbox_request")}
          </span>
        </span>
      </Link>
    </li>
  );
}
