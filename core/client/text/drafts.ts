/** What is written in each channel and not sent: of this page, and of the device once it is known. */

import type { Shelf } from "./shelf.ts";

export class Drafts {
  readonly #texts = new Map<string, string>();
  #shelf: Shelf | null = null;

  get(channel: string): string {
    return this.#texts.get(channel) ?? "";
  }

  set(channel: string, text: string): void {
    this.#texts.set(channel, text);
    this.#shelf?.keepDraft(channel, text, Date.now());
  }

  /** From now on they stay on the device; what was left there before comes back. */
  keepIn(shelf: Shelf): void {
    this.#shelf = shelf;
    for (const [channel, text] of this.#texts) shelf.keepDraft(channel, text, Date.now());
    for (const [channel, text] of shelf.drafts()) {
      if (!this.get(channel)) this.#texts.set(channel, text);
    }
  }
}
