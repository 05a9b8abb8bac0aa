/** Keys for the whole page: search, all keys, from room to room, from region to region. */

import { lettersAreKeys, talkKey, uncoverRoom } from "../prefs.ts";
import type { App } from "./app.ts";

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
  else if (event.key === "F6") go(({ goAround }) => goAround(event.shiftKey ? -1 : 1));
  else if (step && event.altKey && !event.ctrlKey) {
    go(({ goTo }) => goTo(app, step, event.shiftKey));
  } else return false;
  return true;
}

/** Whether letters are written now; a key without more is a letter then. */
function isWriting(): boolean {
  const at = document.activeElement;
  return at instanceof HTMLElement &&
    (at.matches("input, textarea, select") || at.isContentEditable);
}

function go(where: (ways: typeof import("./going.ts")) => void): void {
  void import("./going.ts").then(where).catch(() => {}); // without a line one stays
}
