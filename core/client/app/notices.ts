/**
 * What asks for me while I look at another place of this page: said at its edge, once for each place in
 * a while, and never what is on the screen. The server pushes to whoever looks at no page; both go by
 * the same rules (`domain/attention.py`): what I chose for the place, whom I blocked, do not disturb.
 */

import { effect } from "@preact/signals";
import { placeOf } from "../between/place.ts";
import { loadWords, t } from "../i18n.ts";
import { toast } from "../kit/toast.tsx";
import { lineOf } from "../text/body.tsx";
import { tagsOf } from "../tags/tags.ts";
import type { Level, Message, RoomLive } from "../wire.ts";
import { isBlocked, isForMe, type World } from "../world.ts";
import type { App } from "./app.ts";
import { busyUntil, isQuiet } from "./attention.ts";

const ONCE_IN_MS = 10_000;
const KNOWN_WITHIN_MS = 3_000;
const TEXT_CHARACTERS = 100;

const saidAtMs = new Map<string, number>();

export async function notice(app: App, message: Message): Promise<void> {
  const world = app.store.world.peek();
  const place = placeOf(world, message.channel_id);
  const now = Date.now();
  const level = app.levels.peek().get(message.channel_id);
  if (!place || busyUntil.peek() > now || !isAloud(message, world, level, now)) return;
  if (isOnScreen(place.address, app.router.path.peek()) || !isDue(message.channel_id, now)) return;
  const [name] = await Promise.all([nameOf(app, message.author_id), loadWords("attention")]);
  const author = message.shown_as ?? name;
  const who = place.isOfPeople ? author : t("notice.in", { author, place: place.name });
  toast({
    icon: "bell",
    text: t("notice.says", { who, words: words(message, app.store.world.peek()) }),
    action: {
      label: t("notice.open"),
      run: () => app.router.navigate(`${place.address}/m/${message.id}`),
    },
  });
}

/** Somebody's name; of whom nobody knows here yet as soon as it is told. */
async function nameOf({ store }: App, id: string): Promise<string> {
  const name = () => store.accounts.value.get(id)?.display_name;
  if (!name()) {
    await new Promise<void>((done) => {
      const end = effect(() => void (name() && done()));
      setTimeout(() => (end(), done()), KNOWN_WITHIN_MS);
    });
  }
  return name() ?? "…";
}

/** A room has opened on a topic that I follow, or for a role of mine. */
export async function liveNotice(app: App, { room_id, tag_id }: RoomLive): Promise<void> {
  const room = app.store.rooms.peek().get(room_id);
  const [tag] = tagsOf(app).of(tag_id ? [tag_id] : []);
  if (!room || busyUntil.peek() > Date.now()) return;
  if (isOnScreen(`/r/${room.slug}`, app.router.path.peek())) return;
  await loadWords("attention");
  toast({
    icon: app.slots.iconOf(room),
    text: tag
      ? t("notice.live", { room: room.name, topic: tag.name })
      : t("notice.live_now", { room: room.name }),
    action: { label: t("notice.open"), run: () => app.router.navigate(`/r/${room.slug}`) },
  });
}

export function isAloud(
  message: Message,
  world: World,
  level: Level | undefined,
  nowMs: number,
): boolean {
  const { author_id, channel_id, kind } = message;
  if (author_id === world.me || kind !== "text" || isBlocked(world, author_id)) return false;
  if (isQuiet(level, nowMs)) return false;
  const wantsAll = level ? level.level === "everything" : world.conversations.has(channel_id);
  return wantsAll || isForMe(message, world);
}

export function isOnScreen(address: string, path: string): boolean {
  return path === address || path.startsWith(`${address}/`) || path.startsWith(`${address}?`);
}

function isDue(place: string, nowMs: number): boolean {
  if (nowMs - (saidAtMs.get(place) ?? 0) < ONCE_IN_MS) return false;
  for (const [id, at] of saidAtMs) if (nowMs - at >= ONCE_IN_MS) saidAtMs.delete(id);
  saidAtMs.set(place, nowMs);
  return true;
}

function words(message: Message, world: World): string {
  const all = lineOf(message, world).replace(/\s+/g, " ");
  const some = [...all];
  return some.length > TEXT_CHARACTERS ? `${some.slice(0, TEXT_CHARACTERS).join("")}…` : all;
}
