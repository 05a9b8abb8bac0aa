/** What should happen: one choice, a reason, the message gone or not, one button. */

import { Button, Choices, Select, TextField } from "@salon/client";
import { useState } from "preact/hooks";
import { nameOf, sentence, undo, useModeration } from "../shared/context.ts";
import type { Shown } from "../shared/wire.ts";

const REASON_MAX = 200;
const DAY_MIN = 1_440;
const QUEUE = "/p/moderation/queue";

/** What one decides; `time_out` stands for three of them, each with its length. */
type Choice =
  | "nothing"
  | "warn"
  | "minutes_10"
  | "minutes_60"
  | "minutes_1440"
  | "keep_out"
  | "kick"
  | "suspend"
  | "ban";

const FIELDS: Readonly<Record<Choice, Readonly<Record<string, unknown>>>> = {
  nothing: { decision: "dismiss" },
  warn: { decision: "warn" },
  minutes_10: { decision: "time_out", minutes: 10 },
  minutes_60: { decision: "time_out", minutes: 60 },
  minutes_1440: { decision: "time_out", minutes: DAY_MIN },
  keep_out: { decision: "keep_out", minutes: DAY_MIN },
  kick: { decision: "kick" },
  suspend: { decision: "suspend" },
  ban: { decision: "ban" },
};
const LASTING: ReadonlySet<Choice> = new Set(["suspend", "ban"]);
const DAYS = ["1", "7", "28", ""] as const;
type Days = typeof DAYS[number];

export function Decision({ shown }: { readonly shown: Shown }) {
  const moderation = useModeration();
  const { salon, t, cases } = moderation;
  const { case: one } = shown;
  const [choice, choose] = useState<Choice>("nothing");
  const [days, setDays] = useState<Days>("");
  const [reason, setReason] = useState("");
  const [deletes, setDeletes] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const decide = async () => {
    setBusy(true);
    const here = location.pathname;
    const next = nextAfter(one.id, cases.open.value ?? []);
    try {
      const said = choice === "nothing" ? {} : { reason: reason.trim() };
      const lasting = LASTING.has(choice) && days ? { minutes: Number(days) * DAY_MIN } : {};
      const fields = {
        case: one.id,
        ...FIELDS[choice],
        ...lasting,
        ...said,
        delete_message: deletes,
      };
      await salon.command("moderation.resolve", fields);
    } catch (error) {
      setProblem(sentence(error));
      setBusy(false);
      return;
    }
    salon.toast({ text: t("done"), ...(canUndo(choice, deletes) ? { action: takeBack } : {}) });
    if (location.pathname !== here) return; // who went elsewhere meanwhile stays there
    salon.navigate(next ? `${QUEUE}/${next}` : QUEUE);
  };
  const takeBack = {
    label: t("undo"),
    run: async () => {
      if (await undo(moderation, one.id)) salon.navigate(`${QUEUE}/${one.id}`);
    },
  };

  return (
    <form
      class="moderation-form moderation-decision"
      onSubmit={(event) => {
        event.preventDefault();
        void decide();
      }}
    >
      <Choices
        label={t("decide")}
        value={choice}
        options={choicesFor(shown).map((value) => ({
          value,
          label: t(value),
          hint: t(hintOf(value)),
        }))}
        onChange={choose}
      />
      {LASTING.has(choice) && (
        <Select
          label={t("how_long")}
          value={days}
          options={DAYS.map((value) => ({ value, label: t(`days_${value || "lifted"}`) }))}
          onChange={setDays}
        />
      )}
      {choice !== "nothing" && (
        <TextField
          label={t("reason", { name: nameOf(moderation, one.author_id) })}
          value={reason}
          onInput={setReason}
          max={REASON_MAX}
        />
      )}
      {problem && <p class="err" role="alert">{problem}</p>}
      <div class="row wrap">
        {shown.may_delete && (
          <label class="row sm moderation-delete">
            <input
              type="checkbox"
              checked={deletes}
              onChange={(event) => setDeletes(event.currentTarget.checked)}
            />
            {t("delete_too")}
          </label>
        )}
        <span class="grow" />
        <Button type="submit" tone="primary" busy={isBusy}>{t(verb(choice, deletes))}</Button>
      </div>
    </form>
  );
}

function choicesFor(shown: Shown): readonly Choice[] {
  const imposed = shown.may_impose.flatMap((each): readonly Choice[] =>
    each === "time_out" ? ["minutes_10", "minutes_60", "minutes_1440"] : [each]
  );
  const at = imposed.findIndex((each) => ["kick", "suspend", "ban"].includes(each));
  const lighter = at < 0 ? imposed : imposed.slice(0, at);
  const heavier = at < 0 ? [] : imposed.slice(at);
  return ["nothing", ...lighter, ...(shown.may_keep_out ? ["keep_out"] as const : []), ...heavier];
}

function hintOf(choice: Choice) {
  return choice.startsWith("minutes_")
    ? "time_out_hint"
    : `${choice as Exclude<Choice, `minutes_${string}`>}_hint` as const;
}

function verb(choice: Choice, deletes: boolean) {
  if (choice === "nothing") return deletes ? "do_delete" : "do_close";
  return choice.startsWith("minutes_")
    ? "do_time_out"
    : `do_${choice as Exclude<Choice, "nothing" | `minutes_${string}`>}` as const;
}

function canUndo(choice: Choice, deletes: boolean): boolean {
  return choice !== "nothing" || !deletes;
}

/** The older neighbour in the list, else the newer one. */
function nextAfter(id: string, open: readonly { readonly id: string }[]): string | undefined {
  const at = open.findIndex((one) => one.id === id);
  return open[at + 1]?.id ?? open[at - 1]?.id;
}
