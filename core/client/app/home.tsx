/** Home: the doors, lit ones first, and the conversations. */

import "./first.ts";
import { lazily } from "./lazily.tsx";
import { Avatar } from "../kit/avatar.tsx";
import { Button, Link } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { Empty } from "../kit/place.tsx";
import { listed, t } from "../i18n.ts";
import { useState } from "preact/hooks";
import { Knock } from "../rooms/door.tsx";
import { Life } from "../rooms/life.tsx";
import { Marks } from "../rooms/marks.tsx";
import { isLockedOut, seenIn } from "../stage/stage.ts";
import { TopicsToFollow } from "../tags/on_demand.ts";
import { isUnread, may, mayAt, ordered, peopleHere } from "../world.ts";
import type { Participant, Room } from "../wire.ts";
import { useApp } from "./app.ts";
import { PanelHead } from "./frame.tsx";
import { Slot } from "./slot.tsx";

const OpenRoomDialog = lazily(() => import("../rooms/open_room.tsx"), "dialog");

/** What the server calls the channel for it, in its languages. */
const HELLO_SLUGS: ReadonlySet<string> = new Set(["introductions", "présentations"]);
const FACES_SHOWN = 5;
const NAMES_SHOWN = 3;

export default function Home() {
  const { store } = useApp();
  const [isOpening, open] = useState(false);
  const me = store.me.value;
  const rooms = litFirst(
    store.world.value.rooms,
    (room) => seenIn(store.world.value, room).length,
  );
  const lit = rooms.filter((room) => seenIn(store.world.value, room).length > 0).length;
  return (
    <main class="panel main home" id="main" tabIndex={-1} aria-label={t("home")}>
      <PanelHead
        big
        title={t(greeting(new Date().getHours()), { name: firstName(me?.display_name ?? "") })}
        detail={`${litWords(lit)} ${hereWords(peopleHere(store.world.value))}`}
      >
        <Slot place="home-action" props={{}} />
        {may(store.world.value, "room.open") && (
          <Button icon="door" onPress={() => open(true)}>{t("room.open_new")}</Button>
        )}
      </PanelHead>
      <div class="scroll leaf">
        <Hello />
        {rooms.length === 0 && <Empty icon="door" title={t("home.no_rooms")} />}
        {rooms.length > 0 && (
          <ul class="doors" aria-label={t("rooms")}>
            {rooms.map((room) => <Door key={room.id} room={room} isFirst={room === rooms[0]} />)}
          </ul>
        )}
        <div class="home-parts">
          <Slot place="home-section" props={{}} />
        </div>
        <TopicsToFollow />
        <Conversations />
      </div>
      {isOpening && <OpenRoomDialog category={null} onClose={() => open(false)} />}
    </main>
  );
}

function litWords(n: number): string {
  return n === 0 ? t("home.dark") : t("home.lit", { n });
}

/** One is always here oneself. */
function hereWords(n: number): string {
  return n <= 1 ? t("home.alone") : t("home.here", { n });
}

/** While one has read nothing here: one is new, or the place is. */
function Hello() {
  const { store } = useApp();
  const channels = ordered(store.channels.value).filter((channel) => channel.room_id === null);
  const channel = channels.find(({ slug }) => HELLO_SLUGS.has(slug)) ?? channels[0];
  if (!channel || store.reads.value.size > 0) return null;
  return (
    <section class="hello well row wrap">
      <Icon name="chat" />
      <div class="grow">
        <h2 class="display">{t("home.hello", { channel: channel.name })}</h2>
        <p class="sm muted">{t("home.hello_text")}</p>
      </div>
      {may(store.world.value, "member.invite") && (
        <Link to="/settings/invitations" class="btn ghost">{t("home.invite")}</Link>
      )}
      <Link to={`/c/${channel.slug}`} class="btn soft">{t("home.say_hello")}</Link>
    </section>
  );
}

function litFirst(rooms: ReadonlyMap<string, Room>, people: (room: Room) => number): Room[] {
  return [...ordered(rooms)].sort((a, b) => people(b) - people(a));
}

/** As one greets; a name that does not divide is used whole. */
function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? name;
}

function greeting(hour: number): "hello.morning" | "hello.day" | "hello.evening" {
  if (hour >= 5 && hour < 12) return "hello.morning";
  return hour >= 12 && hour < 18 ? "hello.day" : "hello.evening";
}

function Door({ room, isFirst }: { readonly room: Room; readonly isFirst: boolean }) {
  const app = useApp();
  const { store } = app;
  const people = seenIn(store.world.value, room);
  const isLit = people.length > 0;
  return (
    <li>
      <Link to={`/r/${room.slug}`} class={isLit ? "arch" : "arch out"} label={room.name}>
        {isLit ? <Faces room={room} people={people} /> : <Icon name={app.slots.iconOf(room)} />}
      </Link>
      <h2 class="display" title={room.name}>
        <bdi>{room.name}</bdi>
      </h2>
      <p class="sm muted door-life">
        <Life room={room} people={people} otherwise={lifeOf(app, room, people)} />
      </p>
      <Marks room={room} />
      <DoorButton room={room} people={people} isFirst={isFirst} />
    </li>
  );
}

function Faces({ room, people }: { readonly room: Room; readonly people: readonly Participant[] }) {
  const { store } = useApp();
  const talking = store.speaking.value.get(room.id) ?? [];
  return (
    <>
      <i class="bulb" />
      <span class="inside">
        {people.slice(0, FACES_SHOWN).map((person) => (
          <Avatar
            key={person.account_id}
            account={store.accounts.value.get(person.account_id)}
            size="md"
            talking={talking.includes(person.account_id)}
          />
        ))}
      </span>
    </>
  );
}

function lifeOf(
  { store }: ReturnType<typeof useApp>,
  room: Room,
  people: readonly Participant[],
): string {
  if (people.length === 0) return t("room.nobody");
  const nameOf = (id: string) => store.accounts.value.get(id)?.display_name ?? "";
  const talking = (store.speaking.value.get(room.id) ?? []).map(nameOf).slice(0, NAMES_SHOWN);
  if (talking.length > 0) {
    const said = t("voice.talking_many", { n: talking.length, names: listed(talking) });
    const isAll = people.length === talking.length;
    return isAll ? said : t("room.talking_here", { said, n: people.length });
  }
  const names = people.slice(0, NAMES_SHOWN).map((person) => nameOf(person.account_id));
  const rest = people.length - names.length;
  return rest > 0 ? t("room.names_more", { names: names.join(", "), n: rest }) : listed(names);
}

function DoorButton(
  { room, people, isFirst }: {
    readonly room: Room;
    readonly people: readonly Participant[];
    readonly isFirst: boolean;
  },
) {
  const app = useApp();
  if (app.voice.roomId.value === room.id) {
    return <span class="youhere sm semi">{t("room.you_are_in")}</span>;
  }
  const isLit = people.length > 0;
  const tone = isLit ? (isFirst ? "primary" : "soft") : "plain";
  if (isLockedOut(app.store.world.value, room)) return <Knock room={room} tone={tone} />;
  return (
    <Button
      tone={tone}
      disabled={!mayAt(app.store.world.value, "room.join", room.overwrites)}
      onPress={() => {
        app.router.navigate(`/r/${room.slug}`);
        app.enter(room.id);
      }}
    >
      {t(isLit ? "room.join" : "room.open_door")}
    </Button>
  );
}

function Conversations() {
  const { store } = useApp();
  const channels = ordered(store.channels.value).filter((channel) => channel.room_id === null);
  if (channels.length === 0) return null;
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("conversations")}</h2>
      </div>
      <ul class="talks">
        {channels.map((channel) => {
          const unread = isUnread(store.world.value, channel);
          return (
            <li key={channel.id}>
              <Link to={`/c/${channel.slug}`} class={unread ? "it unread" : "it"}>
                <span class="glyph">
                  <Icon name="text" />
                </span>
                <span class="grow">
                  <b class="trunc">
                    <bdi>{channel.name}</bdi>
                  </b>
                  <span class="sm muted trunc">{channel.topic}</span>
                </span>
                {unread && <span class="pill accent">{t("unread")}</span>}
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
