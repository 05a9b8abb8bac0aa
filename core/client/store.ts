/**
 * What this page knows of the server: one frozen `World`, and pure reducers from event to world.
 *
 * The promise of docs/protocol.md is kept here: old snapshot + events = new snapshot. A reducer
 * returns the same object for what it did not change, so that signals derived from a part of the
 * world only wake up those who show that part.
 */

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import {
  type Account,
  type Category,
  type Channel,
  type Community,
  compareIds,
  type Conversation,
  type Emoji,
  type EventFrame,
  type Hello,
  isNewer,
  type Live,
  type Message,
  type Participant,
  type Privacy,
  type Role,
  type Room,
  type RoomKindInfo,
  type Snapshot,
  type Thread,
} from "./wire.ts";

export type Table<T> = ReadonlyMap<string, T>;

/** Somebody who writes is shown for this long after the last sign of it. */
export const TYPING_MS = 6_000;

/** Of one list: nobody reads further, and a page has to draw them. */
export const SHOWN_MAX = 200;

export interface World {
  readonly me: string;
  readonly community: Community;
  readonly accounts: Table<Account>;
  readonly roles: Table<Role>;
  readonly emoji: Table<Emoji>;
  readonly categories: Table<Category>;
  readonly channels: Table<Channel>;
  readonly rooms: Table<Room>;
  readonly conversations: Table<Conversation>;
  /** Those that are open, and archived ones that were met. */
  readonly threads: Table<Thread>;
  readonly followed: ReadonlySet<string>;
  readonly privacy: Privacy;
  readonly rulesRead: number;
  readonly reads: Table<string>;
  readonly roomKinds: readonly RoomKindInfo[];
  readonly here: ReadonlySet<string>;
  /** Of those who are here: who is away from the page, or wants not to be disturbed. */
  readonly absent: Table<"away" | "busy">;
  /** By account: one person sits in one room at most. */
  readonly participants: Table<Participant>;
  readonly speaking: Table<readonly string[]>;
  readonly slots: Table<readonly (string | null)[]>;
  readonly roomStates: Table<unknown>;
  /** `<channel>/<account>` → until when, in ms of the clock handed in. */
  readonly typing: Table<number>;
  readonly permissions: ReadonlySet<string>;
  /** Why a host put me in time out, told once when it began; empty when they said nothing. */
  readonly timeOutReason: string;
}

const NOBODY: Community = {
  id: "",
  name: "",
  accent_hue: 165,
  language: "en",
  rules: "",
  link_cards: false,
  everyone_role_id: "",
  icon_id: null,
  registration: "invitation",
  rules_version: 0,
};

export const EMPTY: World = {
  me: "",
  community: NOBODY,
  accounts: new Map(),
  roles: new Map(),
  emoji: new Map(),
  categories: new Map(),
  channels: new Map(),
  rooms: new Map(),
  conversations: new Map(),
  threads: new Map(),
  followed: new Set(),
  privacy: { blocked: [], takes_first_messages: true },
  rulesRead: 0,
  reads: new Map(),
  roomKinds: [],
  here: new Set(),
  absent: new Map(),
  participants: new Map(),
  speaking: new Map(),
  slots: new Map(),
  roomStates: new Map(),
  typing: new Map(),
  permissions: new Set(),
  timeOutReason: "",
};

export function stateKey(roomId: string, key: string): string {
  return `${roomId}/${key}`;
}

// -- whole replacements

export function welcomed(world: World, hello: Hello): World {
  const known = hello.snapshot === null ? world : withSnapshot(world, hello.snapshot);
  const seen = withLive({ ...known, me: hello.account.id }, hello.live);
  const accounts = put(seen.accounts, hello.account.id, hello.account);
  return { ...seen, accounts, permissions: new Set(hello.permissions) };
}

export function withSnapshot(world: World, snapshot: Snapshot): World {
  return {
    ...world,
    community: snapshot.community,
    accounts: byId(snapshot.accounts),
    roles: byId(snapshot.roles),
    emoji: byId(snapshot.emoji),
    categories: byId(snapshot.categories),
    channels: byId(snapshot.channels),
    rooms: byId(snapshot.rooms),
    conversations: byId(snapshot.conversations),
    threads: byId(snapshot.threads),
    followed: new Set(snapshot.followed_threads),
    privacy: snapshot.privacy,
    rulesRead: snapshot.rules_read,
    reads: new Map(Object.entries(snapshot.reads)),
    roomKinds: snapshot.room_kinds,
    typing: new Map(),
  };
}

export function withLive(world: World, live: Live): World {
  return {
    ...world,
    absent: new Map([
      ...live.away.map((id) => [id, "away"] as const),
      ...live.busy.map((id) => [id, "busy"] as const),
    ]),
    here: new Set([...live.here, world.me]), // who reads this is here, whenever it was counted
    participants: new Map(live.participants.map((p) => [p.account_id, p])),
    speaking: new Map(live.speaking.map((s) => [s.room_id, s.account_ids])),
    slots: new Map(live.slots.map((s) => [s.room_id, s.slots])),
    roomStates: new Map(live.room_states.map((s) => [stateKey(s.room_id, s.key), s.state])),
  };
}

// -- one event

// deno-lint-ignore no-explicit-any
type Reducer = (world: World, data: any, nowMs: number) => World;

const reducers: Readonly<Record<string, Reducer>> = {
  "community.changed": (world, community) => ({ ...world, community }),
  "category.changed": set("categories"),
  "category.deleted": drop("categories"),
  "channel.created": set("channels"),
  "channel.changed": set("channels"),
  "channel.deleted": (world, { id }) => ({
    ...world,
    channels: without(world.channels, id),
    threads: new Map([...world.threads].filter(([, thread]) => thread.parent_id !== id)),
  }),
  "conversation.changed": set("conversations"),
  "conversation.left": drop("conversations"),
  "thread.changed": set("threads"),
  "thread.deleted": drop("threads"),
  "thread.followed": threadFollowed,
  "rules.read": (world, { version }) => ({ ...world, rulesRead: version }),
  "privacy.changed": (world, privacy) => ({ ...world, privacy }),
  "room.opened": set("rooms"),
  "room.changed": set("rooms"),
  "room.closed": roomClosed,
  "role.changed": set("roles"),
  "emoji.changed": set("emoji"),
  "emoji.removed": drop("emoji"),
  "role.deleted": (world, { id }) => ({
    ...world,
    roles: without(world.roles, id),
    accounts: new Map(
      [...world.accounts].map(([key, account]) => [key, {
        ...account,
        role_ids: account.role_ids.filter((held) => held !== id),
      }]),
    ),
  }),
  "account.created": set("accounts"),
  "account.changed": set("accounts"),
  "account.suspended": (world, { account, reason }) => ({
    ...set("accounts")(world, account, 0),
    timeOutReason: reason,
  }),
  "message.posted": messagePosted,
  "message.deleted": (world, { channel_id }) => counted(world, channel_id, -1),
  "messages.deleted": (world, { channel_id, ids }) => counted(world, channel_id, -ids.length),
  "read.moved": readMoved,
  "typing.started": typingStarted,
  "presence.changed": presenceChanged,
  "participant.joined": participantIs,
  "participant.changed": participantIs,
  "participant.left": participantLeft,
  "speaking.changed": (world, { room_id, account_ids }) => ({
    ...world,
    speaking: put(world.speaking, room_id, account_ids),
  }),
  "slots.changed": (world, { room_id, slots }) => ({
    ...world,
    slots: put(world.slots, room_id, slots),
  }),
  "room.state_changed": roomStateChanged,
  "plugins.changed": pluginsChanged,
  "access.changed": (world, { snapshot, live, permissions }) => ({
    ...withLive(withSnapshot(world, snapshot), live),
    permissions: new Set<string>(permissions),
  }),
};

/** What the world is after this event. An event without a reducer changes nothing here. */
export function reduce(world: World, frame: EventFrame, nowMs: number): World {
  return reducers[frame.event]?.(world, frame.data, nowMs) ?? world;
}

type Named =
  | "accounts"
  | "roles"
  | "emoji"
  | "categories"
  | "channels"
  | "rooms"
  | "conversations"
  | "threads";

function set(table: Named): Reducer {
  return (world, thing) => ({
    ...world,
    [table]: put(world[table] as Table<unknown>, thing.id, thing),
  });
}

function drop(table: Named): Reducer {
  return (world, { id }) => ({ ...world, [table]: without(world[table] as Table<unknown>, id) });
}

function roomClosed(world: World, { id }: { id: string }): World {
  return {
    ...world,
    rooms: without(world.rooms, id),
    channels: without(world.channels, id),
    participants: new Map([...world.participants].filter(([, p]) => p.room_id !== id)),
    speaking: without(world.speaking, id),
    slots: without(world.slots, id),
    roomStates: new Map([...world.roomStates].filter(([key]) => !key.startsWith(`${id}/`))),
  };
}

function messagePosted(
  world: World,
  message: { id: string; channel_id: string; author_id: string },
): World {
  const { channel_id } = message;
  const typing = without(world.typing, stateKey(channel_id, message.author_id));
  for (const table of ["channels", "conversations", "threads"] as const) {
    const place = world[table].get(channel_id);
    if (!place) continue;
    const spoken = { ...place, last_message_id: message.id };
    const after = { ...world, typing, [table]: put<unknown>(world[table], channel_id, spoken) };
    return counted(after, channel_id, 1);
  }
  return world;
}

function counted(world: World, threadId: string, more: number): World {
  const thread = world.threads.get(threadId);
  if (!thread) return world;
  const message_count = thread.message_count + more;
  return { ...world, threads: put(world.threads, threadId, { ...thread, message_count }) };
}

function threadFollowed(
  world: World,
  { thread_id, follows }: { thread_id: string; follows: boolean },
): World {
  const followed = new Set(world.followed);
  if (follows) followed.add(thread_id);
  else followed.delete(thread_id);
  return { ...world, followed };
}

function readMoved(world: World, moved: { channel_id: string; message_id: string }): World {
  const before = world.reads.get(moved.channel_id);
  if (before && !isNewer(moved.message_id, before)) return world;
  return { ...world, reads: put(world.reads, moved.channel_id, moved.message_id) };
}

function typingStarted(
  world: World,
  { channel_id, account_ids }: { channel_id: string; account_ids: readonly string[] },
  nowMs: number,
): World {
  const others = account_ids.filter((id) => id !== world.me && !isBlocked(world, id));
  if (others.length === 0) return world;
  const writing = [...world.typing].filter(([, until]) => until > nowMs);
  const begun = others.map((id) => [stateKey(channel_id, id), nowMs + TYPING_MS] as const);
  const typing = new Map([...writing, ...begun]);
  return { ...world, typing };
}

function presenceChanged(
  world: World,
  { here, away, busy, gone }: Readonly<
    Record<"here" | "away" | "busy" | "gone", readonly string[]>
  >,
): World {
  const present = new Set([...world.here, ...here, ...away, ...busy]);
  gone.forEach((id) => present.delete(id));
  const states = new Map(world.absent);
  [...here, ...gone].forEach((id) => states.delete(id));
  away.forEach((id) => states.set(id, "away"));
  busy.forEach((id) => states.set(id, "busy"));
  return { ...world, here: present, absent: states };
}

function participantIs(world: World, participant: Participant): World {
  return { ...world, participants: put(world.participants, participant.account_id, participant) };
}

function participantLeft(
  world: World,
  { room_id, account_id }: { room_id: string; account_id: string },
): World {
  if (world.participants.get(account_id)?.room_id !== room_id) return world; // moved on already
  return { ...world, participants: without(world.participants, account_id) };
}

function roomStateChanged(
  world: World,
  { room_id, key, state }: { room_id: string; key: string; state: unknown },
): World {
  const at = stateKey(room_id, key);
  const roomStates = state === null
    ? without(world.roomStates, at)
    : put(world.roomStates, at, state);
  return { ...world, roomStates };
}

function pluginsChanged(
  world: World,
  { plugins }: { plugins: readonly { name: string; state: string }[] },
): World {
  const running = new Map(plugins.map((p) => [p.name, p.state === "running"]));
  const roomKinds = world.roomKinds.map((kind) => {
    const now = kind.plugin === null ? undefined : running.get(kind.plugin);
    return now === undefined || now === kind.running ? kind : { ...kind, running: now };
  });
  return { ...world, roomKinds };
}

function byId<T extends { readonly id: string }>(things: readonly T[]): Table<T> {
  return new Map(things.map((thing) => [thing.id, thing]));
}

function put<T>(table: Table<T>, key: string, value: T): Table<T> {
  return new Map(table).set(key, value);
}

function without<T>(table: Table<T>, key: string): Table<T> {
  if (!table.has(key)) return table;
  const rest = new Map(table);
  rest.delete(key);
  return rest;
}

// -- questions

export function may(world: World, permission: string): boolean {
  return world.permissions.has("*") || world.permissions.has(permission);
}

/** Whether somebody may do something at a place; the server asks itself again and has the word. */
export function mayAt(
  world: World,
  permission: string,
  overwrites: Channel["overwrites"],
): boolean {
  const held = world.permissions;
  if (held.has("*") || held.has("administrator")) return true;
  const mine = new Set(world.accounts.get(world.me)?.role_ids ?? []);
  const everyone = world.community.everyone_role_id;
  const groups = [
    overwrites.filter((o) => o.target === "role" && o.target_id === everyone),
    overwrites.filter((o) =>
      o.target === "role" && o.target_id !== everyone && mine.has(o.target_id)
    ),
    overwrites.filter((o) => o.target === "account" && o.target_id === world.me),
  ];
  return groups.reduce((granted, group) => {
    if (group.some((o) => o.allow.includes(permission))) return true;
    if (group.some((o) => o.deny.includes(permission))) return false;
    return granted;
  }, held.has(permission));
}

export function isBlocked(world: World, accountId: string): boolean {
  return world.privacy.blocked.includes(accountId);
}

/** What is read and written in, whatever kind of place it is. */
export type Readable = Pick<Channel, "id" | "last_message_id">;

export function readable(world: World, id: string): Readable | undefined {
  return world.channels.get(id) ?? world.conversations.get(id) ?? world.threads.get(id);
}

export function isUnread(world: World, channel: Readable): boolean {
  if (channel.last_message_id === null) return false;
  const read = world.reads.get(channel.id);
  return read === undefined || isNewer(channel.last_message_id, read);
}

export function peopleIn(world: World, roomId: string): readonly Participant[] {
  return [...world.participants.values()]
    .filter((p) => p.room_id === roomId)
    .sort((a, b) =>
      a.joined_at.localeCompare(b.joined_at) || compareIds(a.account_id, b.account_id)
    );
}

/** The first of very many, and before them those who talk. */
export function shownOf(
  people: readonly Participant[],
  talking: readonly string[],
): readonly Participant[] {
  if (people.length <= SHOWN_MAX) return people;
  const isTalking = (person: Participant) => talking.includes(person.account_id);
  return [...people.filter(isTalking), ...people.filter((person) => !isTalking(person))]
    .slice(0, SHOWN_MAX);
}

export function writersIn(world: World, channelId: string, nowMs: number): readonly string[] {
  return [...world.typing]
    .filter(([key, until]) => key.startsWith(`${channelId}/`) && until > nowMs)
    .map(([key]) => key.slice(channelId.length + 1));
}

/** Whether I have this role. */
export function isOfMe(world: World, roleId: string | null): boolean {
  return roleId !== null && !!world.accounts.get(world.me)?.role_ids.includes(roleId);
}

/** Whether a message is one that I am told of: it names me, a role of mine, everyone, or answers me. */
export function isForMe({ mentions, author_id }: Message, world: World): boolean {
  if (!mentions || author_id === world.me || isBlocked(world, author_id)) return false;
  return mentions.everyone || mentions.here || mentions.answered_id === world.me ||
    mentions.account_ids.includes(world.me) ||
    mentions.role_ids.some((id) => isOfMe(world, id));
}

/** In the order of the sidebar: position first, then age. */
export function ordered<T extends { readonly id: string; readonly position: number }>(
  table: Table<T>,
): readonly T[] {
  return [...table.values()].sort((a, b) => a.position - b.position || compareIds(a.id, b.id));
}

/** The account's highest role other than everyone's, if any: the heading it stands under. */
export function topRole(world: World, account: Account): Role | null {
  const held = account.role_ids
    .filter((id) => id !== world.community.everyone_role_id)
    .flatMap((id) => world.roles.get(id) ?? [])
    .sort((a, b) => b.position - a.position);
  return held[0] ?? null;
}

export function isTimedOut(account: Account | undefined, nowMs: number): boolean {
  return !!account?.timed_out_until && Date.parse(account.timed_out_until) > nowMs;
}

/** How many people are here: bots are too, but are no company. */
export function peopleHere({ here, accounts }: World): number {
  return [...here].filter((id) => accounts.get(id)?.kind !== "bot").length;
}

/** The world as signals; `read` is narrow on purpose, only the page's session writes. */
export class Store {
  readonly #world = signal<World>(EMPTY);
  readonly world: ReadonlySignal<World> = this.#world;
  readonly community = this.#part((w) => w.community);
  readonly accounts = this.#part((w) => w.accounts);
  readonly roles = this.#part((w) => w.roles);
  readonly emoji = this.#part((w) => w.emoji);
  readonly categories = this.#part((w) => w.categories);
  readonly channels = this.#part((w) => w.channels);
  readonly rooms = this.#part((w) => w.rooms);
  readonly conversations = this.#part((w) => w.conversations);
  readonly threads = this.#part((w) => w.threads);
  readonly followed = this.#part((w) => w.followed);
  readonly privacy = this.#part((w) => w.privacy);
  readonly reads = this.#part((w) => w.reads);
  readonly roomKinds = this.#part((w) => w.roomKinds);
  readonly here = this.#part((w) => w.here);
  readonly absent = this.#part((w) => w.absent);
  readonly participants = this.#part((w) => w.participants);
  readonly speaking = this.#part((w) => w.speaking);
  readonly slots = this.#part((w) => w.slots);
  readonly roomStates = this.#part((w) => w.roomStates);
  readonly typing = this.#part((w) => w.typing);
  readonly permissions = this.#part((w) => w.permissions);
  readonly me = computed(() => this.#world.value.accounts.get(this.#world.value.me));

  welcome(hello: Hello): void {
    this.#world.value = welcomed(this.#world.value, hello);
  }

  apply(frame: EventFrame, nowMs: number): void {
    this.#world.value = reduce(this.#world.value, frame, nowMs);
  }

  /** The line is gone: who talks now is not known, and a light that stays would be a lie. */
  hush(): void {
    const world = this.#world.value;
    if (world.speaking.size > 0) this.#world.value = { ...world, speaking: new Map() };
  }

  #part<T>(of: (world: World) => T): ReadonlySignal<T> {
    return computed(() => of(this.#world.value));
  }
}
