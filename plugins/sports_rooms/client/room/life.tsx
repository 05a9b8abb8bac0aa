/** A match in one line, where rooms are listed: "2–1 · 67′". */

import type { LifeProps } from "@salon/client";
import { useMatch, useSports } from "../shared/context.ts";
import { isPlayed, minuteAt, minuteText } from "../shared/match.ts";
import { facts } from "../shared/telling.ts";

export function MatchLife({ room, otherwise }: LifeProps) {
  const { t } = useSports();
  const known = useMatch(room);
  if (!known || known.match.phase === "before") return <>{otherwise}</>;
  const { match, seconds } = known;
  const minute = minuteText(minuteAt(match.phase, match.half_s, seconds));
  const when = isPlayed(match.phase) ? minute : t(match.phase === "after" ? "end" : "half");
  return (
    <>
      <span class="trunc num" aria-hidden="true">
        {match.score.join("–")} · <b class={match.clock.running ? "sports-on" : ""}>{when}</b>
      </span>
      <span class="sr">{t("score", facts(match))}, {when}</span>
    </>
  );
}
