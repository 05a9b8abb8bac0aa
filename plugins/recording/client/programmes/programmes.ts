/** Shows and pieces as this page knows them, and files on their way to the server. */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { ClientSalon } from "@salon/client";
import { useMemo } from "preact/hooks";
import { sentence, useRecording } from "../shared/context.ts";
import type { Segment } from "../shared/wire.ts";
import type { Piece, ShowCard } from "./wire.ts";

export class Programmes {
  readonly #salon: ClientSalon;
  readonly #shows = signal<readonly ShowCard[] | undefined>(undefined);
  readonly #pieces = signal<readonly Piece[] | undefined>(undefined);
  readonly #problem = signal<string | null>(null);

  /** The oldest first; undefined before the first answer. */
  readonly shows: ReadonlySignal<readonly ShowCard[] | undefined> = this.#shows;
  /** The newest first; undefined before the first answer. */
  readonly pieces: ReadonlySignal<readonly Piece[] | undefined> = this.#pieces;
  readonly problem: ReadonlySignal<string | null> = this.#problem;

  constructor(salon: ClientSalon) {
    this.#salon = salon;
  }

  async load(): Promise<void> {
    try {
      const [{ shows }, { pieces }] = await Promise.all([
        this.#salon.command("recording.shows"),
        this.#salon.command("recording.pieces"),
      ]);
      this.#shows.value = shows as ShowCard[];
      this.#pieces.value = pieces as Piece[];
      this.#problem.value = null;
    } catch (error) {
      this.#problem.value = sentence(error);
    }
  }
}

export function useProgrammes(): Programmes {
  const { salon } = useRecording();
  return useMemo(() => new Programmes(salon), [salon]);
}

/** Hands a file in. Fails with the key of a word, for who shows it. */
export async function handIn(address: string, file: File): Promise<void> {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream", Accept: "application/json" },
    body: file,
  });
  if (answer.ok) return;
  const { error } = await answer.json().catch(() => ({ error: {} }));
  throw new Refused(String(error?.reason ?? error?.code ?? ""));
}

export class Refused extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason.replace(/^recording\./, "");
  }
}

/** A segment as commands take it. */
export function fieldsOf(
  { take_id, piece_id, slot, title, start_s, end_s, cuts, chapters }: Segment,
): Record<string, unknown> {
  return { take: take_id, piece: piece_id, slot, title, start_s, end_s, cuts, chapters };
}

/** A list with one of it at another place; beyond the ends it stays at the end. */
export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const one = list[from];
  if (one === undefined) return list;
  const rest = list.filter((_, place) => place !== from);
  rest.splice(Math.max(0, Math.min(to, rest.length)), 0, one);
  return rest;
}

/** How long it is without what was cut out; of an empty place, how long it is meant to be. */
export function secondsOf(segment: Segment): number {
  if (segment.is_silent) return 0;
  const cut = segment.cuts.reduce((sum, { start_s, end_s }) =>
    sum +
    Math.max(0, Math.min(end_s, segment.end_s) - Math.max(start_s, segment.start_s)), 0);
  return Math.max(0, segment.end_s - segment.start_s - cut);
}

export function isEmpty({ take_id, piece_id }: Segment): boolean {
  return take_id === null && piece_id === null;
}
