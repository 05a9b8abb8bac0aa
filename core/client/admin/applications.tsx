/** Who asks at the door: as whom and why, with Let in and Not now, and a word for them. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { useAnswer, useDoing } from "../app/asking.ts";
import { moment } from "../format.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { TextField } from "../kit/field.tsx";
import { Empty } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import type { Application } from "../wire_keeping.ts";

const ANSWER_MAX = 500;

export function Applications() {
  const asked = useAnswer<{ applications: readonly Application[] }>("application.list");
  const waiting = asked.answer?.applications ?? [];
  const { applicants } = useApp();
  useEffect(() => {
    if (asked.answer && waiting.length !== applicants.value) asked.again();
  }, [applicants.value]);
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("ask.title")}</h2>
      </div>
      {asked.refusal && <p class="err" role="alert">{asked.refusal.message}</p>}
      {asked.answer && waiting.length === 0 && <Empty icon="door" title={t("ask.none")} />}
      <ul class="applicants">
        {waiting.map((each) => <Row key={each.id} application={each} onDone={asked.again} />)}
      </ul>
    </section>
  );
}

function Row(
  { application, onDone }: { readonly application: Application; readonly onDone: () => void },
) {
  const app = useApp();
  const [answer, say] = useState("");
  const { isBusy, refusal, run } = useDoing();
  const { id, display_name: name } = application;
  const decide = async (command: "application.let_in" | "application.refuse") => {
    if (!(await run(() => app.command(command, { application: id, answer: answer.trim() })))) {
      return;
    }
    toast({ text: t(command === "application.let_in" ? "ask.came" : "ask.went", { name }) });
    onDone();
  };
  return (
    <li class="well">
      <div>
        <b class="semi">
          <bdi>{name}</bdi>
        </b>{" "}
        <span class="xs muted">@{application.handle} · {moment(application.applied_at)}</span>
      </div>
      <p dir="auto">{application.reason}</p>
      <TextField
        label={t("ask.answer", { name })}
        hint={t("ask.answer_hint")}
        value={answer}
        onInput={say}
        max={ANSWER_MAX}
      />
      {refusal && <p class="err" role="alert">{refusal.message}</p>}
      <div class="row">
        <Button tone="primary" busy={isBusy} onPress={() => void decide("application.let_in")}>
          {t("ask.let_in")}
          <span class="sr">{name}</span>
        </Button>
        <Button onPress={() => void decide("application.refuse")}>
          {t("ask.refuse")}
          <span class="sr">{name}</span>
        </Button>
      </div>
    </li>
  );
}
