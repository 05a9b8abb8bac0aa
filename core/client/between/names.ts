/** What conversations are called, and what they look like to all that shows channels. */

import { listed, t } from "../i18n.ts";
import { mayAt, type World } from "../world.ts";
import type { Account, Channel, Conversation, Thread } from "../wire.ts";

const NAMES_SHOWN = 3;

/** Everybody in it but me; who is not known here, or has left, is not among them. */
export function othersOf({ member_ids }: Conversation, world: World): readonly Account[] {
  return member_ids
    .filter((id) => id !== world.me)
    .flatMap((id) => world.accounts.get(id) ?? [])
    .filter(({ state }) => state !== "deleted");
}

/** Its name, else who is in it: "Sana, Wen and 2 others". */
export function titleOf(conversation: Conversation, world: World): string {
  if (conversation.name) return conversation.name;
  const names = othersOf(conversation, world).map((account) => account.display_name);
  if (names.length === 0) return t("person.left");
  if (names.length <= NAMES_SHOWN) return listed(names);
  const few = names.slice(0, NAMES_SHOWN - 1);
  return t("between.names_more", { names: few.join(", "), n: names.length - few.length });
}

/** What each member of a conversation may do there, and nobody more, whoever they are elsewhere. */
const HELD = ["message.post", "message.attach", "message.pin"];

/** Whether I may do something at a place of any kind; a thread is like the channel it stands in. */
export function mayIn(world: World, permission: string, channelId: string): boolean {
  if (world.conversations.has(channelId)) return HELD.includes(permission);
  const parent = world.threads.get(channelId)?.parent_id ?? channelId;
  const place = world.channels.get(parent) ?? world.rooms.get(parent);
  return mayAt(world, permission, place?.overwrites ?? []);
}

/** As a channel: its members write in it, whatever they may do elsewhere. */
export function channelOf(conversation: Conversation, world: World, isOpen: boolean): Channel {
  const nobodys = ["message.manage", "message.hurry", "mention.everyone"];
  const own = { target: "account", target_id: world.me } as const;
  return {
    id: conversation.id,
    slug: "",
    name: titleOf(conversation, world),
    topic: "",
    category_id: null,
    position: 0,
    room_id: null,
    last_message_id: conversation.last_message_id,
    slow_mode_s: 0,
    is_public: false,
    overwrites: [
      isOpen
        ? { ...own, allow: HELD, deny: nobodys }
        : { ...own, allow: [], deny: [...HELD, ...nobodys] },
    ],
  };
}

/** As a channel: it is written in like the one it stands in. */
export function channelOfThread(thread: Thread, parent: Channel): Channel {
  const { id, name, last_message_id } = thread;
  return {
    ...parent,
    id,
    slug: "",
    name,
    topic: "",
    last_message_id,
    is_public: false,
  };
}

/** How many answers a thread has, in words. */
export function repliesOf({ message_count: n }: Thread): string {
  return n === 0 ? t("thread.no_replies") : t("thread.replies", { n });
}

/** The last spoken in first. One that somebody else began shows itself with the first message. */
export function lastFirst(world: World, open: string): readonly Conversation[] {
  return [...world.conversations.values()]
    .filter((each) => each.last_message_id !== null || each.kind === "group" || each.id === open)
    .sort((a, b) => Number(BigInt(lastOf(b)) - BigInt(lastOf(a)) > 0n) * 2 - 1);
}

function lastOf(conversation: Conversation): string {
  return conversation.last_message_id ?? conversation.id;
}
