/** A stage: who speaks, who listens, and below them one row of what one may do. */

import "../app/first.ts";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useAccount } from "../app/acquaintance.ts";
import { useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { lazily } from "../app/lazily.tsx";
import { clock } from "../format.ts";
import { loadWords, t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button } from "../kit/button.tsx";
import { Doorway, TalkingBars } from "../kit/doorway.tsx";
import { Icon } from "../kit/icon.tsx";
import { Note } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import { isShutOut } from "../loudness.ts";
import { showAside } from "../prefs.ts";
import { openTab } from "../rooms/panel.ts";
import { doingOf, VoiceMarks } from "../rooms/participant.tsx";
import { Marks } from "../rooms/marks.tsx";
import { MostReacted, ReactButton } from "../rooms/reactions.tsx";
import { isUnread } from "../world.ts";
import type { Participant, Room } from "../wire.ts";
import { Expected, GreenRoom, Readiness, Waiting } from "./green_room.tsx";
import {
  inOrder,
  isShut,
  leads,
  missing,
  owns,
  partOf,
  speaksAt,
  stageOf,
  type StageState,
} from "./stage.ts";

await Promise.all([loadWords("stage"), loadWords("voice")]);

const EndStage = lazily(() => import("./end_stage.tsx"), "dialog");

const WAITS_EVERY_MS = 30_000; // the server forgets after 45 s
const FACES_SHOWN = 10; // with how many more there are, one row
const FACES_OF_A_CROWD = 8;
const CROWD = 60;
const MANY = 8;

export default function StageView({ room, people, captions }: {
  readonly room: Room;
  readonly people: readonly Participant[];
  /** Stand under the faces, above what one may do. */
  readonly captions: ComponentChildren;
}) {
  const app = useApp();
  const world = app.store.world.value;
  const stage = stageOf(world, room);
  const hasBeenOpen = useRef(false);
  if (stage?.is_open) hasBeenOpen.current = true;
  if (!stage) return null;
  const isIn = app.voice.roomId.value === room.id;
  if (isShut(world, room)) {
    return (
      <>
        <Shut room={room} isOver={hasBeenOpen.current} />
        <Beside room={room} people={people} isIn={isIn} />
      </>
    );
  }
  const speakers = inOrder(stage, people);
  const listeners = people.filter((person) => !speakers.includes(person));
  const visitors = world.visitors.get(room.id) ?? 0;
  const expected = stage.is_open ? [] : missing(stage, people);
  const areMany = speakers.length + expected.length > MANY;
  return (
    <>
      <section
        class="circle stage"
        aria-label={t("stage.speakers", { n: speakers.length })}
        tabIndex={0}
      >
        {stage.closes_at && (
          <Note tone="warn" icon="clock">
            {t("stage.closes", { time: clock(stage.closes_at) })}
          </Note>
        )}
        {speakers.length + expected.length === 0 && <p class="hint">{t("stage.nobody_up")}</p>}
        <ul class={areMany ? "many" : ""}>
          {speakers.map((person) => (
            <Speaker
              key={person.account_id}
              room={room}
              stage={stage}
              person={person}
              isOfMany={areMany}
            />
          ))}
          {expected.map((id) => <Expected key={id} accountId={id} />)}
        </ul>
        {!stage.is_open && <GreenRoom room={room} stage={stage} />}
        {listeners.length + visitors > 0 && <Listeners people={listeners} visitors={visitors} />}
      </section>
      {captions}
      {leads(world, room, stage)
        ? <HostBar room={room} stage={stage} count={people.length} />
        : isIn && speaksAt(stage, world.me) && <SpeakerBar room={room} />}
      <Beside room={room} people={people} isIn={isIn} />
    </>
  );
}

/** Not open yet, and I have no part in it; or it ended while I looked on. */
function Shut({ room, isOver }: { readonly room: Room; readonly isOver: boolean }) {
  useWaiting(room.id, !isOver);
  const title = t(isOver ? "ended.stage" : "stage.shut_title");
  return (
    <section class="circle empty" aria-label={title} tabIndex={0}>
      <Doorway icon="stage" size="l" />
      <div class="grow" role="status">
        <h2 class="display">{title}</h2>
        <p class="sm muted">{t(isOver ? "stage.over" : "stage.shut")}</p>
        {!isOver && <Waiting room={room} />}
      </div>
    </section>
  );
}

/** Says that I stand at the door, as long as I do and this page is looked at. */
function useWaiting(roomId: string, isWaiting: boolean): void {
  const app = useApp();
  useEffect(() => {
    if (!isWaiting) return;
    const say = (is_there: boolean) => {
      app.command("stage.wait", { room: roomId, is_there }).catch(() => {}); // it is only counted
    };
    const look = () => say(!document.hidden);
    look();
    const timer = setInterval(look, WAITS_EVERY_MS);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
      say(false);
    };
  }, [roomId, isWaiting]);
}

/** Of many the first name is shown, and their part on the face. */
function Speaker({ room, stage, person, isOfMany }: {
  readonly room: Room;
  readonly stage: StageState;
  readonly person: Participant;
  readonly isOfMany: boolean;
}) {
  const { store } = useApp();
  const account = useAccount(person.account_id);
  const name = account?.display_name ?? "";
  const privacy = store.privacy.value;
  const isTalking = !!store.speaking.value.get(room.id)?.includes(person.account_id) &&
    !isShutOut(person.account_id, privacy);
  const part = <PartOf stage={stage} accountId={person.account_id} isShort={isOfMany} />;
  const marks = isTalking
    ? (
      <span class="marks">
        <TalkingBars />
      </span>
    )
    : <VoiceMarks person={person} />;
  return (
    <li class={person.connected ? "tile" : "tile gone"}>
      <span class="portrait">
        <Avatar account={account} size="xl" talking={isTalking} />
        {isOfMany ? part : marks}
      </span>
      <span class="name" title={name} aria-hidden={isOfMany}>
        <bdi>{isOfMany ? name.trim().split(/\s+/)[0] : name}</bdi>
        {isOfMany && marks}
      </span>
      {isOfMany && <span class="sr">{name}</span>}
      {!isOfMany && part}
      {!stage.is_open && <Readiness person={person} />}
      <Marks room={room} person={person} />
      <span class="sr">{doingOf(person, isTalking, privacy)}</span>
    </li>
  );
}

/** Hosts are told from the others, and I from all of them. */
function PartOf({ stage, accountId, isShort }: {
  readonly stage: StageState;
  readonly accountId: string;
  readonly isShort: boolean;
}) {
  const part = partOf(stage, accountId);
  const isMe = accountId === useApp().store.world.value.me;
  const isNamed = part === "host" || part === "cohost";
  if (!isNamed && !isMe) return null;
  const text = isMe
    ? t(isNamed && !isShort ? `stage.you_${part}` : "stage.you")
    : t(`stage.${part as "host" | "cohost"}`);
  return <span class={part === "host" ? "pill accent" : "pill"}>{text}</span>;
}

/** A row of faces; of a crowd a few, and how many there are. */
function Listeners(
  { people, visitors }: { readonly people: readonly Participant[]; readonly visitors: number },
) {
  const n = (people.length + visitors).toLocaleString();
  const isCrowd = people.length + visitors > CROWD;
  const words = visitors > 0
    ? t("stage.listening_outside", { n, m: visitors.toLocaleString() })
    : t(isCrowd ? "stage.crowd" : "stage.listening", { n });
  if (isCrowd) return <Crowd people={people} words={words} />;
  const shown = people.slice(0, FACES_SHOWN);
  const rest = people.length - shown.length;
  return (
    <div class="audience">
      <h2 class="eyebrow">{words}</h2>
      <div class="listeners">
        {shown.map((person) => <Face key={person.account_id} id={person.account_id} />)}
        {rest > 0 && (
          <>
            <span class="more num" aria-hidden="true">+{rest.toLocaleString()}</span>
            <span class="sr">{t("stage.listening_more", { n: rest })}</span>
          </>
        )}
      </div>
    </div>
  );
}

/** One line. */
function Crowd(
  { people, words }: { readonly people: readonly Participant[]; readonly words: string },
) {
  const { accounts } = useApp().store;
  return (
    <div class="audience crowd">
      <span class="stack">
        {people.slice(0, FACES_OF_A_CROWD).map(({ account_id: id }) => (
          <Avatar key={id} account={accounts.value.get(id)} size="sm" />
        ))}
      </span>
      <h2 class="num">{words}</h2>
      <MostReacted />
    </div>
  );
}

function Face({ id }: { readonly id: string }) {
  const account = useAccount(id);
  return (
    <span title={account?.display_name}>
      <Avatar account={account} />
      <span class="sr">{account?.display_name}</span>
    </span>
  );
}

// -- below

function HostBar({ room, stage, count }: {
  readonly room: Room;
  readonly stage: StageState;
  readonly count: number;
}) {
  const app = useApp();
  const [isEnding, end] = useState(false);
  const hands = stage.hand_ids.length;
  const edit = (fields: Record<string, boolean>) =>
    void orToast(app.command("stage.edit", { room: room.id, ...fields }));
  return (
    <div class="stagebar" role="group" aria-label={t("stage.controls")}>
      <BarButton
        icon="mic-off"
        label={t("stage.mute_all")}
        isLast
        onPress={() => void orToast(muteAll(app, room))}
      />
      <BarButton
        icon="hand"
        label={t(stage.hands_open ? "stage.hands_open" : "stage.hands_closed")}
        isOn={stage.hands_open}
        onPress={() => edit({ hands_open: !stage.hands_open })}
      />
      <BarButton
        icon="text"
        label={t(stage.chat_open ? "stage.chat_open" : "stage.chat_closed")}
        isOn={stage.chat_open}
        onPress={() => edit({ chat_open: !stage.chat_open })}
      />
      {hands > 0 && (
        <button
          type="button"
          class="btn lamp"
          title={t("hand.list")}
          onClick={() => showAside(true)}
        >
          <Icon name="hand" />
          <span class="lb">{t("hand.list")}</span>
          <span class="num">{hands}</span>
        </button>
      )}
      <span class="grow" />
      {!stage.is_open && (
        <Button
          tone="primary"
          icon="door"
          onPress={() => void orToast(app.command("stage.open", { room: room.id }))}
        >
          {t("stage.open")}
        </Button>
      )}
      {stage.is_open && owns(app.store.world.value, room, stage) && (
        <Button
          tone="danger"
          onPress={() => end(true)}
        >
          {t("stage.end")}
        </Button>
      )}
      {isEnding && <EndStage room={room} count={count} onClose={() => end(false)} />}
    </div>
  );
}

function BarButton(
  { icon, label, isOn, isLast, onPress }: {
    readonly icon: "mic-off" | "hand" | "text";
    readonly label: string;
    readonly isOn?: boolean;
    /** It keeps its words longer than the others where there is little width. */
    readonly isLast?: boolean;
    readonly onPress: () => void;
  },
) {
  return (
    <button type="button" class="btn" title={label} aria-pressed={isOn} onClick={onPress}>
      <Icon name={icon} />
      <span class={isLast ? "lb last" : "lb"}>{label}</span>
    </button>
  );
}

async function muteAll(app: ReturnType<typeof useApp>, room: Room): Promise<void> {
  const { count } = await app.command("stage.mute_all", { room: room.id }) as { count: number };
  if (count === 0) return void toast({ text: t("stage.muted_none"), icon: "mic-off" });
  toast({
    text: t("stage.muted", { n: count }),
    icon: "mic-off",
    action: {
      label: t("stage.undo"),
      run: () => void orToast(app.command("stage.undo_mute", { room: room.id })),
    },
  });
}

/** Who speaks goes down by themselves. */
function SpeakerBar({ room }: { readonly room: Room }) {
  const app = useApp();
  const down = { room: room.id, account: app.store.world.value.me, part: "listener" };
  return (
    <div class="stagebar">
      <span class="grow" />
      <Button onPress={() => void orToast(app.command("stage.place", down))}>
        {t("stage.step_down")}
      </Button>
    </div>
  );
}

/** On phones: what stands beside the stage elsewhere, and what one reacts with. */
function Beside({ room, people, isIn }: {
  readonly room: Room;
  readonly people: readonly Participant[];
  readonly isIn: boolean;
}) {
  const app = useApp();
  const isNew = isUnread(app.store.world.value, app.chatOf(room));
  return (
    <div class="besides only-phone">
      <button type="button" class="btn" onClick={() => openTab("chat")}>
        <Icon name="chat" />
        {t("room.chat")}
        {isNew && (
          <span class="new">
            <span class="sr">{t("unread")}</span>
          </span>
        )}
      </button>
      <button
        type="button"
        class="btn"
        aria-label={t("room.people", { n: people.length })}
        onClick={() => openTab("people")}
      >
        <Icon name="users" />
        <span class="num">{people.length.toLocaleString()}</span>
      </button>
      {isIn && <ReactButton room={room} hasWords />}
    </div>
  );
}
