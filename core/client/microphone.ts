/** The microphone of this device. */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { Heard } from "./capturing.ts";
import type { RoomSound } from "./wire.ts";

export type MicState = "off" | "asking" | "on" | "denied" | "missing";

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

  /** Fetch what opens it, before anybody wishes to speak. */
  prepare(): void {
    import("./capturing.ts").catch(() => {}); // it is asked for again
  }

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

  /** The device's own track, while there is one. */
  get source(): MediaStreamTrack | undefined {
    return this.#heard?.source;
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
      const { heardBy } = await import("./capturing.ts");
      if (turn === this.#turn) {
        this.#filterFailed.value = false;
        heard = await heardBy(this.#sound, () => this.#filterFailed.value = true);
      }
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
    if (heard) {
      heard.source.addEventListener("ended", () => {
        if (heard !== this.#heard) return;
        this.close();
        this.#state.value = "missing";
      });
      this.#stopWatch = heard.watch((level) => this.#level.value = level);
    }
    return heard?.track ?? null;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof DOMException &&
    (error.name === "NotAllowedError" || error.name === "SecurityError");
}
