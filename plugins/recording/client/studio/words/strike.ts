/**
 * Striking a line cuts its sound out; restoring it brings both back. What is kept is the episode's
 * parts and their cuts and nothing else: whether a line is struck is worked out of them, so that a
 * cut made by hand strikes the lines in it, and undoing it brings them back.
 */

import type { Passage, Span } from "../../shared/wire.ts";

/** A part of an episode, of the recording whose lines these are; times are the recording's. */
export interface Window extends Span {
  readonly cuts: readonly Span[];
}

export type Line = "heard" | "struck" | "outside";

const SLIVER_S = 0.15; // less of a line than this is nobody's hearing
const PAUSE_S = 2; // silence beside a line that goes with it

/** Whether a line is heard, is cut out of the parts that it lies in, or lies in none. */
export function stateOf(line: Span, parts: readonly Window[]): Line {
  const within = parts.filter((part) => overlap(line, part) > SLIVER_S);
  if (within.length === 0) return "outside";
  const most = Math.min(SLIVER_S, (line.end_s - line.start_s) / 2);
  const isHeard = within.some((part) => {
    const gone = joined(part.cuts).reduce((sum, cut) => sum + overlap(cut, clipped(line, part)), 0);
    return overlap(line, part) - gone > most;
  });
  return isHeard ? "heard" : "struck";
}

/** What is cut out to strike a line: it, and the pause to a struck line before or after it. */
export function struckBy(
  number: number,
  lines: readonly Passage[],
  parts: readonly Window[],
): Span {
  const [line, before, after] = [lines[number], lines[number - 1], lines[number + 1]];
  let [start, end] = [line?.start_s ?? 0, line?.end_s ?? 0];
  const isGone = (each: Passage | undefined) => each && stateOf(each, parts) === "struck";
  if (before && isGone(before)) start = near(before.end_s, start);
  if (after && isGone(after)) end = near(after.start_s, end);
  return wide({ start_s: start, end_s: end });
}

/** What is brought back to restore a line: it, and the pauses beside it. */
export function restoredBy(number: number, lines: readonly Passage[]): Span {
  const [line, before, after] = [lines[number], lines[number - 1], lines[number + 1]];
  const { start_s, end_s } = line ?? { start_s: 0, end_s: 0 };
  const from = Math.max(before ? before.end_s : 0, start_s - PAUSE_S);
  const until = Math.min(after ? after.start_s : Infinity, end_s + PAUSE_S);
  return wide({ start_s: Math.min(start_s, from), end_s: Math.max(end_s, until) });
}

/** Cuts without what is brought back; slivers at its edges go with it. */
export function withoutCut(cuts: readonly Span[], back: Span): readonly Span[] {
  return joined(cuts).flatMap((cut) => {
    if (overlap(cut, back) === 0) return [cut];
    const before = { start_s: cut.start_s, end_s: back.start_s };
    const after = { start_s: back.end_s, end_s: cut.end_s };
    return [before, after].filter(({ start_s, end_s }) => end_s - start_s >= SLIVER_S);
  });
}

/** In whole tenths, so that nothing of a line is left: the fields and the server count in them. */
function wide({ start_s, end_s }: Span): Span {
  return { start_s: Math.floor(start_s * 10) / 10, end_s: Math.ceil(end_s * 10) / 10 };
}

function near(edge: number, own: number): number {
  return Math.abs(edge - own) <= PAUSE_S ? edge : own;
}

function overlap(one: Span, other: Span): number {
  return Math.max(0, Math.min(one.end_s, other.end_s) - Math.max(one.start_s, other.start_s));
}

function clipped(line: Span, part: Span): Span {
  return {
    start_s: Math.max(line.start_s, part.start_s),
    end_s: Math.min(line.end_s, part.end_s),
  };
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
