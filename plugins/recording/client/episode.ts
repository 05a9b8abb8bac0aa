/**
 * The player of the public episode page. Without this script the browser's own player stands there;
 * with it: the picture of the sound to move in, chapters that play, 15 s back, 30 s on, speed.
 */

const SVG = "http://www.w3.org/2000/svg";
const RATES = [1, 1.2, 1.5, 2, 0.8] as const;
const BACK_S = 15;
const FORWARD_S = 30;
const PATHS = {
  play: "M7 4.500v15l12.5-7.500z",
  pause: "M8 5v14M16 5v14",
  back: "M4 12a8 8 0 1 0 2.6-5.900L4 8.500M4 4v4.500h4.5",
  forward: "M20 12a8 8 0 1 1-2.6-5.900L20 8.500M20 4v4.500h-4.5",
} as const;

const player = document.querySelector<HTMLElement>(".rec-player");
const audio = player?.querySelector("audio");
const wave = player?.querySelector<HTMLElement>(".rec-wave");
if (player && audio && wave) enhance(player, audio, wave);

function enhance(player: HTMLElement, audio: HTMLAudioElement, wave: HTMLElement): void {
  const words = player.dataset as Record<string, string>;
  const durationS = Number(words["durationMs"]) / 1_000;
  const toggle = button("rec-play", words["play"] ?? "", "play");
  const range = slider(words["position"] ?? "", durationS);
  const said = element("p", "rec-fails");
  const now = element("span", "rec-now");
  const title = element("span", "rec-chapter-now");
  const all = element("span", "rec-all");
  said.setAttribute("role", "alert");
  all.textContent = stamp(durationS);

  const seek = (seconds: number) => {
    audio.currentTime = Math.max(0, Math.min(durationS, seconds));
    show();
  };
  const chapters = chaptersOf();
  const played = copyOfWave(wave);
  const show = () => {
    const at = audio.currentTime;
    const current = chapters.findLast((chapter) => chapter.atS <= at + 0.05);
    range.value = String(at);
    range.setAttribute("aria-valuetext", `${stamp(at)} / ${stamp(durationS)}`);
    now.textContent = stamp(at);
    title.textContent = current?.title ?? "";
    played.setAttribute("width", String(durationS ? at / durationS * 1_000 : 0));
    for (const { link } of chapters) {
      if (link === current?.link && (at > 0 || !audio.paused)) {
        link.setAttribute("aria-current", "true");
      } else link.removeAttribute("aria-current");
    }
  };
  const dress = () => {
    const name = audio.paused ? "play" : "pause";
    toggle.setAttribute("aria-label", words[name] ?? "");
    toggle.querySelector("path")?.setAttribute("d", PATHS[name]);
    toggle.classList.toggle("filled", audio.paused);
  };
  const play = () =>
    audio.play().then(() => said.textContent = "", () => said.textContent = words["fails"] ?? "");

  toggle.addEventListener("click", () => audio.paused ? void play() : audio.pause());
  range.addEventListener("input", () => seek(Number(range.value)));
  audio.addEventListener("timeupdate", show);
  audio.addEventListener("play", dress);
  audio.addEventListener("pause", dress);
  for (const chapter of chapters) {
    chapter.link.addEventListener("click", (event) => {
      event.preventDefault();
      seek(chapter.atS);
      void play();
    });
  }

  const times = element("div", "rec-times");
  times.append(now, title, all);
  const middle = element("div", "rec-middle");
  wave.append(range);
  middle.append(wave, times);
  const controls = element("div", "rec-controls");
  controls.append(
    jump(words["back"] ?? "", "back", () => seek(audio.currentTime - BACK_S)),
    jump(words["forward"] ?? "", "forward", () => seek(audio.currentTime + FORWARD_S)),
    speed(words["speed"] ?? "", audio),
  );
  wave.removeAttribute("aria-hidden");
  for (const picture of wave.querySelectorAll("svg")) picture.setAttribute("aria-hidden", "true");
  audio.controls = false;
  player.prepend(toggle, middle, controls);
  player.append(said);
  player.classList.add("ready");
  const asked = Number(new URLSearchParams(location.search).get("t"));
  if (asked > 0) {
    audio.addEventListener("loadedmetadata", () => seek(asked), { once: true });
  }
  dress();
  show();
}

interface Chapter {
  readonly atS: number;
  readonly title: string;
  readonly link: HTMLAnchorElement;
}

function chaptersOf(): readonly Chapter[] {
  const links = [...document.querySelectorAll<HTMLAnchorElement>("a[data-at-ms]")];
  return links.map((link) => ({
    atS: Number(link.dataset["atMs"]) / 1_000,
    title: link.querySelector("bdi")?.textContent ?? "",
    link,
  }));
}

/** Lays a second, coloured wave over the first; its clip is as wide as what was played. */
function copyOfWave(wave: HTMLElement): SVGRectElement {
  const first = wave.querySelector("svg");
  const clip = document.createElementNS(SVG, "clipPath");
  const box = document.createElementNS(SVG, "rect");
  clip.id = "played";
  box.setAttribute("height", "64");
  box.setAttribute("width", "0");
  clip.append(box);
  if (first) {
    const copy = first.cloneNode(true) as SVGSVGElement;
    copy.querySelector("path")?.setAttribute("class", "rec-bars done");
    copy.querySelector("path")?.setAttribute("clip-path", "url(#played)");
    copy.append(clip);
    first.after(copy);
  }
  return box;
}

function slider(label: string, durationS: number): HTMLInputElement {
  const range = document.createElement("input");
  range.type = "range";
  range.className = "rec-range";
  range.min = "0";
  range.max = String(durationS);
  range.step = "1";
  range.setAttribute("aria-label", label);
  return range;
}

function speed(label: string, audio: HTMLAudioElement): HTMLButtonElement {
  const press = document.createElement("button");
  press.type = "button";
  press.className = "rec-btn rec-speed";
  let at = 0;
  const dress = () => {
    const rate = RATES[at] ?? 1;
    audio.playbackRate = rate;
    press.textContent = `${rate}×`;
    press.setAttribute("aria-label", `${label} ${rate}×`);
  };
  press.addEventListener("click", () => {
    at = (at + 1) % RATES.length;
    dress();
  });
  dress();
  return press;
}

function jump(label: string, icon: keyof typeof PATHS, act: () => void): HTMLButtonElement {
  const press = button("rec-jump", label, icon);
  press.addEventListener("click", act);
  return press;
}

function button(className: string, label: string, icon: keyof typeof PATHS): HTMLButtonElement {
  const press = document.createElement("button");
  press.type = "button";
  press.className = className;
  press.setAttribute("aria-label", label);
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[icon]);
  picture.append(path);
  press.append(picture);
  return press;
}

function element(tag: string, className: string): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  return made;
}

function stamp(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
