/** What somebody is choosing, as it stands in the fields, and what is wrong with it. */

import { exactStamp, parseStamp } from "../shared/time.ts";
import type { Chapter, Episode, Segment, Take } from "../shared/wire.ts";

export interface ChapterField {
  readonly key: number;
  readonly at: string;
  readonly title: string;
}

export interface CutField {
  readonly key: number;
  readonly start: string;
  readonly end: string;
}

export interface Cut {
  readonly title: string;
  readonly notes: string;
  readonly start: string;
  readonly end: string;
  readonly chapters: readonly ChapterField[];
  /** What is cut out between beginning and end. */
  readonly cuts: readonly CutField[];
}

export type Wrong = "times_wrong" | "times_order" | "times_late" | "title_missing" | "chapter_out";

export interface Wrongs {
  readonly title?: Wrong;
  readonly start?: Wrong;
  readonly end?: Wrong;
  readonly chapters: ReadonlyMap<number, WrongChapter>;
  readonly cuts: ReadonlyMap<number, WrongCut>;
}

/** What is wrong with either end of what is cut out. */
export interface WrongCut {
  readonly start?: Wrong;
  readonly end?: Wrong;
}

/** What is wrong with either field of a chapter. */
export interface WrongChapter {
  readonly at?: Wrong;
  readonly title?: Wrong;
}

/** The first segment of a take in an episode; the others stay as they are. */
export function segmentOf(episode: Episode | undefined): Segment | undefined {
  return episode?.segments.find(({ take_id }) => take_id !== null);
}

export function cutOf(take: Take, episode: Episode | undefined): Cut {
  const segment = segmentOf(episode);
  return {
    title: episode?.title ?? "",
    notes: episode?.notes ?? "",
    start: exactStamp(segment?.start_s ?? 0),
    end: exactStamp(segment?.end_s ?? Math.floor(take.duration_s * 10) / 10),
    chapters: (segment?.chapters ?? momentsOf(take)).map(({ at_s, title }, key) => ({
      key,
      at: exactStamp(at_s),
      title,
    })),
    cuts: (segment?.cuts ?? []).map(({ start_s, end_s }, key) => ({
      key,
      start: exactStamp(start_s),
      end: exactStamp(end_s),
    })),
  };
}

/** What was marked while it was recorded, as chapters. */
export function momentsOf(take: Take): readonly Chapter[] {
  return take.marks.filter(({ end_s }) => end_s === null);
}

/** How long it will be, in seconds; what is no time counts for nothing. */
export function lengthOf(cut: Cut): number {
  const start = parseStamp(cut.start) ?? 0;
  const end = parseStamp(cut.end) ?? 0;
  const gone = cut.cuts
    .map((each) => [parseStamp(each.start) ?? 0, parseStamp(each.end) ?? 0] as const)
    .toSorted(([a], [b]) => a - b);
  let [at, left] = [start, 0];
  for (const [from, to] of gone) {
    left += Math.max(0, Math.min(from, end) - at);
    at = Math.max(at, to);
  }
  return left + Math.max(0, end - at);
}

export function wrongsOf(cut: Cut, durationS: number): Wrongs {
  const start = parseStamp(cut.start);
  const end = parseStamp(cut.end);
  const chapters = new Map<number, WrongChapter>();
  for (const chapter of cut.chapters) {
    const at = parseStamp(chapter.at);
    const isOut = at !== null && (at < (start ?? 0) || at >= (end ?? durationS));
    const wrong: WrongChapter = {
      ...(at === null ? { at: "times_wrong" as const } : {}),
      ...(isOut ? { at: "chapter_out" as const } : {}),
      ...(chapter.title.trim() ? {} : { title: "title_missing" as const }),
    };
    if (wrong.at || wrong.title) chapters.set(chapter.key, wrong);
  }
  return {
    ...(cut.title.trim() ? {} : { title: "title_missing" as const }),
    ...(start === null ? { start: "times_wrong" as const } : {}),
    ...wrongEnd(start ?? 0, end, durationS),
    ...(lengthOf(cut) < 1 && end !== null ? { end: "times_order" as const } : {}),
    chapters,
    cuts: wrongCuts(cut.cuts),
  };
}

function wrongCuts(cuts: readonly CutField[]): ReadonlyMap<number, WrongCut> {
  const wrongs = new Map<number, WrongCut>();
  for (const { key, start, end } of cuts) {
    const [from, to] = [parseStamp(start), parseStamp(end)];
    if (from === null) wrongs.set(key, { start: "times_wrong" });
    else if (to === null) wrongs.set(key, { end: "times_wrong" });
    else if (to <= from) wrongs.set(key, { end: "times_order" });
  }
  return wrongs;
}

function wrongEnd(start: number, end: number | null, durationS: number): { readonly end?: Wrong } {
  if (end === null) return { end: "times_wrong" };
  if (end - start < 1) return { end: "times_order" };
  return end > durationS + 1 ? { end: "times_late" } : {};
}

export function isRight(wrongs: Wrongs): boolean {
  return !wrongs.title && !wrongs.start && !wrongs.end && wrongs.chapters.size === 0 &&
    wrongs.cuts.size === 0;
}

/** The fields of `recording.produce`; only for a cut that is right. */
export function fieldsOf(take: Take, cut: Cut, episode: Episode | undefined): Fields {
  const own = segmentOf(episode);
  const chosen = segmentFields({
    take_id: take.id,
    slot: own?.slot ?? "",
    title: own?.title ?? "",
    start_s: parseStamp(cut.start) ?? 0,
    end_s: parseStamp(cut.end) ?? 0,
    chapters: cut.chapters.map(({ at, title }) => ({
      at_s: parseStamp(at) ?? 0,
      title: title.trim(),
    })),
    cuts: cut.cuts.map(({ start, end }) => ({
      start_s: parseStamp(start) ?? 0,
      end_s: parseStamp(end) ?? 0,
    })),
  });
  return {
    ...(episode ? { episode: episode.id, revision: episode.revision } : {}),
    title: cut.title.trim(),
    notes: cut.notes,
    segments: episode?.segments.map((each) => each === own ? chosen : segmentFields(each)) ??
      [chosen],
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** A segment as `recording.produce` takes it. */
function segmentFields(
  { take_id, slot, title, start_s, end_s, chapters, cuts }: Omit<Segment, "piece_id" | "is_silent">,
): Fields {
  return { take: take_id, slot, title, start_s, end_s, chapters, cuts };
}
