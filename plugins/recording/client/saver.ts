/**
 * Saves what somebody changes: one request at a time, always the latest, with the revision that the
 * last answer named. What is not taken yet is never thrown away; when the line is down it is sent
 * again, the same first, so that the server knows what it had already taken.
 */

const PACE_MS = 700; // a socket may say only so much in ten seconds
const RETRY_MS = 2_000;
const LATER: readonly unknown[] = ["lost", "unavailable", "too_many"];

export type SavingState =
  | "unchanged"
  | "saving"
  | "saved"
  | "lost"
  | { readonly why: string; readonly isOthers: boolean };

export interface Line<T> {
  /** Gives the revision that it became. */
  readonly send: (wanted: T, revision: number) => Promise<number>;
  readonly pause: (ms: number) => Promise<void>;
  readonly tell: (state: SavingState) => void;
}

export class Saver<T> {
  readonly #line: Line<T>;
  #revision: number;
  #next: T | null = null;
  #isBusy = false;
  #isOthers = false;
  #heard = { revision: 0, why: "" };
  #run = Promise.resolve();

  constructor(revision: number, line: Line<T>) {
    this.#revision = revision;
    this.#line = line;
  }

  put(wanted: T): void {
    this.#next = wanted;
    if (!this.#isBusy && !this.#isOthers) this.#begin();
  }

  /** Somebody saved a revision; unless it was this one, what is here stays until it is decided. */
  heard(revision: number, why: string): void {
    this.#heard = { revision, why };
    if (!this.#isBusy) this.#judge();
  }

  /** Goes on over that revision: with one's own, or with what is put from now on. */
  decided(revision: number, isMine: boolean): void {
    this.#revision = revision;
    this.#isOthers = false;
    if (!isMine) this.#next = null;
    this.#begin();
  }

  /** Sends nothing more, and is there when nothing is under way. */
  end(): Promise<void> {
    this.#next = null;
    this.#isOthers = true;
    return this.#run;
  }

  #begin(): void {
    this.#isBusy = true;
    this.#run = this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    while (this.#next !== null) {
      const wanted = this.#next;
      this.#next = null;
      this.#line.tell("saving");
      if (!await this.#isTaken(wanted)) break;
      if (this.#next === null) this.#line.tell("saved");
      await this.#line.pause(PACE_MS);
    }
    this.#isBusy = false;
    this.#judge();
  }

  /** While one's own was on its way, nobody could tell whose revision it was. */
  #judge(): void {
    if (this.#isOthers || this.#heard.revision <= this.#revision) return;
    this.#isOthers = true;
    this.#line.tell({ why: this.#heard.why, isOthers: true });
  }

  async #isTaken(wanted: T): Promise<boolean> {
    for (;;) {
      try {
        this.#revision = await this.#line.send(wanted, this.#revision);
        return true;
      } catch (error) {
        const { code, reason, message } = error as Partial<Record<string, unknown>>;
        if (!LATER.includes(code)) {
          this.#next ??= wanted;
          this.#isOthers = reason === "recording.edited_meanwhile";
          this.#line.tell({ why: String(message), isOthers: this.#isOthers });
          return false;
        }
        this.#line.tell("lost");
        await this.#line.pause(RETRY_MS);
      }
    }
  }
}
