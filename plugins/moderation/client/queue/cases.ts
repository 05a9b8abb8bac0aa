/** What this page knows of the queue; it asks again when the server says that a case changed. */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { ClientSalon } from "@salon/client";
import type { Case, CaseChanged, Page } from "../shared/wire.ts";

export class Cases {
  readonly #salon: ClientSalon;
  readonly #cases = signal<readonly Case[] | undefined>(undefined);
  readonly #count = signal(0);
  readonly #since = signal<string | null>(null);
  readonly #hasMore = signal(false);
  readonly #problem = signal<string | null>(null);
  readonly #changes = signal(0);
  #isAsking = false;
  #isStale = false;

  /** Open cases, newest first; undefined before the first answer. */
  readonly open: ReadonlySignal<readonly Case[] | undefined> = this.#cases;
  readonly count: ReadonlySignal<number> = this.#count;
  readonly since: ReadonlySignal<string | null> = this.#since;
  readonly hasMore: ReadonlySignal<boolean> = this.#hasMore;
  readonly problem: ReadonlySignal<string | null> = this.#problem;
  /** Grows with each change of any case: what shows one asks again. */
  readonly changes: ReadonlySignal<number> = this.#changes;

  constructor(salon: ClientSalon) {
    this.#salon = salon;
  }

  changed({ open_count }: CaseChanged): void {
    this.#count.value = open_count;
    this.#changes.value++;
    void this.load();
  }

  /** Asks for the newest; one question at a time, and once more when something changed meanwhile. */
  async load(): Promise<void> {
    if (this.#isAsking) {
      this.#isStale = true;
      return;
    }
    this.#isAsking = true;
    do {
      this.#isStale = false;
      await this.#ask();
    } while (this.#isStale);
    this.#isAsking = false;
  }

  async older(): Promise<void> {
    const known = this.#cases.value ?? [];
    const last = known.at(-1);
    if (!last) return;
    const page = await this.#page({ before: last.id });
    this.#cases.value = [...known, ...page.cases];
    this.#hasMore.value = page.has_more;
  }

  async #ask(): Promise<void> {
    try {
      const page = await this.#page({});
      this.#cases.value = page.cases;
      this.#hasMore.value = page.has_more;
      this.#count.value = page.open_count;
      this.#since.value = page.open_since;
      this.#problem.value = null;
    } catch (error) {
      this.#problem.value = error instanceof Error ? error.message : String(error);
    }
  }

  async #page(fields: Readonly<Record<string, unknown>>): Promise<Page> {
    return await this.#salon.command("moderation.cases", fields) as unknown as Page;
  }
}
