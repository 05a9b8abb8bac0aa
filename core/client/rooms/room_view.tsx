/** A room: its door, the people in it, what its kind adds, and its chat. */

import "../app/first.ts";
import { useEffect, useState } from "preact/hooks";
import { useAccount } from "../app/acquaintance.ts";
import { useApp } from "../app/app.ts";
import { BackToRooms, PanelHead } from "../app/frame.tsx";
import { lazily } from "../app/lazily.tsx";
import { Contained, Slot } from "../app/slot.tsx";
import { listed, t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button, IconButton } from "../kit/button.tsx";
import { Doorway, TalkingBars } from "../kit/doorway.tsx";
import { Note } from "../kit/place.tsx";
import { isShutOut } from "../loudness.ts";
import { isPhone, showAside, showsAside } from "../prefs.ts";
import { mayAt, shownOf, stateKey } from "../world.ts";
import { hasChatBeside, isLockedOut, isShut, maySetLink, seenIn, stageOf } from "../stage/stage.ts";
import { Chat } from "../text/chat.tsx";
import { type Participant, type Room, STAGE, TALK } from "../wire.ts";
import { Marks } from "./marks.tsx";
import { Knock, Knocking, LockButton } from "./door.tsx";
import { NotIn } from "./not_in.tsx";
import { Outside } from "./outside.tsx";
import { doingOf, More, VoiceMarks } from "./participant.tsx";

const ShareDialog = lazily(() => import("./share.tsx"), "dialog");
const Captions = lazily(() => import("./captions.tsx"), "dialog");
const CaptionsButton = lazily(
  async () => ({ default: (await import("./captions.tsx")).CaptionsButton }),
  "dialog",
);
const LinkOnTop = lazily(() => import("./link_on_top.tsx"), "dialog");
const PinButton = lazily(
  async () => ({ default: (await import("./link_on_top.tsx")).PinButton }),
  "dialog",
);
const RoomMenu = lazily(() => import("./room_menu.tsx"), "dialog");
const StageView = lazily(() => import("../stage/stage_view.tsx"), "dialog");

export default function RoomView(
  { room, target }: { readonly room: Room; readonly target: string | null },
) {
  const app = useApp();
  const people = seenIn(app.store.world.value, room);
  const isLit = people.length > 0;
  const mayEnter = mayAt(app.store.world.value, "room.join", room.overwrites) &&
    people.length < room.seats && !isShut(app.store.world.value, room) &&
    !isLockedOut(app.store.world.value, room);
  const isCaptioned = app.store.roomStates.value.has(stateKey(room.id, "captioned"));
  const isInside = people.some((person) => person.account_id === app.store.world.value.me);
  const captions = isCaptioned && isInside && <Captions room={room} />;
  const isOut = app.voice.roomId.value === null;
  const entrance = (isLit || room.kind === STAGE) && <Entrance room={room} people={people} />;
  const prepare = () => isOut && mayEnter && app.voice.prepare(room.id);
  useEffect(() => void prepare(), [room.id, isOut, mayEnter]);
  useEffect(() => () => app.voice.unprepare(), [room.id]);
  return (
    <main
      class={isLit ? "panel main lit" : "panel main"}
      id="main"
      tabIndex={-1}
      aria-label={room.name}
      onPointerEnter={prepare}
      onFocusCapture={prepare}
    >
      <PanelHead
        start={
          <>
            <BackToRooms />
            <span class="no-phone">
              <Doorway icon={app.slots.iconOf(room)} lit={isLit} size="s" />
            </span>
          </>
        }
        title={room.name}
        detail={<Detail room={room} people={people} />}
      >
        <Slot place="room-action" props={{ room }} room={room} />
        {isCaptioned && <CaptionsButton />}
        <span class="row no-phone">
          <ShareButton room={room} />
          {maySetLink(app.store.world.value, room) && <PinButton room={room} />}
          <LockButton room={room} />
        </span>
        <MoreButton room={room} />
        {!isPhone.value && entrance}
        <PanelButton room={room} />
      </PanelHead>
      {room.pinned_url && <LinkOnTop room={room} />}
      <Slot place="room-header" props={{ room }} room={room} />
      {isPhone.value && <div class="padx entrance">{entrance}</div>}
      <Outside room={room} />
      <NotIn room={room} />
      <KindMissing room={room} />
      {room.to_be_recorded && app.voice.roomId.value !== room.id && (
        <div class="padx">
          <Note tone="warn" icon="info">{t("room.to_be_recorded")}</Note>
        </div>
      )}
      <Knocking room={room} />
      {room.kind === STAGE
        ? <StageView room={room} people={people} captions={captions} />
        : <Inside room={room} people={people} />}
      {room.kind !== STAGE && captions}
      <MicrophoneCard room={room} />
      {!hasChatBeside(room) && (
        <Chat
          key={room.id}
          channel={app.chatOf(room)}
          address={`/r/${room.slug}`}
          target={target}
        />
      )}
    </main>
  );
}

function ShareButton({ room }: { readonly room: Room }) {
  const [isOpen, open] = useState(false);
  return (
    <>
      <IconButton icon="share" label={t("share")} onPress={() => open(true)} />
      {isOpen && <ShareDialog room={room} onClose={() => open(false)} />}
    </>
  );
}

function MoreButton({ room }: { readonly room: Room }) {
  const [anchor, open] = useState<Element | null>(null);
  return (
    <span class="only-phone">
      <IconButton
        icon="more"
        label={t("person.more", { name: room.name })}
        opens="menu"
        onPress={(event) => open(event.currentTarget as Element)}
      />
      {anchor && <RoomMenu room={room} anchor={anchor} onClose={() => open(null)} />}
    </span>
  );
}

/** On phones a stage has its own row for what stands beside it. */
function PanelButton({ room }: { readonly room: Room }) {
  const hasChat = hasChatBeside(room);
  return (
    <span class={hasChat ? "no-phone" : ""}>
      <IconButton
        icon={hasChat ? "chat" : "users"}
        label={t(hasChat ? "panel" : "people")}
        pressed={showsAside.value}
        onPress={() => showAside(!showsAside.value)}
      />
    </span>
  );
}

function Detail(
  { room, people }: { readonly room: Room; readonly people: readonly Participant[] },
) {
  const world = useApp().store.world.value;
  const stage = stageOf(world, room);
  useAccount(stage?.host_id ?? undefined); // who is not known yet is asked for
  const n = people.length;
  if (room.is_locked) return <>{t("door.is_locked")}</>;
  if (stage && !stage.is_open && !isShut(world, room)) return <>{t("room.green", { n })}</>;
  if (room.topic) return <>{room.topic}</>;
  const hosts = [stage?.host_id, ...(stage?.cohost_ids ?? [])]
    .flatMap((id) => world.accounts.get(id ?? "")?.display_name ?? []);
  if (hosts.length > 0) return <>{t("room.hosted", { names: listed(hosts), n })}</>;
  return <>{t("room.seats", { n: people.length, seats: room.seats })}</>;
}

function Entrance(
  { room, people }: { readonly room: Room; readonly people: readonly Participant[] },
) {
  const app = useApp();
  const { store, voice } = app;
  if (voice.roomId.value === room.id) {
    return <span class="pill accent no-phone you-are-in">{t("room.you_are_in")}</span>;
  }
  const me = people.find((person) => person.account_id === store.world.value.me);
  if (isShut(store.world.value, room)) return null; // it opens when its hosts say so
  if (me?.connected) return null; // on another device: the bar below says so
  if (isLockedOut(store.world.value, room) && people.length > 0) return <Knock room={room} />;
  const isFull = people.length >= room.seats;
  const mayJoin = mayAt(store.world.value, "room.join", room.overwrites);
  return (
    <Button
      tone="primary"
      icon="door"
      disabled={isFull || !mayJoin}
      onPress={() => app.enter(room.id)}
    >
      {t(isFull ? "room.full_short" : "room.join")}
    </Button>
  );
}

/** The plugin of this kind of room is off or not loaded: say what remains. */
function KindMissing({ room }: { readonly room: Room }) {
  const { store } = useApp();
  if (room.kind === TALK || room.kind === STAGE) return null;
  const kind = store.roomKinds.value.find((each) => each.kind === room.kind);
  if (kind?.running) return null;
  return (
    <div class="padx">
      <Note tone="warn" icon="puzzle">{kind?.without ?? t("room.kind_missing")}</Note>
    </div>
  );
}

function Inside(
  { room, people }: { readonly room: Room; readonly people: readonly Participant[] },
) {
  const look = useApp().slots.kinds.value.get(room.kind);
  if (look?.Stage) {
    const Stage = look.Stage;
    return (
      <Contained plugin={look.plugin}>
        <Stage room={room} people={people} />
      </Contained>
    );
  }
  if (people.length === 0) return <EmptyRoom room={room} />;
  return <Circle room={room} people={people} />;
}

function EmptyRoom({ room }: { readonly room: Room }) {
  const app = useApp();
  if (!mayAt(app.store.world.value, "room.join", room.overwrites)) return null; // it was said above
  return (
    <section class="circle empty" aria-label={t("people")}>
      <Doorway icon={app.slots.iconOf(room)} size="l" />
      <div class="grow">
        <h2 class="display">{t("room.empty_title")}</h2>
        <p class="sm muted">{t("room.empty")}</p>
      </div>
      <Button
        tone="primary"
        icon="door"
        onPress={() => app.enter(room.id)}
      >
        {t("room.open_door")}
      </Button>
    </section>
  );
}

function Circle(
  { room, people }: { readonly room: Room; readonly people: readonly Participant[] },
) {
  const talking = useApp().store.speaking.value.get(room.id) ?? [];
  return (
    <section class="circle" aria-label={t("room.people", { n: people.length })} tabIndex={0}>
      <ul>
        {shownOf(people, talking).map((person) => (
          <Tile
            key={person.account_id}
            room={room}
            person={person}
            isTalking={talking.includes(person.account_id)}
          />
        ))}
        <More people={people} />
      </ul>
    </section>
  );
}

function Tile({ room, person, isTalking }: {
  readonly room: Room;
  readonly person: Participant;
  readonly isTalking: boolean;
}) {
  const account = useAccount(person.account_id);
  const privacy = useApp().store.privacy.value;
  const isHeard = isTalking && !isShutOut(person.account_id, privacy);
  return (
    <li class={person.connected ? "tile" : "tile gone"}>
      <span class="portrait">
        <Avatar account={account} size="xl" talking={isHeard} />
        {isHeard
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
      <Marks room={room} person={person} />
      <span class="sr">{doingOf(person, isHeard, privacy)}</span>
    </li>
  );
}

/** The browser keeps the microphone: one is in and listens, and here is how to mend it. */
function MicrophoneCard({ room }: { readonly room: Room }) {
  const { voice, microphone } = useApp();
  const state = microphone.state.value;
  if (voice.roomId.value !== room.id || (state !== "denied" && state !== "missing")) return null;
  return (
    <section class="miccard" role="status">
      <div class="grow">
        <b>{t(state === "denied" ? "mic.denied_title" : "mic.missing_title")}</b>
        <p class="sm muted">{t(state === "denied" ? "mic.denied" : "mic.missing")}</p>
      </div>
      <Button onPress={() => microphone.close()}>{t("mic.listen")}</Button>
      <Button tone="primary" onPress={() => void microphone.open()}>{t("again")}</Button>
    </section>
  );
}
