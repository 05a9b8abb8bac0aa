/**
 * What was written here and is not confirmed yet. Messages are sent one after the other, in the order
 * in which they were written. One waits while the line is down, also over a reload, and is sent again
 * with the same nonce when it is back, so that it arrives once; a refusal stays in place with its
 * words until the author tries again or takes it back, and those behind it go on.
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import { CommandError } from "../socket.ts";
import type { HandedFile, Message, Refusal } from "../wire.ts";
import type { Shelf } from "./shelf.ts";

export interface Waiting {
  readonly nonce: string;
  readonly channel: string;
  readonly text: string;
  readonly replyTo: string | null;
  readonly files: readonly HandedFile[];
  readonly writtenAt: string;
  /** Null while it is on its way or waits for the line. */
  readonly refusal: Refusal | null;
  readonly isWaiting: boolean;
}

export type Command = (
  type: string,
  fields: Readonly<Record<string, unknown>>,
) => Promise<Record<string, unknown>>;

/** So many messages wait for the line at most. */
export const WAITING_MAX = 50;
/** A pace is waited for by itself; what takes longer is said to the author. */
const PATIENCE_S = 10;

export class Outbox {
  readonly #command: Command;
  readonly #waiting = signal<readonly Waiting[]>([]);
  readonly #delivered: (message: Message) => void;
  readonly #pause: (ms: number) => Promise<void>;
  #shelf: Shelf | null = null;
  #isSending = false;

  constructor(
    command: Command,
    delivered: (message: Message) => void,
    pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms)),
  ) {
    this.#command = command;
    this.#delivered = delivered;
    this.#pause = pause;
  }

  readonly waiting: ReadonlySignal<readonly Waiting[]> = this.#waiting;

  /** Whether too much waits already: the words stay with their author. */
  get isFull(): boolean {
    return this.#waiting.value.length >= WAITING_MAX;
  }

  /** False when it is full. */
  post(
    channel: string,
    text: string,
    replyTo: string | null,
    files: readonly HandedFile[] = [],
  ): boolean {
    if (this.isFull) return false;
    const nonce = crypto.randomUUID();
    const writtenAt = new Date().toISOString();
    const state = { refusal: null, isWaiting: false };
    const one = { nonce, channel, text, replyTo, files, writtenAt, ...state };
    this.#waiting.value = [...this.#waiting.value, one];
    this.#shelf?.keep(one);
    void this.flush();
    return true;
  }

  retry(nonce: string): void {
    this.#change(nonce, { refusal: null, isWaiting: false });
    void this.flush();
  }

  takeBack(nonce: string): void {
    this.#waiting.value = this.#waiting.value.filter((one) => one.nonce !== nonce);
    this.#shelf?.drop(nonce);
  }

  /** From now on what waits stays on the device; what was left there before is sent. */
  keepIn(shelf: Shelf): void {
    this.#shelf = shelf;
    const here = new Set(this.#waiting.value.map(({ nonce }) => nonce));
    this.#waiting.value.forEach((one) => shelf.keep(one));
    const before = shelf.waiting().filter(({ nonce }) => !here.has(nonce));
    this.#waiting.value = [...before.slice(0, WAITING_MAX), ...this.#waiting.value];
    void this.flush();
  }

  /** Send, in order, what is not refused: when something was written, and when the line is back. */
  async flush(): Promise<void> {
    if (this.#isSending) return; // what comes meanwhile is sent after it
    this.#isSending = true;
    try {
      for (let one = this.#next(); one; one = this.#next()) {
        if (!await this.#send(one)) break;
      }
    } finally {
      this.#isSending = false;
    }
  }

  /** The message has been seen among the events: it needs no answer any more. */
  arrived(nonce: string): void {
    if (this.#waiting.value.some((one) => one.nonce === nonce)) this.takeBack(nonce);
  }

  #next(): Waiting | undefined {
    return this.#waiting.value.find((one) => one.refusal === null);
  }

  /** Whether the next one may follow. */
  async #send({ nonce, channel, text, replyTo, files }: Waiting): Promise<boolean> {
    this.#change(nonce, { isWaiting: false });
    try {
      const result = await this.#command("message.post", {
        channel,
        text,
        nonce,
        ...(replyTo === null ? {} : { reply_to: replyTo }),
        ...(files.length === 0 ? {} : { files: files.map(chosen) }),
      });
      this.#delivered(result["message"] as Message);
      this.takeBack(nonce);
      return true;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      return await this.#failed(nonce, error);
    }
  }

  async #failed(nonce: string, error: CommandError): Promise<boolean> {
    const { code, reason, retry_after_s: wait_s = Infinity } = error;
    if (code === "lost") {
      this.#waiting.value = this.#waiting.value.map((one) =>
        one.refusal ? one : { ...one, isWaiting: true }
      );
      return false;
    }
    if (code === "too_many" && reason !== "slow_mode" && wait_s <= PATIENCE_S) {
      this.#change(nonce, { isWaiting: true });
      await this.#pause(wait_s * 1_000);
    } else {
      this.#change(nonce, { refusal: { ...error.facts, code, message: error.message } });
    }
    return true;
  }

  #change(nonce: string, change: Partial<Waiting>): void {
    this.#waiting.value = this.#waiting.value.map((one) =>
      one.nonce === nonce ? { ...one, ...change } : one
    );
    const changed = this.#waiting.value.find((one) => one.nonce === nonce);
    if (changed && "refusal" in change) this.#shelf?.keep(changed);
  }
}

function chosen({ id, description }: HandedFile): Record<string, string> {
  return { file: id, description };
}
