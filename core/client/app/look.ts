/** Keeps the document's scheme, hue and title with what is chosen and where one is. */

import { effect } from "@preact/signals";
import { theme } from "../prefs.ts";
import type { App } from "./app.ts";

export function keepLook(app: App): void {
  const root = document.documentElement;
  effect(() => {
    if (theme.value === "system") delete root.dataset["theme"];
    else root.dataset["theme"] = theme.value;
  });
  effect(() => {
    if (!app.isReady.value) return;
    const hue = String(app.store.community.value.accent_hue);
    root.style.setProperty("--accent-h", hue);
    remember("salon.hue", hue);
  });
  effect(() => {
    if (app.isReady.value) document.title = marks(app) + titleOf(app);
  });
}

function marks(app: App): string {
  const asks = app.unread.value.size;
  return (isMarked(app) ? "● " : "") + (asks > 0 ? `(${asks}) ` : "");
}

/** Whether there is something to know about the room one is in. */
function isMarked(app: App): boolean {
  const mine = app.store.rooms.value.get(app.voice.roomId.value ?? "");
  return mine !== undefined && app.slots.marksOf(mine).length > 0;
}

function titleOf(app: App): string {
  const community = app.store.community.value.name;
  const route = app.router.route.value;
  if (route.view !== "channel" && route.view !== "room") return community;
  const places = route.view === "channel" ? app.store.channels.value : app.store.rooms.value;
  const place = [...places.values()].find((each) => each.slug === route.slug);
  return place ? `${place.name}, ${community}` : community;
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // storage refused: the hue comes with the welcome
  }
}
