/** All that hosts decided, newest first, by day. */

import { Button, day, Empty, Icon, Skeleton } from "@salon/client";
import { useEffect, useState } from "preact/hooks";
import { sentence, undo, useModeration } from "../shared/context.ts";
import type { LoggedStep, LogPage } from "../shared/wire.ts";
import { StepRow, undoneAmong } from "./steps.tsx";

const QUEUE = "/p/moderation/queue";
const EXPORT = "/p/moderation/log.csv";

export function LogView() {
  const { salon, t, cases } = useModeration();
  const [steps, setSteps] = useState<readonly LoggedStep[]>();
  const [hasMore, setHasMore] = useState(false);
  const [problem, setProblem] = useState<string>();
  const ask = async (known: readonly LoggedStep[]) => {
    const last = known.at(-1);
    try {
      const fields = last ? { before: last.id } : {};
      const page = await salon.command("moderation.log", fields) as unknown as LogPage;
      setSteps([...known, ...page.steps]);
      setHasMore(page.has_more);
      setProblem(undefined);
    } catch (error) {
      setProblem(sentence(error));
    }
  };
  const change = cases.changes.value;
  useEffect(() => void ask([]), [change]);
  if (!steps) {
    return problem
      ? (
        <Empty icon="warn" title={problem}>
          <Button icon="refresh" onPress={() => void ask([])}>{t("again")}</Button>
        </Empty>
      )
      : <Skeleton label={t("loading")} lines={4} />;
  }
  if (steps.length === 0) {
    return <Empty icon="clock" title={t("log_empty")} text={t("log_empty_text")} />;
  }
  const undone = undoneAmong(steps);
  return (
    <div class="moderation-log scroll" tabIndex={0} role="region" aria-label={t("log")}>
      <p class="row">
        <span class="grow" />
        <a class="btn s" href={EXPORT} download>
          <Icon name="dl" />
          {t("export")}
        </a>
      </p>
      {byDay(steps).map(([title, its]) => (
        <section key={title}>
          <h2 class="eyebrow">{title}</h2>
          <ol>
            {its.map((step) => <Logged key={step.id} step={step} isUndone={undone.has(step.id)} />)}
          </ol>
        </section>
      ))}
      {problem && <p class="err" role="alert">{problem}</p>}
      {hasMore && <Button tone="ghost" onPress={() => void ask(steps)}>{t("more")}</Button>}
    </div>
  );
}

function Logged({ step, isUndone }: { readonly step: LoggedStep; readonly isUndone: boolean }) {
  return (
    <StepRow
      step={step}
      authorId={step.author_id}
      channelId={step.channel_id}
      isUndone={isUndone}
      to={`${QUEUE}/${step.case_id}`}
    >
      {step.can_undo && <UndoButton caseId={step.case_id} />}
    </StepRow>
  );
}

export function UndoButton({ caseId }: { readonly caseId: string }) {
  const moderation = useModeration();
  const { t } = moderation;
  const [isBusy, setBusy] = useState(false);
  const takeBack = async () => {
    setBusy(true);
    await undo(moderation, caseId);
    setBusy(false);
  };
  return (
    <Button size="s" tone="ghost" icon="undo" busy={isBusy} onPress={() => void takeBack()}>
      {t("undo")}
    </Button>
  );
}

function byDay(steps: readonly LoggedStep[]): [string, LoggedStep[]][] {
  const days = new Map<string, LoggedStep[]>();
  for (const step of steps) {
    const title = day(step.at);
    days.set(title, [...(days.get(title) ?? []), step]);
  }
  return [...days];
}
