/** What somebody is choosing, as it stands in the fields, and what is wrong with it. */

import { exactStamp, parseStamp } from "../shared/time.ts";
import type { Chapter, Episode, Take } from "../shared/wire.ts";

export interface ChapterField {
  readonly key: number;
  readonly at: string;
  readonly title: string;
}

export interface Cut {
  readonly title: string;
  readonly notes: string;
  readonly start: string;
  readonly end: string;
  readonly chapters: readonly ChapterField[];
}

export type Wrong = "times_wrong" | "times_order" | "times_late" | "title_missing" | "chapter_out";

export interface Wrongs {
  readonly title?: Wrong;
  readonly start?: Wrong;
  readonly end?: Wrong;
  readonly chapters: ReadonlyMap<number, WrongChapter>;
}

/** What is wrong with either field of a chapter. */
export interface WrongChapter {
  readonly at?: Wrong;
  readonly title?: Wrong;
}

export function cutOf(take: Take, episode: Episode | undefined): Cut {
  return {
    title: episode?.title ?? "",
    notes: episode?.notes ?? "",
    start: exactStamp(episode?.start_s ?? 0),
    end: exactStamp(episode?.end_s ?? Math.floor(take.duration_s * 10) / 10),
    chapters: (episode?.chapters ?? []).map(({ at_s, title }, key) => ({
      key,
      at: exactStamp(at_s),
      title,
    })),
  };
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
    chapters,
  };
}

function wrongEnd(start: number, end: number | null, durationS: number): { readonly end?: Wrong } {
  if (end === null) return { end: "times_wrong" };
  if (end - start < 1) return { end: "times_order" };
  return end > durationS + 1 ? { end: "times_late" } : {};
}

export function isRight(wrongs: Wrongs): boolean {
  return !wrongs.title && !wrongs.start && !wrongs.end && wrongs.chapters.size === 0;
}

/** The fields of `recording.produce`; only for a cut that is right. */
export function fieldsOf(cut: Cut): Record<string, unknown> {
  const chapters: Chapter[] = cut.chapters.map(({ at, title }) => ({
    at_s: parseStamp(at) ?? 0,
    title: title.trim(),
  }));
  return {
    title: cut.title.trim(),
    notes: cut.notes,
    start_s: parseStamp(cut.start) ?? 0,
    end_s: parseStamp(cut.end) ?? 0,
    chapters,
  };
}
