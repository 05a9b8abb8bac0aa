/** From messages to what stands in the log: day lines, the unread line, groups. */

import { isSameDay } from "../format.ts";
import { isNewer, type Message } from "../wire.ts";

/** Same author within this time: one group under one name. */
export const GROUP_MS = 5 * 60_000;

export type Row =
  | { readonly kind: "day"; readonly key: string; readonly at: string }
  | { readonly kind: "new"; readonly key: string; readonly at: string }
  | { readonly kind: "hidden"; readonly key: string; readonly ids: readonly string[] }
  | {
    readonly kind: "message";
    readonly key: string;
    readonly message: Message;
    readonly first: boolean;
  };

/**
 * `newSince`: the last message read before, or null for no line; own messages are never new. Hidden
 * ones that follow each other are one line.
 */
export function rows(
  messages: readonly Message[],
  newSince: string | null,
  me: string,
  isHidden: (message: Message) => boolean = () => false,
): Row[] {
  const out: Row[] = [];
  let before: Message | null = null;
  let isLineDrawn = newSince === null;
  for (const message of messages) {
    const isNewDay: boolean = before === null || !isSameDay(before.posted_at, message.posted_at);
    if (isNewDay) out.push({ kind: "day", key: `day-${message.id}`, at: message.posted_at });
    const isUnread: boolean = !isLineDrawn && message.author_id !== me &&
      isNewer(message.id, newSince ?? "");
    if (isUnread) {
      isLineDrawn = true;
      out.push({ kind: "new", key: "new", at: before?.posted_at ?? message.posted_at });
    }
    if (isHidden(message)) hide(out, message.id);
    else {
      const first = out.at(-1)?.kind !== "message" || !continues(before, message);
      out.push({ kind: "message", key: message.id, message, first });
    }
    before = message;
  }
  return out;
}

function hide(out: Row[], id: string): void {
  const last = out.at(-1);
  if (last?.kind === "hidden") out[out.length - 1] = { ...last, ids: [...last.ids, id] };
  else out.push({ kind: "hidden", key: `hidden-${id}`, ids: [id] });
}

function continues(before: Message | null, message: Message): boolean {
  return before !== null &&
    before.kind === message.kind &&
    before.author_id === message.author_id &&
    before.shown_as === message.shown_as &&
    message.reply_to_id === null &&
    Date.parse(message.posted_at) - Date.parse(before.posted_at) < GROUP_MS;
}
