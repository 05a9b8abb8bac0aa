/** People beyond the first thousand that the snapshot holds: asked for when they are looked for. */

import type { Account } from "./wire.ts";

const ASK_AFTER_MS = 50;
const AGAIN_AFTER_MS = 10_000;
/** As many as the server tells of in one answer. */
const AT_ONCE = 100;

type Command = (
  type: string,
  fields: Readonly<Record<string, unknown>>,
) => Promise<Record<string, unknown>>;

interface Page {
  readonly command: Command;
  readonly store: { meet(accounts: readonly Account[]): void };
}

const strangers = new WeakMap<Page, Strangers>();

/** Has the page ask who somebody is. */
export function want(page: Page, id: string): void {
  const those = strangers.get(page) ??
    new Strangers(page.command, (accounts) => page.store.meet(accounts));
  strangers.set(page, those);
  those.want(id);
}

/** Asks who they are: many at once, and of each once. */
export class Strangers {
  readonly #asked = new Set<string>();
  readonly #waiting: string[] = [];

  constructor(
    readonly command: Command,
    readonly meet: (accounts: readonly Account[]) => void,
    readonly after: (ms: number, call: () => void) => void = (ms, call) => setTimeout(call, ms),
  ) {}

  readonly want = (id: string): void => {
    if (!/^\d+$/.test(id) || this.#asked.has(id)) return;
    this.#asked.add(id);
    if (this.#waiting.push(id) === 1) this.#askAfter(ASK_AFTER_MS);
  };

  #askAfter(ms: number): void {
    this.after(ms, () => void this.#ask());
  }

  async #ask(): Promise<void> {
    const ids = this.#waiting.slice(0, AT_ONCE);
    try {
      const { accounts } = await this.command("account.list", { ids });
      this.#waiting.splice(0, ids.length);
      this.meet(accounts as readonly Account[]);
      if (this.#waiting.length > 0) this.#askAfter(ASK_AFTER_MS);
    } catch {
      this.#askAfter(AGAIN_AFTER_MS);
    }
  }
}
