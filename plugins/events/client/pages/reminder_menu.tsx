/** When one is told of an event, and a menu to choose it. */

import { Icon, Menu, MenuItem } from "@salon/client";
import { useState } from "preact/hooks";
import { useEvents, useTry } from "../shared/agenda.ts";
import { setReminder } from "../shared/reminding.ts";
import type { Details } from "../shared/shapes.ts";
import type { Say } from "../shared/words.ts";

const CHOICES: readonly (number | null)[] = [0, 10, 30, 60, 24 * 60, null];
const HOUR_MIN = 60;
const DAY_MIN = 24 * HOUR_MIN;

export function ReminderMenu({ event }: { readonly event: Details }) {
  const { salon, t } = useEvents();
  const attempt = useTry();
  const [anchor, open] = useState<Element | null>(null);
  const choose = (minutes: number | null) =>
    attempt(() => setReminder(salon, t, event.id, minutes));
  return (
    <div class="row events-reminder">
      <Icon name="bell" />
      <div class="grow">
        <b class="sm semi">{reminderText(t, event.remind_min)}</b>
        {event.remind_min !== null && <span class="detail">{t("reminder_where")}</span>}
      </div>
      <button
        type="button"
        class="btn s"
        aria-haspopup="menu"
        aria-label={t("change_reminder")}
        onClick={({ currentTarget }) => open(currentTarget)}
      >
        {t("change")}
      </button>
      {anchor && (
        <Menu label={t("change_reminder")} anchor={anchor} onClose={() => open(null)}>
          {CHOICES.map((minutes) => (
            <MenuItem
              key={minutes}
              icon="bell"
              onPress={() => void choose(minutes)}
            >
              {reminderText(t, minutes)}
            </MenuItem>
          ))}
        </Menu>
      )}
    </div>
  );
}

function reminderText(t: Say, minutes: number | null): string {
  return minutes === null ? t("no_reminder") : t("reminder_at", { when: whenText(t, minutes) });
}

function whenText(t: Say, minutes: number): string {
  if (minutes === 0) return t("at_start");
  if (minutes === DAY_MIN) return t("day_before");
  const isHours = minutes % HOUR_MIN === 0;
  return isHours ? t("hours_before", { n: minutes / HOUR_MIN }) : t("min_before", { n: minutes });
}
