/** A stage: who speaks, who listens, and below them one row of what one may do. */

import "../app/first.ts";
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
import { keepFocus } from "../kit/layers.ts";
import { Note } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import { isShutOut } from "../loudness.ts";
import { showAside } from "../prefs.ts";
import { doingOf, VoiceMarks } from "../rooms/participant.tsx";
import { Marks } from "../rooms/marks.tsx";
import type { Participant, Room } from "../wire.ts";
import { inOrder, isShut, leads, owns, partOf, stageOf, type StageState } from "./stage.ts";

await loadWords("stage");

const RaiseHand = lazily(() => import("./raise_hand.tsx"), "dialog");
const EndStage = lazily(() => import("./end_stage.tsx"), "dialog");

const FACES_SHOWN = 14;
const FACES_OF_A_CROWD = 8;
const CROWD = 60;

export default function StageView(
  { room, people }: { readonly room: Room; readonly people: readonly Participant[] },
) {
  const app = useApp();
  const world = app.store.world.value;
  const stage = stageOf(world, room);
  if (!stage) return null;
  if (isShut(world, room)) return <Shut />;
  const speakers = inOrder(stage, people);
  const listeners = people.filter((person) => !speakers.includes(person));
  const isIn = app.voice.roomId.value === room.id;
  const visitors = world.visitors.get(room.id) ?? 0;
  return (
    <>
      <section class="circle stage" aria-label={t("stage.speakers", { n: speakers.length })}>
        {!stage.is_open && <GreenRoom room={room} stage={stage} />}
        {stage.closes_at && (
          <Note tone="warn" icon="clock">
            {t("stage.closes", { time: clock(stage.closes_at) })}
          </Note>
        )}
        {speakers.length === 0 && <p class="hint">{t("stage.nobody_up")}</p>}
        <ul>
          {speakers.map((person) => (
            <Speaker key={person.account_id} room={room} stage={stage} person={person} />
          ))}
        </ul>
        {listeners.length + visitors > 0 && <Listeners people={listeners} visitors={visitors} />}
      </section>
      {leads(world, room, stage)
        ? <HostBar room={room} stage={stage} count={people.length} />
        : isIn && <ListenerBar room={room} stage={stage} />}
    </>
  );
}

/** Not open yet, and I have no part in it. */
function Shut() {
  return (
    <section class="circle empty" aria-label={t("stage.shut_title")}>
      <Doorway icon="stage" size="l" />
      <div class="grow">
        <h2 class="display">{t("stage.shut_title")}</h2>
        <p class="sm muted">{t("stage.shut")}</p>
      </div>
    </section>
  );
}

function GreenRoom({ room, stage }: { readonly room: Room; readonly stage: StageState }) {
  const app = useApp();
  const mayOpen = leads(app.store.world.value, room, stage);
  return (
    <div class="green">
      <div class="grow">
        <h2 class="display">{t("stage.green_title")}</h2>
        <p class="sm muted">{t("stage.green")}</p>
      </div>
      {mayOpen && (
        <Button
          tone="primary"
          icon="door"
          onPress={() => void orToast(app.command("stage.open", { room: room.id }))}
        >
          {t("stage.open")}
        </Button>
      )}
    </div>
  );
}

function Speaker({ room, stage, person }: {
  readonly room: Room;
  readonly stage: StageState;
  readonly person: Participant;
}) {
  const { store } = useApp();
  const account = useAccount(person.account_id);
  const privacy = store.privacy.value;
  const isTalking = !!store.speaking.value.get(room.id)?.includes(person.account_id) &&
    !isShutOut(person.account_id, privacy);
  const part = partOf(stage, person.account_id);
  const isMe = person.account_id === store.world.value.me;
  const named = part === "host" || part === "cohost";
  return (
    <li class={person.connected ? "tile" : "tile gone"}>
      <span class="portrait">
        <Avatar account={account} size="xl" talking={isTalking} />
        {isTalking
          ? (
            <span class="marks">
              <TalkingBars />
            </span>
          )
          : <VoiceMarks person={person} />}
      </span>
      <span class="name" title={account?.display_name}>
        <bdi>{account?.display_name}</bdi>
      </span>
      {(named || isMe) && (
        <span class={part === "host" ? "pill accent" : "pill"}>
          {named ? t(isMe ? `stage.you_${part}` : `stage.${part}`) : t("stage.you")}
        </span>
      )}
      <Marks room={room} person={person} />
      <span class="sr">{doingOf(person, isTalking, privacy)}</span>
    </li>
  );
}

/** A row of faces; of a crowd a few, and how many there are. */
function Listeners(
  { people, visitors }: { readonly people: readonly Participant[]; readonly visitors: number },
) {
  const n = (people.length + visitors).toLocaleString();
  const shown = people.slice(0, people.length > CROWD ? FACES_OF_A_CROWD : FACES_SHOWN);
  const rest = people.length - shown.length;
  return (
    <div class="audience">
      <h2 class="eyebrow">
        {visitors > 0
          ? t("stage.listening_outside", { n, m: visitors.toLocaleString() })
          : t("stage.listening", { n })}
      </h2>
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
        <button type="button" class="btn lamp" onClick={() => showAside(true)}>
          <Icon name="hand" />
          <span class="lb">{t("hand.list")}</span>
          <span class="num">{hands}</span>
        </button>
      )}
      <span class="grow" />
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
  { icon, label, isOn, onPress }: {
    readonly icon: "mic-off" | "hand" | "text";
    readonly label: string;
    readonly isOn?: boolean;
    readonly onPress: () => void;
  },
) {
  return (
    <button type="button" class="btn" title={label} aria-pressed={isOn} onClick={onPress}>
      <Icon name={icon} />
      <span class="lb">{label}</span>
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

function ListenerBar({ room, stage }: { readonly room: Room; readonly stage: StageState }) {
  const app = useApp();
  const [isAsking, ask] = useState(false);
  const me = app.store.world.value.me;
  const part = partOf(stage, me);
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => keepFocus(bar.current?.querySelector("button")), [part]);
  if (part === "speaker") {
    const down = { room: room.id, account: me, part: "listener" };
    return (
      <div class="stagebar" ref={bar}>
        <span class="grow" />
        <Button onPress={() => void orToast(app.command("stage.place", down))}>
          {t("stage.step_down")}
        </Button>
      </div>
    );
  }
  return (
    <div class="stagebar" ref={bar}>
      <span class="grow sm" role="status">
        {part === "hand" && t("hand.raised", { n: stage.hand_ids.indexOf(me) + 1 })}
      </span>
      {part === "hand"
        ? (
          <Button
            icon="hand"
            onPress={() => void orToast(app.command("hand.lower", { room: room.id }))}
          >
            {t("hand.lower")}
          </Button>
        )
        : (
          <Button
            icon="hand"
            tone={stage.hands_open ? "primary" : "plain"}
            disabled={!stage.hands_open}
            onPress={() => ask(true)}
          >
            {t(stage.hands_open ? "hand.raise" : "hand.closed")}
          </Button>
        )}
      {isAsking && <RaiseHand room={room} onClose={() => ask(false)} />}
    </div>
  );
}
