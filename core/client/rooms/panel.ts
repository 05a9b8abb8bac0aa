/** The panel beside a room: which of its tabs is open, and from where it is opened. */

import { signal } from "@preact/signals";
import { showAside } from "../prefs.ts";

/** "chat", "people" or the name of a plugin; a room that has no such tab shows its first. */
export const tab = signal("chat");

export function openTab(key: string): void {
  tab.value = key;
  showAside(true);
}
