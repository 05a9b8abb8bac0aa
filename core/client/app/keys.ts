/** Keys for the whole page: search, all keys, from room to room, from region to region. */

import { lettersAreKeys, talkKey, uncoverRoom } from "../prefs.ts";
import { isUnread, ordered } from "../world.ts";
import type { App } from "./app.ts";

/** In the order in which F6 goes around. */
const REGIONS = [".side nav", "#main", ".composer textarea", ".aside", ".vbar"] as const;
const FOCUSABLE = "a, button:not(:disabled), textarea, input, select, [tabindex='0']";

export function listenToKeys(app: App, search: () => void): void {
  addEventListener("keydown", keepLetters, { capture: true }); // before whoever listens to them
  addEventListener("keydown", (event) => {
    if (act(app, event, search)) event.preventDefault();
  });
}

/** Let no letter alone be a key for who does not wish it; the one that is held to talk was chosen. */
function keepLetters(event: KeyboardEvent): void {
  if (lettersAreKeys.value || isWriting() || event.code === talkKey.value.code) return;
  const isAlone = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (isAlone && event.key.length === 1 && event.key !== " ") event.stopImmediatePropagation();
}

/** Whether the key was one of ours. */
function act(app: App, event: KeyboardEvent, search: () => void): boolean {
  if (document.querySelector("dialog[open]")) return false;
  const isInMenu = document.querySelector(".menu:popover-open") !== null;
  if (event.key === "Escape" && !isInMenu) uncoverRoom(); // and whoever else listens to it
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) search();
  else if (event.key === "/" && !isWriting()) app.router.navigate("/search");
  else if (event.key === "?" && !isWriting()) app.router.navigate("/settings/about");
  else if (event.key === "F6") goAround(event.shiftKey ? -1 : 1);
  else if (step && event.altKey && !event.ctrlKey) goTo(app, step, event.shiftKey);
  else return false;
  return true;
}

/** Whether letters are written now; a key without more is a letter then. */
function isWriting(): boolean {
  const at = document.activeElement;
  return at instanceof HTMLElement &&
    (at.matches("input, textarea, select") || at.isContentEditable);
}

/** The next place in the order of the sidebar, or the next with something unread. */
function goTo(app: App, step: number, onlyUnread: boolean): void {
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

function goAround(step: number): void {
  const regions = REGIONS.flatMap((selector) => document.querySelector<HTMLElement>(selector) ?? [])
    .filter((region) => region.offsetParent !== null);
  const at = regions.findLastIndex((region) => region.contains(document.activeElement));
  const next = regions[(at + step + regions.length) % regions.length];
  const target = next?.matches(FOCUSABLE) || next?.hasAttribute("tabindex")
    ? next
    : next?.querySelector<HTMLElement>(FOCUSABLE);
  target?.focus();
}
