/** What a reaction makes of a window of messages: pure functions. */

import type { Reaction, ReactionChange } from "../wire.ts";
import type { Window } from "./history.ts";

/** I leave a picture under a message, or take mine back: shown before the server has said so. */
export function toggled(window: Window, id: string, emoji: string, isOn: boolean): Window {
  const before = window.reactions.get(id) ?? [];
  const known = before.some((one) => one.emoji === emoji);
  const all = known ? before : [...before, { emoji, count: 0, mine: false }];
  return withReactions(
    window,
    id,
    all.map((one) =>
      one.emoji !== emoji || one.mine === isOn
        ? one
        : { emoji, count: one.count + (isOn ? 1 : -1), mine: isOn }
    ),
  );
}

/** What stands under a message now, as everybody is told: whether mine is among it, I know. */
export function reacted(window: Window, change: ReactionChange, me: string): Window {
  if (!window.messages.some(({ id }) => id === change.message_id)) return window;
  const before = window.reactions.get(change.message_id) ?? [];
  const isIn = (list: ReactionChange["added"], emoji: string) =>
    list.some((one) => one.emoji === emoji && one.account_id === me);
  const now = change.counts.map(({ emoji, count }) => {
    const was = before.find((one) => one.emoji === emoji)?.mine ?? false;
    return { emoji, count, mine: isIn(change.added, emoji) || was && !isIn(change.removed, emoji) };
  });
  return withReactions(window, change.message_id, now);
}

function withReactions(window: Window, id: string, all: readonly Reaction[]): Window {
  const reactions = new Map(window.reactions);
  const left = all.filter(({ count }) => count > 0);
  if (left.length > 0) reactions.set(id, left);
  else reactions.delete(id);
  return { ...window, reactions };
}
