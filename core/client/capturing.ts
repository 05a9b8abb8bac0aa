/**
 * Asks the browser for the microphone, cleans what it hears as wished, and says how loud it is.
 * Fetched when a door is shown: most pages are opened to read.
 */

import "./app/first.ts";
import { effect } from "@preact/signals";
import {
  echoCancelled,
  gateLevel,
  levelEvened,
  micDevice,
  noiseFilter,
  talkMode,
} from "./prefs.ts";
import type { RoomSound } from "./wire.ts";

/** What is heard by a device, cleaned as wished. */
export interface Heard {
  readonly track: MediaStreamTrack;
  /** Of the device itself: it ends when that is gone. */
  readonly source: MediaStreamTrack;
  readonly stop: () => void;
  /** Says how loud it is, 0 to 1, and closes the gate where one is wished, until it is stopped. */
  readonly watch: (tell: (level: number) => void) => () => void;
}

const LEVEL_EVERY_MS = 60;
const QUIET_DB = -60;
const LOUD_DB = -8;

/** What the device hears for a room. Rejects as `getUserMedia` does. */
export async function heardBy(sound: RoomSound, filterFailed: () => void): Promise<Heard> {
  if (noiseFilter.value === "strong" && sound === "speech") {
    const source = await asked(sound, false);
    try {
      const { filtered } = await import("./noise.ts");
      const { track, stop } = await filtered(source);
      return heard(track, source, sound, () => (stop(), source.stop()));
    } catch (error) {
      console.error("The browser's own noise filter stands in", error);
      source.stop();
      filterFailed();
    }
  }
  const source = await asked(sound, noiseFilter.value !== "off");
  return heard(source, source, sound, () => source.stop());
}

function heard(
  track: MediaStreamTrack,
  source: MediaStreamTrack,
  sound: RoomSound,
  stop: () => void,
): Heard {
  return { track, source, stop, watch: (tell) => watched(track, sound, tell) };
}

/** By a copy of the track, which hears on while the gate keeps the track itself silent. */
function watched(
  track: MediaStreamTrack,
  sound: RoomSound,
  tell: (level: number) => void,
): () => void {
  const copy = track.clone();
  const stopMeter = measure(new MediaStream([copy]), tell);
  const stopGate = gated(track, copy, sound);
  return () => {
    stopGate();
    stopMeter();
    copy.stop();
  };
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
function amplitude(level: number): number {
  return 10 ** ((QUIET_DB + level * (LOUD_DB - QUIET_DB)) / 20);
}

/** Where a block of samples lies between quiet and too loud. */
function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const db = 20 * Math.log10(Math.sqrt(sum / samples.length) + 1e-9);
  return Math.min(1, Math.max(0, (db - QUIET_DB) / (LOUD_DB - QUIET_DB)));
}
