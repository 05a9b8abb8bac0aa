/**
 * What was told to one account, kept in this browser for times without a network: the picture of the
 * last welcome, and the newest messages of the channels visited last, as they were when they were read.
 * Bounded; what one may not read any more or what is deleted goes as soon as this page hears of it, all
 * of it with the sign-in. Storage may be refused or full: then nothing is kept, and nothing else
 * changes.
 */

import type { Window } from "../text/history.ts";
import type { Hello, Live, Message } from "../wire.ts";
import { DATABASE, LAST, leaveDevice } from "./leaving.ts";

export const CHANNELS_MAX = 20;
export const MESSAGES_MAX = 200;

const WELCOME = "welcome";
const CHANNELS = "channels";

interface Answer {
  readonly messages: readonly Message[];
  readonly [other: string]: unknown;
}

interface KeptChannel {
  readonly id: string;
  readonly at: number;
  readonly answer: Answer;
}

/** Who is here and talks is not known without a line. */
const NOBODY: Live = {
  people: 0,
  here: [],
  away: [],
  busy: [],
  voice_session_id: null,
  participants: [],
  speaking: [],
  slots: [],
  visitors: [],
  room_states: [],
};

export class Kept {
  readonly #database: IDBDatabase;

  private constructor(readonly account: string, database: IDBDatabase) {
    this.#database = database;
  }

  /** Of this account, or of the one that was here last. Null when nothing can be kept or found. */
  static async of(accountId: string | null): Promise<Kept | null> {
    try {
      const last = localStorage.getItem(LAST);
      if (accountId && last && last !== accountId) await leaveDevice();
      const whose = accountId ?? last;
      return whose ? new Kept(whose, await opened(DATABASE + whose)) : null;
    } catch {
      return null; // refused
    }
  }

  async hello(): Promise<Hello | null> {
    const found = await asked(this.#store(WELCOME, "readonly").get(WELCOME));
    return (found as Hello | undefined) ?? null;
  }

  /** Keeps a new picture; plugins' modules are not kept, and so cannot be there without a line. */
  async welcome(hello: Hello): Promise<void> {
    if (!hello.snapshot) return;
    localStorage.setItem(LAST, hello.account.id);
    const own = { ...hello, live: NOBODY, plugins: { modules: [] } };
    await asked(this.#store(WELCOME, "readwrite").put(own, WELCOME));
  }

  /** Keeps the end of a channel's history; the channel left longest ago makes room. */
  async channel(id: string, window: Window): Promise<void> {
    if (window.hasNewer) return;
    await this.#put({ id, at: Date.now(), answer: answerOf(window) });
    const newest = (await this.#channels()).toSorted((a, b) => b.at - a.at);
    for (const old of newest.slice(CHANNELS_MAX)) await this.#remove(old.id);
  }

  /** What `message.history` answers for the newest messages, as far as they are here. */
  async history(fields: Readonly<Record<string, unknown>>): Promise<Answer | null> {
    if (fields["before"] || fields["after"]) return null;
    return (await this.#found(String(fields["channel"])))?.answer ?? null;
  }

  async drop(channel: string, messages: readonly string[]): Promise<void> {
    const found = await this.#found(channel);
    if (!found) return;
    const left = found.answer.messages.filter((one) => !messages.includes(one.id));
    await this.#put({ ...found, answer: { ...found.answer, messages: left } });
  }

  /** Forgets the other channels. */
  async keepOnly(channels: ReadonlySet<string>): Promise<void> {
    for (const { id } of await this.#channels()) if (!channels.has(id)) await this.#remove(id);
  }

  async #channels(): Promise<readonly KeptChannel[]> {
    return await asked(this.#store(CHANNELS, "readonly").getAll()) as readonly KeptChannel[];
  }

  async #found(id: string): Promise<KeptChannel | undefined> {
    return await asked(this.#store(CHANNELS, "readonly").get(id)) as KeptChannel | undefined;
  }

  async #put(one: KeptChannel): Promise<void> {
    await asked(this.#store(CHANNELS, "readwrite").put(one));
  }

  async #remove(id: string): Promise<void> {
    await asked(this.#store(CHANNELS, "readwrite").delete(id));
  }

  #store(name: string, mode: IDBTransactionMode): IDBObjectStore {
    return this.#database.transaction(name, mode).objectStore(name);
  }
}

function answerOf({ messages, quoted, reactions, hasOlder }: Window): Answer {
  const newest = messages.slice(-MESSAGES_MAX);
  const here = new Set(newest.map((one) => one.id));
  const answered = new Set(newest.map((one) => one.reply_to_id));
  return {
    messages: newest,
    replies: [...quoted.values()].filter((one) => answered.has(one.id)),
    reactions: Object.fromEntries([...reactions].filter(([id]) => here.has(id))),
    cards: {},
    threads: [],
    has_older: hasOlder || newest.length < messages.length,
    has_newer: false,
  };
}

function opened(name: string): Promise<IDBDatabase> {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore(WELCOME);
    opening.result.createObjectStore(CHANNELS, { keyPath: "id" });
  };
  return asked(opening).then((database) => {
    database.onversionchange = () => database.close(); // it is deleted, or of a newer page
    return database;
  });
}

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
