/** The overview: evenings with a voice, the first steps of a place, and what is worth a look. */

import { type ComponentChildren, createContext } from "preact";
import { useCallback, useContext, useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { useAnswer } from "../app/asking.ts";
import { Slot } from "../app/slot.tsx";
import type { FirstStep } from "../app/slots.ts";
import { clock, relative } from "../format.ts";
import { type Key, language, t } from "../i18n.ts";
import { Button, Link } from "../kit/button.tsx";
import { Doorway } from "../kit/doorway.tsx";
import { Icon, type IconName } from "../kit/icon.tsx";
import { List, ListRow } from "../kit/list.tsx";
import { Empty, Skeleton } from "../kit/place.tsx";
import { bytes } from "../sizes.ts";
import { may, peopleHere } from "../world.ts";
import { evenings, habit, hoursOfWeek } from "./evenings.ts";
import { whole } from "./figures.ts";

interface Overview {
  readonly talked: readonly string[];
  readonly joined: readonly string[];
  readonly steps: readonly { readonly name: string; readonly done: boolean }[];
  readonly examined: { readonly at: string; readonly closed: number } | null;
  readonly plugins: readonly { readonly title: string; readonly state: string }[];
  readonly applications: { readonly waiting: number; readonly since: string | null };
  readonly failed_jobs: number;
  readonly files: { readonly kept_bytes: number; readonly most_bytes: number };
}

const WEEK_MS = 7 * 24 * 3_600_000;
const NEARLY_FULL = .9;

export function OverviewPage() {
  const { answer, refusal, again } = useAnswer<Overview>("server.overview");
  if (refusal) {
    return (
      <Empty icon="home" title={refusal.message}>
        <Button icon="refresh" onPress={again}>{t("again")}</Button>
      </Empty>
    );
  }
  if (!answer) return <Skeleton label={t("loading")} lines={6} />;
  return (
    <>
      <Evenings talked={answer.talked} since={answer.joined.toSorted()[0]} />
      <Tiles overview={answer} />
      <div class="glance-parts">
        <Steps steps={answer.steps} />
        <WorthALook overview={answer} />
      </div>
    </>
  );
}

function Evenings(
  { talked, since }: { readonly talked: readonly string[]; readonly since: string | undefined },
) {
  const now = new Date();
  const shown = evenings(talked, since, now);
  const lit = shown.filter(({ isLit }) => isLit).length;
  const spoken = shown.length > 1 ? "ov.evenings" : "ov.tonight";
  const said = lit > 0 ? spoken : "ov.silent";
  const usual = habit(talked, now);
  const name = (at: Date, weekday: "short" | "long") =>
    at.toLocaleDateString(language.value, { weekday });
  return (
    <section class={lit > 0 ? "well glance lit" : "well glance"}>
      <div class="grow">
        <h2 class="display">
          {t(said, { n: lit, of: shown.length })}
        </h2>
        <p class="sm muted">{usual ? t("ov.habit", { time: clock(usual) }) : t("ov.no_habit")}</p>
      </div>
      <ol class="glance-doors" aria-label={t("ov.evenings_list")}>
        {shown.map(({ at, isLit }) => (
          <li key={at.getTime()}>
            <Doorway lit={isLit} />
            <span class="xs muted" aria-hidden="true">{name(at, "short")}</span>
            <span class="sr">
              {t(isLit ? "ov.lit" : "ov.dark", { day: name(at, "long") })}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Tiles({ overview: { joined, talked } }: { readonly overview: Overview }) {
  const { store } = useApp();
  const now = Date.now();
  const inRooms = [...store.participants.value.values()];
  const lit = new Set(inRooms.map((each) => each.room_id)).size;
  const fresh = joined.filter((at) => now - Date.parse(at) < WEEK_MS).length;
  return (
    <ul class="mets glance-mets">
      <Tile title={t("ov.members")} value={joined.length} foot={t("ov.fresh", { n: fresh })} />
      <Tile
        title={t("ov.here")}
        value={peopleHere(store.world.value)}
        foot={t("ov.of_members", { n: joined.length })}
      />
      <Tile
        title={t("ov.in_rooms")}
        value={inRooms.length}
        foot={t("srv.rooms_lit", { n: lit })}
      />
      <Tile
        title={t("ov.hours")}
        value={hoursOfWeek(talked, new Date(now))}
        foot={t("ov.hours_foot")}
      />
    </ul>
  );
}

function Tile(
  { title, value, foot }: {
    readonly title: string;
    readonly value: number;
    readonly foot: string;
  },
) {
  return (
    <li class="well met">
      <span class="eyebrow">{title}</span>
      <b class="display num">{whole(value)}</b>
      <span class="xs muted">{foot}</span>
    </li>
  );
}

interface Way {
  readonly to: string;
  readonly label: Key;
  readonly needs: string;
}

/** Where each step is done, and by whom. */
const WAYS: Readonly<Record<string, Way>> = {
  icon: { to: "/admin/community", label: "ov.choose", needs: "server.manage" },
  rules: { to: "/admin/community", label: "ov.write", needs: "server.manage" },
  examined: { to: "/admin/doctor", label: "ov.examine", needs: "server.manage" },
  somebody: { to: "/admin/invitations", label: "ov.invite", needs: "member.manage" },
  talked: { to: "/", label: "ov.open", needs: "server.manage" },
  second_host: { to: "/admin/members", label: "ov.choose", needs: "member.manage" },
  lively: { to: "/admin/invitations", label: "ov.invite", needs: "member.manage" },
};

/** The steps of plugins that are there, by their titles: whether they are done. */
const Told = createContext<(title: string, isDone: boolean | null) => void>(() => {});

/** Those of plugins last; once all are done there is nothing to see. */
function Steps({ steps }: { readonly steps: Overview["steps"] }) {
  const { store } = useApp();
  const [told, tell] = useState<ReadonlyMap<string, boolean>>(new Map());
  const all = [...steps.map((step) => step.done), ...told.values()];
  const done = all.filter((isDone) => isDone).length;
  const next = steps.find((step) => !step.done);
  const hear = useCallback((title: string, isDone: boolean | null) => {
    tell((before) => {
      const after = new Map(before);
      if (isDone === null) after.delete(title);
      else after.set(title, isDone);
      return after;
    });
  }, []);
  return (
    <section hidden={done === all.length}>
      <div class="hh">
        <h2 class="display">{t("ov.steps")}</h2>
        <span class="sm muted">{t("ov.steps_done", { n: done, of: all.length })}</span>
      </div>
      <List label={t("ov.steps")}>
        {steps.map((step) => {
          const way = step.done ? undefined : WAYS[step.name];
          return (
            <StepRow
              key={step.name}
              title={t(`ov.step.${step.name}` as Key)}
              why={step.done ? "" : t(`ov.why.${step.name}` as Key)}
              isDone={step.done}
            >
              {way && may(store.world.value, way.needs) && (
                <Link to={way.to} class={step === next ? "btn soft" : "btn"}>{t(way.label)}</Link>
              )}
            </StepRow>
          );
        })}
        <Told.Provider value={hear}>
          <Slot place="first-step" props={{ Step: ToldStep }} />
        </Told.Provider>
      </List>
    </section>
  );
}

function StepRow({ title, why, isDone, children }: FirstStep) {
  return (
    <ListRow
      isSentence
      start={<Tick look={isDone ? "ok" : ""} icon={isDone ? "check" : "minus"} />}
      title={title}
      detail={isDone ? t("ov.done") : why}
      end={!isDone && children}
    />
  );
}

function ToldStep(step: FirstStep) {
  const { title, isDone } = step;
  const tell = useContext(Told);
  useEffect(() => tell(title, isDone), [title, isDone]);
  useEffect(() => () => tell(title, null), [title]);
  return <StepRow {...step} />;
}

function Tick({ look, icon }: { readonly look: "" | "ok" | "warn"; readonly icon: IconName }) {
  return (
    <span class={`tick ${look}`} aria-hidden="true">
      <Icon name={icon} />
    </span>
  );
}

function WorthALook({ overview }: { readonly overview: Overview }) {
  const { plugins, applications, failed_jobs, examined, files } = overview;
  const { waiting, since } = applications;
  const isFull = files.kept_bytes > files.most_bytes * NEARLY_FULL;
  const used = { used: bytes(files.kept_bytes), most: bytes(files.most_bytes) };
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("ov.look")}</h2>
      </div>
      <List label={t("ov.look")}>
        {plugins.map(({ title }) => (
          <Matter
            key={title}
            icon="warn"
            title={t("ov.plugin", { plugin: title })}
            detail={t("ov.plugin_text")}
            to="/admin/plugins"
            label={t("ov.read")}
          />
        ))}
        {examined && examined.closed > 0 && (
          <Matter
            icon="warn"
            title={t("ov.closed", { n: examined.closed })}
            detail={t("ov.closed_text", { when: relative(examined.at) })}
            to="/admin/doctor"
            label={t("ov.read")}
          />
        )}
        {failed_jobs > 0 && (
          <Matter
            icon="warn"
            title={t("ov.failed", { n: failed_jobs })}
            detail={t("ov.failed_text")}
            to="/admin/jobs"
            label={t("ov.read")}
          />
        )}
        {waiting > 0 && (
          <Matter
            icon="mail"
            title={t("ov.asking", { n: waiting })}
            detail={since && t("ov.asking_text", { when: relative(since) })}
            to="/admin/invitations"
            label={t("ov.answer")}
          />
        )}
        <Matter
          icon={isFull ? "warn" : "server"}
          title={t("ov.files", used)}
          detail={t("ov.files_text")}
          to="/admin/server"
          label={t("ov.read")}
        />
      </List>
    </section>
  );
}

interface MatterProps {
  readonly icon: IconName;
  readonly title: string;
  readonly detail: ComponentChildren;
  readonly to: string;
  readonly label: string;
}

function Matter({ icon, title, detail, to, label }: MatterProps) {
  return (
    <ListRow
      isSentence
      start={<Tick look={icon === "warn" ? "warn" : ""} icon={icon} />}
      title={title}
      detail={detail}
      end={<Link to={to} class="btn s" label={`${label}: ${title}`}>{label}</Link>}
    />
  );
}
