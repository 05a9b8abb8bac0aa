/**
 * What this page knows of the server: one frozen `World`, and what is asked of it.
 */

import {
  type Account,
  type Category,
  type Channel,
  type Community,
  compareIds,
  type Conversation,
  type Emoji,
  isNewer,
  type Message,
  type Participant,
  type Privacy,
  type Role,
  type Room,
  type RoomKindInfo,
  type Thread,
} from "./wire.ts";

export type Table<T> = ReadonlyMap<string, T>;

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
  readonly hasSecondStep: boolean;
  readonly reads: Table<string>;
  readonly roomKinds: readonly RoomKindInfo[];
  /** How many lived here when the line was opened; whoever joins since then is among the accounts. */
  readonly people: number;
  readonly here: ReadonlySet<string>;
  /** Of those who are here: who is away from the page, or wants not to be disturbed. */
  readonly absent: Table<"away" | "busy">;
  /** By account: one person sits in one room at most. */
  readonly participants: Table<Participant>;
  readonly speaking: Table<readonly string[]>;
  readonly slots: Table<readonly (string | null)[]>;
  /** How many listen to a room without an account. */
  readonly visitors: Table<number>;
  readonly roomStates: Table<unknown>;
  /** `<channel>/<account>` → until when, in ms of the clock handed in. */
  readonly typing: Table<number>;
  readonly permissions: ReadonlySet<string>;
  /** Why a host put me in time out, told once when it began; empty when they said nothing. */
  readonly timeOutReason: string;
  /** The room that was closed last while I could see it. */
  readonly ended: { readonly room: Room; readonly at: string } | null;
}

const NOBODY: Community = {
  id: "",
  name: "",
  accent_hue: 165,
  language: "en",
  rules: "",
  link_cards: false,
  public_rooms: false,
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
  privacy: {
    blocked: [],
    first_messages: "everyone",
    shows_presence: true,
    shows_typing: true,
    shows_name_outside: false,
  },
  rulesRead: 0,
  hasSecondStep: false,
  reads: new Map(),
  roomKinds: [],
  people: 0,
  here: new Set(),
  absent: new Map(),
  participants: new Map(),
  speaking: new Map(),
  slots: new Map(),
  visitors: new Map(),
  roomStates: new Map(),
  typing: new Map(),
  permissions: new Set(),
  timeOutReason: "",
  ended: null,
};

export function stateKey(roomId: string, key: string): string {
  return `${roomId}/${key}`;
}

// -- questions

export function may(world: Pick<World, "permissions">, permission: string): boolean {
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

/** Roles of one's own that give nothing until there is a second step; the server has the word. */
export function restingRoles(world: World): readonly Role[] {
  const me = world.accounts.get(world.me);
  if (!me || me.is_owner || me.guest_until !== null || world.hasSecondStep) return [];
  return [world.community.everyone_role_id, ...me.role_ids]
    .flatMap((id) => world.roles.get(id) ?? [])
    .filter(({ needs_second_step }) => needs_second_step);
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

export function peopleKnown({ accounts }: World): number {
  const live = ({ kind, state }: Account) => kind !== "bot" && state !== "deleted";
  return [...accounts.values()].filter(live).length;
}

/** Of a large place not all are known here. */
export function peopleOf(world: World): number {
  return Math.max(world.people, peopleKnown(world));
}

/** How many people are here: bots are too, but are no company. */
export function peopleHere({ here, accounts }: World): number {
  const bots = [...accounts.values()].filter(({ kind, id }) => kind === "bot" && here.has(id));
  return here.size - bots.length;
}
