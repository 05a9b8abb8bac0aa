/** In the Inbox: what one is asked to host, and what one wanted to be reminded of, until it is over. */

import { clock, date, Icon, Link } from "@salon/client";
import { pageOf, useEvents, useListed } from "../shared/agenda.ts";
import type { Occurrence } from "../shared/shapes.ts";

const LOOKED_AT = 50;
const MIN_MS = 60_000;

export function Waiting() {
  const { salon, t } = useEvents();
  const { events } = useListed("mine", LOOKED_AT);
  const me = salon.me.value?.id ?? "";
  const next = new Map(events?.toReversed().map((event) => [event.event_id, event]));
  const asks = [...next.values()].filter((event) => isAsked(event, me));
  const soon = events?.filter((event) => isReminded(event, salon.serverNow())) ?? [];
  const shown = [...soon, ...asks.toReversed().filter((event) => !soon.includes(event))];
  if (shown.length === 0) return null;
  return (
    <section aria-label={t("events")}>
      <h2>{t("events")}</h2>
      <ul>
        {shown.map((event) => (
          <li key={event.id}>
            <Link to={pageOf(event)} class="entry">
              <Icon name="cal" />
              <span class="grow">
                <b>
                  <bdi>{event.title}</bdi>
                </b>
                <span class="why">
                  {soon.includes(event)
                    ? t("inbox_soon", { time: clock(event.starts_at) })
                    : t("inbox_host", { day: date(event.starts_at), time: clock(event.starts_at) })}
                </span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function isAsked(event: Occurrence, me: string): boolean {
  return event.state === "planned" && event.said === null && !event.is_draft &&
    event.made_by !== me && event.host_ids.includes(me);
}

function isReminded({ state, starts_at, ends_at, remind_min }: Occurrence, nowMs: number): boolean {
  const isToCome = ["planned", "opening", "open"].includes(state) && Date.parse(ends_at) > nowMs;
  return isToCome && remind_min !== null && Date.parse(starts_at) - remind_min * MIN_MS <= nowMs;
}
