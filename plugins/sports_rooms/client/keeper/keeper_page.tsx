/** The scorekeeper: two pads under the thumbs, the rest above, the clock on top. */

import { Empty, Icon, IconButton, Link, type Room } from "@salon/client";
import { useMemo, useState } from "preact/hooks";
import { coloured, Mark } from "../room/board.tsx";
import { KEEP_SCORE, useMatch, useSports } from "../shared/context.ts";
import { clockText, isLong, isPlayed, minuteAt, minuteText, nameOf } from "../shared/match.ts";
import type { Entered, MatchState, Moment, Press, Side } from "../shared/shapes.ts";
import { facts, whatOf } from "../shared/telling.ts";
import type { Say, Word } from "../shared/words.ts";
import type { Keeper, Waiting } from "./keeper.ts";
import {
  type AboutEntry,
  ClockSheet,
  EntrySheet,
  NoteSheet,
  SameGoalSheet,
  SettingsSheet,
} from "./sheets.tsx";

const VIBRATE_MS = 40;

const SAME_GOAL_MS = 20_000;

type Sheet =
  | { readonly which: "same"; readonly side: Side; readonly by: string }
  | { readonly which: "entry"; readonly about: AboutEntry }
  | { readonly which: "clock" | "settings" | "note" };

export function KeeperPage({ room }: { readonly room: Room | undefined }) {
  const { salon, t } = useSports();
  if (!salon.may(KEEP_SCORE)) {
    return <Empty icon="whistle" title={t("not_yours")} text={t("not_yours_text")} />;
  }
  if (!room) return <Empty icon="whistle" title={t("gone")} text={t("gone_text")} />;
  return <Desk key={room.id} room={room} />;
}

function Desk({ room }: { readonly room: Room }) {
  const { salon, t, matches, keeperOf } = useSports();
  const known = useMatch(room);
  const keeper = useMemo(() => keeperOf(room.id), [room.id]);
  const [sheet, open] = useState<Sheet | null>(null);
  const [said, say] = useState("");
  if (!known) return null;
  const { match, seconds } = known;

  const score = (side: Side) => {
    const since = matches.serverNowMs() - SAME_GOAL_MS;
    const other = match.moments.findLast((moment) =>
      moment.kind === "goal" && moment.side === side && Date.parse(moment.at) > since &&
      moment.by !== salon.me.value?.id
    );
    if (!other) return enter("goal", side);
    const by = salon.store.accounts.value.get(other.by ?? "")?.display_name ?? t("somebody");
    open({ which: "same", side, by });
  };
  const enter = (kind: Entered, side: Side | null, text = "") => {
    const minute = minuteAt(match.phase, match.half_s, seconds);
    const card = kind === "card" ? "yellow" as const : null;
    const nonce = keeper.enter({ kind, side, text, card, ...minute });
    navigator.vibrate?.(VIBRATE_MS);
    const title = titleOf(t, match, kind, side, minuteText(minute));
    say(title);
    if (side === null) return;
    open({
      which: "entry",
      about: {
        title,
        kind,
        text,
        card,
        isStuck: () => keeper.waiting.value.some((each) => each.nonce === nonce && each.isStuck),
        onSave: (changes) => void keeper.change(nonce, changes),
        onTakeBack: () => {
          say(t("taken_back"));
          void keeper.takeBack(nonce);
        },
      },
    });
  };
  const edit = (moment: Moment) =>
    open({ which: "entry", about: aboutMoment(t, match, keeper, moment) });
  const close = () => open(null);

  return (
    <div class="sports-keeper" style={coloured(match)}>
      <Top
        room={room}
        match={match}
        seconds={seconds}
        keeper={keeper}
        onSheet={(which) => open({ which })}
      />
      <Entries match={match} keeper={keeper} onEdit={edit} onUndo={() => say(t("taken_back"))} />
      <div class="sports-more">
        {(["home", "away"] as const).map((side) => (
          <div key={side} role="group" aria-label={nameOf(match, side)}>
            <More side={side} match={match} kind="card" word="card" onPress={enter} />
            <More side={side} match={match} kind="substitution" word="change" onPress={enter} />
          </div>
        ))}
        <button type="button" class="wide" onClick={() => open({ which: "note" })}>
          <Icon name="text" />
          {t("note")}
        </button>
      </div>
      <div class="sports-pads">
        {(["home", "away"] as const).map((side) => (
          <button
            key={side}
            type="button"
            class={side}
            aria-label={t("goal_for", { team: nameOf(match, side) })}
            onClick={() => score(side)}
          >
            <b class="display">{t("goal")}</b>
            <span>{nameOf(match, side)}</span>
          </button>
        ))}
      </div>
      <div class="sr" role="status">{said}</div>
      {sheet?.which === "entry" && <EntrySheet about={sheet.about} onClose={close} />}
      {sheet?.which === "same" && (
        <SameGoalSheet
          team={nameOf(match, sheet.side)}
          by={sheet.by}
          onAnother={() => enter("goal", sheet.side)}
          onClose={close}
        />
      )}
      {sheet?.which === "note" && (
        <NoteSheet onEnter={(text) => enter("note", null, text)} onClose={close} />
      )}
      {sheet?.which === "clock" && (
        <ClockSheet
          seconds={seconds}
          onSet={(at) => void keeper.clock("set", at)}
          onClose={close}
        />
      )}
      {sheet?.which === "settings" && (
        <SettingsSheet
          match={match}
          onSave={(fields) => void keeper.edit(fields)}
          onClose={close}
        />
      )}
    </div>
  );
}

// -- the clock on top

function Top(
  { room, match, seconds, keeper, onSheet }: {
    readonly room: Room;
    readonly match: MatchState;
    readonly seconds: number;
    readonly keeper: Keeper;
    readonly onSheet: (which: "clock" | "settings") => void;
  },
) {
  const { t } = useSports();
  return (
    <header class="sports-top">
      <div class="row">
        <Link to={`/r/${room.slug}`} class="ib" label={t("back")}>
          <Icon name="back" />
        </Link>
        <h1 class="grow sm trunc">{t("keep_title")}, {room.name}</h1>
        <IconButton
          icon="sliders"
          label={t("settings")}
          opens="dialog"
          onPress={() => onSheet("settings")}
        />
      </div>
      <div class="sports-tally">
        <TeamName name={match.home} />
        <span class="display num" role="img" aria-label={t("score", facts(match))}>
          {match.score[0]} – {match.score[1]}
        </span>
        <TeamName name={match.away} />
      </div>
      <div class="sports-ticking">
        <Presses match={match} keeper={keeper} which="first" />
        <button
          type="button"
          class={match.clock.running ? "time num on" : "time num"}
          aria-label={t("set_clock")}
          aria-haspopup="dialog"
          disabled={!isPlayed(match.phase)}
          onClick={() => onSheet("clock")}
        >
          {match.clock.running && <i aria-hidden="true" />}
          {match.phase === "half_time" ? t("half") : clockText(seconds)}
        </button>
        <Presses match={match} keeper={keeper} which="second" />
      </div>
    </header>
  );
}

function TeamName({ name }: { readonly name: string }) {
  const classes = isLong(name) ? "display long" : "display";
  return <b class={classes} title={name} dir="auto">{name}</b>;
}

/** What can be done to the clock now: before the time what starts or stops it, then what ends. */
function pressesOf(
  { phase, clock }: MatchState,
): { first?: [Press, Word]; second?: [Press, Word] } {
  switch (phase) {
    case "before":
      return { second: ["start", "do_start"] };
    case "half_time":
      return { first: ["end", "do_end"], second: ["start", "do_second"] };
    case "after":
      return {};
    case "first_half":
    case "second_half":
      return {
        first: clock.running ? ["pause", "do_pause"] : ["start", "do_go_on"],
        second: phase === "first_half" ? ["half", "do_half"] : ["end", "do_end"],
      };
  }
}

function Presses(
  { match, keeper, which }: {
    readonly match: MatchState;
    readonly keeper: Keeper;
    readonly which: "first" | "second";
  },
) {
  const { t } = useSports();
  const press = pressesOf(match)[which];
  if (!press) return <span class={`press ${which}`} />;
  const [action, word] = press;
  return (
    <span class={`press ${which}`}>
      <button type="button" onClick={() => void keeper.clock(action)}>{t(word)}</button>
    </span>
  );
}

// -- what was entered

function Entries(
  { match, keeper, onEdit, onUndo }: {
    readonly match: MatchState;
    readonly keeper: Keeper;
    readonly onEdit: (moment: Moment) => void;
    readonly onUndo: () => void;
  },
) {
  const { t } = useSports();
  const waiting = keeper.waiting.value;
  const stuck = waiting.filter((each) => each.isStuck).length;
  const entered = match.moments.toReversed();
  const lastTurn = entered.find((moment) => moment.kind === "period");
  return (
    <div class="scroll sports-entered">
      {stuck > 0 && <p class="pill warn" role="status">{t("waiting", { n: stuck })}</p>}
      <ol aria-label={t("entered")}>
        {waiting.toReversed().map((entry) => (
          <WaitingRow key={entry.nonce} match={match} entry={entry} />
        ))}
        {entered.map((moment) => (
          <li key={moment.id}>
            <span class="num minute">{minuteText(moment)}</span>
            <span class={`mark ${moment.kind} ${moment.side ?? ""}`} aria-hidden="true">
              <Mark moment={moment} />
            </span>
            <span class="trunc grow">{describe(t, match, moment)}</span>
            {moment.kind === "period"
              ? moment === lastTurn && (
                <IconButton
                  small
                  icon="undo"
                  label={t("take_back_what", { what: whatOf(t, moment) })}
                  onPress={() => {
                    void keeper.undo(moment.id);
                    onUndo();
                  }}
                />
              )
              : (
                <IconButton
                  small
                  icon="pen"
                  label={t("edit_what", { what: describe(t, match, moment) })}
                  opens="dialog"
                  onPress={() => onEdit(moment)}
                />
              )}
          </li>
        ))}
      </ol>
    </div>
  );
}

function WaitingRow({ match, entry }: { readonly match: MatchState; readonly entry: Waiting }) {
  const { t } = useSports();
  const moment = { ...entry, id: entry.nonce, phase: null, by: null, at: "" };
  return (
    <li class="waits">
      <span class="num minute">{minuteText(entry)}</span>
      <span class={`mark ${entry.kind}`} aria-hidden="true">
        <Mark moment={moment} />
      </span>
      <span class="trunc grow">{describe(t, match, moment)}</span>
      {entry.isStuck && <span class="pill">{t("waits")}</span>}
    </li>
  );
}

function More(
  { side, match, kind, word, onPress }: {
    readonly side: Side;
    readonly match: MatchState;
    readonly kind: "card" | "substitution";
    readonly word: Word;
    readonly onPress: (kind: Entered, side: Side) => void;
  },
) {
  const { t } = useSports();
  const label = t("for_team", { what: t(word), team: nameOf(match, side) });
  return (
    <button type="button" aria-label={label} onClick={() => onPress(kind, side)}>
      {kind === "card" ? <i class="sports-card yellow" /> : <Icon name="swap" />}
      {t(word)}
    </button>
  );
}

function aboutMoment(t: Say, match: MatchState, keeper: Keeper, moment: Moment): AboutEntry {
  const kind = moment.kind === "period" ? "note" : moment.kind;
  return {
    title: titleOf(t, match, kind, moment.side, minuteText(moment)),
    kind,
    text: moment.text,
    card: moment.card,
    minute: moment.minute,
    added: moment.added,
    onSave: (changes) => void keeper.correct(moment.id, changes),
    onTakeBack: () => void keeper.undo(moment.id),
  };
}

function titleOf(
  t: Say,
  match: MatchState,
  kind: Entered,
  side: Side | null,
  minute: string,
): string {
  const words = { goal: "goal", card: "card", substitution: "substitution", note: "note" } as const;
  const team = side && nameOf(match, side);
  const what = kind === "goal" && team ? t("goal_for", { team }) : t(words[kind]);
  return [what, kind === "goal" ? null : team, minute].filter(Boolean).join(", ");
}

/** "Goal, 9 Le Goff, US Rivage" */
function describe(t: Say, match: MatchState, moment: Moment): string {
  if (moment.kind === "note") return moment.text;
  const team = moment.side && nameOf(match, moment.side);
  return [whatOf(t, moment), moment.text, team].filter(Boolean).join(", ");
}
