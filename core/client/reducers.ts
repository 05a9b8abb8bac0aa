/**
 * From one event to the world after it: pure reducers.
 *
 * The promise of docs/protocol.md is kept here: old snapshot + events = new snapshot. A reducer
 * returns the same object for what it did not change, so that signals derived from a part of the
 * world only wake up those who show that part.
 */

import {
  type EventFrame,
  type Hello,
  isNewer,
  type Live,
  type Participant,
  type Snapshot,
} from "./wire.ts";
import { isBlocked, isUnread, stateKey, type Table, type World } from "./world.ts";

/** Somebody who writes is shown for this long after the last sign of it. */
export const TYPING_MS = 6_000;

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
    hasSecondStep: snapshot.has_second_step,
    reads: new Map(Object.entries(snapshot.reads)),
    roomKinds: snapshot.room_kinds,
    typing: new Map(),
  };
}

export function withLive(world: World, live: Live): World {
  return {
    ...world,
    people: live.people,
    absent: new Map([
      ...live.away.map((id) => [id, "away"] as const),
      ...live.busy.map((id) => [id, "busy"] as const),
    ]),
    here: new Set([...live.here, world.me]), // who reads this is here, whenever it was counted
    participants: new Map(live.participants.map((p) => [p.account_id, p])),
    speaking: new Map(live.speaking.map((s) => [s.room_id, s.account_ids])),
    slots: new Map(live.slots.map((s) => [s.room_id, s.slots])),
    visitors: new Map(live.visitors.map((v) => [v.room_id, v.count])),
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
  "account.second_step": (world, { has_second_step }) => ({
    ...world,
    hasSecondStep: has_second_step,
  }),
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
  "account.suspended": (world, { account, kind, reason }) => ({
    ...set("accounts")(world, account, 0),
    ...(kind === "time_out" ? { timeOutReason: reason } : {}),
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
  "visitors.changed": (world, { room_id, count }) => ({
    ...world,
    visitors: put(world.visitors, room_id, count),
  }),
  "slots.changed": (world, { room_id, slots }) => ({
    ...world,
    slots: put(world.slots, room_id, slots),
  }),
  "room.state_changed": roomStateChanged,
  "plugins.changed": pluginsChanged,
  "access.changed": (world, { snapshot, live, permissions }) => ({
    ...withLive(withSnapshot(world, snapshot), live),
    reads: farther(world.reads, snapshot.reads),
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

function roomClosed(world: World, { id }: { id: string }, nowMs: number): World {
  const room = world.rooms.get(id);
  return {
    ...world,
    ended: room ? { room, at: new Date(nowMs).toISOString() } : world.ended,
    rooms: without(world.rooms, id),
    channels: without(world.channels, id),
    participants: new Map([...world.participants].filter(([, p]) => p.room_id !== id)),
    speaking: without(world.speaking, id),
    slots: without(world.slots, id),
    visitors: without(world.visitors, id),
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
    const isPassed = isBlocked(world, message.author_id) && !isUnread(world, place);
    const reads = isPassed ? put(world.reads, channel_id, message.id) : world.reads;
    const after = {
      ...world,
      typing,
      reads,
      [table]: put<unknown>(world[table], channel_id, spoken),
    };
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

/** Nobody reads backwards, nor is what somebody blocked wrote new again. */
function farther(known: Table<string>, told: Snapshot["reads"]): Table<string> {
  const reads = Object.entries(told).filter(([id, at]) => {
    const before = known.get(id);
    return !before || isNewer(at, before);
  });
  return new Map([...known, ...reads]);
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
