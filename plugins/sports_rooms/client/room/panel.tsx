/** The side panel of a match: everything that happened, newest first. */

import { Empty, Note, type Room } from "@salon/client";
import { useMatch, useSports } from "../shared/context.ts";
import { minuteText, nameOf, newestFirst } from "../shared/match.ts";
import type { MatchState, Moment } from "../shared/shapes.ts";
import { whatOf } from "../shared/telling.ts";
import { coloured, Mark } from "./board.tsx";

export function MatchPanel({ room }: { readonly room: Room }) {
  const { t } = useSports();
  const match = useMatch(room)?.match;
  if (!match) return null;
  return (
    <div class="sports-panel" style={coloured(match)}>
      {match.commentators_only && <Note icon="mic">{t("commentators_only")}</Note>}
      {match.moments.length === 0
        ? <Empty icon="whistle" title={t("nothing")} text={t("nothing_text")} />
        : (
          <ol class="sports-moments" aria-label={t("timeline")}>
            {newestFirst(match).map((moment) => (
              <MomentRow key={moment.id} match={match} moment={moment} />
            ))}
          </ol>
        )}
    </div>
  );
}

function MomentRow({ match, moment }: { readonly match: MatchState; readonly moment: Moment }) {
  const { t } = useSports();
  if (moment.kind === "period") {
    return (
      <li class="turn">
        <span class="xs semi">{whatOf(t, moment)}</span>
        <span class="xs num">{minuteText(moment)}</span>
      </li>
    );
  }
  return (
    <li class={moment.side ?? "both"}>
      <span class="num minute">{minuteText(moment)}</span>
      <span class={`mark ${moment.kind}`} aria-hidden="true">
        <Mark moment={moment} />
      </span>
      <span class="grow">
        <b class="sm">{moment.kind === "note" ? moment.text : whatOf(t, moment)}</b>
        {moment.side && (
          <span class="xs muted">
            {moment.text && (
              <>
                <bdi>{moment.text}</bdi>,{" "}
              </>
            )}
            <bdi>{nameOf(match, moment.side)}</bdi>
          </span>
        )}
      </span>
    </li>
  );
}
