/** What is worked out of a match's state on this device: clock, minutes, places on the line, hues. */

import type { ClockState, MatchState, Moment, Phase, Side } from "./shapes.ts";

/** What the clock shows at a time of the server, in whole seconds. */
export function elapsedS(clock: ClockState, serverNowMs: number): number {
  if (!clock.running) return clock.elapsed_s;
  return clock.elapsed_s + Math.max(0, Math.floor((serverNowMs - Date.parse(clock.at)) / 1_000));
}

/** "67:24" */
export function clockText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export interface Minute {
  readonly minute: number;
  readonly added: number;
}

/**
 * The minute that runs, or the last one that did, and beyond a half's end what was added: the first
 * is minute 1, as in football and as the server counts.
 */
export function minuteAt(phase: Phase, halfS: number, seconds: number): Minute {
  const begun = isPlayed(phase) ? Math.floor(seconds / 60) + 1 : Math.ceil(seconds / 60);
  const last = (phase === "second_half" || phase === "after" ? 2 * halfS : halfS) / 60;
  return { minute: Math.min(begun, last), added: Math.max(0, begun - last) };
}

/** "67′", "45+2′" */
export function minuteText({ minute, added }: Minute): string {
  return added > 0 ? `${minute}+${added}′` : `${minute}′`;
}

export function isPlayed(phase: Phase): boolean {
  return phase === "first_half" || phase === "second_half";
}

export function nameOf(match: Pick<MatchState, "home" | "away">, side: Side | null): string {
  return side === "away" ? match.away : match.home;
}

/** Newest first, by the minute and then by the order in which they were entered. */
export function newestFirst({ moments }: Pick<MatchState, "moments">): readonly Moment[] {
  return inOrder(moments).toReversed();
}

function inOrder(moments: readonly Moment[]): readonly Moment[] {
  const when = ({ minute, added }: Moment) => minute + added / 1_000;
  return moments.toSorted((a, b) => when(a) - when(b));
}

export interface Marked {
  readonly moment: Moment;
  /** How far along the line, in percent. */
  readonly at: number;
  /** Whether there is room for its minute before the next one of its side. */
  readonly isRoomy: boolean;
}

const APART = 5; // percent between two marks of one side
const WITH_MINUTE = 8; // and where the first one's minute stands between them

/** Where goals, cards and substitutions stand on the line; none covers another of its side. */
export function marks(match: MatchState): readonly Marked[] {
  const whole = (2 * match.half_s) / 60;
  const shown = inOrder(match.moments).filter((moment) => moment.side !== null);
  const last = { home: -APART, away: -APART };
  const placed = shown.map((moment) => {
    const side = moment.side ?? "home";
    const begun = moment.added > 0 ? moment.minute : Math.max(0, moment.minute - 1);
    const at = Math.max(last[side] + APART, Math.min(100, (100 * begun) / whole));
    last[side] = at;
    return { moment, at: Math.min(100, at) };
  });
  return placed.map(({ moment, at }, index) => {
    const next = placed.slice(index + 1).find((other) => other.moment.side === moment.side);
    return { moment, at, isRoomy: (next?.at ?? 200) - at >= WITH_MINUTE };
  });
}

/** Names of more characters than this are written smaller. */
const LONG_NAME = 14;

export function isLong(name: string): boolean {
  return [...name].length > LONG_NAME;
}

/** How much of the match is played, in percent. */
export function playedPercent(match: MatchState, seconds: number): number {
  if (match.phase === "after") return 100;
  const endS = match.phase === "second_half" ? 2 * match.half_s : match.half_s;
  return (100 * Math.min(seconds, endS)) / (2 * match.half_s);
}

/** Two hues for two names: always the same, never amber or red, and never alike. */
export function hues(match: Pick<MatchState, "home" | "away">): Readonly<Record<Side, number>> {
  const home = hueOf(match.home);
  const away = hueOf(match.away);
  const isAlike = Math.abs(home - away) < ALIKE;
  return { home, away: isAlike ? FIRST_HUE + (home - FIRST_HUE + SPAN / 2) % SPAN : away };
}

const FIRST_HUE = 140; // green to magenta: amber is for people, red for recording
const SPAN = 200;
const ALIKE = 50;

function hueOf(name: string): number {
  let hash = 7;
  for (const each of name.toLowerCase()) hash = (hash * 31 + (each.codePointAt(0) ?? 0)) % 9_973;
  return FIRST_HUE + hash % SPAN;
}

/** One or two letters for a crest: "US Rivage" is "UR". */
export function initials(name: string): string {
  const words = name.split(/[\s\-'’]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = words.map((word) => [...word][0] ?? "");
  return (letters.length > 1 ? `${letters[0]}${letters.at(-1)}` : letters[0] ?? "").toUpperCase();
}
