/** The last seconds of what the microphone heard, played back. Kept in memory, and here only. */

import { routeToSpeaker } from "../speaker.ts";

const PART_MS = 6_000;
const PARTS_KEPT = 1; // and the one that is being recorded

export class Playback {
  #parts: Blob[] = [];
  #recorder: MediaRecorder | null = null;
  #turn: ReturnType<typeof setTimeout> | undefined;

  /** Begins to listen. What was heard before is forgotten. */
  start(track: MediaStreamTrack): void {
    this.stop();
    this.#record(track);
  }

  stop(): void {
    clearTimeout(this.#turn);
    if (this.#recorder?.state === "recording") this.#recorder.stop();
    this.#recorder = null;
    this.#parts = [];
  }

  /** Resolves when all of it was heard. The microphone is not listened to meanwhile. */
  async play(): Promise<void> {
    clearTimeout(this.#turn);
    await this.#finish();
    const parts = this.#parts;
    this.#parts = [];
    await sound(parts);
  }

  #record(track: MediaStreamTrack): void {
    const recorder = new MediaRecorder(new MediaStream([track]));
    this.#recorder = recorder;
    recorder.start();
    this.#turn = setTimeout(async () => {
      await this.#finish();
      this.#parts = this.#parts.slice(-PARTS_KEPT);
      if (track.readyState === "live") this.#record(track);
    }, PART_MS);
  }

  #finish(): Promise<void> {
    const recorder = this.#recorder;
    this.#recorder = null;
    if (recorder?.state !== "recording") return Promise.resolve();
    return new Promise((resolve) => {
      recorder.ondataavailable = ({ data }) => {
        this.#parts.push(data);
        resolve();
      };
      recorder.stop();
    });
  }
}

/** Plays parts one after the other where the person hears the others. */
async function sound(parts: readonly Blob[]): Promise<void> {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  const element = new Audio();
  element.srcObject = out.stream;
  try {
    await routeToSpeaker(element);
    await element.play();
    for (const part of parts) {
      const source = context.createBufferSource();
      source.buffer = await context.decodeAudioData(await part.arrayBuffer());
      source.connect(out);
      source.start();
      await new Promise((resolve) => source.onended = resolve);
    }
  } finally {
    element.srcObject = null;
    await context.close();
  }
}
