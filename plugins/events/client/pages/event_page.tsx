/** One event: when and where, what is said of it, who comes, and one's own answer. */

import {
  Avatar,
  Button,
  clock,
  Doorway,
  Empty,
  Icon,
  IconButton,
  Link,
  Note,
  PanelHead,
  Skeleton,
  TopicsOf,
} from "@salon/client";
import { useState } from "preact/hooks";
import { CallOffDialog } from "../plan/call_off_dialog.tsx";
import { PlanDialog } from "../plan/plan_dialog.tsx";
import { ruleText } from "../plan/rules.ts";
import { accountOf, roomOf, useEvents, useOne, useTry } from "../shared/agenda.ts";
import type { Details, Said } from "../shared/shapes.ts";
import {
  dayOfMonth,
  elsewhere,
  monthName,
  span,
  wallIn,
  weekday,
  zoneName,
} from "../shared/when.ts";
import type { Say } from "../shared/words.ts";
import { ReminderMenu } from "./reminder_menu.tsx";

const FACES_SHOWN = 24;
const ANSWERS: readonly Said[] = ["coming", "maybe", "not"];

export function EventPage({ id }: { readonly id: string }) {
  const { t } = useEvents();
  const { event, hasFailed } = useOne(id);
  if (hasFailed && !event) {
    return (
      <>
        <Head />
        <Empty isPage icon="cal" title={t("gone")} text={t("gone_text")} />
      </>
    );
  }
  if (!event) return <Skeleton label={t("events")} />;
  return (
    <>
      <Head event={event} />
      <div class="scroll">
        <div class="leaf events-leaf">
          <Top event={event} />
          {event.is_draft && <DraftNote event={event} />}
          <div class="events-columns">
            <div class="events-body">
              <About event={event} />
              <With event={event} />
              <Who event={event} />
            </div>
            <div class="events-answering">
              <Answering event={event} />
              {event.to_be_recorded && <Note tone="warn" icon="info">{t("will_be_recorded")}</Note>}
              {event.is_public && <Note icon="globe">{t("for_everyone")}</Note>}
            </div>
          </div>
        </div>
      </div>
    </>
  );
}

function Head({ event }: { readonly event?: Details }) {
  const { salon, t } = useEvents();
  const [shown, show] = useState<"edit" | "call_off" | null>(null);
  const copy = () =>
    void navigator.clipboard.writeText(location.href).then(() =>
      salon.toast({ text: t("copied"), icon: "copy" })
    );
  const isOpen = event?.state === "planned" || event?.state === "open";
  return (
    <PanelHead
      title={t("events")}
      start={
        <Link to="/p/events" class="ib" label={t("back")} back>
          <Icon name="back" />
        </Link>
      }
    >
      {event && <IconButton icon="share" label={t("share")} onPress={copy} />}
      {event?.may_change && isOpen && (
        <>
          <IconButton
            icon="pen"
            label={t("edit")}
            opens="dialog"
            onPress={() => show("edit")}
          />
          <IconButton
            icon="trash"
            label={t("call_off")}
            opens="dialog"
            onPress={() => show("call_off")}
          />
        </>
      )}
      {event && shown === "edit" && <PlanDialog event={event} onClose={() => show(null)} />}
      {event && shown === "call_off" && <CallOffDialog event={event} onClose={() => show(null)} />}
    </PanelHead>
  );
}

function Top({ event }: { readonly event: Details }) {
  const { salon, t } = useEvents();
  const roles = event.role_ids
    .map((id) => salon.store.roles.value.get(id)?.name)
    .filter((name) => name !== undefined);
  return (
    <div class="events-top">
      <time class="events-date" datetime={event.starts_at}>
        <span>{weekday(event.starts_at)}</span>
        <b class="display">{dayOfMonth(event.starts_at)}</b>
        <span>{monthName(event.starts_at)}</span>
      </time>
      <div class="grow">
        <h2 class="display events-name">
          <bdi>{event.title}</bdi>
        </h2>
        <p class="muted" title={elsewhere(event.starts_at, event.zone)}>
          <b class="semi events-when">{span(event, t)}</b>, {t("your_time")}
          {event.rule && `. ${again(event, t)}`}
        </p>
        <Place event={event} />
        <TopicsOf ids={event.tag_ids} />
        {roles.length > 0 && (
          <p class="row sm muted">
            <Icon name="lock" />
            {t("for_roles", { roles: roles.join(", ") })}
          </p>
        )}
        {event.state === "cancelled" && <p class="pill warn">{t("cancelled")}</p>}
        {event.state === "missed" && <Note tone="warn" icon="warn">{t("missed_text")}</Note>}
      </div>
    </div>
  );
}

/** A rule counts by the clocks of its own zone, which is said where they show another time. */
function again(event: Details, t: Say): string {
  const rule = ruleText(event.rule, t, event.wall);
  const time = wallIn(event.zone, event.starts_at);
  return time ? t("rule_there", { rule, time, zone: zoneName(event.zone) }) : rule;
}

function Place({ event }: { readonly event: Details }) {
  const { salon, t } = useEvents();
  const room = roomOf(salon, event.room_id);
  const time = clock(event.opens_at);
  if (!room) {
    if (!["planned", "opening"].includes(event.state)) return null;
    return (
      <p class="row sm muted">
        <Doorway size="xs" icon={event.kind === "stage" ? "stage" : "door"} />
        {event.has_own_room ? t(`opens_${event.kind}`, { time }) : t("room_gone")}
      </p>
    );
  }
  return (
    <p class="row wrap sm">
      <Doorway size="xs" lit={event.state === "open"} />
      <Link to={`/r/${room.slug}`}>{room.name}</Link>
      <span class="muted">
        {event.state === "open" && t("is_open")}
        {event.state === "planned" && t("opens_at", { time })}
      </span>
    </p>
  );
}

/** Nobody else sees it yet. */
function DraftNote({ event }: { readonly event: Details }) {
  const { salon, t, agenda } = useEvents();
  const attempt = useTry();
  const announce = async () => {
    await salon.command("events.announce", { occurrence: event.id });
    salon.toast({ text: t("planned"), icon: "cal" });
    agenda.changed();
  };
  const isToCome = event.state === "planned" || event.state === "opening";
  return (
    <div class="note row wrap">
      <Icon name="lock" />
      <div class="grow events-draft">
        <b>{t("draft")}</b> {t("draft_text")}
      </div>
      {isToCome && (
        <Button tone="primary" icon="cal" onPress={() => void attempt(announce)}>{t("put")}</Button>
      )}
    </div>
  );
}

function About({ event }: { readonly event: Details }) {
  if (!event.about) return null;
  return (
    <div class="events-prose" dir="auto">
      {event.about.split(/\n\n+/).map((part, at) => <p key={at}>{part}</p>)}
    </div>
  );
}

function With({ event }: { readonly event: Details }) {
  const { salon, t } = useEvents();
  const said = new Map(event.people.map((each) => [each.account_id, each.said]));
  const hosts = event.host_ids.filter((id) => accountOf(salon, id));
  if (hosts.length === 0) return null;
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("on_stage")}</h2>
      </div>
      <ul class="rows">
        {hosts.map((id) => (
          <li key={id}>
            <Avatar account={accountOf(salon, id)} />
            <div class="grow">
              <b>
                <bdi>{accountOf(salon, id)?.display_name}</bdi>
              </b>
              <span class="detail">{t("host")}</span>
            </div>
            <HostSaid said={said.get(id)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function HostSaid({ said }: { readonly said: Said | undefined }) {
  const { t } = useEvents();
  if (said === "coming") return <span class="pill ok">{t("said_yes")}</span>;
  if (said === "not") return <span class="pill warn">{t("said_no")}</span>;
  return <span class="pill">{t(said === "maybe" ? "said_maybe" : "asked")}</span>;
}

function Who({ event }: { readonly event: Details }) {
  const { salon, t } = useEvents();
  const coming = event.people.filter(({ said }) => said === "coming");
  const shown = coming.slice(0, FACES_SHOWN);
  const rest = event.coming - shown.length;
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("coming_n", { n: event.coming })}</h2>
        {event.maybe > 0 && <span class="sm muted">{t("maybe_n", { n: event.maybe })}</span>}
      </div>
      {event.coming === 0 && <p class="sm muted">{t("nobody_yet")}</p>}
      <ul class="events-faces">
        {shown.map(({ account_id: id }) => (
          <li key={id} title={accountOf(salon, id)?.display_name}>
            <Avatar account={accountOf(salon, id)} />
            <span class="sr">{accountOf(salon, id)?.display_name}</span>
          </li>
        ))}
        {rest > 0 && <li class="sm muted">{t("more_people", { n: rest })}</li>}
      </ul>
    </section>
  );
}

function Answering({ event }: { readonly event: Details }) {
  const { salon, t } = useEvents();
  const attempt = useTry();
  const room = roomOf(salon, event.room_id);
  const say = (said: Said) =>
    attempt(() =>
      salon.command("events.say", {
        occurrence: event.id,
        ...(event.said === said ? {} : { said }),
      })
    );
  const isToCome = ["planned", "opening", "open"].includes(event.state);
  if (!isToCome || event.is_draft) return null;
  return (
    <section class="well events-well" aria-labelledby="events-question">
      {event.state === "open" && room && (
        <Link to={`/r/${room.slug}`} class="btn primary lg">{t("join")}</Link>
      )}
      <h2 class="display" id="events-question">{t("will_you")}</h2>
      <div class="events-said" role="group" aria-labelledby="events-question">
        {ANSWERS.map((said) => (
          <button
            key={said}
            type="button"
            class="btn soft"
            aria-pressed={event.said === said}
            onClick={() => void say(said)}
          >
            {t(`say_${said}`)}
          </button>
        ))}
      </div>
      {event.state === "planned" && <ReminderMenu event={event} />}
      <a class="btn" href={`/p/events/one/${event.id}.ics`} download>
        <Icon name="cal" />
        {t("add_calendar")}
      </a>
    </section>
  );
}
