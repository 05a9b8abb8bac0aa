/** What is heard of a room: an audio element for each slot, as loud as who sits in it is for me. */

import { effect } from "@preact/signals";
import type { Boost } from "./boost.ts";
import { routeToSpeaker, speaker } from "./speaker.ts";

interface Slot {
  readonly element: HTMLAudioElement;
  volume: number;
  boost: Boost | null;
}

export class Hearing {
  readonly #slots = new Map<number, Slot>();
  #isDeaf = false;
  #Boost: typeof Boost | null = null;

  constructor() {
    effect(() => this.#useSpeaker(speaker.value));
  }

  /** `mid` is "s" and the number of the slot. */
  hear(mid: string, track: MediaStreamTrack): void {
    const number = Number(mid.slice(1));
    if (!mid.startsWith("s") || Number.isNaN(number)) return;
    const slot = this.#slot(number);
    slot.element.srcObject = new MediaStream([track]);
    slot.element.play().catch(() => {}); // starts with the next press in the page
    this.#unboost(slot);
    this.#sound(slot);
  }

  /** `volumes` of who sits in the slots, 1 as they are. */
  set(volumes: readonly number[], isDeaf: boolean): void {
    this.#isDeaf = isDeaf;
    for (const [number, slot] of this.#slots) {
      slot.volume = volumes[number] ?? 1;
      this.#sound(slot);
    }
  }

  silence(): void {
    for (const slot of this.#slots.values()) {
      this.#unboost(slot);
      slot.element.srcObject = null;
    }
  }

  #slot(number: number): Slot {
    const known = this.#slots.get(number);
    if (known) return known;
    const element = document.createElement("audio");
    element.dataset["slot"] = String(number);
    element.autoplay = true;
    element.hidden = true;
    document.body.append(element);
    const slot = { element, volume: 1, boost: null };
    this.#slots.set(number, slot);
    void routeToSpeaker(element);
    return slot;
  }

  #sound(slot: Slot): void {
    const { element, volume } = slot;
    const stream = element.srcObject;
    if (volume <= 1) this.#unboost(slot);
    else if (!this.#Boost) void this.#fetchBoost();
    else if (stream instanceof MediaStream) slot.boost ??= new this.#Boost(stream);
    if (stream instanceof MediaStream) {
      for (const track of stream.getTracks()) track.enabled = volume > 0; // at once, what waits too
    }
    element.volume = Math.min(volume, 1);
    element.muted = this.#isDeaf || slot.boost !== null;
    slot.boost?.set(volume, this.#isDeaf);
  }

  /** Until it is there, who was raised is as loud as they are. */
  async #fetchBoost(): Promise<void> {
    const module = await import("./boost.ts").catch(() => null);
    if (!module || this.#Boost) return;
    this.#Boost = module.Boost;
    this.#slots.forEach((slot) => this.#sound(slot));
  }

  #unboost(slot: Slot): void {
    slot.boost?.end();
    slot.boost = null;
  }

  #useSpeaker(_device: string): void {
    for (const { element, boost } of this.#slots.values()) {
      void routeToSpeaker(element);
      boost?.useSpeaker();
    }
  }
}
