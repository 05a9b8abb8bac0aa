/**
 * What may knock at which of my devices, and when nothing does. The browser is asked only by the button
 * for it; what it says, and what the server knows of this device, stand on top.
 */

import { useState } from "preact/hooks";
import { type App, useApp } from "../app/app.ts";
import { orToast, useAnswer } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { SwitchRow } from "../kit/field.tsx";
import { Icon } from "../kit/icon.tsx";
import { Skeleton } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import { subscribe, unsubscribe } from "../offline/worker.ts";
import { CommandError } from "../socket.ts";
import { Busy, tellBusy } from "./busy.tsx";
import { ChosenLevels } from "./chosen_levels.tsx";
import { type Device, NotifiedDevices } from "./notified_devices.tsx";
import { type Hours, QuietHours } from "./quiet_hours.tsx";

interface Shown {
  readonly key: string;
  readonly session_id: string;
  readonly devices: readonly Device[];
  readonly quiet_hours: Hours | null;
}

export function Notifications() {
  const asked = useAnswer<Shown>("push.show");
  const { answer, refusal, again } = asked;
  if (refusal) return <p class="err" role="alert">{refusal.message}</p>;
  if (!answer) return <Skeleton label={t("loading")} lines={3} />;
  const mine = answer.devices.find((each) => each.session_id === answer.session_id);
  return (
    <>
      <Here shown={answer} mine={mine} again={again} />
      <Wishes mine={mine} again={again} />
      <QuietHours hours={answer.quiet_hours} again={again} />
      <Busy onTold={again} />
      <ChosenLevels />
      <NotifiedDevices devices={answer.devices} here={answer.session_id} again={again} />
    </>
  );
}

function Here(
  { shown, mine, again }: {
    readonly shown: Shown;
    readonly mine: Device | undefined;
    readonly again: () => void;
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
    <div class={state === "on" ? "note knocks ok" : "note knocks"}>
      <Icon name={state === "on" ? "check" : "bell"} />
      <div class="grow" role="status">
        <b>{t(`notify.${state}`)}</b>{" "}
        {t(mine?.hides_text && state === "on" ? "notify.on_hidden" : `notify.${state}_text`)}
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
          <Button size="s" busy={isBusy} onPress={() => run(() => app.command("push.test"))}>
            {t("notify.test")}
          </Button>
          <Button size="s" busy={isBusy} onPress={() => run(() => unsubscribe(app))}>
            {t("notify.turn_off")}
          </Button>
        </>
      )}
    </div>
  );
}

/** The browser asks now, and not before. */
async function turnOn(app: App, key: string): Promise<void> {
  if (await Notification.requestPermission() !== "granted") return;
  await subscribe(app, key);
  await tellBusy(app);
}

/** What the server refused has words; what the browser says is for nobody. */
function told(error: unknown): void {
  const text = error instanceof CommandError ? error.message : t("notify.failed");
  toast({ text, tone: "bad" });
}

/** What a device is told until somebody chooses otherwise. */
const AT_FIRST = { named: true, between: true, tags: true, hides_text: false } as const;

/** Shown before notifications are turned on too, so that one knows what for. */
function Wishes(
  { mine, again }: { readonly mine: Device | undefined; readonly again: () => void },
) {
  const app = useApp();
  const set = (fields: Partial<Device>) =>
    void orToast(app.command("push.change", fields)).then(again);
  const wishes = mine ?? AT_FIRST;
  const disabled = mine === undefined;
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("notify.here")}</h2>
      </div>
      {disabled && <p class="sm muted">{t("notify.once_on")}</p>}
      <ul class="rows">
        <SwitchRow
          label={t("notify.named")}
          hint={t("notify.named_hint")}
          on={wishes.named}
          disabled={disabled}
          onChange={(named) => set({ named })}
        />
        <SwitchRow
          label={t("notify.between")}
          hint={t("notify.between_hint")}
          on={wishes.between}
          disabled={disabled}
          onChange={(between) => set({ between })}
        />
        <SwitchRow
          label={t("notify.tags")}
          hint={t("notify.tags_hint")}
          on={wishes.tags}
          disabled={disabled}
          onChange={(tags) => set({ tags })}
        />
        <SwitchRow
          label={t("notify.hides")}
          hint={t("notify.hides_hint")}
          on={wishes.hides_text}
          disabled={disabled}
          onChange={(hides_text) => set({ hides_text })}
        />
      </ul>
    </section>
  );
}
