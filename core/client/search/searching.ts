/** One search of the page: what was asked, what was found, and where its reader stood. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { CommandError } from "../socket.ts";
import type { Account, Message, Refusal } from "../wire.ts";
import { hasFilters, type Piece, wordsOf } from "./line.ts";

export interface Hit {
  readonly message: Message;
  readonly pieces: readonly Piece[];
}

export interface Result {
  readonly title: string;
  readonly detail: string;
  readonly address: string;
}

export interface Source {
  readonly plugin: string;
  readonly name: string;
  readonly title: string;
  readonly is_late: boolean;
  readonly results: readonly Result[];
}

export interface Messages {
  readonly hits: readonly Hit[];
  readonly has_older: boolean;
  readonly is_whole: boolean;
  readonly unknown: readonly string[];
}

type Command = (
  type: string,
  fields: Readonly<Record<string, unknown>>,
) => Promise<Record<string, unknown>>;

const PEOPLE = 6;
const NOTHING: Messages = { hits: [], has_older: false, is_whole: true, unknown: [] };

/** It outlives its page: whoever comes back from a hit finds it as they left it. */
export class Searching {
  readonly #command: Command;
  readonly #line = signal("");
  readonly #messages = signal<Messages | null>(NOTHING);
  readonly #sources = signal<readonly Source[] | null>([]);
  readonly #people = signal<readonly Account[]>([]);
  readonly #refusal = signal<Refusal | null>(null);
  /** How far down its reader was. */
  scrolled = 0;

  constructor(command: Command) {
    this.#command = command;
  }

  readonly line: ReadonlySignal<string> = this.#line;
  /** Null: on their way. */
  readonly messages: ReadonlySignal<Messages | null> = this.#messages;
  readonly sources: ReadonlySignal<readonly Source[] | null> = this.#sources;
  readonly people: ReadonlySignal<readonly Account[]> = this.#people;
  readonly refusal: ReadonlySignal<Refusal | null> = this.#refusal;

  /** Looks for a line, unless it is the one whose answers stand here. */
  look(line: string): void {
    if (line === this.#line.value && !this.#refusal.value) return;
    this.#line.value = line;
    this.#messages.value = this.#sources.value = null;
    this.#refusal.value = null;
    this.scrolled = 0;
    void this.#lookForMessages(line);
    void this.lookInSources();
    void this.#lookForPeople(line);
  }

  again(): void {
    const line = this.#line.value;
    this.#line.value = "";
    this.look(line);
  }

  async older(): Promise<void> {
    const shown = this.#messages.value;
    const last = shown?.hits.at(-1);
    if (!shown || !last) return;
    await this.#lookForMessages(this.#line.value, shown.hits, last.message.id);
  }

  /** Sources that were too slow are asked once more with the others. */
  async lookInSources(): Promise<void> {
    const line = this.#line.value;
    const found = await this.#ask<{ sources: readonly Source[] }>(line, "search.sources");
    if (line === this.#line.value) this.#sources.value = found?.sources ?? [];
  }

  async #lookForMessages(line: string, before: readonly Hit[] = [], last = ""): Promise<void> {
    if (!line.trim()) {
      this.#messages.value = NOTHING;
      return;
    }
    const fields = {
      query: line,
      utc_offset_min: -new Date().getTimezoneOffset(),
      ...(last ? { before: last } : {}),
    };
    try {
      const found = await this.#command("search.messages", fields) as unknown as Messages;
      if (line !== this.#line.value) return; // somebody has written on meanwhile
      this.#messages.value = { ...found, hits: [...before, ...found.hits] };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (line !== this.#line.value) return;
      this.#refusal.value = error;
      this.#messages.value ??= NOTHING;
    }
  }

  /** People beyond those that the page knows are found by the server. */
  async #lookForPeople(line: string): Promise<void> {
    const query = hasFilters(line) ? "" : wordsOf(line).join(" ");
    const found = query &&
      await this.#ask<{ accounts: readonly Account[] }>(query, "account.list", { limit: PEOPLE });
    if (line === this.#line.value) this.#people.value = found ? found.accounts : [];
  }

  /** What is beside the messages: a failure there leaves them be. */
  async #ask<T>(query: string, type: string, fields = {}): Promise<T | null> {
    if (!query.trim()) return null;
    return await this.#command(type, { query, ...fields }).catch(() => null) as T | null;
  }
}
