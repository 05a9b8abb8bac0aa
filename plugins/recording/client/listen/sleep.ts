/** The sleep timer: after so many minutes, or at the end of a chapter, it becomes quiet. */

import { choice, element, icon } from "./elements.ts";
import type { Sound } from "./sound.ts";
import type { Said } from "./words.ts";

const MINUTES = [5, 15, 30, 60] as const;
const CHAPTER = "chapter";

export function sleepTimer(sound: Sound, say: Said): HTMLElement {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let endS = Infinity;
  const made = choice(
    "rec-sleep",
    say("sleep"),
    [
      ["", say("sleep_off")],
      ...MINUTES.map((n) => [String(n), say("sleep_min", { n })] as const),
      ...(sound.chapters.length > 1 ? [[CHAPTER, say("sleep_chapter")] as const] : []),
    ],
    (value) => {
      clearTimeout(timer);
      endS = value === CHAPTER ? sound.nextChapter?.atS ?? Infinity : Infinity;
      const minutes = Number(value);
      if (minutes > 0) timer = setTimeout(rest, minutes * 60_000);
      place.classList.toggle("on", value !== "");
    },
  );
  const rest = () => {
    endS = Infinity;
    made.value = "";
    place.classList.remove("on");
    sound.audio.pause();
  };
  sound.audio.addEventListener("timeupdate", () => sound.atS >= endS && rest());
  const place = element("span", "rec-nap");
  place.append(icon("moon"), made);
  return place;
}
