/** How others see that I am here: whether at all, whether I write, and whether I may be disturbed. */

import { useState } from "preact/hooks";
import { busyUntil } from "../app/attention.ts";
import { useApp } from "../app/app.ts";
import { orToast, useAnswer } from "../app/asking.ts";
import { moment } from "../format.ts";
import { t } from "../i18n.ts";
import { Choices, SwitchRow } from "../kit/field.tsx";
import { Skeleton } from "../kit/place.tsx";

const HOUR_MS = 3_600_000;

interface Shown {
  readonly shows_presence: boolean;
  readonly shows_typing: boolean;
}

export function PresenceSettings() {
  const { answer, refusal } = useAnswer<{ privacy: Shown }>("privacy.show");
  if (refusal) return <p class="err" role="alert">{refusal.message}</p>;
  if (!answer) return <Skeleton label={t("loading")} lines={3} />;
  return (
    <>
      <Seen first={answer.privacy} />
      <Busy />
    </>
  );
}

function Seen({ first }: { readonly first: Shown }) {
  const app = useApp();
  const [shown, show] = useState(first);
  const set = async (fields: { presence?: boolean; typing?: boolean }) => {
    if (!await orToast(app.command("privacy.show", fields))) return;
    show({
      shows_presence: fields.presence ?? shown.shows_presence,
      shows_typing: fields.typing ?? shown.shows_typing,
    });
  };
  return (
    <ul class="rows">
      <SwitchRow
        label={t("presence.shows")}
        hint={t("presence.shows_hint")}
        on={shown.shows_presence}
        onChange={(presence) => void set({ presence })}
      />
      <SwitchRow
        label={t("presence.typing")}
        on={shown.shows_typing}
        onChange={(typing) => void set({ typing })}
      />
    </ul>
  );
}

/** For this device, with an end. */
function Busy() {
  const until = busyUntil.value;
  const isBusy = until > Date.now();
  const choose = (choice: "off" | "hour" | "morning") => {
    busyUntil.value = choice === "off"
      ? 0
      : choice === "hour"
      ? Date.now() + HOUR_MS
      : tomorrowMorning();
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

const MORNING_HOUR = 8;

function tomorrowMorning(): number {
  const day = new Date();
  day.setDate(day.getDate() + 1);
  return day.setHours(MORNING_HOUR, 0, 0, 0);
}
