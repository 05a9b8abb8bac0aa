/**
 * The keys of the player: space, the arrows and, unless they are turned off, letters. They count
 * everywhere in the page but where one writes or chooses; space presses what has the focus.
 */

import { element } from "./elements.ts";
import { BACK_S, FORWARD_S } from "./session.ts";
import type { Sound } from "./sound.ts";
import type { Said } from "./words.ts";

const KEY = "salon.letters"; // as the client keeps it: one choice for both
const STEP_S = 5;
const TYPED = "input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable]";
const PRESSED = "button, a, summary, input[type=checkbox]";

export function listenToKeys(sound: Sound, toggle: () => void): void {
  const letters: Readonly<Record<string, () => void>> = {
    k: toggle,
    j: () => sound.by(-BACK_S),
    l: () => sound.by(FORWARD_S),
    n: () => sound.goToNextVoice(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest(TYPED)) return;
    const act = event.key === " "
      ? target.closest(PRESSED) ? undefined : toggle
      : event.key === "ArrowLeft"
      ? () => sound.by(-STEP_S)
      : event.key === "ArrowRight"
      ? () => sound.by(STEP_S)
      : areLettersKeys()
      ? letters[event.key.toLowerCase()]
      : undefined;
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** Which keys there are, and the switch for letters: software that is spoken to types them. */
export function listOfKeys(say: Said): HTMLElement {
  const made = element("div", "rec-keys");
  const list = element("ul", "");
  list.append(
    ...["key_toggle", "key_arrows", "key_jump"].map((key) => element("li", "", say(key))),
  );
  const label = element("label", "rec-check");
  const box = element("input", "");
  box.type = "checkbox";
  box.checked = areLettersKeys();
  box.addEventListener("change", () => {
    try {
      if (box.checked) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, "false");
    } catch { // a browser that keeps nothing
    }
  });
  label.append(box, say("keys_on"));
  made.append(list, label);
  return made;
}

function areLettersKeys(): boolean {
  try {
    return localStorage.getItem(KEY) !== "false";
  } catch {
    return true;
  }
}
