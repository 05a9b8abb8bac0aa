/**
 * Keeps up with what asks for me: the mentions and replies I have not read, and what I want to be told
 * of each channel. Fetched after the first paint; the server is asked at each welcome that is not a
 * mere way back, and the events say the rest.
 */

import "./first.ts";
import { isForMe, may } from "../world.ts";
import { isNewer, type Level, type Message } from "../wire.ts";
import { effect } from "@preact/signals";
import { kept } from "../prefs.ts";
import { tagsOf } from "../tags/tags.ts";
import type { App } from "./app.ts";

/** Nothing disturbs me on this device until then, in ms. */
export const busyUntil = kept<number>("salon.busy_until", 0);

const AWAY_AFTER_MS = 10 * 60_000;
const LOOK_EVERY_MS = 15_000;

const attending = new WeakSet<App>();

export async function attend(app: App): Promise<void> {
  if (!attending.has(app)) listen(app);
  attending.add(app);
  tellPresence(app);
  void tagsOf(app).ask();
  void countApplicants(app).catch(() => {});
  const answer = await app.command("inbox.unread") as unknown as {
    unread: readonly { message_id: string; channel_id: string }[];
    levels: readonly Level[];
  };
  app.unread.value = new Map(answer.unread.map((one) => [one.message_id, one.channel_id]));
  app.levels.value = new Map(answer.levels.map((level) => [level.channel_id, level]));
}

/** Who asks at the door is answered by some; to the others nobody is there. */
async function countApplicants(app: App): Promise<void> {
  const answers = may(app.store.world.peek(), "member.manage");
  const answer = answers ? await app.command("application.list") : {};
  app.applicants.value = (answer["applications"] as readonly unknown[] | undefined)?.length ?? 0;
}

/** Nothing is told aloud of it: chosen so, or muted for a while. */
export function isQuiet(level: Level | undefined, nowMs: number): boolean {
  if (!level) return false;
  return level.level === "nothing" ||
    level.muted_until !== null && Date.parse(level.muted_until) > nowMs;
}

type Presence = "here" | "away" | "busy";
let touchedAtMs = Date.now();
let told: Presence = "here";

/** How I am here: busy because I said so, away when nothing was touched for a while. */
function presence(): Presence {
  if (busyUntil.value > Date.now()) return "busy";
  return Date.now() - touchedAtMs > AWAY_AFTER_MS ? "away" : "here";
}

/** Says it anew after a welcome: the server forgets it with the line. */
function tellPresence(app: App): void {
  told = presence();
  if (told !== "here") app.command("presence.set", { state: told }).catch(() => {});
}

function watchPresence(app: App): void {
  const look = () => {
    if (presence() === told) return;
    told = presence();
    app.command("presence.set", { state: told }).catch(() => {});
  };
  const touched = () => {
    touchedAtMs = Date.now();
    if (told === "away") look();
  };
  for (const event of ["pointerdown", "pointermove", "keydown", "focus"]) {
    addEventListener(event, touched, { passive: true });
  }
  setInterval(look, LOOK_EVERY_MS);
  effect(look);
}

function listen(app: App): void {
  watchPresence(app);
  const keep = (fits: (message: string, channel: string) => boolean) =>
    app.unread.value = new Map([...app.unread.value].filter(([id, at]) => fits(id, at)));
  app.on("message.posted", (message: Message) => {
    void import("./notices.ts").then(({ notice }) => notice(app, message)).catch(() => {});
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
  app.on("applications.changed", ({ waiting }) => app.applicants.value = waiting);
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
