/**
 * A keeper's entries on their way to the server. A press counts at once, here and, as soon as the
 * line allows, for everybody; what was entered without a line waits with its minute and its nonce,
 * so that sending it twice makes one moment.
 */

import { type ClientSalon, CommandError } from "@salon/client";
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Card, Entered, Moment, Side } from "../shared/shapes.ts";

export interface Entry {
  readonly kind: Entered;
  readonly side: Side | null;
  readonly minute: number;
  readonly added: number;
  readonly text: string;
  readonly card: Card | null;
}

export interface Waiting extends Entry {
  readonly nonce: string;
  /** It was sent once without an answer. */
  readonly isStuck: boolean;
}

/** What can be changed of an entry afterwards. */
export type Changes = Partial<Pick<Entry, "text" | "card" | "minute" | "added">>;

type Line = Pick<ClientSalon, "command" | "toast">;

const AGAIN_AFTER_MS = 2_000;

/** One room's entries. Kept as long as the page, so that leaving the scorekeeper loses nothing. */
export class Keeper {
  readonly #line: Line;
  readonly #roomId: string;
  readonly #againAfterMs: number;
  readonly #waiting = signal<readonly Waiting[]>([]);
  readonly #entered = new Map<string, Moment>(); // by nonce, what the server made of it
  #isSending = false;

  readonly waiting: ReadonlySignal<readonly Waiting[]> = this.#waiting;

  constructor(line: Line, roomId: string, againAfterMs = AGAIN_AFTER_MS) {
    this.#againAfterMs = againAfterMs;
    this.#line = line;
    this.#roomId = roomId;
  }

  /** Enters something and returns the nonce by which it can be changed or taken back. */
  enter(entry: Entry): string {
    const nonce = newNonce();
    this.#waiting.value = [...this.#waiting.value, { ...entry, nonce, isStuck: false }];
    void this.#send();
    return nonce;
  }

  /** Changes an entry that was just made, whether it has arrived or waits. */
  async change(nonce: string, changes: Changes): Promise<void> {
    const arrived = this.#entered.get(nonce);
    if (arrived) return await this.correct(arrived.id, changes);
    this.#alter(nonce, changes);
  }

  /** Takes back an entry that was just made. */
  async takeBack(nonce: string): Promise<void> {
    const arrived = this.#entered.get(nonce);
    if (arrived) return await this.undo(arrived.id);
    this.#drop(nonce);
  }

  async correct(momentId: string, changes: Changes): Promise<void> {
    const known = Object.entries(changes).filter(([, value]) => value !== null);
    await this.#ask("correct", { moment: momentId, ...Object.fromEntries(known) });
  }

  async undo(momentId: string): Promise<void> {
    await this.#ask("undo", { moment: momentId });
  }

  async clock(action: string, elapsedS?: number): Promise<void> {
    const set = elapsedS === undefined ? {} : { elapsed_s: elapsedS };
    await this.#ask("clock", { nonce: newNonce(), action, ...set });
  }

  async edit(fields: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#ask("edit", fields);
  }

  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    for (let next = this.#waiting.value[0]; next; next = this.#waiting.value[0]) {
      if (!await this.#sent(next)) await new Promise((go) => setTimeout(go, this.#againAfterMs));
    }
    this.#isSending = false;
  }

  /** Whether the entry is off the list: arrived, or refused and said so. */
  async #sent(entry: Waiting): Promise<boolean> {
    try {
      const made = await this.#line.command("sports_rooms.moment", fieldsOf(this.#roomId, entry));
      await this.#arrived(entry, made["moment"] as Moment);
      return true;
    } catch (error) {
      if (error instanceof CommandError && WORTH_REPEATING.has(error.code)) {
        this.#alter(entry.nonce, { isStuck: true });
        return false;
      }
      this.#drop(entry.nonce);
      this.#say(error);
      return true;
    }
  }

  async #arrived(sent: Waiting, moment: Moment): Promise<void> {
    const now = this.#waiting.value.find((each) => each.nonce === sent.nonce);
    this.#entered.set(sent.nonce, moment);
    this.#drop(sent.nonce);
    // what happened to it while it was on its way
    if (!now) await this.undo(moment.id);
    else if (now.text !== sent.text || now.card !== sent.card) {
      await this.correct(moment.id, { text: now.text, card: now.card });
    }
  }

  #alter(nonce: string, changes: Partial<Waiting>): void {
    this.#waiting.value = this.#waiting.value.map((each) =>
      each.nonce === nonce ? { ...each, ...changes } : each
    );
  }

  #drop(nonce: string): void {
    this.#waiting.value = this.#waiting.value.filter((each) => each.nonce !== nonce);
  }

  async #ask(command: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    try {
      await this.#line.command(`sports_rooms.${command}`, { room: this.#roomId, ...fields });
    } catch (error) {
      this.#say(error);
    }
  }

  #say(error: unknown): void {
    this.#line.toast({ text: error instanceof Error ? error.message : String(error), tone: "bad" });
  }
}

const WORTH_REPEATING: ReadonlySet<string> = new Set(["lost", "unavailable", "too_many"]);

function fieldsOf(room: string, { isStuck: _, ...entry }: Waiting): Record<string, unknown> {
  const given = Object.entries(entry).filter(([, value]) => value !== null && value !== "");
  return { room, ...Object.fromEntries(given) };
}

/** Random text; `crypto.randomUUID` is not there on a page without TLS. */
function newNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
