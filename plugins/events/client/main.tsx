/** Events in the page: what comes next, a calendar, an event, and the form that plans one. */

import { type ClientSalon, clock, date, NavLink, type RoomWish } from "@salon/client";
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import "./events.css";
import { ComingUp } from "./home/coming_up.tsx";
import { Waiting } from "./home/waiting.tsx";
import { EventPage } from "./pages/event_page.tsx";
import { EventsPage } from "./pages/events_page.tsx";
import { FirstEvent } from "./plan/first_event.tsx";
import { PlanButton } from "./plan/plan_button.tsx";
import { PlanLater } from "./plan/plan_later.tsx";
import { Agenda, EventsProvider, SCHEDULE } from "./shared/agenda.ts";
import type { Told } from "./shared/shapes.ts";
import { type Say, sayIn } from "./shared/words.ts";

const LATE_MS = 30 * 60_000;
const ONE = /^\/(\d+)$/;

export default function activate(salon: ClientSalon): void {
  const t = sayIn(salon);
  const wished = signal<RoomWish | null>(null);
  const events = { salon, t, agenda: new Agenda(salon), wished };
  const within = (children: ComponentChildren) => (
    <EventsProvider value={events}>{children}</EventsProvider>
  );
  salon.slot("nav", () => (
    <li>
      <NavLink to="/p/events" icon="cal">{t("events")}</NavLink>
    </li>
  ));
  salon.slot("home-section", () => within(<ComingUp />));
  salon.slot("inbox-waiting", () => within(<Waiting />));
  salon.slot("home-action", () => within(<PlanButton />), { when: () => salon.may(SCHEDULE) });
  salon.slot("first-step", (props) => within(<FirstEvent {...props} />), {
    when: () => salon.may(SCHEDULE),
  });
  salon.slot("open-room-instead", (props) => within(<PlanLater {...props} />), {
    when: () => salon.may(SCHEDULE),
  });
  salon.slot("page", ({ path }) => {
    const id = ONE.exec(path)?.[1];
    return within(id === undefined ? <EventsPage /> : <EventPage key={id} id={id} />);
  }, { title: () => t("events"), ownHead: true });
  salon.on("events.told", (told: Told) => {
    events.agenda.changed();
    tell(salon, t, told);
  });
}

function tell(salon: ClientSalon, t: Say, told: Told): void {
  const { what, title, starts_at } = told;
  const isLate = Date.parse(starts_at) < Date.now() - LATE_MS;
  if (what === "reminder" && isLate) return; // heard again after a lost line
  const hasBegun = what === "reminder" && Date.parse(starts_at) <= Date.now();
  const text = t(hasBegun ? "told_begun" : `told_${what}`, {
    title,
    time: clock(starts_at),
    day: date(starts_at),
  });
  const room = what === "reminder" && told.room_slug;
  salon.toast({
    text,
    icon: "cal",
    action: {
      label: t(room ? "join" : "look"),
      run: () => salon.navigate(room ? `/r/${room}` : `/p/events/${told.occurrence_id}`),
    },
  });
}
