/**
 * The stretch of a channel's history that stands in the page: pure functions on a window of
 * messages, oldest first. It never holds more than `WINDOW_MAX`; what is added at one end is taken
 * away at the other, and `hasOlder`/`hasNewer` say where something is missing.
 */

import { compareIds, isNewer, type LinkCard, type Message, type Reaction } from "../wire.ts";

/** With day lines, the unread line and waiting messages, fewer than 300 rows stand in the page. */
export const WINDOW_MAX = 240;
/** What an opening asks for: more than any screen shows. */
export const OPENING_SIZE = 50;
/** What scrolling asks for: few enough that adding them never holds up a frame. */
export const PAGE_SIZE = 30;

export interface Window {
  readonly messages: readonly Message[];
  /** Messages that are quoted here but may stand outside of the window. */
  readonly quoted: ReadonlyMap<string, Message>;
  /** By message; those without any are not in it. */
  readonly reactions: ReadonlyMap<string, readonly Reaction[]>;
  /** Of links, by message. */
  readonly cards: ReadonlyMap<string, readonly LinkCard[]>;
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
}

export interface HistoryAnswer {
  readonly messages: readonly Message[];
  readonly replies: readonly Message[];
  readonly reactions: Readonly<Record<string, readonly Reaction[]>>;
  readonly cards: Readonly<Record<string, readonly LinkCard[]>>;
  readonly has_older: boolean;
  readonly has_newer: boolean;
}

export const NOTHING: Window = {
  messages: [],
  quoted: new Map(),
  reactions: new Map(),
  cards: new Map(),
  hasOlder: false,
  hasNewer: false,
};

export function opened(answer: HistoryAnswer): Window {
  return {
    messages: answer.messages,
    quoted: quotes(new Map(), answer),
    reactions: new Map(Object.entries(answer.reactions)),
    cards: new Map(Object.entries(answer.cards)),
    hasOlder: answer.has_older,
    hasNewer: answer.has_newer,
  };
}

export function withOlder(window: Window, answer: HistoryAnswer): Window {
  const joined = merge(answer.messages, window.messages);
  const messages = joined.slice(0, WINDOW_MAX);
  return {
    messages,
    quoted: quotes(window.quoted, answer),
    reactions: new Map([...window.reactions, ...Object.entries(answer.reactions)]),
    cards: new Map([...window.cards, ...Object.entries(answer.cards)]),
    hasOlder: answer.has_older,
    hasNewer: window.hasNewer || messages.length < joined.length,
  };
}

export function withNewer(window: Window, answer: HistoryAnswer): Window {
  const joined = merge(window.messages, answer.messages);
  const messages = joined.slice(-WINDOW_MAX);
  return {
    messages,
    quoted: quotes(window.quoted, answer),
    reactions: new Map([...window.reactions, ...Object.entries(answer.reactions)]),
    cards: new Map([...window.cards, ...Object.entries(answer.cards)]),
    hasOlder: window.hasOlder || messages.length < joined.length,
    hasNewer: answer.has_newer,
  };
}

/**
 * A message was posted. A reader at the end follows and the oldest make room; one who reads
 * further up keeps what is under their eyes, and the end is fetched when they go there.
 */
export function posted(window: Window, message: Message, isFollowing: boolean): Window {
  if (window.hasNewer) return window;
  const last = window.messages.at(-1);
  if (last && !isNewer(message.id, last.id)) return replaced(window, message);
  const messages = [...window.messages, message];
  if (messages.length <= WINDOW_MAX) return { ...window, messages };
  if (!isFollowing) return { ...window, hasNewer: true };
  return { ...window, messages: messages.slice(-WINDOW_MAX), hasOlder: true };
}

export function edited(window: Window, message: Message): Window {
  const quoted = window.quoted.has(message.id)
    ? new Map(window.quoted).set(message.id, message)
    : window.quoted;
  const isHere = window.messages.some((one) => one.id === message.id);
  if (!isHere && quoted === window.quoted) return window;
  const messages = isHere
    ? window.messages.map((one) => one.id === message.id ? message : one)
    : window.messages;
  return { ...window, messages, quoted };
}

export function deleted(window: Window, ids: readonly string[]): Window {
  const quoted = new Map(window.quoted);
  const wasQuoted = ids.filter((id) => quoted.delete(id)).length > 0;
  const messages = window.messages.filter((one) => !ids.includes(one.id));
  if (!wasQuoted && messages.length === window.messages.length) return window;
  return { ...window, messages, quoted };
}

/** Whether nothing is known of a message that is quoted. */
export function isUnknown(window: Window, id: string): boolean {
  return !window.quoted.has(id) && !window.messages.some((one) => one.id === id);
}

/** Learns of messages that are quoted. */
export function quoting(window: Window, messages: readonly Message[]): Window {
  const known = messages.map((one) => [one.id, one] as const);
  return { ...window, quoted: new Map([...window.quoted, ...known]) };
}

function replaced(window: Window, message: Message): Window {
  const isKnown = window.messages.some((one) => one.id === message.id);
  if (isKnown) return window;
  return { ...window, messages: merge(window.messages, [message]).slice(-WINDOW_MAX) };
}

function merge(older: readonly Message[], newer: readonly Message[]): readonly Message[] {
  const all = new Map([...older, ...newer].map((message) => [message.id, message]));
  return [...all.values()].sort((a, b) => compareIds(a.id, b.id));
}

function quotes(
  known: ReadonlyMap<string, Message>,
  answer: HistoryAnswer,
): ReadonlyMap<string, Message> {
  if (answer.replies.length === 0) return known;
  return new Map([...known, ...answer.replies.map((message) => [message.id, message] as const)]);
}
