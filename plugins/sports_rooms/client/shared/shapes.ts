/** What the plugin's server half says: plugins/sports_rooms/salon_sports_rooms/shapes.py. */

export type Side = "home" | "away";
export type Phase = "before" | "first_half" | "half_time" | "second_half" | "after";
export type Press = "start" | "pause" | "half" | "end" | "set";
export type Entered = "goal" | "card" | "substitution" | "note";
export type Card = "yellow" | "red";

export interface Moment {
  readonly id: string;
  readonly kind: Entered | "period";
  readonly minute: number;
  readonly added: number;
  readonly side: Side | null;
  readonly text: string;
  readonly card: Card | null;
  /** What a press on the clock brought about. */
  readonly phase: Phase | null;
  readonly by: string | null;
  readonly at: string;
}

export interface ClockState {
  readonly running: boolean;
  /** What it showed at `at`, by the server's time. */
  readonly elapsed_s: number;
  readonly at: string;
}

export interface MatchState {
  readonly home: string;
  readonly away: string;
  readonly score: readonly [number, number];
  readonly phase: Phase;
  readonly clock: ClockState;
  readonly half_s: number;
  readonly starts_at: string | null;
  readonly commentators_only: boolean;
  readonly moments: readonly Moment[];
}

export interface Goal {
  readonly room_id: string;
  readonly home: string;
  readonly away: string;
  readonly score: readonly [number, number];
  readonly moment: Moment;
}
