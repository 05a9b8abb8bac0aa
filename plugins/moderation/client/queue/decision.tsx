/** What should happen: one choice, a reason, the message gone or not, one button. */

import { Button, Choices, TextField } from "@salon/client";
import { useState } from "preact/hooks";
import { nameOf, sentence, undo, useModeration } from "../shared/context.ts";
import type { Shown } from "../shared/wire.ts";

const REASON_MAX = 200;
const DAY_MIN = 1_440;
const QUEUE = "/p/moderation/queue";

type Choice = "nothing" | "minutes_10" | "minutes_60" | "minutes_1440" | "keep_out";

const FIELDS: Readonly<Record<Choice, Readonly<Record<string, unknown>>>> = {
  nothing: { decision: "dismiss" },
  minutes_10: { decision: "time_out", minutes: 10 },
  minutes_60: { decision: "time_out", minutes: 60 },
  minutes_1440: { decision: "time_out", minutes: DAY_MIN },
  keep_out: { decision: "keep_out", minutes: DAY_MIN },
};

export function Decision({ shown }: { readonly shown: Shown }) {
  const moderation = useModeration();
  const { salon, t, cases } = moderation;
  const { case: one } = shown;
  const [choice, choose] = useState<Choice>("nothing");
  const [reason, setReason] = useState("");
  const [deletes, setDeletes] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const decide = async () => {
    setBusy(true);
    const next = nextAfter(one.id, cases.open.value ?? []);
    try {
      const said = choice === "nothing" ? {} : { reason: reason.trim() };
      const fields = { case: one.id, ...FIELDS[choice], ...said, delete_message: deletes };
      await salon.command("moderation.resolve", fields);
    } catch (error) {
      setProblem(sentence(error));
      setBusy(false);
      return;
    }
    salon.toast({ text: t("done"), ...(canUndo(choice, deletes) ? { action: takeBack } : {}) });
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
  const timeOuts = ["minutes_10", "minutes_60", "minutes_1440"] as const;
  return [
    "nothing",
    ...(shown.may_time_out ? timeOuts : []),
    ...(shown.may_keep_out ? ["keep_out"] as const : []),
  ];
}

function hintOf(choice: Choice) {
  if (choice === "nothing") return "nothing_hint";
  return choice === "keep_out" ? "keep_out_hint" : "time_out_hint";
}

function verb(choice: Choice, deletes: boolean) {
  if (choice === "nothing") return deletes ? "do_delete" : "do_close";
  return choice === "keep_out" ? "do_keep_out" : "do_time_out";
}

function canUndo(choice: Choice, deletes: boolean): boolean {
  return choice !== "nothing" || !deletes;
}

/** The older neighbour in the list, else the newer one. */
function nextAfter(id: string, open: readonly { readonly id: string }[]): string | undefined {
  const at = open.findIndex((one) => one.id === id);
  return open[at + 1]?.id ?? open[at - 1]?.id;
}
