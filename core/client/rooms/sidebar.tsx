/** The list of the house: what is live, pages, channels and rooms by category, and you. */

import { lazily } from "../app/lazily.tsx";
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { Side } from "../app/frame.tsx";
import { NavLink } from "../app/nav.tsx";
import { Slot } from "../app/slot.tsx";
import { t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { IconButton, Link } from "../kit/button.tsx";
import { Doorway, Mark, TalkingBars } from "../kit/doorway.tsx";
import { Icon } from "../kit/icon.tsx";
import { isShutOut } from "../loudness.ts";
import { isShut } from "../stage/stage.ts";
import { isUnread, may, ordered, peopleHere, peopleIn, peopleOf } from "../world.ts";
import type { Category, Channel, Participant, Room } from "../wire.ts";
import { Life } from "./life.tsx";
import { Marks } from "./marks.tsx";

const OpenRoomDialog = lazily(() => import("./open_room.tsx"), "dialog");

const BetweenSection = lazily(() => import("../between/section.tsx"), "dialog");

const LATER_MS = 500;
const LIVE_SHOWN = 4;
const FACES_SHOWN = 5;

export function Sidebar({ onSearch }: { readonly onSearch: () => void }) {
  const { store, router } = useApp();
  const categories = ordered(store.categories.value);
  return (
    <Side label={t("rooms")} isPage={router.route.value.view === "rooms"}>
      <Community />
      <button type="button" class="find" onClick={onSearch}>
        <Icon name="search" />
        <span>{t("search")}</span>
        <kbd class="kbd no-phone">Ctrl K</kbd>
      </button>
      <nav aria-label={t("rooms")}>
        <LiveNow />
        <section>
          <ul>
            <li>
              <NavLink to="/" icon="home">{t("home")}</NavLink>
            </li>
            <li>
              <InboxLink />
            </li>
            <AtTheDoor />
            <Slot place="nav" props={{}} />
          </ul>
        </section>
        <Group category={null} />
        {categories.map((category) => <Group key={category.id} category={category} />)}
        <Later />
      </nav>
      <Me />
    </Side>
  );
}

/** What is between people comes after the first paint. */
function Later() {
  const [isLater, come] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => come(true), LATER_MS);
    return () => clearTimeout(timer);
  }, []);
  return isLater ? <BetweenSection /> : null;
}

function Community() {
  const { store } = useApp();
  const world = store.world.value;
  const isAdmin = ["server", "member", "channel", "role"]
    .some((what) => may(world, `${what}.manage`));
  return (
    <div class="who">
      <Mark icon={store.community.value.icon_id} />
      <div class="grow">
        <b class="display trunc">
          <bdi>{store.community.value.name}</bdi>
        </b>
        <span class="xs muted">
          {t("community.people", { n: peopleOf(world), here: peopleHere(world) })}
        </span>
      </div>
      {isAdmin && (
        <Link to="/admin" class="ib" label={t("admin")}>
          <Icon name="sliders" />
        </Link>
      )}
    </div>
  );
}

/** Lit rooms, most people first; the order rests while the pointer or the focus is on the list. */
function LiveNow() {
  const app = useApp();
  const { store, voice } = app;
  const [isWhole, showAll] = useState(false);
  const isHeld = useSignal(false);
  const held = useRef<readonly string[]>([]);
  const order = useComputed(() => {
    const counts = new Map<string, number>();
    for (const { room_id } of store.participants.value.values()) {
      counts.set(room_id, (counts.get(room_id) ?? 0) + 1);
    }
    const world = { ...store.world.peek(), roomStates: store.roomStates.value };
    const lit = [...counts.keys()].filter((id) => {
      const room = store.rooms.value.get(id);
      return room && !isShut(world, room);
    });
    const mine = voice.roomId.value;
    if (mine && !lit.includes(mine) && store.rooms.value.has(mine)) lit.push(mine);
    const wanted = lit.sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
    if (!isHeld.value) return held.current = wanted;
    const kept = held.current.filter((id) => wanted.includes(id));
    return held.current = [...kept, ...wanted.filter((id) => !kept.includes(id))];
  });
  const lit = order.value.flatMap((id) => store.rooms.value.get(id) ?? []);
  if (lit.length === 0) return null;
  const shown = isWhole
    ? lit
    : lit.filter((room, at) => at < LIVE_SHOWN || room.id === voice.roomId.value);
  return (
    <section
      onPointerEnter={() => isHeld.value = true}
      onPointerLeave={() => isHeld.value = false}
      onFocusCapture={() => isHeld.value = true}
      onBlurCapture={() => isHeld.value = false}
    >
      <h2>{t("live")}</h2>
      {shown.map((room) => <LiveCard key={room.id} room={room} />)}
      {shown.length < lit.length && (
        <button type="button" class="ch" onClick={() => showAll(true)}>
          {t("live.more", { n: lit.length - shown.length })}
        </button>
      )}
    </section>
  );
}

export function LiveCard({ room }: { readonly room: Room }) {
  const app = useApp();
  const { store, voice } = app;
  const people = peopleIn(store.world.value, room.id);
  const isMine = voice.roomId.value === room.id;
  return (
    <Link to={`/r/${room.slug}`} class={isMine ? "live in" : "live"}>
      <Doorway icon={app.slots.iconOf(room)} lit={people.length > 0} />
      <span class="grow">
        <span class="two-lines t">
          <bdi>{room.name}</bdi>
        </span>
        <span class="said">
          <Life
            room={room}
            people={people}
            otherwise={<LifeOfPeople room={room} people={people} />}
          />
        </span>
        <Marks room={room} />
      </span>
      <Locked room={room} />
      <span class="xs muted num" aria-label={t("room.people", { n: people.length })}>
        {people.length}
      </span>
    </Link>
  );
}

function Locked({ room }: { readonly room: Room }) {
  if (!room.is_locked) return null;
  return (
    <span class="xs muted">
      <Icon name="lock" />
      <span class="sr">{t("room.locked")}</span>
    </span>
  );
}

/** One line of life: who talks, else who is there. */
function LifeOfPeople(
  { room, people }: { readonly room: Room; readonly people: readonly Participant[] },
) {
  const { accounts, speaking, privacy } = useApp().store;
  const heard = speaking.value.get(room.id)?.find((id) => !isShutOut(id, privacy.value));
  const talking = accounts.value.get(heard ?? "");
  if (talking) {
    return (
      <>
        <TalkingBars />
        <span class="trunc">{t("voice.talking", { name: talking.display_name })}</span>
      </>
    );
  }
  const faces = people.slice(0, FACES_SHOWN).map((p) => accounts.value.get(p.account_id));
  return (
    <>
      <span class="stack">
        {faces.map((account, at) => <Avatar key={account?.id ?? at} account={account} size="xs" />)}
      </span>
      <span class="sr">{faces.flatMap((account) => account?.display_name ?? []).join(", ")}</span>
    </>
  );
}

type PlaceEntry =
  | { readonly kind: "channel"; readonly channel: Channel }
  | { readonly kind: "room"; readonly room: Room };

/** Channels first, then rooms, each by position: text is where one reads, doors stand below. */
function Group({ category }: { readonly category: Category | null }) {
  const { store } = useApp();
  const [isOpening, open] = useState(false);
  const id = category?.id ?? null;
  const channels = ordered(store.channels.value).filter((c) =>
    c.room_id === null && c.category_id === id
  );
  const rooms = ordered(store.rooms.value).filter((r) => r.category_id === id);
  const places: PlaceEntry[] = [
    ...channels.map((channel) => ({ kind: "channel", channel }) as const),
    ...rooms.map((room) => ({ kind: "room", room }) as const),
  ];
  const mayOpen = may(store.world.value, "room.open");
  if (places.length === 0) return null;
  return (
    <section>
      <h2>
        <bdi class="two-lines">{category?.name ?? t("rooms")}</bdi>
        {mayOpen && (
          <IconButton
            small
            icon="plus"
            label={t("room.open_new")}
            onPress={() => open(true)}
          />
        )}
      </h2>
      <ul>
        {places.map((place) =>
          place.kind === "channel"
            ? <ChannelEntry key={place.channel.id} channel={place.channel} />
            : <RoomEntry key={place.room.id} room={place.room} />
        )}
      </ul>
      {isOpening && <OpenRoomDialog category={id} onClose={() => open(false)} />}
    </section>
  );
}

function InboxLink() {
  const n = useApp().unread.value.size;
  return (
    <NavLink to="/inbox" icon="inbox" unread={n > 0} count={n} countLabel={t("inbox.count", { n })}>
      {t("inbox")}
    </NavLink>
  );
}

/** While somebody asks to come in: where they are answered. */
function AtTheDoor() {
  const n = useApp().applicants.value;
  if (n === 0) return null;
  return (
    <li>
      <NavLink
        to="/admin/invitations"
        icon="door"
        unread
        count={n}
        countLabel={t("at_door.count", { n })}
      >
        {t("at_door")}
      </NavLink>
    </li>
  );
}

/** How a channel is shown in the list: what is quiet asks by a count only, and by no bold name. */
function useAttention(channel: Channel) {
  const { store, unread, levels } = useApp();
  const n = [...unread.value.values()].filter((id) => id === channel.id).length;
  const level = levels.value.get(channel.id);
  const isQuiet = level?.level === "nothing" ||
    (level?.muted_until ?? "") > new Date().toISOString();
  const isNew = isUnread(store.world.value, channel) && !isQuiet;
  return { unread: isNew, count: n, countLabel: t("inbox.count", { n }) };
}

function ChannelEntry({ channel }: { readonly channel: Channel }) {
  const attention = useAttention(channel);
  return (
    <li>
      <NavLink
        to={`/c/${channel.slug}`}
        icon="text"
        {...attention}
        {...(attention.count
          ? { label: `${channel.name}, ${attention.countLabel}` }
          : attention.unread
          ? { label: t("channel.unread", { name: channel.name }) }
          : {})}
      >
        <bdi>{channel.name}</bdi>
      </NavLink>
    </li>
  );
}

function RoomEntry({ room }: { readonly room: Room }) {
  const app = useApp();
  const chat = app.chatOf(room);
  const attention = useAttention(chat);
  const count = peopleIn(app.store.world.value, room.id).length;
  return (
    <li>
      <NavLink
        to={`/r/${room.slug}`}
        icon={app.slots.iconOf(room)}
        {...attention}
        end={<Locked room={room} />}
      >
        <bdi>{room.name}</bdi>
        {count > 0 && <span class="sr">, {t("room.people", { n: count })}</span>}
      </NavLink>
    </li>
  );
}

function Me() {
  const { store, socket } = useApp();
  const me = store.me.value;
  return (
    <div class="me">
      <Avatar account={me} here={socket.phase.value === "open"} />
      <div class="grow">
        <span class="two-lines semi sm">
          <bdi>{me?.display_name}</bdi>
        </span>
        <span class="xs muted trunc">@{me?.handle}</span>
      </div>
      <Link to="/settings/profile" class="ib" label={t("settings")}>
        <Icon name="gear" />
      </Link>
    </div>
  );
}

/** The phone's row of tabs. */
export function TabBar() {
  const { router, store, unread } = useApp();
  const route = router.route.value;
  const hasUnread = useComputed(() =>
    [...store.channels.value.values()].some((channel) => isUnread(store.world.value, channel))
  );
  const isWrittenTo = useComputed(() =>
    [...store.conversations.value.values()].some((each) => isUnread(store.world.value, each))
  );
  const isRooms = ["rooms", "channel", "room"].includes(route.view);
  return (
    <nav class="tabbar" aria-label={t("main_nav")}>
      <Link to="/" current={route.view === "home"}>
        <Icon name="home" />
        {t("home")}
      </Link>
      <Link to="/rooms" current={isRooms}>
        <Icon name="door" />
        {t("rooms")}
        {hasUnread.value && (
          <span class="dot">
            <span class="sr">{t("unread")}</span>
          </span>
        )}
      </Link>
      <Link to="/inbox" current={route.view === "inbox"}>
        <Icon name="inbox" />
        {t("inbox")}
        {unread.value.size > 0 && (
          <span class="count" aria-label={t("inbox.count", { n: unread.value.size })}>
            {unread.value.size}
          </span>
        )}
      </Link>
      <Link to="/d" current={route.view === "between"}>
        <Icon name="chat" />
        {t("between")}
        {isWrittenTo.value && (
          <span class="dot">
            <span class="sr">{t("unread")}</span>
          </span>
        )}
      </Link>
      <Link to="/settings" current={route.view === "settings"}>
        <Icon name="user" />
        {t("you")}
      </Link>
    </nav>
  );
}
