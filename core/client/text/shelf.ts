/**
 * What somebody wrote on this device and has not sent: drafts by channel, and the messages that wait.
 * It lies in the browser's storage, apart for each account, until it is sent, taken back or the person
 * signs out here. Storage may be refused, full, or hold anything: then what is written lasts as long
 * as the page.
 */

import type { Waiting } from "./outbox.ts";

export const DRAFTS_MAX = 50;
export const DRAFT_MAX_CHARACTERS = 16_000;
const WAITING = "waiting.";
const DRAFT = "draft.";

interface Draft {
  readonly text: string;
  readonly at: number;
}

/** A browser may refuse its storage: what is written lasts as long as the page, then. */
export function shelfOf(accountId: string): Shelf | null {
  try {
    return new Shelf(localStorage, accountId);
  } catch {
    return null;
  }
}

export class Shelf {
  readonly #storage: Storage;
  readonly #own: string;

  constructor(storage: Storage, accountId: string) {
    this.#storage = storage;
    this.#own = `salon.shelf.${accountId}.`;
  }

  /** In the order in which they were written. */
  waiting(): readonly Waiting[] {
    return this.#all(WAITING).map(([, value]) => value).filter(isWaiting)
      .toSorted((a, b) => a.writtenAt < b.writtenAt ? -1 : 1);
  }

  keep(one: Waiting): void {
    this.#write(WAITING + one.nonce, one);
  }

  drop(nonce: string): void {
    this.#remove(WAITING + nonce);
  }

  drafts(): ReadonlyMap<string, string> {
    return new Map(this.#drafts().map(([channel, { text }]) => [channel, text]));
  }

  /** The draft of a channel; without words there is none. The one left longest ago makes room. */
  keepDraft(channel: string, text: string, at: number): void {
    if (text.trim() === "" || text.length > DRAFT_MAX_CHARACTERS) {
      return this.#remove(DRAFT + channel);
    }
    this.#write(DRAFT + channel, { text, at } satisfies Draft);
    const kept = this.#drafts().toSorted(([, a], [, b]) => a.at - b.at);
    for (const [old] of kept.slice(0, -DRAFTS_MAX)) this.#remove(DRAFT + old);
  }

  /** Which message another tab has sent or taken back, by the key that it removed. */
  nonceOf(key: string | null): string | null {
    const begins = this.#own + WAITING;
    return key?.startsWith(begins) ? key.slice(begins.length) : null;
  }

  /** Nothing of this account stays on this device. */
  clear(): void {
    for (const [key] of this.#all("")) this.#remove(key);
  }

  #drafts(): readonly (readonly [string, Draft])[] {
    return this.#all(DRAFT).flatMap(([key, value]) =>
      isDraft(value) ? [[key.slice(DRAFT.length), value] as const] : []
    );
  }

  #all(kind: string): readonly (readonly [string, unknown])[] {
    try {
      const keys = Array.from({ length: this.#storage.length }, (_, at) => this.#storage.key(at));
      return keys.flatMap((key) => {
        if (!key?.startsWith(this.#own + kind)) return [];
        return [[key.slice(this.#own.length), parsed(this.#storage.getItem(key))] as const];
      });
    } catch {
      return [];
    }
  }

  #write(key: string, value: unknown): void {
    try {
      this.#storage.setItem(this.#own + key, JSON.stringify(value));
    } catch {
      // refused or full
    }
  }

  #remove(key: string): void {
    try {
      this.#storage.removeItem(this.#own + key);
    } catch {
      // refused
    }
  }
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

function isDraft(value: unknown): value is Draft {
  const { text, at } = (value ?? {}) as Partial<Record<string, unknown>>;
  return typeof text === "string" && typeof at === "number";
}

function isWaiting(value: unknown): value is Waiting {
  const one = (value ?? {}) as Partial<Record<string, unknown>>;
  const texts = ["nonce", "channel", "text", "writtenAt"];
  return texts.every((name) => typeof one[name] === "string") && Array.isArray(one["files"]) &&
    (one["replyTo"] === null || typeof one["replyTo"] === "string");
}
