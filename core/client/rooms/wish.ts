/** The room that somebody is about to open, as the dialog and the plugins in it write it down. */

import { type RoomSound, STAGE, TALK } from "../wire.ts";

export const SEATS_MAX = 3_000;

export type Entry = "everyone" | "roles" | "link";

export interface RoomWish {
  readonly kind: string;
  readonly name: string;
  readonly topic: string;
  readonly tags: readonly string[];
  readonly entry: Entry;
  /** Who may come in, where `entry` is "roles". */
  readonly roles: readonly string[];
  readonly isForSome: boolean;
  /** The roles that may speak, where it is for some. */
  readonly speakers: readonly string[];
  /** As typed: "" for as many as fit. */
  readonly seats: string;
  readonly sound: RoomSound;
  readonly stays: boolean;
  /** Said at the door; a plugin that records starts as soon as somebody is in. */
  readonly toBeRecorded: boolean;
  /** Who follows its topics is told that it is open. */
  readonly tellsFollowers: boolean;
  /** And who has one of these roles. */
  readonly told: readonly string[];
}

export const WISH: RoomWish = {
  kind: TALK,
  name: "",
  topic: "",
  tags: [],
  entry: "everyone",
  roles: [],
  isForSome: false,
  speakers: [],
  seats: "",
  sound: "speech",
  stays: false,
  toBeRecorded: false,
  tellsFollowers: true,
  told: [],
};

/** What `room.open` is sent; without a name the room has its usual one. */
export function fieldsOf(wish: RoomWish, usual: string): Readonly<Record<string, unknown>> {
  const seats = Number(wish.seats);
  const hasSeats = Number.isInteger(seats) && seats >= 1;
  return {
    name: wish.name.trim() || usual,
    kind: wish.kind,
    topic: wish.topic.trim(),
    tags: wish.tags,
    entry: wish.entry,
    sound: wish.sound,
    temporary: !wish.stays,
    to_be_recorded: wish.toBeRecorded,
    tell_followers: wish.tellsFollowers,
    tell_roles: wish.told,
    ...(wish.entry === "roles" ? { roles: wish.roles } : {}),
    ...(wish.isForSome && wish.kind !== STAGE ? { speakers: wish.speakers } : {}),
    ...(hasSeats ? { seats: Math.min(seats, SEATS_MAX) } : {}),
  };
}
