/** From room to room and from region to region, by keys. */

import "./first.ts";
import { isUnread, ordered } from "../world.ts";
import type { App } from "./app.ts";

/** In the order in which F6 goes around. */
const REGIONS = [".side nav", "#main", ".composer textarea", ".aside", ".vbar"] as const;
const FOCUSABLE = "a, button:not(:disabled), textarea, input, select, [tabindex='0']";

/** The next place in the order of the sidebar, or the next with something unread. */
export function goTo(app: App, step: number, onlyUnread: boolean): void {
  const here = app.router.path.value.split("/m/")[0];
  const all = places(app).filter(({ to, unread }) => !onlyUnread || unread || to === here);
  if (all.length === 0) return;
  const at = all.findIndex(({ to }) => to === here);
  const next = all[(Math.max(at, step < 0 ? 0 : -1) + step + all.length) % all.length];
  if (next) app.router.navigate(next.to);
}

function places(app: App): { readonly to: string; readonly unread: boolean }[] {
  const world = app.store.world.value;
  const groups = [null, ...ordered(world.categories).map((category) => category.id)];
  const channels = ordered(world.channels).filter((channel) => channel.room_id === null);
  const rooms = ordered(world.rooms);
  return groups.flatMap((id) => [
    ...channels.filter((channel) => channel.category_id === id)
      .map((channel) => ({ to: `/c/${channel.slug}`, unread: isUnread(world, channel) })),
    ...rooms.filter((room) => room.category_id === id)
      .map((room) => ({ to: `/r/${room.slug}`, unread: isUnread(world, app.chatOf(room)) })),
  ]);
}

export function goAround(step: number): void {
  const regions = REGIONS.flatMap((selector) => document.querySelector<HTMLElement>(selector) ?? [])
    .filter((region) => region.offsetParent !== null);
  const at = regions.findLastIndex((region) => region.contains(document.activeElement));
  const next = regions[(at + step + regions.length) % regions.length];
  const target = next?.matches(FOCUSABLE) || next?.hasAttribute("tabindex")
    ? next
    : next?.querySelector<HTMLElement>(FOCUSABLE);
  target?.focus();
}
