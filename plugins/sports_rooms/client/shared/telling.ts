/** Moments in words. */

import { minuteText, nameOf } from "./match.ts";
import type { MatchState, Moment, Phase } from "./shapes.ts";
import type { Say, Word } from "./words.ts";

/** "Goal", "Yellow card", "Half-time" */
export function whatOf(t: Say, moment: Moment): string {
  return t(wordOf(moment));
}

const TURNS: Readonly<Record<Phase, Word>> = {
  before: "not_begun",
  first_half: "kick_off",
  half_time: "half",
  second_half: "second",
  after: "end",
};

function wordOf({ kind, card, phase }: Moment): Word {
  if (kind === "card") return card === "red" ? "red" : "yellow";
  return kind === "period" ? TURNS[phase ?? "before"] : kind;
}

/** "Minute 12: goal, Rivage, 9 Diallo", for people who listen. */
export function spoken(t: Say, match: MatchState, moment: Moment): string {
  const team = moment.side ? nameOf(match, moment.side) : "";
  const what = [whatOf(t, moment), team, moment.text].filter(Boolean).join(", ");
  return t("minute_of", { minute: minuteText(moment), what });
}

/** What fills the words about a score. */
export function facts(match: Pick<MatchState, "home" | "away" | "score">) {
  return {
    home: match.home,
    away: match.away,
    home_score: match.score[0],
    away_score: match.score[1],
  };
}
