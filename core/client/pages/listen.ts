/**
 * Listening to a public room without an account: a button, a socket and a connection that only hears.
 *
 * The page says everything without this script but the sound. Each press makes a new socket, which
 * gives an offer and the room as it changes; a line that was lost is tried anew a few times.
 */

import { isDead, takeOffer } from "../connection.ts";
import { after } from "../rooms/caption_lines.ts";

/** The room is not to be heard any more; anything else is a line that ended. */
const CLOSE_OVER = 4010;
const TRIES_MAX = 3;
const AGAIN_MS = 2_000;
const MINUTE_MS = 60_000;
const COPIED_MS = 4_000;

interface Speaker {
  readonly name: string | null;
  readonly hue: number;
  readonly is_host: boolean;
  readonly is_talking: boolean;
}

interface RoomFrame {
  readonly type: "room";
  readonly name: string;
  readonly topic: string;
  readonly speakers: readonly Speaker[];
  readonly listening: number;
  readonly visitors: number;
}

interface CaptionsFrame {
  readonly type: "captions";
  readonly captions: readonly {
    readonly speaker: number;
    readonly name: string | null;
    readonly text: string;
    readonly language: string;
    readonly is_final: boolean;
  }[];
}

interface OfferFrame {
  readonly type: "offer";
  readonly sdp: string;
  /** With the first offer. */
  readonly turn?: RTCIceServer[];
}

type Said = CaptionsFrame["captions"][number] & { readonly account_id: string };
type Frame = RoomFrame | CaptionsFrame | OfferFrame;

const page = document.querySelector<HTMLElement>("main.listen")!;
const said = JSON.parse(page.dataset["said"]!) as Record<string, string>;
const player = page.querySelector<HTMLElement>("[data-player]");
const button = player?.querySelector("button");
const status = page.querySelector<HTMLElement>("[data-status]");
const volume = page.querySelector<HTMLInputElement>("[data-volume]");
const sleep = page.querySelector<HTMLSelectElement>("[data-sleep]");
const canShare = "share" in navigator;
const share = page.querySelector<HTMLButtonElement>("[data-share]");

let socket: WebSocket | null = null;
let connection: RTCPeerConnection | null = null;
let tries = 0;
let again: ReturnType<typeof setTimeout> | undefined;
let nap: ReturnType<typeof setTimeout> | undefined;
let now = "ready"; // what is said of the sound
const sounds = new Map<string, HTMLAudioElement>();

if (player && button) {
  player.hidden = false;
  button.addEventListener("click", () => isOn() ? stop("ready") : begin());
  volume?.addEventListener("input", () => sounds.forEach(loud));
  sleep?.addEventListener("change", fallAsleep);
}
if (share) {
  share.hidden = !canShare && !isSecureContext;
  share.addEventListener("click", () => void shareIt());
}

function begin(): void {
  tries = 0;
  press(true);
  say("connecting");
  come();
}

function come(): void {
  const address = new URL(`${location.pathname}/socket`, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  address.search = "";
  const opened = new WebSocket(address);
  const line = new RTCPeerConnection();
  socket = opened;
  connection = line;
  line.ontrack = ({ track, transceiver }) => hear(transceiver.mid ?? "", track);
  line.onconnectionstatechange = () => {
    if (line.connectionState === "connected") {
      tries = 0;
      say("on");
    }
    if (isDead(line)) opened.close();
  };
  opened.onmessage = ({ data }) => {
    const frame = JSON.parse(data) as Frame;
    if (frame.type === "room") tell(frame);
    else if (frame.type === "captions") caption(frame);
    else answer(opened, line, frame).catch(() => opened.close());
  };
  opened.onclose = ({ code }) => {
    if (socket === opened) lost(code);
  };
}

async function answer(
  to: WebSocket,
  line: RTCPeerConnection,
  { sdp, turn }: OfferFrame,
): Promise<void> {
  if (turn) line.setConfiguration({ iceServers: turn });
  await takeOffer(line, () => sdp);
  to.send(JSON.stringify({ type: "answer", sdp: line.localDescription?.sdp }));
}

function lost(code: number): void {
  connection?.close();
  if (code === CLOSE_OVER) {
    page.dataset["live"] = "";
    return stop("over");
  }
  if (++tries > TRIES_MAX) return stop("failed");
  say("connecting");
  again = setTimeout(come, AGAIN_MS * tries);
}

function stop(why: string): void {
  clearTimeout(again);
  const opened = socket;
  socket = null;
  opened?.close();
  connection?.close();
  connection = null;
  for (const sound of sounds.values()) sound.srcObject = null;
  lines = [];
  showCaptions();
  press(false);
  say(why);
}

function isOn(): boolean {
  return player?.dataset["on"] === "yes";
}

function press(isOn: boolean): void {
  if (!player || !button) return;
  player.dataset["on"] = isOn ? "yes" : "";
  button.ariaLabel = said[isOn ? "stop" : "go"]!;
}

function say(key: string): void {
  now = key;
  show(key);
}

function show(key: string): void {
  if (status && status.textContent !== said[key]) status.textContent = said[key] ?? "";
}

function hear(mid: string, track: MediaStreamTrack): void {
  const sound = sounds.get(mid) ?? document.body.appendChild(document.createElement("audio"));
  sounds.set(mid, sound);
  sound.hidden = true;
  sound.autoplay = true;
  loud(sound);
  sound.srcObject = new MediaStream([track]);
  sound.play().catch(({ name }: DOMException) => {
    if (name === "NotAllowedError") stop("blocked");
  });
}

function loud(sound: HTMLAudioElement): void {
  sound.volume = (volume?.valueAsNumber ?? 100) / 100;
}

// -- beside the sound

function fallAsleep(): void {
  clearTimeout(nap);
  const minutes = Number(sleep?.value);
  if (minutes > 0) nap = setTimeout(wake, minutes * MINUTE_MS);
}

/** The timer has run out; the next evening begins without one. */
function wake(): void {
  if (sleep) sleep.value = "";
  if (isOn()) stop("slept");
}

async function shareIt(): Promise<void> {
  const { origin, pathname } = location;
  const url = origin + pathname;
  if (canShare) {
    await navigator.share({ title: document.title, url }).catch(() => {}); // they thought better
    return;
  }
  await navigator.clipboard.writeText(url);
  show("copied");
  setTimeout(() => show(now), COPIED_MS);
}

// -- the room

function tell(room: RoomFrame): void {
  for (const name of page.querySelectorAll("[data-name]")) name.textContent = room.name;
  const topic = page.querySelector<HTMLElement>("[data-topic]")!;
  topic.textContent = room.topic;
  topic.hidden = room.topic === "";
  const speakers = page.querySelector<HTMLElement>(".speakers")!;
  speakers.replaceChildren(...room.speakers.map(speaker));
  speakers.hidden = room.speakers.length === 0;
  page.querySelector<HTMLElement>("[data-nobody]")!.hidden = room.speakers.length > 0;
  const key = room.visitors ? "count_outside" : "count";
  const count = said[key]!.replace("{n}", room.listening.toLocaleString());
  page.querySelector("[data-count]")!.textContent = count.replace(
    "{m}",
    room.visitors.toLocaleString(),
  );
}

// -- captions

let lines: readonly Said[] = [];

function caption({ captions }: CaptionsFrame): void {
  lines = after(lines, captions.map((one) => ({ ...one, account_id: String(one.speaker) })));
  showCaptions();
}

function showCaptions(): void {
  const strip = page.querySelector<HTMLElement>("[data-captions]")!;
  strip.hidden = lines.length === 0;
  strip.replaceChildren(...lines.map((one) => {
    const line = make("p");
    const text = make("span", one.text);
    text.lang = one.language;
    text.dir = "auto";
    line.append(make("b", one.name ?? said["somebody"]!), " ", text);
    return line;
  }));
}

function speaker(one: Speaker): HTMLElement {
  const name = one.name ?? said["somebody"]!;
  const face = make("span", one.name ? name.slice(0, 1) : "?");
  face.className = "face";
  face.dataset["hue"] = String(one.hue);
  face.ariaHidden = "true";
  const line = make("li");
  const words = make("span");
  words.className = "name";
  words.append(make("bdi", name));
  if (one.is_host) words.append(unseen(said["host"]!));
  if (one.is_talking) words.append(bars(), unseen(said["talking"]!));
  line.className = one.is_talking ? "talking" : "";
  line.append(face, words);
  return line;
}

/** What the face and the ring say, in words. */
function unseen(text: string): HTMLElement {
  const words = make("span", `, ${text}`);
  words.className = "sr";
  return words;
}

function bars(): HTMLElement {
  const drawn = make("span");
  drawn.className = "bars";
  drawn.ariaHidden = "true";
  drawn.append(make("i"), make("i"), make("i"));
  return drawn;
}

function make(tag: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
