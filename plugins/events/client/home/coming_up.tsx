/** On Home: what comes next. Nothing is shown where nothing comes. */

import { Link } from "@salon/client";
import { useEvents, useListed } from "../shared/agenda.ts";
import { EventRow } from "./event_row.tsx";

const SHOWN = 3;
const LOOKED_AT = 20; // of what recurs only the next time is shown

export function ComingUp() {
  const { t } = useEvents();
  const { events } = useListed("coming", LOOKED_AT);
  const next = new Map(events?.toReversed().map((event) => [event.event_id, event]));
  const shown = events?.filter((event) => next.get(event.event_id) === event).slice(0, SHOWN);
  if (!shown || shown.length === 0) return null;
  return (
    <section class="events-coming-up" aria-label={t("coming_up")}>
      <div class="hh">
        <h2 class="display">{t("coming_up")}</h2>
        <Link to="/p/events" class="sm">{t("all_events")}</Link>
      </div>
      <ul class="rows">
        {shown.map((event) => <EventRow key={event.id} event={event} />)}
      </ul>
    </section>
  );
}
