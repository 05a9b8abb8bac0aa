/** Do not disturb: on this device, with an end; others see that one is busy. */

import { busyUntil } from "../app/attention.ts";
import { type App, useApp } from "../app/app.ts";
import { moment } from "../format.ts";
import { t } from "../i18n.ts";
import { Choices } from "../kit/field.tsx";

const HOUR_MS = 3_600_000;
const MORNING_HOUR = 8;

/** Pushes stay away as long; a device that takes none has nothing to be told. */
export async function tellBusy(app: App): Promise<void> {
  const busy_for_s = Math.max(0, Math.round((busyUntil.peek() - Date.now()) / 1_000));
  await app.command("push.change", { busy_for_s }).catch(() => {});
}

export function Busy({ onTold }: { readonly onTold: () => void }) {
  const app = useApp();
  const until = busyUntil.value;
  const isBusy = until > Date.now();
  const choose = (choice: "off" | "hour" | "morning") => {
    busyUntil.value = choice === "off"
      ? 0
      : choice === "hour"
      ? Date.now() + HOUR_MS
      : tomorrowMorning();
    void tellBusy(app).then(onTold);
  };
  return (
    <>
      <Choices
        label={t("presence.busy")}
        value={isBusy ? (until - Date.now() > HOUR_MS ? "morning" : "hour") : "off"}
        options={[
          { value: "off", label: t("presence.busy_off") },
          { value: "hour", label: t("presence.busy_hour") },
          { value: "morning", label: t("presence.busy_morning") },
        ]}
        onChange={choose}
      />
      {isBusy && (
        <p class="muted sm">
          {t("presence.busy_until", { time: moment(new Date(until).toISOString()) })}
        </p>
      )}
    </>
  );
}

function tomorrowMorning(): number {
  const day = new Date();
  day.setDate(day.getDate() + 1);
  return day.setHours(MORNING_HOUR, 0, 0, 0);
}
