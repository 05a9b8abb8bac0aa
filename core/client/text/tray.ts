/**
 * The files of one message that is being written: each goes to the server by itself, says how far it
 * is, can be taken back and tried again. The message may go when all of them are there.
 */

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { HandedFile, Refusal } from "../wire.ts";

export const FILES_MAX = 10;
/** So many are on their way at the same time; the others wait their turn. */
export const AT_ONCE = 2;

export interface Chosen {
  readonly key: number;
  readonly name: string;
  readonly sizeBytes: number;
  /** An address of its content in this page, of a picture that is not there yet. */
  readonly preview: string | null;
  readonly state: "waits" | "goes" | "there" | "failed";
  /** 0 to 1. */
  readonly sent: number;
  readonly file: HandedFile | null;
  readonly refusal: Refusal | null;
  readonly description: string;
}

/** Sends one file; the promise fails with a refusal in words, and with null for one taken back. */
export type Send = (
  content: File,
  onProgress: (sent: number) => void,
  signal: AbortSignal,
) => Promise<HandedFile>;

export interface TrayNeeds {
  readonly send: Send;
  /** The largest file that is taken, once it is known. */
  readonly largestBytes: () => Promise<number>;
  /** What is said of one that is too large, and of one too many. */
  readonly tooLarge: (mostBytes: number) => Refusal;
  readonly onTooMany: () => void;
  readonly preview: (content: File) => string | null;
  readonly forget: (preview: string) => void;
}

export class Tray {
  readonly #needs: TrayNeeds;
  readonly #chosen = signal<readonly Chosen[]>([]);
  readonly #contents = new Map<number, File>();
  readonly #held = signal(false);
  readonly #going = new Map<number, AbortController>();
  #next = 1;

  constructor(needs: TrayNeeds) {
    this.#needs = needs;
  }

  readonly chosen: ReadonlySignal<readonly Chosen[]> = this.#chosen;
  /** Whether a message with them could go now. */
  readonly isReady: ReadonlySignal<boolean> = computed(() =>
    this.#chosen.value.every(({ state }) => state === "there")
  );
  /** Whether the message was sent off and waits for its files. */
  readonly isHeld: ReadonlySignal<boolean> = this.#held;
  readonly hasFailed: ReadonlySignal<boolean> = computed(() =>
    this.#chosen.value.some(({ state }) => state === "failed")
  );

  get isEmpty(): boolean {
    return this.#chosen.value.length === 0;
  }

  /** Holds a message back until its files are there; false when they are. */
  hold(): boolean {
    this.#held.value = !this.isReady.value;
    return this.#held.value;
  }

  /** Nothing waits for these files any more: the message goes, or there is none. */
  release(): void {
    this.#held.value = false;
  }

  add(files: readonly File[]): void {
    const room = FILES_MAX - this.#chosen.value.length;
    if (files.length > room) this.#needs.onTooMany();
    for (const content of files.slice(0, Math.max(0, room))) {
      const key = this.#next++;
      this.#contents.set(key, content);
      this.#chosen.value = [...this.#chosen.value, {
        key,
        name: content.name,
        sizeBytes: content.size,
        preview: this.#needs.preview(content),
        state: "waits",
        sent: 0,
        file: null,
        refusal: null,
        description: "",
      }];
    }
    this.#sendMore();
  }

  /** Files that are on the server already: those of a message that was not sent. */
  restore(files: readonly HandedFile[]): void {
    const known = files.map((file) => ({
      key: this.#next++,
      name: file.name,
      sizeBytes: file.size_bytes,
      preview: null,
      state: "there" as const,
      sent: 1,
      file,
      refusal: null,
      description: file.description,
    }));
    this.#chosen.value = [...this.#chosen.value, ...known].slice(0, FILES_MAX);
  }

  describe(key: number, description: string): void {
    this.#change(key, { description });
  }

  retry(key: number): void {
    this.#change(key, { state: "waits", sent: 0, refusal: null });
    this.#sendMore();
  }

  remove(key: number): void {
    this.#going.get(key)?.abort();
    this.#forget(key);
    this.#chosen.value = this.#chosen.value.filter((one) => one.key !== key);
    this.#sendMore();
  }

  /** Gives them to a message: the tray is empty again. */
  take(): readonly HandedFile[] {
    const taken = this.#chosen.value.flatMap(({ file, description }) =>
      file ? [{ ...file, description: description.trim() }] : []
    );
    this.#chosen.value.forEach(({ key }) => this.#forget(key));
    this.#chosen.value = [];
    this.release();
    return taken;
  }

  #sendMore(): void {
    for (const { key, state } of this.#chosen.value) {
      if (this.#going.size >= AT_ONCE) return;
      if (state === "waits" && !this.#going.has(key)) void this.#send(key);
    }
  }

  async #send(key: number): Promise<void> {
    const content = this.#contents.get(key);
    if (!content) return;
    const abort = new AbortController();
    this.#going.set(key, abort);
    this.#change(key, { state: "goes" });
    try {
      const most = await this.#needs.largestBytes();
      if (content.size > most) throw this.#needs.tooLarge(most);
      const progress = (sent: number) => this.#change(key, { sent });
      const file = await this.#needs.send(content, progress, abort.signal);
      this.#change(key, { state: "there", sent: 1, file });
    } catch (refusal) {
      this.#change(key, { state: "failed", refusal: refusal as Refusal });
    } finally {
      this.#going.delete(key);
      this.#sendMore();
    }
  }

  #forget(key: number): void {
    const preview = this.#chosen.value.find((one) => one.key === key)?.preview;
    if (preview) this.#needs.forget(preview);
    this.#contents.delete(key);
  }

  /** One that was taken back meanwhile is not there to be changed. */
  #change(key: number, change: Partial<Chosen>): void {
    this.#chosen.value = this.#chosen.value.map((one) =>
      one.key === key ? { ...one, ...change } : one
    );
  }
}
