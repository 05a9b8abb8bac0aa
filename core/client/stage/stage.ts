/** What is told of a stage, and what is asked of it. The server has the word in all of it. */

import { type Channel, type Participant, type Room, STAGE } from "../wire.ts";
import { mayAt, peopleIn, stateKey, type World } from "../world.ts";

export interface Invited {
  readonly account_id: string;
  readonly part: "speaker" | "host";
  readonly until: string;
  readonly by_account_id: string | null;
}

export interface StageState {
  readonly is_open: boolean;
  readonly hands_open: boolean;
  readonly chat_open: boolean;
  readonly closes_at: string | null;
  readonly host_id: string | null;
  readonly cohost_ids: readonly string[];
  readonly speaker_ids: readonly string[];
  readonly hand_ids: readonly string[];
  readonly invited: readonly Invited[];
}

export function stageOf(world: World, room: Room): StageState | null {
  if (room.kind !== STAGE) return null;
  return (world.roomStates.get(stateKey(room.id, "stage")) ?? null) as StageState | null;
}

export type Part = "host" | "cohost" | "speaker" | "hand" | "listener";

export function partOf(stage: StageState, accountId: string): Part {
  if (stage.host_id === accountId) return "host";
  if (stage.cohost_ids.includes(accountId)) return "cohost";
  if (stage.speaker_ids.includes(accountId)) return "speaker";
  return stage.hand_ids.includes(accountId) ? "hand" : "listener";
}

/** Before the stage, or on it: whom a host has muted asks too. */
export function asksAt(stage: StageState, accountId: string): boolean {
  return stage.hand_ids.includes(accountId);
}

export function speaksAt(stage: StageState, accountId: string): boolean {
  return ["host", "cohost", "speaker"].includes(partOf(stage, accountId));
}

/** Whether I am a host of it, or keep the room. */
export function leads(world: World, room: Room, stage: StageState): boolean {
  return ["host", "cohost"].includes(partOf(stage, world.me)) || keeps(world, room);
}

/** Whether I am the host of it, or keep the room. */
export function owns(world: World, room: Room, stage: StageState): boolean {
  return stage.host_id === world.me || keeps(world, room);
}

function keeps(world: World, room: Room): boolean {
  return mayAt(world, "room.manage", room.overwrites);
}

/** Whether the people fill the middle, and the chat is a tab beside them. */
export function hasChatBeside({ kind }: Room): boolean {
  return kind === STAGE;
}

/** Whether the link on top is mine to set: I have the keys, or am the host. */
export function maySetLink(world: World, room: Room): boolean {
  return hasKeys(world, room) || stageOf(world, room)?.host_id === world.me;
}

/** Whether I keep this room, or opened it on the spot: it is mine to lock and to enter. */
export function hasKeys(world: World, room: Room): boolean {
  return keeps(world, room) || (room.temporary && room.opened_by === world.me);
}

/** Whether I have a say over somebody in a room; of hosts, only the host has one over the others. */
export function isInCharge(world: World, room: Room, accountId: string): boolean {
  const stage = stageOf(world, room);
  if (!stage) return hasKeys(world, room);
  if (owns(world, room, stage)) return true;
  return leads(world, room, stage) && !["host", "cohost"].includes(partOf(stage, accountId));
}

/** Whether the door is locked for me, who am outside. */
export function isLockedOut(world: World, room: Room): boolean {
  const isInside = world.participants.get(world.me)?.room_id === room.id;
  return room.is_locked && !isInside && !hasKeys(world, room);
}

/** Who knocks at a locked door. */
export function knockingAt(world: World, room: Room): readonly string[] {
  const door = world.roomStates.get(stateKey(room.id, "door")) as
    | { readonly knocking_ids: readonly string[] }
    | null
    | undefined;
  return door?.knocking_ids ?? [];
}

/** Whether I come in without a microphone: nobody asks for one that is not used. */
export function listensAt(world: World, room: Room | undefined): boolean {
  const stage = room && stageOf(world, room);
  return !!stage && !speaksAt(stage, world.me);
}

/** Whether the hosts keep the chat of a stage for themselves. */
export function isChatClosed(world: World, { room_id }: Pick<Channel, "room_id">): boolean {
  const room = world.rooms.get(room_id ?? "");
  const stage = room && stageOf(world, room);
  return !!stage && !stage.chat_open && !leads(world, room, stage);
}

/** Whether the door is shut for me: its hosts are on their way. */
export function isShut(world: World, room: Room): boolean {
  const stage = stageOf(world, room);
  return !!stage && !stage.is_open && !speaksAt(stage, world.me) && !keeps(world, room);
}

/** Who is seen in a room: from outside a green room is dark. */
export function seenIn(world: World, room: Room): readonly Participant[] {
  return isShut(world, room) ? [] : peopleIn(world, room.id);
}

/** Hosts first, then co-hosts, then speakers as they came up; never by who talks. */
export function inOrder<T extends { readonly account_id: string }>(
  stage: StageState,
  people: readonly T[],
): readonly T[] {
  const order = [stage.host_id, ...stage.cohost_ids, ...stage.speaker_ids];
  const place = ({ account_id }: T) => order.indexOf(account_id);
  return people.filter((each) => place(each) >= 0).toSorted((a, b) => place(a) - place(b));
}

/** Whose hands are up, the longest waiting first. */
export function inLine<T extends { readonly account_id: string }>(
  stage: StageState,
  people: readonly T[],
): readonly T[] {
  return stage.hand_ids.flatMap((id) => people.find(({ account_id }) => account_id === id) ?? []);
}

/** Who has a part and is not in the room, in their order. */
export function missing(
  stage: StageState,
  people: readonly { readonly account_id: string }[],
): readonly string[] {
  const here = new Set(people.map(({ account_id }) => account_id));
  const all = [stage.host_id, ...stage.cohost_ids, ...stage.speaker_ids];
  return all.filter((id) => id !== null && !here.has(id)) as string[];
}
