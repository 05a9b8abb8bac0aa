/** Background jobs: what runs now, what is planned, and what failed, which can be tried again. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type App, useApp } from "../app/app.ts";
import { orToast, useAnswer } from "../app/asking.ts";
import { clock, isSameDay, moment } from "../format.ts";
import { known, t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { List, ListRow, Tabs } from "../kit/list.tsx";
import { Empty, Skeleton } from "../kit/place.tsx";

interface Job {
  readonly id: string;
  readonly plugin: string;
  readonly name: string;
  readonly state: "waiting" | "running" | "failed";
  readonly attempts: number;
  readonly run_at: string;
  readonly finished_at: string | null;
  readonly error: string | null;
}

interface Schedule {
  readonly plugin: string;
  readonly name: string;
  readonly next_at: string;
  readonly last_at: string | null;
}

interface Jobs {
  readonly now: readonly Job[];
  readonly planned: readonly Job[];
  readonly failed: readonly Job[];
  readonly schedules: readonly Schedule[];
}

type Half = "now" | "planned" | "failed";

const EVERY_MS = 5_000;
const CORE = "core";

export function JobsPage() {
  const app = useApp();
  const { answer, refusal, again } = useAnswer<Jobs>("job.list");
  const [half, show] = useState<Half>("now");
  useEffect(() => {
    const timer = setInterval(() => document.hidden || again(), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  if (refusal) {
    return (
      <Empty icon="refresh" title={refusal.message}>
        <Button icon="refresh" onPress={again}>{t("again")}</Button>
      </Empty>
    );
  }
  if (!answer) return <Skeleton label={t("loading")} lines={4} />;
  const retry = (job: Job) => orToast(app.command("job.retry", { job: job.id })).then(again);
  const failed = answer.failed.length;
  const tabs = [
    { key: "now", title: t("jobs.now") },
    { key: "planned", title: t("jobs.planned") },
    { key: "failed", title: <>{t("jobs.failed")}{failed > 0 && <Count n={failed} />}</> },
  ] as const;
  const shown = answer[half];
  const schedules = half === "planned" ? answer.schedules : [];
  return (
    <section class="jobs">
      <Tabs label={t("adm.jobs")} tabs={tabs} value={half} onChange={show} />
      <div role="tabpanel" aria-label={t(`jobs.${half}`)}>
        {shown.length + schedules.length === 0 && (
          <Empty icon="check" title={t(`jobs.none_${half}`)} />
        )}
        <List label={t(`jobs.${half}`)}>
          {shown.map((job) => <Row key={job.id} job={job} onRetry={() => void retry(job)} />)}
          {schedules.map((schedule) => (
            <Planned key={`${schedule.plugin}.${schedule.name}`} schedule={schedule} />
          ))}
        </List>
      </div>
    </section>
  );
}

function Count({ n }: { readonly n: number }) {
  return <span class="count jobs-failed">{n}</span>;
}

function Row({ job, onRetry }: { readonly job: Job; readonly onRetry: () => void }) {
  const app = useApp();
  const { state, error, attempts } = job;
  const title = titleOf(app, job);
  const detail = state === "waiting" && error === null
    ? t(isDue(job) ? "jobs.waits" : "jobs.begins", { time: short(job.run_at) })
    : state === "running"
    ? t("jobs.runs", { n: attempts })
    : state === "failed"
    ? t("jobs.gave_up", { n: attempts, time: short(job.finished_at ?? job.run_at) })
    : t("jobs.tries_again", { n: attempts, time: short(job.run_at) });
  return (
    <ListRow
      isSentence
      start={<Look job={job} />}
      title={title}
      detail={
        <>
          {detail} · {ownerOf(job)}
          {error !== null && <code class="detail" lang="en">{error}</code>}
        </>
      }
      end={error !== null && state !== "running" && (
        <Button size="s" onPress={onRetry}>
          {t(state === "failed" ? "again" : "jobs.now_instead")}
          <span class="sr">{title}</span>
        </Button>
      )}
    />
  );
}

function Look({ job: { state, error } }: { readonly job: Job }) {
  if (state === "running") {
    return (
      <Tick look="">
        <span class="spin" />
      </Tick>
    );
  }
  if (state === "failed") {
    return (
      <Tick look="bad">
        <Icon name="x" />
      </Tick>
    );
  }
  return error === null
    ? (
      <Tick look="">
        <Icon name="clock" />
      </Tick>
    )
    : (
      <Tick look="warn">
        <Icon name="warn" />
      </Tick>
    );
}

function Tick({ look, children }: { readonly look: string; readonly children: ComponentChildren }) {
  return <span class={`tick ${look}`} aria-hidden="true">{children}</span>;
}

function Planned({ schedule }: { readonly schedule: Schedule }) {
  const app = useApp();
  const { last_at, next_at } = schedule;
  const again = t("jobs.next", { time: short(next_at) });
  return (
    <ListRow
      isSentence
      start={
        <Tick look="">
          <Icon name="refresh" />
        </Tick>
      }
      title={titleOf(app, schedule)}
      detail={[last_at && t("jobs.last", { time: short(last_at) }), again, ownerOf(schedule)]
        .filter(Boolean).join(" · ")}
    />
  );
}

/** What it does, in the words of whose it is; its name where they have none. */
function titleOf(app: App, { plugin, name }: Pick<Job, "plugin" | "name">): string {
  const said = plugin === CORE
    ? known(`job.${name}`, {})
    : app.refusals.say("job.", `${plugin}.${name}`);
  return said ?? name.replaceAll("_", " ");
}

function ownerOf({ plugin }: Pick<Job, "plugin">): string {
  return plugin === CORE ? "Salon" : plugin;
}

function isDue({ run_at }: Job): boolean {
  return Date.parse(run_at) <= Date.now();
}

/** The time alone today; with the day on another one. */
function short(at: string): string {
  return isSameDay(at, new Date().toISOString()) ? clock(at) : moment(at);
}
