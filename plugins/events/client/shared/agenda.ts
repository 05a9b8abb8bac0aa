/** What every component of the plugin needs: the page, the words, and the events that it asks for. */

import type { Account, ClientSalon, Room, RoomWish } from "@salon/client";
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import type { Details, Occurrence, Which } from "./shapes.ts";
import type { Say } from "./words.ts";

export const SCHEDULE = "events.schedule";
export const MANAGE = "events.manage";
export const REMIND_MIN = 10;

const SPREAD_MS = 400; // all pages are told at once that something changed

/** Counts the changes of which this page was told: whoever shows events asks again. */
export class Agenda {
  readonly #changes = signal(0);
  readonly changes: ReadonlySignal<number> = this.#changes;

  constructor(salon: ClientSalon) {
    salon.on("events.changed", () => {
      setTimeout(() => this.changed(), Math.random() * SPREAD_MS);
    });
  }

  changed(): void {
    this.#changes.value++;
  }
}

export interface Events {
  readonly salon: ClientSalon;
  readonly t: Say;
  readonly agenda: Agenda;
  /** A room that is rather to be an event: the page of events opens the form with it. */
  readonly wished: Signal<RoomWish | null>;
}

const Here = createContext<Events | null>(null);
export const EventsProvider = Here.Provider;

export function useEvents(): Events {
  const found = useContext(Here);
  if (!found) throw new Error("events are rendered outside of their provider");
  return found;
}

/** What a command answers, asked again after each change; null until it was answered. */
function useAnswer<T>(type: string, fields: Readonly<Record<string, unknown>>) {
  const { salon, agenda } = useEvents();
  const [answer, take] = useState<T | null>(null);
  const [hasFailed, fail] = useState(false);
  const asked = useRef<unknown>(null); // an answer to another question comes too late
  const key = JSON.stringify(fields);
  const change = agenda.changes.value;
  const me = salon.me.value;
  useEffect(() => {
    const question = asked.current = {};
    salon.command(type, fields).then(
      (found) => {
        if (asked.current !== question) return;
        fail(false);
        take(found as T);
      },
      () => asked.current === question && fail(true),
    );
  }, [type, key, change, me]);
  return { answer, hasFailed };
}

export function useListed(which: Which, limit: number) {
  const [pages, show] = useState(1);
  useEffect(() => show(1), [which]);
  const { answer, hasFailed } = useAnswer<{ events: Occurrence[]; has_more: boolean }>(
    "events.list",
    { which, limit: Math.min(limit * pages, LIMIT_MAX) },
  );
  const isFull = limit * pages >= LIMIT_MAX;
  return {
    events: answer?.events ?? null,
    hasFailed,
    more: answer?.has_more && !isFull ? () => show(pages + 1) : undefined,
  };
}

const LIMIT_MAX = 50;

export function useOne(id: string) {
  const { answer, hasFailed } = useAnswer<{ event: Details }>("events.get", { occurrence: id });
  return { event: answer?.event ?? null, hasFailed };
}

export function useMonth(begins: Date, days: number): ReadonlyMap<string, number> {
  const ends = new Date(begins.getFullYear(), begins.getMonth(), begins.getDate() + days);
  const { answer } = useAnswer<{ starts: { starts_at: string }[] }>("events.month", {
    begins: begins.toISOString(),
    ends: ends.toISOString(),
  });
  const found = new Map<string, number>();
  for (const { starts_at } of answer?.starts ?? []) {
    const day = new Date(starts_at).toDateString();
    found.set(day, (found.get(day) ?? 0) + 1);
  }
  return found;
}

/** Does something and says why it was refused. */
export function useTry(): (work: () => Promise<unknown>) => Promise<boolean> {
  const { salon, agenda } = useEvents();
  return async (work) => {
    try {
      await work();
      agenda.changed();
      return true;
    } catch (error) {
      salon.toast({ text: error instanceof Error ? error.message : String(error), tone: "bad" });
      return false;
    }
  };
}

export function accountOf(salon: ClientSalon, id: string): Account | undefined {
  return salon.store.accounts.value.get(id);
}

export function roomOf(salon: ClientSalon, id: string | null): Room | undefined {
  return id === null ? undefined : salon.store.rooms.value.get(id);
}

export function pageOf(occurrence: { readonly id: string }): string {
  return `/p/events/${occurrence.id}`;
}
