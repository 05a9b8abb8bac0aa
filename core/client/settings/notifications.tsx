/** What may knock at which of my devices, and when nothing does. Asked only when it is wanted. */

import { useState } from "preact/hooks";
import { type App, useApp } from "../app/app.ts";
import { type Asked, orToast, useAnswer } from "../app/asking.ts";
import { Link } from "../kit/button.tsx";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { SwitchRow } from "../kit/field.tsx";
import { Icon } from "../kit/icon.tsx";
import { List, ListRow } from "../kit/list.tsx";
import { Skeleton } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import { subscribe, unsubscribe } from "../offline/worker.ts";
import { CommandError } from "../socket.ts";
import type { Session } from "../wire.ts";
import { Busy } from "./busy.tsx";

interface Device {
  readonly session_id: string;
  readonly named: boolean;
  readonly between: boolean;
  readonly hides_text: boolean;
}

interface Hours {
  readonly begins_min: number;
  readonly ends_min: number;
  readonly zone: string;
}

interface Shown {
  readonly key: string;
  readonly session_id: string;
  readonly devices: readonly Device[];
  readonly quiet_hours: Hours | null;
}

const NIGHT = { begins_min: 22 * 60 + 30, ends_min: 7 * 60 + 30 };

export function Notifications() {
  const asked = useAnswer<Shown>("push.show");
  const { answer, refusal, again } = asked;
  if (refusal) return <p class="err" role="alert">{refusal.message}</p>;
  if (!answer) return <Skeleton label={t("loading")} lines={3} />;
  const mine = answer.devices.find((each) => each.session_id === answer.session_id);
  return (
    <>
      <p class="muted sm">{t("notify.about")}</p>
      <Here shown={answer} mine={mine} again={again} />
      {mine && <Wishes mine={mine} again={again} />}
      <QuietHours hours={answer.quiet_hours} again={again} />
      <Busy />
      <Levels />
      <Others shown={answer} again={again} />
    </>
  );
}

type Again = Asked<Shown>["again"];

function Here(
  { shown, mine, again }: {
    readonly shown: Shown;
    readonly mine: Device | undefined;
    readonly again: Again;
  },
) {
  const app = useApp();
  const [isBusy, setBusy] = useState(false);
  const isThere = "Notification" in globalThis && "PushManager" in globalThis;
  const state = !isThere
    ? "none"
    : Notification.permission === "denied"
    ? "denied"
    : mine && Notification.permission === "granted"
    ? "on"
    : "off";
  const run = (work: () => Promise<unknown>) => {
    setBusy(true);
    void work().catch(told).finally(() => (setBusy(false), again()));
  };
  return (
    <div class={state === "on" ? "note ok" : "note"}>
      <Icon name={state === "on" ? "check" : "bell"} />
      <div class="grow" role="status">
        <b>{t(`notify.${state}`)}</b> {t(`notify.${state}_text`)}
      </div>
      {state === "off" && (
        <Button
          tone="primary"
          busy={isBusy}
          onPress={() => run(() => turnOn(app, shown.key))}
        >
          {t("notify.turn_on")}
        </Button>
      )}
      {state === "on" && (
        <>
          <Button busy={isBusy} onPress={() => run(() => app.command("push.test"))}>
            {t("notify.test")}
          </Button>
          <Button busy={isBusy} onPress={() => run(() => unsubscribe(app))}>
            {t("notify.turn_off")}
          </Button>
        </>
      )}
    </div>
  );
}

/** The browser asks now, and not before. */
async function turnOn(app: App, key: string): Promise<void> {
  if (await Notification.requestPermission() === "granted") await subscribe(app, key);
}

/** What the server refused has words; what the browser says is for nobody. */
function told(error: unknown): void {
  const text = error instanceof CommandError ? error.message : t("notify.failed");
  toast({ text, tone: "bad" });
}

function Wishes({ mine, again }: { readonly mine: Device; readonly again: Again }) {
  const app = useApp();
  const set = (fields: Partial<Device>) =>
    void orToast(app.command("push.change", fields)).then(again);
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("notify.here")}</h2>
      </div>
      <ul class="rows">
        <SwitchRow
          label={t("notify.named")}
          on={mine.named}
          onChange={(named) => set({ named })}
        />
        <SwitchRow
          label={t("notify.between")}
          on={mine.between}
          onChange={(between) => set({ between })}
        />
        <SwitchRow
          label={t("notify.hides")}
          hint={t("notify.hides_hint")}
          on={mine.hides_text}
          onChange={(hides_text) => set({ hides_text })}
        />
      </ul>
    </section>
  );
}

function QuietHours({ hours, again }: { readonly hours: Hours | null; readonly again: Again }) {
  const app = useApp();
  const set = (wanted: Omit<Hours, "zone"> | null) => {
    const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions();
    const fields = { hours: wanted && { ...wanted, zone } };
    void orToast(app.command("push.set_quiet_hours", fields)).then(again);
  };
  const kept = hours && { begins_min: hours.begins_min, ends_min: hours.ends_min };
  return (
    <section>
      <ul class="rows">
        <SwitchRow
          label={t("notify.quiet")}
          hint={t("notify.quiet_hint")}
          on={hours !== null}
          onChange={(on) => set(on ? NIGHT : null)}
        />
      </ul>
      {kept && (
        <div class="grid2">
          <Time
            label={t("notify.from")}
            minutes={kept.begins_min}
            onChange={(begins_min) => set({ ...kept, begins_min })}
          />
          <Time
            label={t("notify.until")}
            minutes={kept.ends_min}
            onChange={(ends_min) => set({ ...kept, ends_min })}
          />
        </div>
      )}
    </section>
  );
}

function Time(
  { label, minutes, onChange }: {
    readonly label: string;
    readonly minutes: number;
    readonly onChange: (minutes: number) => void;
  },
) {
  const two = (n: number) => String(n).padStart(2, "0");
  const changed = (text: string) => {
    const [hours = NaN, minute = NaN] = text.split(":").map(Number);
    if (Number.isInteger(hours * 60 + minute)) onChange(hours * 60 + minute);
  };
  return (
    <label class="field">
      <span class="lab">{label}</span>
      <input
        type="time"
        class="inp"
        value={`${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`}
        onChange={(event) => changed(event.currentTarget.value)}
      />
    </label>
  );
}

/** The channels whose level was chosen; it is changed where they are. */
function Levels() {
  const { levels, store } = useApp();
  const all = [...levels.value.values()].flatMap((level) => {
    const channel = store.channels.value.get(level.channel_id);
    return channel && !channel.room_id ? [{ level, channel }] : [];
  });
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("notify.rooms")}</h2>
      </div>
      {all.length === 0 && <p class="muted sm">{t("notify.rooms_none")}</p>}
      <ul class="rows">
        {all.map(({ level, channel }) => (
          <li key={channel.id}>
            <Link to={`/c/${channel.slug}`} class="grow semi sm">{channel.name}</Link>
            <span class="sm muted">{t(`notify.${level.level}`)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Others({ shown, again }: { readonly shown: Shown; readonly again: Again }) {
  const app = useApp();
  const { answer } = useAnswer<{ sessions: readonly Session[] }>("session.list");
  const others = shown.devices.filter((each) => each.session_id !== shown.session_id);
  if (others.length === 0) return null;
  const named = new Map(answer?.sessions.map((one) => [one.id, one.device]));
  const stop = (session: string) =>
    void orToast(app.command("push.unsubscribe", { session })).then(again);
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("notify.others")}</h2>
      </div>
      <List label={t("notify.others")}>
        {others.map(({ session_id }) => (
          <ListRow
            key={session_id}
            start={
              <span class="sq">
                <Icon name="screen" />
              </span>
            }
            title={named.get(session_id) || t("signin.some_device")}
            end={<Button size="s" onPress={() => stop(session_id)}>{t("notify.stop")}</Button>}
          />
        ))}
      </List>
    </section>
  );
}
