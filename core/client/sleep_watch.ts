/** Judges by a clock whether the page ran all the time. Pure; time is handed in. */

/** So late a timer means that the page did not run. */
export const ASLEEP_MS = 10_000;

/** Tells that the page slept, by a clock that went on meanwhile; looked at each second. */
export class SleepWatch {
  #lookedAtMs: number;

  constructor(nowMs: number) {
    this.#lookedAtMs = nowMs;
  }

  /** How long it slept since the last look; 0 when it did not. */
  sleptMs(nowMs: number): number {
    const goneMs = nowMs - this.#lookedAtMs;
    this.#lookedAtMs = nowMs;
    return goneMs >= ASLEEP_MS ? goneMs : 0;
  }
}
