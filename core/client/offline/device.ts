/**
 * What this page has to do with the device that it is on: it installs the worker, keeps what was told
 * for times without a network and shows it when there is no line, and hears where a notice leads.
 */

import "../app/first.ts";
import { effect } from "@preact/signals";
import type { App } from "../app/app.ts";
import type { Window } from "../text/history.ts";
import { Kept } from "./kept.ts";
import { installWorker, renewSubscription } from "./worker.ts";

const KEEP_AFTER_MS = 1_000;

let isBegun = false;

/** Called when the line is lost before anything was shown, and after each welcome. */
export async function attach(app: App): Promise<void> {
  if (!isBegun) listen(app);
  isBegun = true;
  const me = app.isReady.peek() ? app.store.world.peek().me : null;
  if (!app.kept || (me && app.kept.account !== me)) app.kept = await Kept.of(me);
  if (me) {
    void installWorker().then(() => renewSubscription(app)).catch(() => {});
    keepSoon(app);
  } else {
    const hello = await app.kept?.hello();
    if (hello) app.restore(hello);
  }
}

function listen(app: App): void {
  const soon = () => keepSoon(app);
  for (const event of ["message.posted", "message.edited", "reaction.changed"]) app.on(event, soon);
  app.on("message.deleted", ({ channel_id, id }) => gone(app, channel_id, [id]));
  app.on("messages.deleted", ({ channel_id, ids }) => gone(app, channel_id, ids));
  effect(() => {
    app.router.path.value;
    known(app);
    soon();
  });
  effect(() => mark(app.unread.value.size));
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    if (data?.salon === "go" && typeof data.address === "string") {
      app.router.navigate(data.address);
    }
  });
}

/** The mark on the app's icon: what asks for me. */
function mark(asks: number): void {
  const { setAppBadge } = navigator as { setAppBadge?: (n: number) => Promise<void> };
  setAppBadge?.call(navigator, asks).catch(() => {});
}

/** Deleted is deleted: also where it was kept and is not shown now. */
function gone(app: App, channel: string, ids: readonly string[]): void {
  app.kept?.drop(channel, ids).catch(() => {});
  keepSoon(app);
}

let timer: ReturnType<typeof setTimeout> | undefined;

function keepSoon(app: App): void {
  timer ??= setTimeout(() => {
    timer = undefined;
    void keepAll(app).catch(() => {}); // storage is refused or full
  }, KEEP_AFTER_MS);
}

const keptAs = new Map<string, Window>();

async function keepAll(app: App): Promise<void> {
  if (!app.kept || app.socket.phase.peek() !== "open") return;
  await app.kept.keepOnly(known(app));
  for (const one of app.conversations) {
    const window = one.window.peek();
    if (one.status.peek() === "loading") keepSoon(app);
    else if (keptAs.get(one.channel) !== window) {
      await app.kept.channel(one.channel, window);
      keptAs.set(one.channel, window);
    }
  }
}

/** The places that I may read now. */
function known(app: App): ReadonlySet<string> {
  const { channels, rooms, conversations, threads } = app.store;
  const all = [channels, rooms, conversations, threads].map((each) => [...each.value.keys()]);
  return new Set(all.flat());
}
