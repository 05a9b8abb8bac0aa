/** What every component of the plugin needs: the page, the words, the matches, the time. */

import type { ClientSalon, Room } from "@salon/client";
import { type ReadonlySignal, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { Keeper } from "../keeper/keeper.ts";
import { elapsedS } from "./match.ts";
import type { Goal, MatchState } from "./shapes.ts";
import type { Say } from "./words.ts";

export const KIND = "sports_rooms.match";
export const KEEP_SCORE = "sports_rooms.keep_score";

const PLUGIN = "sports_rooms";
const FRESH_MS = 20_000; // a goal that is told again after a lost line is history
const SHOWN_MS = 9_000;

/** The matches as this page knows them. One per page. */
export class Matches {
  readonly #salon: ClientSalon;
  readonly #states = new Map<string, ReadonlySignal<MatchState | undefined>>();
  readonly #scored = signal<Goal | null>(null);

  /** The goal that is being celebrated. */
  readonly scored: ReadonlySignal<Goal | null> = this.#scored;

  constructor(salon: ClientSalon) {
    this.#salon = salon;
  }

  serverNowMs(): number {
    return this.#salon.serverNow();
  }

  state(roomId: string): MatchState | undefined {
    const known = this.#states.get(roomId) ?? this.#salon.state<MatchState>(roomId, PLUGIN);
    this.#states.set(roomId, known);
    return known.value;
  }

  elapsedS(match: MatchState): number {
    return elapsedS(match.clock, this.serverNowMs());
  }

  /** Whether a goal is news; if so it is shown for a while. */
  celebrates(goal: Goal): boolean {
    if (this.serverNowMs() - Date.parse(goal.moment.at) > FRESH_MS) return false;
    this.#scored.value = goal;
    setTimeout(() => {
      if (this.#scored.value === goal) this.#scored.value = null;
    }, SHOWN_MS);
    return true;
  }
}

export interface Sports {
  readonly salon: ClientSalon;
  readonly t: Say;
  readonly matches: Matches;
  /** The entries of a room on their way. */
  readonly keeperOf: (roomId: string) => Keeper;
}

const Here = createContext<Sports | null>(null);
export const SportsProvider = Here.Provider;

export function useSports(): Sports {
  const found = useContext(Here);
  if (!found) throw new Error("sports rooms are rendered outside of their provider");
  return found;
}

/** The match of a room and what its clock shows, rendered anew at each second while it runs. */
export function useMatch(room: Room): { match: MatchState; seconds: number } | null {
  const { matches } = useSports();
  const match = matches.state(room.id);
  const [, tick] = useState(0);
  const isRunning = match?.clock.running ?? false;
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => tick((n) => n + 1), 1_000);
    return () => clearInterval(timer);
  }, [isRunning]);
  return match ? { match, seconds: matches.elapsedS(match) } : null;
}

export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
