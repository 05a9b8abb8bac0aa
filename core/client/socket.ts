/**
 * The one connection to the server: ticket, hello, resume, heartbeat, commands, the way back.
 *
 * Order on the line: the answer to hello comes first, then the events missed, then what is new;
 * `onHello` and `onEvent` are called in exactly that order. A command is answered once or, when
 * the line breaks before, fails with the code `lost`: whoever sends it again must send something
 * that may happen twice (a message carries a nonce).
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { EventFrame, Hello, Refusal } from "./wire.ts";

export type Phase =
  | "connecting" // first time, nothing to show yet
  | "open"
  | "lost" // coming back by itself
  | "restarting" // the server said so
  | "signed_out";

/** How long to wait before the nth try, give or take a quarter; later ones use the last. */
export const BACKOFF_MS: readonly number[] = [0, 1_000, 2_000, 4_000, 8_000, 10_000];
/** No answer to a ping for this long: the line is dead although nobody closed it. */
export const PING_ANSWER_MS = 8_000;
/** On a dead path a dial hangs for minutes; a new one finds the path as soon as it is back. */
export const DIAL_WITHIN_MS = 5_000;
const TICKET_WITHIN_MS = 3_000;
const PENDING_MAX = 200;

const CLOSED_SIGN_IN = 4001;
const CLOSED_TOO_MANY = 4009;
const CLOSED_FLOOD = 4429;
const CLOSED_SERVER_STOPS = 1001;
const SLOW_FROM_TRY = 4;
/** Somebody is in a room and their place is kept for 45 s only. */
const URGENT_BACKOFF_MS = 1_000;

export class CommandError extends Error implements Refusal {
  readonly code: string;
  readonly reason?: string;
  readonly field?: string;
  readonly retry_after_s?: number;
  readonly plugin?: string;
  /** All that came with it: what the words of its reason are filled with. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.name = "CommandError";
    this.facts = { ...refusal };
    this.code = refusal.code;
    if (refusal.reason !== undefined) this.reason = refusal.reason;
    if (refusal.field !== undefined) this.field = refusal.field;
    if (refusal.retry_after_s !== undefined) this.retry_after_s = refusal.retry_after_s;
    if (refusal.plugin !== undefined) this.plugin = refusal.plugin;
  }
}

/** What `Socket` needs from the browser; handed in so that tests hold the clock and the line. */
export interface Line {
  readonly address: string;
  /**
   * A ticket, or null when the session has ended. Throws when the server is out of reach, and a
   * `CommandError` with the time to wait when it lets nobody else in for now.
   */
  readonly ticket: () => Promise<string | null>;
  readonly open: (address: string) => WebSocket;
  /** Calls back later, unless the function returned is called before. */
  readonly after: (ms: number, call: () => void) => Cancel;
  readonly now: () => number;
  /** 0 to 1: spreads the returns of many pages after a restart. */
  readonly chance: () => number;
}

export interface Listener {
  readonly onHello: (hello: Hello) => void;
  readonly onEvent: (frame: EventFrame) => void;
  /** Whether somebody hears the silence: then the line comes back as fast as it can. */
  readonly isUrgent?: () => boolean;
}

type Cancel = () => void;

interface Waiting {
  readonly resolve: (result: Record<string, unknown>) => void;
  readonly reject: (error: CommandError) => void;
}

export class Socket {
  readonly #line: Line;
  readonly #listener: Listener;
  readonly #phase = signal<Phase>("connecting");
  readonly #lostAt = signal<number | null>(null);
  #socket: WebSocket | null = null;
  #attempt = 0; // also tells a late ticket that it is no longer wanted
  #spreadMs = 0; // in how long all come back after a restart, each at a moment of its own
  #tries = 0;
  #nextId = 1;
  #waiting = new Map<number, Waiting>();
  #epoch: string | null = null;
  #seq = 0;
  #heartbeatMs = 25_000;
  #timers = new Set<Cancel>();

  constructor(line: Line, listener: Listener) {
    this.#line = line;
    this.#listener = listener;
  }

  readonly phase: ReadonlySignal<Phase> = this.#phase;
  /** Since when the line is gone; null while it is there. */
  readonly lostAt: ReadonlySignal<number | null> = this.#lostAt;

  start(): void {
    this.#connect(0);
  }

  /** Leave this line and make a new one now: it may hang although it looks open. */
  reconnect(): void {
    if (this.#phase.value === "signed_out") return;
    this.#drop("lost");
    this.#tries = 0;
    this.#connect(0);
  }

  command(type: string, fields: Readonly<Record<string, unknown>> = {}): Promise<
    Record<string, unknown>
  > {
    if (this.#phase.value !== "open") return Promise.reject(lost());
    return this.#send(type, fields);
  }

  #send(type: string, fields: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    const socket = this.#socket;
    if (!socket) return Promise.reject(lost());
    if (this.#waiting.size >= PENDING_MAX) {
      return Promise.reject(new CommandError({ code: "too_many", message: "Too much at once." }));
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ ...fields, id, type }));
    });
  }

  #connect(delayMs: number): void {
    const attempt = ++this.#attempt;
    this.#after(delayMs, () => void this.#dial(attempt));
  }

  async #dial(attempt: number): Promise<void> {
    let ticket: string | null;
    try {
      ticket = await this.#line.ticket();
    } catch (error) {
      const waitS = error instanceof CommandError ? error.retry_after_s : undefined;
      if (attempt === this.#attempt) this.#retry((waitS ?? 0) * 1_000);
      return;
    }
    if (attempt !== this.#attempt) return;
    if (ticket === null) return this.#end();
    const socket = this.#line.open(this.#line.address);
    this.#socket = socket;
    const calm = this.#after(DIAL_WITHIN_MS, () => this.reconnect());
    socket.onopen = () => this.#hello(socket, ticket, calm);
    socket.onmessage = (frame) => this.#heard(socket, frame.data);
    socket.onclose = (closing) => this.#closed(socket, closing.code);
  }

  #hello(socket: WebSocket, ticket: string, calm: Cancel): void {
    const resume = this.#epoch === null ? {} : { epoch: this.#epoch, seq: this.#seq };
    this.#send("hello", { ticket, ...resume }).then((answer) => {
      calm();
      if (socket === this.#socket) this.#welcome(answer as unknown as Hello);
    }).catch(calm);
  }

  #welcome(hello: Hello): void {
    this.#epoch = hello.epoch;
    if (!hello.resumed) this.#seq = hello.seq;
    this.#heartbeatMs = hello.heartbeat_s * 1_000;
    this.#tries = 0;
    this.#lostAt.value = null;
    this.#listener.onHello(hello);
    this.#phase.value = "open";
    this.#beat();
  }

  #heard(socket: WebSocket, text: unknown): void {
    if (socket !== this.#socket || typeof text !== "string") return;
    const frame = JSON.parse(text);
    if ("id" in frame) return this.#answered(frame);
    if (typeof frame.seq === "number") {
      if (frame.seq <= this.#seq) return; // known already
      this.#seq = frame.seq;
    }
    if (frame.event === "server.stopping") {
      this.#phase.value = "restarting";
      this.#spreadMs = frame.data.spread_s * 1_000;
    }
    this.#listener.onEvent(frame);
  }

  #answered(frame: { id: number; ok: boolean; result?: Record<string, unknown>; error?: Refusal }) {
    const waiting = this.#waiting.get(frame.id);
    this.#waiting.delete(frame.id);
    if (!waiting) return;
    if (frame.ok) waiting.resolve(frame.result ?? {});
    else waiting.reject(new CommandError(frame.error ?? { code: "internal", message: "" }));
  }

  #beat(): void {
    const attempt = this.#attempt;
    this.#after(this.#heartbeatMs, () => {
      if (attempt !== this.#attempt) return;
      const heard = this.#after(PING_ANSWER_MS, () => this.reconnect());
      this.#send("ping", {}).then(() => {
        heard();
        if (attempt === this.#attempt) this.#beat();
      }).catch(heard);
    });
  }

  #closed(socket: WebSocket, code: number): void {
    if (socket !== this.#socket) return;
    if (code === CLOSED_SIGN_IN) return this.#end();
    this.#drop(code === CLOSED_SERVER_STOPS ? "restarting" : "lost");
    if (code === CLOSED_TOO_MANY || code === CLOSED_FLOOD) this.#tries = SLOW_FROM_TRY;
    this.#retry();
  }

  /** Try again after a while, not sooner than in `leastMs`; who sits in a room comes first. */
  #retry(leastMs = 0): void {
    if (this.#lostAt.value === null) this.#lostAt.value = this.#line.now();
    const delay = BACKOFF_MS[Math.min(this.#tries, BACKOFF_MS.length - 1)] ?? 0;
    const isUrgent = this.#listener.isUrgent?.() ?? false;
    const wanted = isUrgent ? Math.min(delay, URGENT_BACKOFF_MS) : delay;
    const spreadMs = isUrgent ? 0 : this.#line.chance() * this.#spreadMs;
    this.#spreadMs = 0;
    this.#tries += 1;
    this.#connect(Math.max(leastMs, spreadMs + wanted * (0.75 + this.#line.chance() / 2)));
  }

  #drop(phase: "lost" | "restarting"): void {
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    this.#timers.forEach((cancel) => cancel());
    this.#timers.clear();
    if (this.#phase.value !== "connecting" && this.#phase.value !== "restarting") {
      this.#phase.value = phase;
    }
    if (this.#lostAt.value === null) this.#lostAt.value = this.#line.now();
    this.#fail();
  }

  #end(): void {
    this.#drop("lost");
    this.#phase.value = "signed_out";
  }

  #fail(): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    waiting.forEach(({ reject }) => reject(lost()));
  }

  #after(ms: number, call: () => void): Cancel {
    const stop = this.#line.after(ms, () => {
      this.#timers.delete(cancel);
      call();
    });
    const cancel = () => {
      this.#timers.delete(cancel);
      stop();
    };
    this.#timers.add(cancel);
    return cancel;
  }
}

function lost(): CommandError {
  return new CommandError({ code: "lost", message: "The line is down." });
}

/** The browser's own line to the server that this page came from. */
export function browserLine(): Line {
  return {
    address: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/socket`,
    ticket: askTicket,
    open: (address) => new WebSocket(address),
    after: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    now: () => Date.now(),
    chance: () => Math.random(),
  };
}

async function askTicket(): Promise<string | null> {
  const answer = await fetch("/api/ticket", {
    method: "POST",
    credentials: "same-origin",
    signal: AbortSignal.timeout(TICKET_WITHIN_MS),
  });
  if (answer.status === 401) return null;
  if (!answer.ok) throw new CommandError((await answer.json()).error);
  return (await answer.json()).ticket;
}
