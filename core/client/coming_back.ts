/** Coming back to one's place: when it can be tried, how often, and when it is tried in vain. */

import { effect, type ReadonlySignal } from "@preact/signals";
import type { Phase } from "./socket.ts";

const RETRY_MS = 1_000;
/** So many returns in so short a time: another device of the same person wants the place too. */
const RETURNS_MAX = 3;
const WITHIN_MS = 30_000;

/** Counts how often one came back of late. */
export class Returns {
  #atMs: number[] = [];

  areTooMany(nowMs: number): boolean {
    this.#atMs = this.#atMs.filter((at) => nowMs - at < WITHIN_MS);
    this.#atMs.push(nowMs);
    return this.#atMs.length > RETURNS_MAX;
  }
}

/** Waits for the socket to stand, as long as there is time. */
export function opened(phase: ReadonlySignal<Phase>, untilMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    let stop = () => {};
    const timer = setTimeout(() => (stop(), resolve(false)), Math.max(0, untilMs - Date.now()));
    stop = effect(() => {
      if (phase.value !== "open") return;
      clearTimeout(timer);
      queueMicrotask(() => stop());
      resolve(true);
    });
  });
}

export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, RETRY_MS));
}
