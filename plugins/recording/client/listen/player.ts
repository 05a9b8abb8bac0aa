/**
 * The player of an episode. Without script the browser's own stands there; with it: the picture of
 * the sound to move in, chapters, jumps, speed, a sleep timer, a link to this moment, keys.
 */

import { canCopy, copy } from "./copying.ts";
import { choice, dress, element, iconButton, svg, textButton } from "./elements.ts";
import { heardUntil, keep } from "./kept.ts";
import { inStep } from "./lines.ts";
import { listenToKeys, listOfKeys } from "./keys.ts";
import { announce, BACK_S, FORWARD_S } from "./session.ts";
import { sleepTimer } from "./sleep.ts";
import { ask, askForSwing, endOfPause, nextVoice, pathOf, type Turn } from "./shape.ts";
import { chaptersOf, Sound } from "./sound.ts";
import { type Said, saidBy, stamp } from "./words.ts";

const RATES = [0.8, 1, 1.2, 1.5, 1.8, 2] as const;
const KEPT_EVERY_S = 5;
const BAR_PX = 5;
const BARS_LEAST = 40;

export function enhance(place: HTMLElement, isSmall: boolean): void {
  const audio = place.querySelector("audio");
  const wave = place.querySelector<HTMLElement>(".rec-wave");
  if (!audio || !wave) return;
  const say = saidBy(place);
  const facts = place.dataset as Record<string, string>;
  const sound = new Sound(audio, Number(facts["durationMs"]) / 1_000, chaptersOf(document));
  const notice = new Notice(sound, say);
  const toggle = () => {
    if (audio.paused) void sound.play().then((comes) => notice.fails(!comes));
    else audio.pause();
  };
  const play = iconButton("rec-play filled", say("play"), "play", toggle);
  const middle = element("div", "rec-middle");
  moving(sound, wave, say);
  middle.append(wave, times(sound));
  place.prepend(play, middle);
  if (!isSmall) {
    const { controls, more } = buttons(sound, say, notice, facts["page"] ?? "");
    place.append(controls, notice.line, more);
    void know(sound, wave, more, facts["beside"] ?? "", say);
    const start = () => void sound.play().then((comes) => notice.fails(!comes));
    follow(sound, start);
    const transcript = document.querySelector<HTMLElement>(".rec-turns");
    if (transcript) inStep(transcript, sound, start, say);
  } else place.append(notice.line);
  const show = () =>
    dress(play, say(audio.paused ? "play" : "pause"), audio.paused ? "play" : "pause");
  for (const event of ["play", "pause", "ended"]) audio.addEventListener(event, show);
  audio.addEventListener("error", () => notice.fails(true));
  audio.controls = false;
  place.classList.add("ready");
  listenToKeys(sound, toggle);
  announce(sound, {
    title: facts["title"] ?? "",
    names: facts["names"] ?? "",
    show: facts["show"] ?? "",
    cover: facts["cover"] ?? "",
  });
  begin(sound, notice, facts["slug"] ?? "");
}

/** Begins at the second of the address, else where one stopped last time; keeps where one is. */
function begin(sound: Sound, notice: Notice, slug: string): void {
  const asked = Number(new URLSearchParams(location.search).get("t"));
  const before = heardUntil(slug);
  if (asked > 0) sound.seek(asked);
  else if (before > 0) {
    sound.seek(before);
    notice.goesOn(before);
  }
  let keptS = sound.atS;
  const now = () => {
    keptS = sound.atS;
    keep(slug, sound.audio.ended ? 0 : sound.atS, sound.durationS);
  };
  sound.audio.addEventListener("timeupdate", () => {
    if (!sound.audio.paused && Math.abs(sound.atS - keptS) >= KEPT_EVERY_S) now();
  });
  for (const event of ["pause", "ended"]) sound.audio.addEventListener(event, now);
}

/** One line under the player, which says what went wrong or was done. */
class Notice {
  readonly line: HTMLElement;
  readonly #sound: Sound;
  readonly #say: Said;

  constructor(sound: Sound, say: Said) {
    this.#sound = sound;
    this.#say = say;
    this.line = element("p", "rec-said");
    this.line.setAttribute("role", "status");
  }

  tell(text: string, ...more: readonly HTMLElement[]): void {
    this.line.classList.remove("bad");
    this.line.replaceChildren(text, ...more);
  }

  fails(isSo: boolean): void {
    if (!isSo) {
      if (this.line.classList.contains("bad")) this.tell("");
      return;
    }
    const again = textButton(this.#say("again"), () => {
      const atS = this.#sound.atS;
      this.#sound.audio.load();
      this.#sound.seek(atS);
      void this.#sound.play().then((comes) => this.fails(!comes));
    });
    this.tell(this.#say("no_sound"), again);
    this.line.classList.add("bad");
  }

  goesOn(atS: number): void {
    const anew = textButton(this.#say("from_start"), () => {
      this.#sound.seek(0);
      this.tell("");
    });
    this.tell(this.#say("stopped_at", { at: stamp(atS) }), anew);
  }
}

/** The picture of the sound becomes a slider; what was heard is coloured. */
function moving(sound: Sound, wave: HTMLElement, say: Said): void {
  const range = element("input", "rec-range");
  range.type = "range";
  range.min = "0";
  range.max = String(sound.durationS);
  range.step = "1";
  range.setAttribute("aria-label", say("position"));
  const clip = heardPart(wave);
  for (const picture of wave.querySelectorAll("svg")) picture.setAttribute("aria-hidden", "true");
  wave.removeAttribute("aria-hidden");
  wave.append(range);
  range.addEventListener("input", () => sound.seek(Number(range.value)));
  watch(sound, () => {
    range.value = String(sound.atS);
    const where = `${stamp(sound.atS)} / ${stamp(sound.durationS)}`;
    const { chapter } = sound;
    range.setAttribute("aria-valuetext", chapter ? `${where}, ${chapter.title}` : where);
    clip.setAttribute("width", String(sound.durationS ? sound.atS / sound.durationS * 1_000 : 0));
  });
}

/** Lays a second, coloured wave over the first; returns its clip, as wide as what was heard. */
function heardPart(wave: HTMLElement): SVGRectElement {
  const first = wave.querySelector("svg");
  const box = svg("rect", { y: "-8", height: "80", width: "0" });
  const clip = svg("clipPath", { id: "heard" });
  clip.append(box);
  if (first) {
    const copy = first.cloneNode(true) as SVGSVGElement;
    copy.querySelector("path")?.setAttribute("class", "rec-bars done");
    copy.querySelector("path")?.setAttribute("clip-path", "url(#heard)");
    copy.append(clip);
    first.after(copy);
  }
  return box;
}

function times(sound: Sound): HTMLElement {
  const made = element("div", "rec-times");
  const now = element("span", "rec-now");
  const title = element("span", "rec-chapter-now");
  made.append(now, title, element("span", "rec-all", stamp(sound.durationS)));
  watch(sound, () => {
    now.textContent = stamp(sound.atS);
    title.textContent = sound.chapter?.title ?? "";
  });
  return made;
}

/** Calls at once and whenever the position may have changed. */
function watch(sound: Sound, show: () => void): void {
  for (const event of ["timeupdate", "seeking", "seeked", "loadedmetadata"]) {
    sound.audio.addEventListener(event, show);
  }
  show();
}

/** Asks for what is known beside the sound, draws it finely, and offers what follows from it. */
async function know(
  sound: Sound,
  wave: HTMLElement,
  more: HTMLElement,
  beside: string,
  say: Said,
): Promise<void> {
  if (beside === "") return; // an episode that was made before there was such a thing
  const swing = await askForSwing(`${beside}/peaks.json`);
  const turns = await ask<readonly Turn[]>(`${beside}/turns.json`);
  if (swing) {
    const path = pathOf(swing, Math.max(BARS_LEAST, Math.round(wave.clientWidth / BAR_PX)));
    for (const bars of wave.querySelectorAll(".rec-bars")) bars.setAttribute("d", path);
    const label = element("label", "rec-check");
    const box = element("input", "");
    box.type = "checkbox";
    label.append(box, say("silence"));
    more.prepend(label);
    sound.audio.addEventListener("timeupdate", () => {
      const endMs = box.checked && !sound.audio.paused
        ? endOfPause(swing, sound.atS * 1_000)
        : null;
      if (endMs !== null) sound.seek(endMs / 1_000);
    });
  }
  if (turns && new Set(turns.map(([voice]) => voice)).size > 1) {
    const go = () => {
      const nextMs = nextVoice(turns, sound.atS * 1_000);
      if (nextMs !== null) sound.seek(nextMs / 1_000);
    };
    more.prepend(textButton(say("next_voice"), go));
    sound.goToNextVoice = go;
  }
}

function buttons(
  sound: Sound,
  say: Said,
  notice: Notice,
  page: string,
): { readonly controls: HTMLElement; readonly more: HTMLElement } {
  const controls = element("div", "rec-controls");
  const more = element("div", "rec-more");
  const open = iconButton("rec-jump", say("more"), "more", () => {
    more.hidden = !more.hidden;
    open.setAttribute("aria-expanded", String(!more.hidden));
  });
  open.setAttribute("aria-expanded", "false");
  more.hidden = true;
  more.append(listOfKeys(say));
  const speed = choice(
    "rec-btn rec-speed",
    say("speed"),
    RATES.map((rate) => [String(rate), `${rate}×`] as const),
    (rate) => sound.audio.playbackRate = Number(rate),
  );
  speed.value = "1";
  const share = () => void shareMoment(sound, say, notice, page);
  controls.append(
    iconButton("rec-jump", say("back"), "back", () => sound.by(-BACK_S)),
    iconButton("rec-jump", say("forward"), "forward", () => sound.by(FORWARD_S)),
    speed,
    sleepTimer(sound, say),
    iconButton("rec-jump", say("share"), "share", share),
    open,
  );
  return { controls, more };
}

/** Copies a link to this second; where that cannot be, it stands there to be copied by hand. */
async function shareMoment(sound: Sound, say: Said, notice: Notice, page: string): Promise<void> {
  const second = Math.floor(sound.atS);
  const at = stamp(second);
  const address = second > 0 ? `${page}?t=${second}` : page;
  if (canCopy() && await copy(address)) {
    notice.tell(say("shared", { at }));
    return;
  }
  const field = element("input", "rec-link");
  field.readOnly = true;
  field.value = address;
  field.setAttribute("aria-label", say("link", { at }));
  notice.tell("", field);
  field.select();
}

/** Chapters play when they are pressed, and the one that is heard is marked. */
function follow(sound: Sound, start: () => void): void {
  for (const chapter of sound.chapters) {
    chapter.link.addEventListener("click", (event) => {
      event.preventDefault();
      sound.seek(chapter.atS);
      start();
    });
  }
  const mark = () => {
    const current = sound.chapter;
    const hasBegun = sound.atS > 0 || !sound.audio.paused;
    for (const { link } of sound.chapters) {
      link.classList.toggle("heard", link === current?.link && !sound.audio.paused);
      if (link === current?.link && hasBegun) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  watch(sound, mark);
  for (const event of ["play", "pause"]) sound.audio.addEventListener(event, mark);
}
