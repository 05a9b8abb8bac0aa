/**
 * Keeps up with what asks for me: the mentions and replies I have not read, and what I want to be told
 * of each channel. Fetched after the first paint; the server is asked at each welcome that is not a
 * mere way back, and the events say the rest.
 */

import { isForMe } from "../store.ts";
import { isNewer, type Level, type Message } from "../wire.ts";
import type { App } from "./app.ts";

const attending = new WeakSet<App>();

export async function attend(app: App): Promise<void> {
  if (!attending.has(app)) listen(app);
  attending.add(app);
  const answer = await app.command("inbox.unread") as unknown as {
    unread: readonly { message_id: string; channel_id: string }[];
    levels: readonly Level[];
  };
  app.unread.value = new Map(answer.unread.map((one) => [one.message_id, one.channel_id]));
  app.levels.value = new Map(answer.levels.map((level) => [level.channel_id, level]));
}

/** Nothing is told aloud of it: chosen so, or muted for a while. */
export function isQuiet(level: Level | undefined, nowMs: number): boolean {
  if (!level) return false;
  return level.level === "nothing" ||
    level.muted_until !== null && Date.parse(level.muted_until) > nowMs;
}

function listen(app: App): void {
  const keep = (fits: (message: string, channel: string) => boolean) =>
    app.unread.value = new Map([...app.unread.value].filter(([id, at]) => fits(id, at)));
  app.on("message.posted", (message: Message) => {
    if (asksForMe(app, message)) {
      app.unread.value = new Map(app.unread.value).set(message.id, message.channel_id);
    }
  });
  app.on("message.edited", (message: Message) => {
    if (!asksForMe(app, message)) keep((id) => id !== message.id);
  });
  app.on("message.deleted", ({ id }) => keep((one) => one !== id));
  app.on("messages.deleted", ({ ids }) => keep((one) => !ids.includes(one)));
  app.on(
    "read.moved",
    ({ channel_id, message_id }) =>
      keep((id, channel) => channel !== channel_id || isNewer(id, message_id)),
  );
  app.on("inbox.done", ({ message_ids }) => keep((id) => !message_ids.includes(id)));
  app.on("level.changed", (level: Level) => {
    app.levels.value = new Map(app.levels.value).set(level.channel_id, level);
  });
  app.on("access.changed", () => void attend(app).catch(() => {})); // the next welcome asks again
}

/** A call to many does not reach me where I want it quiet; what is meant for me alone does. */
function asksForMe(app: App, message: Message): boolean {
  const world = app.store.world.peek();
  const named = message.mentions;
  if (!named || !isForMe(message, world)) return false;
  const toMe = named.account_ids.includes(world.me) || named.answered_id === world.me;
  return toMe || !isQuiet(app.levels.peek().get(message.channel_id), Date.now());
}
