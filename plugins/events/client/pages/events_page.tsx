/** The events there are, with a month beside them where there is space. */

import { BackToRooms, Button, date, Empty, PanelHead, Skeleton, Tabs } from "@salon/client";
import { useState } from "preact/hooks";
import { EventRow } from "../home/event_row.tsx";
import { PlanButton } from "../plan/plan_button.tsx";
import { PlanDialog } from "../plan/plan_dialog.tsx";
import { useEvents, useListed } from "../shared/agenda.ts";
import type { Occurrence, Which } from "../shared/shapes.ts";
import { monthTitle, ownZone, zoneName } from "../shared/when.ts";
import { Month } from "./month.tsx";
import { OwnCalendar } from "./own_calendar.tsx";

const AT_ONCE = 25;
const WEEK_MS = 7 * 24 * 3_600_000;
const TABS: readonly Which[] = ["coming", "mine", "past"];

export function EventsPage() {
  const { t, wished } = useEvents();
  const [which, choose] = useState<Which>("coming");
  const zone = zoneName(ownZone());
  const today = date(new Date().toISOString());
  return (
    <>
      <PanelHead
        big
        title={t("events")}
        detail={t("zone_today", { zone, day: today })}
        start={<BackToRooms />}
      >
        <Tabs
          label={t("which")}
          tabs={TABS.map((key) => ({ key, title: t(key) }))}
          value={which}
          onChange={choose}
        />
        <PlanButton />
      </PanelHead>
      <div class="scroll">
        <div class="leaf events-leaf">
          <div class="events-columns">
            <Listed which={which} />
            <aside class="well events-side">
              <Month />
              <OwnCalendar />
            </aside>
          </div>
        </div>
      </div>
      {wished.value && <PlanDialog wish={wished.value} onClose={() => wished.value = null} />}
    </>
  );
}

function Listed({ which }: { readonly which: Which }) {
  const { t } = useEvents();
  const { events, more } = useListed(which, AT_ONCE);
  if (!events) return <Skeleton label={t("events")} />;
  if (events.length === 0) return <None which={which} />;
  return (
    <div role="tabpanel" aria-label={t(which)}>
      {groups(events, which, t("now_and_week")).map(([title, some]) => (
        <section key={title}>
          <h2 class="eyebrow events-group">{title}</h2>
          <ul class="rows" aria-label={title}>
            {some.map((event) => <EventRow key={event.id} event={event} />)}
          </ul>
        </section>
      ))}
      {more && <Button onPress={more}>{t("more")}</Button>}
    </div>
  );
}

function None({ which }: { readonly which: Which }) {
  const { t } = useEvents();
  if (which === "past") return <Empty icon="cal" title={t("no_past")} />;
  const key = which === "mine" ? "no_mine" : "no_events";
  return <Empty icon="cal" title={t(key)} text={t(`${key}_text`)} />;
}

/** By months; what is on or comes within a week stands first, together. */
function groups(
  events: readonly Occurrence[],
  which: Which,
  soon: string,
): readonly (readonly [string, readonly Occurrence[]])[] {
  const found = new Map<string, Occurrence[]>();
  const week = Date.now() + WEEK_MS;
  for (const event of events) {
    const isSoon = which !== "past" && Date.parse(event.starts_at) < week;
    const title = isSoon ? soon : monthTitle(new Date(event.starts_at));
    found.set(title, [...(found.get(title) ?? []), event]);
  }
  return [...found];
}
