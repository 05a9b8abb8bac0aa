/** The microphone of this device: asking for it, how loud it is, what devices there are. */

import { effect, type ReadonlySignal, signal } from "@preact/signals";
import {
  echoCancelled,
  gateLevel,
  levelEvened,
  micDevice,
  noiseFilter,
  speakerDevice,
  talkMode,
} from "./prefs.ts";
import type { RoomSound } from "./wire.ts";

export type MicState = "off" | "asking" | "on" | "denied" | "missing";

/** What is heard by a device, cleaned as wished. */
interface Heard {
  readonly track: MediaStreamTrack;
  /** Of the device itself: it ends when that is gone. */
  readonly source: MediaStreamTrack;
  readonly stop: () => void;
}

const LEVEL_EVERY_MS = 60;
const QUIET_DB = -60;
const LOUD_DB = -8;

/**
 * Owns one track at a time. `level` moves while somebody watches it and the track is there. Who asks
 * while a track is on its way gets that one; one that comes when another is wanted already is given up.
 */
export class Microphone {
  readonly #state = signal<MicState>("off");
  readonly #level = signal(0);
  readonly #filterFailed = signal(false);
  #heard: Heard | null = null;
  #sound: RoomSound = "speech";
  #asked: Promise<MediaStreamTrack | null> | null = null;
  #turn = 0;
  #stopWatch: () => void = () => {};

  readonly state: ReadonlySignal<MicState> = this.#state;
  /** 0 (silence) to 1 (too loud). */
  readonly level: ReadonlySignal<number> = this.#level;
  /** Whether the strong filter was wished and could not be had: the browser's stands in for it. */
  readonly filterFailed: ReadonlySignal<boolean> = this.#filterFailed;

  /** The track, asking the browser if need be; null when it is refused or there is none. */
  open(): Promise<MediaStreamTrack | null> {
    const track = this.#heard?.track;
    if (track?.readyState === "live") return Promise.resolve(track);
    return this.#asked ??= this.#ask(++this.#turn);
  }

  /** The same with the devices and choices of now. */
  reopen(): Promise<MediaStreamTrack | null> {
    this.close();
    return this.open();
  }

  /** What is to be heard from now on; a track for something else is given up. */
  hearFor(sound: RoomSound): void {
    if (sound === this.#sound) return;
    this.#sound = sound;
    this.close();
  }

  close(): void {
    this.#turn++;
    this.#asked = null;
    this.#stopWatch();
    this.#heard?.stop();
    this.#heard = null;
    this.#state.value = "off";
    this.#level.value = 0;
  }

  async #ask(turn: number): Promise<MediaStreamTrack | null> {
    this.#state.value = "asking";
    let heard: Heard | null = null;
    let state: MicState = "on";
    try {
      heard = await this.#hear();
    } catch (error) {
      state = isRefusal(error) ? "denied" : "missing";
    }
    if (turn !== this.#turn) {
      heard?.stop();
      return this.#asked ?? this.#heard?.track ?? null;
    }
    this.#asked = null;
    this.#heard = heard;
    this.#state.value = state;
    if (heard) this.#watch(heard);
    return heard?.track ?? null;
  }

  async #hear(): Promise<Heard> {
    this.#filterFailed.value = false;
    if (noiseFilter.value === "strong" && this.#sound === "speech") {
      const source = await asked(this.#sound, false);
      try {
        const { filtered } = await import("./noise.ts");
        const { track, stop } = await filtered(source);
        return { track, source, stop: () => (stop(), source.stop()) };
      } catch (error) {
        console.error("The browser's own noise filter stands in", error);
        source.stop();
        this.#filterFailed.value = true;
      }
    }
    const source = await asked(this.#sound, noiseFilter.value !== "off");
    return { track: source, source, stop: () => source.stop() };
  }

  /** By a copy of the track, which hears on while the gate keeps the track itself silent. */
  #watch({ track, source }: Heard): void {
    source.addEventListener("ended", () => source === this.#heard?.source && this.close());
    const copy = track.clone();
    const stopMeter = measure(new MediaStream([copy]), (level) => this.#level.value = level);
    const stopGate = gated(track, copy, this.#sound);
    this.#stopWatch = () => {
      stopGate();
      stopMeter();
      copy.stop();
    };
  }
}

/** The device's track as it is for a room. Rejects as `getUserMedia` does. */
async function asked(sound: RoomSound, isNoiseReduced: boolean): Promise<MediaStreamTrack> {
  const isMusic = sound === "music";
  const audio = {
    echoCancellation: echoCancelled.value && !isMusic,
    noiseSuppression: isNoiseReduced && !isMusic,
    autoGainControl: levelEvened.value && !isMusic,
    channelCount: isMusic ? 2 : 1,
    ...(micDevice.value ? { deviceId: { ideal: micDevice.value } } : {}),
  };
  const stream = await navigator.mediaDevices.getUserMedia({ audio });
  const [track] = stream.getAudioTracks();
  if (!track) throw new Error("no sound");
  return track;
}

function isRefusal(error: unknown): boolean {
  return error instanceof DOMException &&
    (error.name === "NotAllowedError" || error.name === "SecurityError");
}

let context: AudioContext | null = null;

/** The page's only one: browsers count them. */
export function audioContext(): AudioContext {
  return context ??= new AudioContext();
}

function measure(stream: MediaStream, tell: (level: number) => void): () => void {
  const context = audioContext();
  void context.resume();
  const source = context.createMediaStreamSource(stream);
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    tell(loudness(samples));
  }, LEVEL_EVERY_MS);
  return () => {
    clearInterval(timer);
    source.disconnect();
  };
}

/** Opens and closes a track by how loud its copy is, where that is wished; else it stays open. */
function gated(track: MediaStreamTrack, heard: MediaStreamTrack, sound: RoomSound): () => void {
  let close = () => {};
  const stop = effect(() => {
    const level = talkMode.value === "voice" && sound === "speech" ? gateLevel.value : 0;
    close();
    let isOver = false;
    let closeGate = () => {};
    close = () => {
      isOver = true;
      closeGate();
      track.enabled = true;
    };
    if (level === 0) return;
    import("./gate.ts")
      .then(({ gate }) => gate(heard, amplitude(level), (isOpen) => track.enabled = isOpen))
      .then((stopGate) => isOver ? stopGate() : closeGate = stopGate)
      .catch((error) => console.error("The microphone stays open", error));
  });
  return () => {
    stop();
    close();
  };
}

/** How loud a block of samples is that lies there: the root of its mean square, 0 to 1. */
export function amplitude(level: number): number {
  return 10 ** ((QUIET_DB + level * (LOUD_DB - QUIET_DB)) / 20);
}

/** Where a block of samples lies between quiet and too loud. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const db = 20 * Math.log10(Math.sqrt(sum / samples.length) + 1e-9);
  return Math.min(1, Math.max(0, (db - QUIET_DB) / (LOUD_DB - QUIET_DB)));
}

/** The devices of this machine. Their names are known once a microphone has been allowed. */
export class Devices {
  readonly #all = signal<readonly MediaDeviceInfo[]>([]);
  readonly all: ReadonlySignal<readonly MediaDeviceInfo[]> = this.#all;

  start(): void {
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.look());
    void this.look();
  }

  async look(): Promise<void> {
    this.#all.value = await navigator.mediaDevices?.enumerateDevices() ?? [];
  }
}

/** Where an element's sound comes out; browsers without a choice use the system's. */
export async function routeToSpeaker(element: HTMLAudioElement): Promise<void> {
  if (!("setSinkId" in element)) return;
  try {
    await element.setSinkId(speakerDevice.value);
  } catch {
    // the device is gone: the system's speaker goes on
  }
}
