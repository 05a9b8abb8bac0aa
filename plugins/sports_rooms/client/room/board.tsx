/** The scoreboard above a match's chat: teams, score, clock, the line of the match, a goal's news. */

import { clock as timeOfDay, Icon, type Room } from "@salon/client";
import { useMatch, useSports } from "../shared/context.ts";
import {
  clockText,
  hues,
  initials,
  isLong,
  isPlayed,
  marks,
  minuteAt,
  minuteText,
  nameOf,
  playedPercent,
} from "../shared/match.ts";
import type { MatchState, Moment, Side } from "../shared/shapes.ts";
import { facts, spoken } from "../shared/telling.ts";

export function Board({ room }: { readonly room: Room }) {
  const { t } = useSports();
  const known = useMatch(room);
  if (!known) return null;
  const { match, seconds } = known;
  return (
    <section
      class="sports-board"
      aria-label={t("versus", { home: match.home, away: match.away })}
      style={coloured(match)}
    >
      <div class="sports-score">
        <Team match={match} side="home" />
        <div class="sports-mid">
          <div class="display sports-big num" role="img" aria-label={t("score", facts(match))}>
            <span>{match.score[0]}</span>
            <i>–</i>
            <span>{match.score[1]}</span>
          </div>
          <Clock match={match} seconds={seconds} />
        </div>
        <Team match={match} side="away" />
      </div>
      <Line match={match} seconds={seconds} />
      <GoalNews room={room} match={match} />
    </section>
  );
}

/** The hues of the two teams as custom properties, which the style sheet makes colours of. */
export function coloured(match: MatchState): Record<string, string> {
  const { home, away } = hues(match);
  return { "--sports-home": String(home), "--sports-away": String(away) };
}

function Team({ match, side }: { readonly match: MatchState; readonly side: Side }) {
  const name = nameOf(match, side);
  return (
    <div class={`sports-team ${side}`}>
      <Crest match={match} side={side} />
      <b class={isLong(name) ? "display long" : "display"} title={name} dir="auto">{name}</b>
    </div>
  );
}

/** A shield with the team's letters: whoever has no crest of their own has this one. */
export function Crest({ match, side }: { readonly match: MatchState; readonly side: Side }) {
  return (
    <svg class={`sports-crest ${side}`} viewBox="0 0 64 72" aria-hidden="true">
      <path class="field" d="M4 4h56v34c0 16-12 26-28 31C16 64 4 54 4 38z" />
      {side === "home"
        ? <path class="charge" d="M4 46c9-6 19-6 28 0s19 6 28 0v-8c-9 6-19 6-28 0s-19-6-28 0z" />
        : <path class="charge" d="M4 40l28-12 28 12v8L32 36 4 48z" />}
      <text x="32" y={side === "home" ? 31 : 25} text-anchor="middle">
        {initials(nameOf(match, side))}
      </text>
    </svg>
  );
}

export function Clock(
  { match, seconds }: { readonly match: MatchState; readonly seconds: number },
) {
  const { t } = useSports();
  const isRunning = match.clock.running;
  return (
    <span
      class={isRunning ? "sports-clock num on" : "sports-clock num"}
      role="timer"
      aria-label={t("clock")}
    >
      {isRunning && <i aria-hidden="true" />}
      <ClockWords match={match} seconds={seconds} />
    </span>
  );
}

function ClockWords({ match, seconds }: { readonly match: MatchState; readonly seconds: number }) {
  const { t } = useSports();
  if (match.phase === "half_time") return <>{t("half")}</>;
  if (match.phase === "after") return <>{t("end")}</>;
  if (!isPlayed(match.phase)) {
    const time = match.starts_at && timeOfDay(match.starts_at);
    return <>{time ? t("kick_off_at", { time }) : t("not_begun")}</>;
  }
  const { added } = minuteAt(match.phase, match.half_s, seconds);
  return (
    <>
      {clockText(seconds)}
      {added > 0 && <b>+{added}</b>}
      {!match.clock.running && <span>{t("paused")}</span>}
    </>
  );
}

/** The match from kick-off to full time, home above and away below. */
function Line({ match, seconds }: { readonly match: MatchState; readonly seconds: number }) {
  const { t, matches } = useSports();
  const isNew = matches.scored.value?.moment.id;
  return (
    <div class="sports-line">
      <div class="bar" aria-hidden="true" style={{ "--sports-at": playedPercent(match, seconds) }}>
        <i class={match.clock.running ? "on" : ""} />
      </div>
      <span class="ht xs" aria-hidden="true">{t("ht")}</span>
      <ol aria-label={t("timeline")}>
        {marks(match).map(({ moment, at, isRoomy }) => (
          <li
            key={moment.id}
            class={moment.id === isNew
              ? `${moment.side} ${moment.kind} new`
              : `${moment.side} ${moment.kind}`}
            style={{ "--sports-at": at }}
            title={moment.text}
          >
            <span class="mark" aria-hidden="true">
              <Mark moment={moment} />
            </span>
            {isRoomy && <span class="num" aria-hidden="true">{minuteText(moment)}</span>}
            <span class="sr">{spoken(t, match, moment)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

export function Mark({ moment }: { readonly moment: Moment }) {
  switch (moment.kind) {
    case "goal":
      return <Icon name="ball" />;
    case "card":
      return <i class={`sports-card ${moment.card}`} />;
    case "substitution":
      return <Icon name="swap" />;
    case "note":
      return <Icon name="text" />;
    case "period":
      return <Icon name="whistle" />;
  }
}

/** Stands over the line for some seconds after a goal; its words are said to those who listen. */
function GoalNews({ room, match }: { readonly room: Room; readonly match: MatchState }) {
  const { t, matches } = useSports();
  const scored = matches.scored.value;
  const goal = scored?.room_id === room.id ? scored : null;
  const now = goal && match.moments.find((moment) => moment.id === goal.moment.id);
  const side = goal?.moment.side ?? "home";
  const news = goal && now && t("goal_news", { team: nameOf(goal, side), ...facts(goal) });
  return (
    <>
      <div class="sr" role="status">{news}</div>
      {goal && now && (
        <div class={`sports-news ${side}`} key={goal.moment.id} aria-hidden="true">
          <span class="display num">{minuteText(now)}</span>
          <Crest match={match} side={side} />
          <span class="grow">
            <b class="trunc">{t("goal_for", { team: nameOf(goal, side) })}</b>
            <span class="trunc sm">{now.text || t("score", facts(goal))}</span>
          </span>
          <Icon name="ball" />
        </div>
      )}
    </>
  );
}
