/** One event in a list: its day, what it is, who comes, and one thing to do. */

import { Avatar, clock, Icon, Link, listed } from "@salon/client";
import { accountOf, pageOf, REMIND_MIN, roomOf, useEvents, useTry } from "../shared/agenda.ts";
import { setReminder } from "../shared/reminding.ts";
import type { Occurrence } from "../shared/shapes.ts";
import { dayOfMonth, elsewhere, weekday } from "../shared/when.ts";

export function EventRow({ event }: { readonly event: Occurrence }) {
  const { salon, t } = useEvents();
  const isOn = event.state === "open" && Date.parse(event.starts_at) <= Date.now();
  return (
    <li class={event.state === "cancelled" ? "events-row events-off" : "events-row"}>
      <time class={isOn ? "events-day on" : "events-day"} datetime={event.starts_at}>
        <span>{isOn ? t("now") : weekday(event.starts_at)}</span>
        <b class="display">{dayOfMonth(event.starts_at)}</b>
      </time>
      <div class="grow">
        <Link to={pageOf(event)} class="events-title">
          <bdi>{event.title}</bdi>
        </Link>
        <span class="detail trunc" title={elsewhere(event.starts_at, event.zone)}>
          {whereAndWho(salon, t, event, isOn)}
        </span>
        <Coming event={event} />
      </div>
      <Deed event={event} />
    </li>
  );
}

function whereAndWho(
  salon: ReturnType<typeof useEvents>["salon"],
  t: ReturnType<typeof useEvents>["t"],
  event: Occurrence,
  isOn: boolean,
): string {
  const at = clock(event.starts_at);
  const time = isOn ? t("since", { time: at }) : at;
  const room = roomOf(salon, event.room_id)?.name;
  const place = room
    ? t("at_in", { time, room })
    : `${time}, ${t(event.kind === "stage" ? "of_stage" : "of_its_own")}`;
  const names = event.host_ids
    .map((id) => accountOf(salon, id)?.display_name)
    .filter((name) => name !== undefined);
  return names.length === 0 ? place : `${place}, ${t("with", { names: listed(names) })}`;
}

function Coming({ event }: { readonly event: Occurrence }) {
  const { salon, t } = useEvents();
  if (event.state === "cancelled" || event.state === "missed") {
    return <span class="events-coming pill warn">{t(event.state)}</span>;
  }
  if (event.is_draft) return <span class="events-coming pill">{t("draft")}</span>;
  if (event.coming === 0) return null;
  const words = event.said === "coming" ? "people_coming_you" : "people_coming";
  return (
    <span class="events-coming row">
      <span class="stack">
        {event.faces.map((id) => <Avatar key={id} account={accountOf(salon, id)} size="xs" />)}
      </span>
      <span class="detail">{t(words, { n: event.coming })}</span>
    </span>
  );
}

/** Join what is on, else the reminder. */
function Deed({ event }: { readonly event: Occurrence }) {
  const { salon, t } = useEvents();
  const attempt = useTry();
  if (event.is_draft) return null;
  const room = roomOf(salon, event.room_id);
  if (event.state === "open" && room) {
    return (
      <Link to={`/r/${room.slug}`} class="btn primary" label={`${t("join")}: ${event.title}`}>
        {t("join")}
      </Link>
    );
  }
  if (event.state !== "planned") return null;
  const isSet = event.remind_min !== null;
  const set = (minutes: number | null) => attempt(() => setReminder(salon, t, event.id, minutes));
  return (
    <button
      type="button"
      class={isSet ? "btn soft events-remind" : "btn events-remind"}
      aria-pressed={isSet}
      aria-label={t("remind_what", { title: event.title })}
      onClick={() => void set(isSet ? null : REMIND_MIN)}
    >
      <Icon name={isSet ? "check" : "bell"} />
      <span>{t(isSet ? "reminder_set" : "remind")}</span>
    </button>
  );
}
