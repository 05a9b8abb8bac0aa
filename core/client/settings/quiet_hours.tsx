/** When nothing knocks at any of my devices: two times of the day, in a zone. */

import { useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Switch } from "../kit/field.tsx";

export interface Hours {
  /** Minutes of the day. */
  readonly begins_min: number;
  readonly ends_min: number;
  readonly zone: string;
}

const NIGHT = { begins_min: 22 * 60 + 30, ends_min: 7 * 60 + 30 };

export function QuietHours(
  { hours, again }: { readonly hours: Hours | null; readonly again: () => void },
) {
  const app = useApp();
  const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions();
  const set = (wanted: Hours | null) =>
    void orToast(app.command("push.set_quiet_hours", { hours: wanted })).then(again);
  return (
    <section class="well quiet">
      <div class="row">
        <div class="grow">
          <b class="sm">{t("notify.quiet")}</b>
          <span class="xs muted">{t("notify.quiet_hint")}</span>
        </div>
        <Switch
          label={t("notify.quiet")}
          on={hours !== null}
          onChange={(on) => set(on ? { ...NIGHT, zone } : null)}
        />
      </div>
      {hours && (
        <>
          <div class="grid2">
            <Time
              label={t("notify.from")}
              minutes={hours.begins_min}
              onChange={(begins_min) => set({ ...hours, begins_min })}
            />
            <Time
              label={t("notify.until")}
              minutes={hours.ends_min}
              onChange={(ends_min) => set({ ...hours, ends_min })}
            />
          </div>
          <div class="row wrap">
            <span class="xs muted grow">{t("notify.zone", { zone: hours.zone })}</span>
            {hours.zone !== zone && (
              <Button size="s" onPress={() => set({ ...hours, zone })}>
                {t("notify.zone_here", { zone })}
              </Button>
            )}
          </div>
        </>
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
      <span class="inp">
        <input
          type="time"
          value={`${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`}
          onChange={(event) => changed(event.currentTarget.value)}
        />
      </span>
    </label>
  );
}
