/** One case: who wrote it, what was said around it, who reported it, and what to do. */

import {
  Avatar,
  Button,
  clock,
  Empty,
  hueClass,
  Icon,
  Link,
  moment,
  Skeleton,
} from "@salon/client";
import { useEffect, useState } from "preact/hooks";
import {
  account,
  addressOf,
  nameOf,
  placeOfCase,
  sentence,
  useModeration,
} from "../shared/context.ts";
import type { Case, Report, Said, Shown } from "../shared/wire.ts";
import { ReasonPill } from "./case_row.tsx";
import { Decision } from "./decision.tsx";
import { UndoButton } from "./log_view.tsx";
import { StepRow, undoneAmong } from "./steps.tsx";

export function CaseView({ id }: { readonly id: string }) {
  const { salon, t, cases } = useModeration();
  const [shown, show] = useState<Shown>();
  const [problem, setProblem] = useState<string>();
  const ask = async () => {
    try {
      show(await salon.command("moderation.case", { case: id }) as unknown as Shown);
      setProblem(undefined);
    } catch (error) {
      setProblem(sentence(error));
    }
  };
  const change = cases.changes.value;
  useEffect(() => void ask(), [id, change]);
  if (problem) {
    return (
      <Empty icon="warn" title={problem}>
        <Button icon="refresh" onPress={() => void ask()}>{t("again")}</Button>
      </Empty>
    );
  }
  return shown ? <ShownCase shown={shown} /> : <Skeleton label={t("loading")} lines={4} />;
}

function ShownCase({ shown }: { readonly shown: Shown }) {
  const { case: one, history } = shown;
  const { t } = useModeration();
  const undone = undoneAmong(history.toReversed());
  return (
    <>
      <Author id={one.author_id} />
      <Context shown={shown} />
      <ul class="moderation-reports" aria-label={t("reporters")}>
        {shown.reports.map((report) => <ReportRow key={report.reporter_id} report={report} />)}
      </ul>
      {history.length > 0 && (
        <section>
          <h3 class="eyebrow">{t("history")}</h3>
          <ol>
            {history.map((step) => (
              <StepRow
                key={step.id}
                step={step}
                authorId={one.author_id}
                channelId={one.channel_id}
                isUndone={undone.has(step.id)}
              />
            ))}
          </ol>
        </section>
      )}
      {one.state === "open" ? <Decision shown={shown} /> : <Closed one={one} />}
    </>
  );
}

function Closed({ one }: { readonly one: Case }) {
  const { t } = useModeration();
  const canUndo = !["delete", "gone", ""].includes(one.decision ?? "");
  return (
    <p class="row moderation-closed">
      <span class="grow muted sm">{t("done")}</span>
      {canUndo && <UndoButton caseId={one.id} />}
    </p>
  );
}

function Author({ id }: { readonly id: string }) {
  const moderation = useModeration();
  const { t } = moderation;
  const author = account(moderation, id);
  const until = author?.timed_out_until;
  return (
    <header class="row moderation-author">
      <Avatar account={author} size="lg" />
      <div class="grow">
        <h2 class="display">
          <bdi>{nameOf(moderation, id)}</bdi>
        </h2>
        <span class="sm muted">
          {author && <bdi>@{author.handle}</bdi>}
          {until && Date.parse(until) > Date.now() && (
            <>, {t("timed_out", { until: moment(until) })}</>
          )}
        </span>
      </div>
    </header>
  );
}

function Context({ shown }: { readonly shown: Shown }) {
  const moderation = useModeration();
  const { t } = moderation;
  const { case: one } = shown;
  const place = placeOfCase(moderation, one);
  const to = addressOf(moderation, one.channel_id, one.message_id);
  const reported: Said = { ...one, id: one.message_id };
  return (
    <div class="moderation-context">
      <p class="eyebrow">{t("said_in", { place })}</p>
      {one.is_between && <p class="hint moderation-only">{t("only_shown")}</p>}
      <ol>
        {shown.before.map((said) => <SaidRow key={said.id} said={said} />)}
        <SaidRow said={reported} isReported />
        {shown.after.map((said) => <SaidRow key={said.id} said={said} />)}
      </ol>
      {to && one.decision !== "delete" && one.decision !== "gone" && (
        <Link to={to} class="btn ghost s">
          <Icon name="chat" />
          {t("open_place")}
        </Link>
      )}
    </div>
  );
}

function SaidRow({ said, isReported }: { readonly said: Said; readonly isReported?: boolean }) {
  const moderation = useModeration();
  const author = account(moderation, said.author_id);
  const classes = `msg first ${hueClass(author?.hue)} ${isReported ? "moderation-reported" : ""}`;
  return (
    <li class={classes}>
      <Avatar account={author} />
      <div>
        <div class="by">
          <b>
            <bdi>{nameOf(moderation, said.author_id)}</bdi>
          </b>
          <time dateTime={said.posted_at} title={moment(said.posted_at)}>
            {clock(said.posted_at)}
          </time>
          {isReported && <span class="sr">{moderation.t("reported_text")}</span>}
        </div>
        <div class="tx moderation-text" dir="auto">{said.text}</div>
      </div>
    </li>
  );
}

function ReportRow({ report }: { readonly report: Report }) {
  const moderation = useModeration();
  const { t } = moderation;
  return (
    <li>
      <Avatar account={account(moderation, report.reporter_id)} size="sm" />
      <div class="sm grow">
        <p class="row wrap">
          <b>
            <bdi>{nameOf(moderation, report.reporter_id)}</bdi>
          </b>
          <time class="muted" dateTime={report.reported_at} title={moment(report.reported_at)}>
            {clock(report.reported_at)}
          </time>
          <ReasonPill reason={report.reason} />
        </p>
        {report.note
          ? <p class="moderation-text" dir="auto">{report.note}</p>
          : <p class="muted">{t("no_note")}</p>}
      </div>
    </li>
  );
}
