/** The microphone of this device: asking for it, how loud it is, what devices there are. */

import { effect, type ReadonlySignal, signal } from "@preact/signals";
import {
  echoCancelled,
  gateLevel,
  levelEvened,
  micDevice,
  noiseReduced,
  speakerDevice,
  talkMode,
} from "./prefs.ts";
import type { RoomSound } from "./wire.ts";

export type MicState = "off" | "asking" | "on" | "denied" | "missing";

const LEVEL_EVERY_MS = 60;
const QUIET_DB = -60;
const LOUD_DB = -8;

/** Owns one track at a time. `level` moves while somebody watches it and the track is there. */
export class Microphone {
  readonly #state = signal<MicState>("off");
  readonly #level = signal(0);
  #track: MediaStreamTrack | null = null;
  #sound: RoomSound = "speech";
  #asked: Promise<MediaStreamTrack | null> | null = null;
  #stopWatch: () => void = () => {};

  readonly state: ReadonlySignal<MicState> = this.#state;
  /** 0 (silence) to 1 (too loud). */
  readonly level: ReadonlySignal<number> = this.#level;

  /** The track, asking the browser if need be; null when it is refused or there is none. */
  open(): Promise<MediaStreamTrack | null> {
    if (this.#track?.readyState === "live") return Promise.resolve(this.#track);
    this.#asked ??= this.#ask().finally(() => this.#asked = null);
    return this.#asked;
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
    this.#stopWatch();
    this.#track?.stop();
    this.#track = null;
    this.#state.value = "off";
    this.#level.value = 0;
  }

  async #ask(): Promise<MediaStreamTrack | null> {
    this.#state.value = "asking";
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: wanted(this.#sound) });
      const track = stream.getAudioTracks()[0] ?? null;
      this.#track = track;
      this.#state.value = track ? "on" : "missing";
      if (track) this.#watch(track);
      return track;
    } catch (error) {
      this.#state.value = isRefusal(error) ? "denied" : "missing";
      return null;
    }
  }

  /** By a copy of the track, which hears on while the gate keeps the track itself silent. */
  #watch(track: MediaStreamTrack): void {
    track.addEventListener("ended", () => track === this.#track && this.close());
    const heard = track.clone();
    const stopMeter = measure(new MediaStream([heard]), (level) => this.#level.value = level);
    const stopGate = gated(track, heard, this.#sound);
    this.#stopWatch = () => {
      stopGate();
      stopMeter();
      heard.stop();
    };
  }
}

function wanted(sound: RoomSound): MediaTrackConstraints {
  const isMusic = sound === "music";
  return {
    echoCancellation: echoCancelled.value && !isMusic,
    noiseSuppression: noiseReduced.value && !isMusic,
    autoGainControl: levelEvened.value && !isMusic,
    channelCount: isMusic ? 2 : 1,
    ...(micDevice.value ? { deviceId: { ideal: micDevice.value } } : {}),
  };
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
