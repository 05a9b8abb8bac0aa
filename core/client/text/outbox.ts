/**
 * What was written here and is not confirmed yet. A message waits while the line is down and is
 * sent again with the same nonce when it is back, so that it arrives once; a refusal stays in
 * place with its words until the author tries again or takes it back.
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import { CommandError } from "../socket.ts";
import type { Message, Refusal } from "../wire.ts";

export interface Waiting {
  readonly nonce: string;
  readonly channel: string;
  readonly text: string;
  readonly replyTo: string | null;
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

export class Outbox {
  readonly #command: Command;
  readonly #waiting = signal<readonly Waiting[]>([]);
  readonly #delivered: (message: Message) => void;

  constructor(command: Command, delivered: (message: Message) => void) {
    this.#command = command;
    this.#delivered = delivered;
  }

  readonly waiting: ReadonlySignal<readonly Waiting[]> = this.#waiting;

  /** False when too much waits already: the words stay with their author. */
  post(channel: string, text: string, replyTo: string | null): boolean {
    if (this.#waiting.value.length >= WAITING_MAX) return false;
    const nonce = crypto.randomUUID();
    const writtenAt = new Date().toISOString();
    this.#waiting.value = [
      ...this.#waiting.value,
      { nonce, channel, text, replyTo, writtenAt, refusal: null, isWaiting: false },
    ];
    void this.#send(nonce);
    return true;
  }

  retry(nonce: string): void {
    this.#change(nonce, { refusal: null, isWaiting: false });
    void this.#send(nonce);
  }

  takeBack(nonce: string): void {
    this.#waiting.value = this.#waiting.value.filter((one) => one.nonce !== nonce);
  }

  /** The line is back: send, in order, what it swallowed. */
  async flush(): Promise<void> {
    for (const one of this.#waiting.value.filter((each) => each.isWaiting)) {
      this.#change(one.nonce, { isWaiting: false });
      await this.#send(one.nonce);
    }
  }

  /** The message has been seen among the events: it needs no answer any more. */
  arrived(nonce: string): void {
    this.takeBack(nonce);
  }

  async #send(nonce: string): Promise<void> {
    const one = this.#waiting.value.find((each) => each.nonce === nonce);
    if (!one) return;
    try {
      const result = await this.#command("message.post", {
        channel: one.channel,
        text: one.text,
        nonce,
        ...(one.replyTo === null ? {} : { reply_to: one.replyTo }),
      });
      this.#delivered(result["message"] as Message);
      this.takeBack(nonce);
    } catch (error) {
      this.#failed(nonce, error);
    }
  }

  #failed(nonce: string, error: unknown): void {
    if (!(error instanceof CommandError)) throw error;
    if (error.code === "lost") this.#change(nonce, { isWaiting: true });
    else this.#change(nonce, { refusal: error });
  }

  #change(nonce: string, change: Partial<Waiting>): void {
    this.#waiting.value = this.#waiting.value.map((one) =>
      one.nonce === nonce ? { ...one, ...change } : one
    );
  }
}
