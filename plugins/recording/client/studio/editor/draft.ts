/**
 * What an episode is to be, while somebody edits it: parts of recordings in an order, each with what
 * is cut out of it and its chapters. Times are seconds of the recording. Every change gives a new
 * draft; what was cut out, and chapters that a shorter part leaves outside, are kept to be restored.
 */

import type { Chapter, Episode, Segment, Span, Take } from "../../shared/wire.ts";
import { withoutCut } from "../words/strike.ts";

export const CUTS_MAX = 100;
export const CHAPTERS_MAX = 100;
export const PARTS_MAX = 50;
const SHORTEST_S = 1;
const EDGE_S = 0.1; // what a part has at least

export interface Part extends Segment {
  readonly key: number;
}

export interface Draft {
  readonly title: string;
  readonly notes: string;
  readonly parts: readonly Part[];
}

export type Wrong = "title_missing" | "times_order";

export function draftOf(
  take: Take | undefined,
  left: Pick<Episode, "title" | "notes" | "segments"> | undefined,
): Draft {
  const segments = left?.segments ?? (take ? [windowOf(take, 0, endOf(take))] : []);
  return {
    title: left?.title ?? "",
    notes: left?.notes ?? "",
    parts: segments.map((segment, key) => ({ ...segment, key })),
  };
}

/** A recording to its last tenth of a second. */
export function endOf(take: Take): number {
  return Math.floor(take.duration_s * 10) / 10;
}

function windowOf(take: Take, start_s: number, end_s: number): Segment {
  return {
    take_id: take.id,
    piece_id: null,
    slot: "",
    title: "",
    start_s,
    end_s,
    cuts: [],
    chapters: momentsOf(take),
    is_silent: false,
  };
}

/** What was marked while it was recorded, as chapters. */
export function momentsOf(take: Take): readonly Chapter[] {
  return take.marks.filter(({ end_s }) => end_s === null)
    .map(({ at_s, title }) => ({ at_s, title }));
}

// -- changing

export function withPart(draft: Draft, take: Take, start: number, end: number): Draft {
  const key = Math.max(-1, ...draft.parts.map((part) => part.key)) + 1;
  const chapters = momentsOf(take).filter(({ at_s }) => at_s >= start && at_s < end);
  const part = { ...windowOf(take, start, end), chapters, key };
  return { ...draft, parts: [...draft.parts, part] };
}

/** Only these times of a recording: what was kept while it was recorded, chosen by one press. */
export function onlyPart(draft: Draft, take: Take, start: number, end: number): Draft {
  const set = draft.parts.filter(({ take_id }) => take_id === take.id)
    .flatMap(({ chapters }) => chapters);
  const only = withPart({ ...draft, parts: [] }, take, start, end);
  const times = new Set(set.map(({ at_s }) => at_s));
  const chapters = [...set, ...momentsOf(take).filter(({ at_s }) => !times.has(at_s))];
  return changed(only, 0, { chapters: chapters.toSorted((one, two) => one.at_s - two.at_s) });
}

export function without(draft: Draft, key: number): Draft {
  return { ...draft, parts: draft.parts.filter((part) => part.key !== key) };
}

/** A part at another place; beyond the ends it stays at the end. */
export function movedTo(draft: Draft, key: number, place: number): Draft {
  const part = draft.parts.find((each) => each.key === key);
  if (!part) return draft;
  const parts = draft.parts.filter((each) => each !== part);
  parts.splice(Math.max(0, Math.min(place, parts.length)), 0, part);
  return { ...draft, parts };
}

export function changed(draft: Draft, key: number, change: Partial<Segment>): Draft {
  const parts = draft.parts.map((part) => part.key === key ? { ...part, ...change } : part);
  return { ...draft, parts };
}

/** A part whose edge stands elsewhere: within the recording, and never past the other edge. */
export function edged(
  draft: Draft,
  key: number,
  edge: "start_s" | "end_s",
  at: number,
  most: number,
): Draft {
  const part = draft.parts.find((each) => each.key === key);
  if (!part) return draft;
  const placed = edge === "start_s"
    ? Math.max(0, Math.min(at, part.end_s - EDGE_S))
    : Math.min(most, Math.max(at, part.start_s + EDGE_S));
  return changed(draft, key, { [edge]: tenth(placed) });
}

/** These times cut out of every part of the recording that holds any of them. */
export function cutOut(draft: Draft, take: string, start: number, end: number): Draft {
  const parts = draft.parts.map((part) => {
    const [from, to] = [Math.max(start, part.start_s), Math.min(end, part.end_s)];
    if (part.take_id !== take || to <= from || part.cuts.length >= CUTS_MAX) return part;
    return { ...part, cuts: joined([...part.cuts, { start_s: tenth(from), end_s: tenth(to) }]) };
  });
  return { ...draft, parts };
}

export function restored(draft: Draft, key: number, cut: Span): Draft {
  const part = draft.parts.find((each) => each.key === key);
  return changed(draft, key, { cuts: part?.cuts.filter((each) => each !== cut) ?? [] });
}

/** These times brought back in every part of the recording, whatever was cut out there. */
export function broughtBack(draft: Draft, take: string, back: Span): Draft {
  const parts = draft.parts.map((part) =>
    part.take_id === take ? { ...part, cuts: withoutCut(part.cuts, back) } : part
  );
  return { ...draft, parts };
}

/** Whether nothing more can be cut out of a part of the recording. */
export function isFull(draft: Draft, take: string): boolean {
  return draft.parts.some((part) => part.take_id === take && part.cuts.length >= CUTS_MAX);
}

/** A chapter without a title yet, in the part that is chosen or in the first that holds the moment. */
export function chaptered(draft: Draft, take: string, at: number, chosen: number | null): Draft {
  const holding = draft.parts.filter((part) =>
    part.take_id === take && at >= part.start_s && at < part.end_s
  );
  const part = holding.find(({ key }) => key === chosen) ?? holding[0];
  if (!part || chaptersIn(draft) >= CHAPTERS_MAX) return draft;
  const others = part.chapters.filter(({ at_s }) => at_s !== tenth(at));
  const chapters = [...others, { at_s: tenth(at), title: "" }];
  return changed(draft, part.key, { chapters: chapters.toSorted((a, b) => a.at_s - b.at_s) });
}

function joined(cuts: readonly Span[]): readonly Span[] {
  const found: Span[] = [];
  for (const cut of cuts.toSorted((a, b) => a.start_s - b.start_s)) {
    const last = found.at(-1);
    if (last && cut.start_s <= last.end_s) {
      found[found.length - 1] = { ...last, end_s: Math.max(last.end_s, cut.end_s) };
    } else found.push(cut);
  }
  return found;
}

export function tenth(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}

// -- asking

/** What is heard of a part: its times without what is cut out. */
export function spansOf(part: Part): readonly Span[] {
  const spans: Span[] = [];
  let at = part.start_s;
  for (const { start_s, end_s } of joined(part.cuts)) {
    if (start_s > at) spans.push({ start_s: at, end_s: Math.min(start_s, part.end_s) });
    at = Math.max(at, end_s);
  }
  if (at < part.end_s) spans.push({ start_s: at, end_s: part.end_s });
  return spans;
}

export function lengthOf(parts: readonly Part[]): number {
  return parts.flatMap(spansOf).reduce((sum, { start_s, end_s }) => sum + end_s - start_s, 0);
}

/** The chapters that lie in a part; others wait for it to be longer again. */
export function chaptersOf(part: Part): readonly Chapter[] {
  return part.chapters.filter(({ at_s }) => at_s >= part.start_s && at_s < part.end_s);
}

function chaptersIn(draft: Draft): number {
  return draft.parts.flatMap(chaptersOf).length;
}

/** What is wrong with it as a whole: its title, and its length; chapters without a title by key. */
export function wrongsOf(draft: Draft) {
  const unnamed = new Set(
    draft.parts.filter((part) => chaptersOf(part).some(({ title }) => !title.trim()))
      .map(({ key }) => key),
  );
  const title: Wrong | undefined = draft.title.trim() ? undefined : "title_missing";
  const length: Wrong | undefined = lengthOf(draft.parts) < SHORTEST_S ? "times_order" : undefined;
  return { title, length, unnamed, isRight: !title && !length && unnamed.size === 0 };
}

/** The fields of `recording.produce`; only for a draft that is right. */
export function fieldsOf(
  draft: Draft,
  episode: Pick<Episode, "id" | "revision"> | undefined,
): Record<string, unknown> {
  return {
    ...(episode ? { episode: episode.id, revision: episode.revision } : {}),
    title: draft.title.trim(),
    notes: draft.notes,
    segments: draft.parts.map((part) => ({
      take: part.take_id,
      piece: part.piece_id,
      slot: part.slot,
      title: part.title,
      start_s: part.start_s,
      end_s: part.end_s,
      cuts: part.cuts,
      chapters: chaptersOf(part).map(({ at_s, title }) => ({ at_s, title: title.trim() })),
    })),
  };
}
