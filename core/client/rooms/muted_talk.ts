/**
 * Whether somebody talks although they are muted. Talk has pauses between words, and what is no talk,
 * such as keys that are pressed, is loud for moments only. Pure; time is handed in.
 */

const TALKING_LEVEL = 0.45;
const TALKING_MS = 1_500;
const PAUSE_MS = 700;
/** Of that time, so much is loud. */
const LOUD_SHARE = 0.5;
const REMIND_EVERY_MS = 60_000;

export class MutedTalk {
  #sinceMs: number | null = null;
  #loudMs = -Infinity;
  #saidMs = -Infinity;
  #heard = 0;
  #loud = 0;

  /** Takes each level of the microphone, 0 to 1; tells when they are to be reminded. */
  isTalk(level: number, nowMs: number): boolean {
    const isLoud = level >= TALKING_LEVEL;
    if (isLoud) this.#loudMs = nowMs;
    else if (nowMs - this.#loudMs > PAUSE_MS) this.forget();
    if (this.#sinceMs === null && !isLoud) return false;
    this.#sinceMs ??= nowMs;
    this.#heard++;
    if (isLoud) this.#loud++;
    if (nowMs - this.#sinceMs < TALKING_MS || this.#loud < this.#heard * LOUD_SHARE) return false;
    if (nowMs - this.#saidMs < REMIND_EVERY_MS) return false;
    this.#saidMs = nowMs;
    return true;
  }

  /** They are not muted, or not in. */
  forget(): void {
    this.#sinceMs = null;
    this.#heard = this.#loud = 0;
  }
}
