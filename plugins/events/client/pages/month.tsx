/** A month: a dot under each day on which something happens. */

import { day as dayText, IconButton } from "@salon/client";
import { useState } from "preact/hooks";
import { useEvents, useMonth } from "../shared/agenda.ts";
import { monthTitle, weekdays, weeksOf } from "../shared/when.ts";

const DOTS_MAX = 3;

export function Month() {
  const { t } = useEvents();
  const now = new Date();
  const [shown, show] = useState({ year: now.getFullYear(), month: now.getMonth() });
  const { begins, days } = weeksOf(shown.year, shown.month);
  const events = useMonth(begins, days);
  const step = (by: number) => {
    const at = new Date(shown.year, shown.month + by, 1);
    show({ year: at.getFullYear(), month: at.getMonth() });
  };
  return (
    <section class="events-month">
      <div class="row">
        <h2 class="display grow" aria-live="polite">
          {monthTitle(new Date(shown.year, shown.month, 1))}
        </h2>
        <IconButton icon="back" small label={t("month_before")} onPress={() => step(-1)} />
        <IconButton icon="right" small label={t("month_after")} onPress={() => step(1)} />
      </div>
      <div class="events-days" aria-hidden="true">
        {weekdays().map(({ short, long }) => <span key={long} class="xs muted">{short}</span>)}
      </div>
      <ul class="events-days">
        {Array.from({ length: days }, (_, at) => (
          <Day
            key={at}
            at={new Date(begins.getFullYear(), begins.getMonth(), begins.getDate() + at)}
            month={shown.month}
            events={events}
          />
        ))}
      </ul>
    </section>
  );
}

function Day(
  { at, month, events }: {
    readonly at: Date;
    readonly month: number;
    readonly events: ReadonlyMap<string, number>;
  },
) {
  const { t } = useEvents();
  const key = at.toDateString();
  const n = events.get(key) ?? 0;
  const isToday = key === new Date().toDateString();
  const classes = ["num", isToday && "today", at.getMonth() !== month && "other"];
  return (
    <li class={classes.filter(Boolean).join(" ")} aria-current={isToday ? "date" : undefined}>
      <span aria-hidden={n > 0}>{at.getDate()}</span>
      {n > 0 && <span class="sr">{t("happens", { day: dayText(at.toISOString()), n })}</span>}
      {n > 0 && (
        <span class="dots" aria-hidden="true">
          {Array.from({ length: Math.min(n, DOTS_MAX) }, (_, dot) => <i key={dot} />)}
        </span>
      )}
    </li>
  );
}
