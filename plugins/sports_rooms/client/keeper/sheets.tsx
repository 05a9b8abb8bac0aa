/** What the scorekeeper asks afterwards or beside: who it was, the clock, the match's settings. */

import { Button, Choices, Dialog, DialogFoot, SwitchRow, TextField } from "@salon/client";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useSports } from "../shared/context.ts";
import type { Card, Entered, MatchState } from "../shared/shapes.ts";
import type { Changes } from "./keeper.ts";

const TEXT_MAX = 80;
const NAME_MAX = 40;

export interface AboutEntry {
  readonly title: string;
  readonly kind: Entered;
  readonly text: string;
  readonly card: Card | null;
  /** Given for an entry that stands: its minute can be corrected. */
  readonly minute?: number;
  readonly added?: number;
  /** Whether it waits for the line. */
  readonly isStuck?: () => boolean;
  readonly onSave: (changes: Changes) => void;
  readonly onTakeBack: () => void;
}

export function EntrySheet(
  { about, onClose }: { readonly about: AboutEntry; readonly onClose: () => void },
) {
  const { t } = useSports();
  const [text, write] = useState(about.text);
  const [card, choose] = useState<Card>(about.card ?? "yellow");
  const [minute, setMinute] = useState(String(about.minute ?? ""));
  const [added, setAdded] = useState(String(about.added ?? ""));
  const save = (finalText: string) => {
    const when = about.minute === undefined
      ? {}
      : { minute: asNumber(minute), added: asNumber(added) };
    about.onSave({ text: finalText.trim(), ...(about.card && { card }), ...when });
    onClose();
  };
  return (
    <Dialog title={about.title} onClose={onClose} class="sports-sheet">
      <Form onSubmit={() => save(text)}>
        {about.minute === undefined && (
          <p class="sm muted">{t(about.isStuck?.() ? "told_waiting" : "told")}</p>
        )}
        {about.card && (
          <Choices
            label={t("colour")}
            value={card}
            options={[
              { value: "yellow", label: t("yellow_short") },
              { value: "red", label: t("red_short") },
            ]}
            onChange={choose}
          />
        )}
        <TextField
          label={t(about.kind === "note" ? "note_text" : "who")}
          hint={about.kind === "note" ? undefined : t("who_hint")}
          value={text}
          max={TEXT_MAX}
          onInput={write}
        />
        {about.minute !== undefined && (
          <div class="grid2">
            <TextField label={t("minute")} type="number" value={minute} onInput={setMinute} />
            <TextField label={t("added")} type="number" value={added} onInput={setAdded} />
          </div>
        )}
        <DialogFoot>
          <Button
            icon="undo"
            onPress={() => {
              about.onTakeBack();
              onClose();
            }}
          >
            {t("take_back")}
          </Button>
          {about.kind === "goal" && (
            <Button onPress={() => save(t("own_goal"))}>{t("own_goal")}</Button>
          )}
          <span class="grow" />
          <Button tone="primary" type="submit">{t("save")}</Button>
        </DialogFoot>
      </Form>
    </Dialog>
  );
}

/** Two keepers saw a goal within seconds: one of them is asked before it counts twice. */
export function SameGoalSheet(
  { team, by, onAnother, onClose }: {
    readonly team: string;
    readonly by: string;
    readonly onAnother: () => void;
    readonly onClose: () => void;
  },
) {
  const { t } = useSports();
  return (
    <Dialog title={t("goal_for", { team })} onClose={onClose} class="sports-sheet">
      <p>{t("same_goal", { name: by })}</p>
      <DialogFoot>
        <Button onPress={() => (onClose(), onAnother())}>{t("another")}</Button>
        <Button tone="primary" onPress={onClose}>{t("same")}</Button>
      </DialogFoot>
    </Dialog>
  );
}

export function NoteSheet(
  { onEnter, onClose }: {
    readonly onEnter: (text: string) => void;
    readonly onClose: () => void;
  },
) {
  const { t } = useSports();
  const [text, write] = useState("");
  const enter = () => {
    if (!text.trim()) return;
    onEnter(text.trim());
    onClose();
  };
  return (
    <Dialog title={t("note")} onClose={onClose} class="sports-sheet">
      <Form onSubmit={enter}>
        <TextField label={t("note_text")} value={text} max={TEXT_MAX} required onInput={write} />
        <DialogFoot>
          <Button tone="ghost" onPress={onClose}>{t("cancel")}</Button>
          <Button tone="primary" type="submit">{t("save")}</Button>
        </DialogFoot>
      </Form>
    </Dialog>
  );
}

export function ClockSheet(
  { seconds, onSet, onClose }: {
    readonly seconds: number;
    readonly onSet: (seconds: number) => void;
    readonly onClose: () => void;
  },
) {
  const { t } = useSports();
  const [minutes, setMinutes] = useState(String(Math.floor(seconds / 60)));
  const [rest, setRest] = useState(String(seconds % 60));
  const set = () => {
    onSet(60 * asNumber(minutes) + asNumber(rest));
    onClose();
  };
  return (
    <Dialog title={t("set_clock")} onClose={onClose} class="sports-sheet">
      <Form onSubmit={set}>
        <div class="grid2">
          <TextField label={t("minutes")} type="number" value={minutes} onInput={setMinutes} />
          <TextField label={t("seconds")} type="number" value={rest} onInput={setRest} />
        </div>
        <DialogFoot>
          <Button tone="ghost" onPress={onClose}>{t("cancel")}</Button>
          <Button tone="primary" type="submit">{t("set")}</Button>
        </DialogFoot>
      </Form>
    </Dialog>
  );
}

export function SettingsSheet(
  { match, onSave, onClose }: {
    readonly match: MatchState;
    readonly onSave: (fields: Record<string, unknown>) => void;
    readonly onClose: () => void;
  },
) {
  const { t } = useSports();
  const [home, nameHome] = useState(match.home);
  const [away, nameAway] = useState(match.away);
  const [isLimited, limit] = useState(match.commentators_only);
  const save = () => {
    if (!home.trim() || !away.trim()) return;
    onSave({ home: home.trim(), away: away.trim(), commentators_only: isLimited });
    onClose();
  };
  return (
    <Dialog title={t("settings")} onClose={onClose} class="sports-sheet">
      <Form onSubmit={save}>
        <TextField label={t("home")} value={home} max={NAME_MAX} required onInput={nameHome} />
        <TextField label={t("away")} value={away} max={NAME_MAX} required onInput={nameAway} />
        <ul class="rows">
          <SwitchRow
            label={t("speakers")}
            hint={t("speakers_hint")}
            on={isLimited}
            onChange={limit}
          />
        </ul>
        <DialogFoot>
          <Button tone="ghost" onPress={onClose}>{t("cancel")}</Button>
          <Button tone="primary" type="submit">{t("save")}</Button>
        </DialogFoot>
      </Form>
    </Dialog>
  );
}

function Form(
  { onSubmit, children }: {
    readonly onSubmit: () => void;
    readonly children: ComponentChildren;
  },
) {
  return (
    <form
      class="sports-form"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}

function asNumber(text: string): number {
  const number = Math.trunc(Number(text));
  return Number.isFinite(number) ? Math.max(0, number) : 0;
}
