/** Episodes in a list: each gets a button that plays it where it stands, one at a time. */

import { dress, iconButton } from "./elements.ts";
import { heardUntil, keep } from "./kept.ts";
import { saidBy } from "./words.ts";

export function playInRows(list: HTMLElement): void {
  const say = saidBy(list);
  const audio = new Audio();
  let playing: { readonly row: HTMLElement; readonly press: HTMLButtonElement } | null = null;
  const nameOf = (row: HTMLElement) => ({ title: row.dataset["title"] ?? "" });
  const show = () => {
    if (!playing) return;
    const { row, press } = playing;
    const key = audio.paused ? "play_one" : "pause_one";
    dress(press, say(key, nameOf(row)), audio.paused ? "play" : "pause");
    row.classList.toggle("playing", !audio.paused);
    if (Number.isFinite(audio.duration)) {
      keep(row.dataset["slug"] ?? "", audio.ended ? 0 : audio.currentTime, audio.duration);
    }
  };
  for (const event of ["play", "pause", "ended", "error"]) audio.addEventListener(event, show);
  for (const row of list.querySelectorAll<HTMLElement>("li[data-media]")) {
    const press = iconButton("rec-play small filled", say("play_one", nameOf(row)), "play", () => {
      if (playing?.row === row && !audio.paused) {
        audio.pause();
        return;
      }
      if (playing?.row !== row) {
        audio.pause();
        show();
        playing = { row, press };
        audio.src = row.dataset["media"] ?? "";
        audio.currentTime = heardUntil(row.dataset["slug"] ?? "");
      }
      audio.play().catch(() => show());
    });
    row.append(press);
  }
}
