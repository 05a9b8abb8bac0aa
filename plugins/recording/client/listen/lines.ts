/**
 * The transcript in step: what is said now is marked, a line that is pressed plays, and the list goes
 * along until somebody moves in it; then a button leads back to now.
 */

import { textButton } from "./elements.ts";
import type { Sound } from "./sound.ts";
import type { Said } from "./words.ts";

export interface Line {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The line that is said at a moment: of those that have begun the last, while it lasts. */
export function lineAt<L extends Line>(lines: readonly L[], atMs: number): L | undefined {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.fromMs ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  const line = lines[low - 1];
  return line && atMs < line.toMs ? line : undefined;
}

interface Shown extends Line {
  readonly place: HTMLElement;
}

export function inStep(list: HTMLElement, sound: Sound, play: () => void, say: Said): void {
  const lines: readonly Shown[] = [...list.querySelectorAll<HTMLElement>("[data-from-ms]")].map(
    (place) => ({
      place,
      fromMs: Number(place.dataset["fromMs"]),
      toMs: Number(place.dataset["toMs"]),
    }),
  ).toSorted((a, b) => a.fromMs - b.fromMs);
  let current: Shown | undefined;
  let follows = true;
  const toNow = textButton(say("to_now"), () => {
    follows = true;
    goAlong();
  });
  toNow.classList.add("rec-to-now");
  toNow.hidden = true;
  list.after(toNow);
  list.classList.add("follow");
  list.tabIndex = 0; // it scrolls
  const goAlong = () => {
    toNow.hidden = follows || current === undefined;
    if (!follows || !current) return;
    const { place } = current;
    const middle = (list.clientHeight - place.offsetHeight) / 2;
    const top = place.getBoundingClientRect().top - list.getBoundingClientRect().top;
    list.scrollTop += top - middle;
  };
  const mark = () => {
    const line = lineAt(lines, sound.atS * 1_000);
    if (line === current) return;
    current?.place.classList.remove("now");
    current?.place.removeAttribute("aria-current");
    line?.place.classList.add("now");
    line?.place.setAttribute("aria-current", "true");
    current = line;
    goAlong();
  };
  for (const event of ["timeupdate", "seeking", "seeked"]) {
    sound.audio.addEventListener(event, mark);
  }
  for (const event of ["wheel", "touchmove", "keydown"]) {
    list.addEventListener(event, () => {
      follows = false;
      toNow.hidden = current === undefined;
    }, { passive: true });
  }
  list.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const pressed = target?.closest<HTMLElement>("[data-from-ms], [data-line-ms]");
    const ms = pressed?.dataset["fromMs"] ?? pressed?.dataset["lineMs"];
    if (ms === undefined || !getSelection()?.isCollapsed) return; // somebody chooses text
    event.preventDefault();
    follows = true;
    sound.seek(Number(ms) / 1_000);
    play();
  });
}
