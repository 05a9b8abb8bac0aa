/** Rules of recurrence (RFC 5545) that people choose by a day, and what they are called. */

import { language } from "@salon/client";
import type { Say } from "../shared/words.ts";

const DAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"] as const;
const WEEK = 7;
const LAST = -1;

/** The parts of a rule by name: `FREQ=WEEKLY;BYDAY=TH`. */
function parts(rule: string): ReadonlyMap<string, string> {
  return new Map(
    rule.split(";").filter(Boolean).map((part) => {
      const at = part.indexOf("=");
      return [part.slice(0, at), part.slice(at + 1)];
    }),
  );
}

/** The rules that fit a first day, `wall` as "2026-11-26T20:00"; "" is never. */
export function rulesFor(wall: string): readonly string[] {
  const at = dateOf(wall);
  if (!at) return [""];
  const day = DAYS[at.getDay()];
  const nth = Math.ceil(at.getDate() / WEEK);
  const length = new Date(at.getFullYear(), at.getMonth() + 1, 0).getDate();
  return [
    "",
    "FREQ=DAILY",
    `FREQ=WEEKLY;BYDAY=${day}`,
    `FREQ=WEEKLY;INTERVAL=2;BYDAY=${day}`,
    ...(nth <= 4 ? [`FREQ=MONTHLY;BYDAY=${nth}${day}`] : []),
    ...(at.getDate() > length - WEEK ? [`FREQ=MONTHLY;BYDAY=${LAST}${day}`] : []),
    `FREQ=MONTHLY;BYMONTHDAY=${at.getDate()}`,
    "FREQ=YEARLY",
  ];
}

/** A rule without when it ends, and the last day as "2026-12-31", or "". */
export function parted(rule: string): { readonly rule: string; readonly until: string } {
  const day = parts(rule).get("UNTIL") ?? "";
  const kept = rule.split(";").filter((part) => !part.startsWith("UNTIL="));
  const until = day && `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}`;
  return { rule: kept.join(";"), until };
}

export function joined(rule: string, until: string): string {
  return rule && until ? `${rule};UNTIL=${until.replaceAll("-", "")}` : rule;
}

/** The same kind of rule when the first day is another one; "" when there is none. */
export function moved(rule: string, to: string): string {
  const options = rulesFor(to);
  return options.find((one) => kindOf(one) === kindOf(rule)) ?? (isFree(rule) ? rule : "");
}

/** A rule without the days that stand in it; the last of a month is a kind of its own. */
function kindOf(rule: string): string {
  return rule
    .replace(/BYDAY=([A-Z]{2})$/, "BYDAY=day")
    .replace(/BYDAY=[1-5][A-Z]{2}$/, "BYDAY=nth")
    .replace(/BYDAY=-1[A-Z]{2}$/, "BYDAY=last")
    .replace(/BYMONTHDAY=\d+$/, "BYMONTHDAY=date");
}

/** Whether a rule fits every first day. */
function isFree(rule: string): boolean {
  return !rule.includes("BY");
}

/** "Every month on the last Thursday" */
export function ruleText(rule: string, t: Say, wall: string): string {
  const found = parts(rule);
  const n = Number(found.get("INTERVAL") ?? 1);
  switch (found.get("FREQ")) {
    case "DAILY":
      return t("every_day", { n });
    case "WEEKLY":
      return t("every_week", { n, day: dayNames(found.get("BYDAY"), wall) });
    case "MONTHLY":
      return monthly(found, n, t, wall);
    case "YEARLY":
      return t("every_year", { n });
    default:
      return t("once");
  }
}

function monthly(found: ReadonlyMap<string, string>, n: number, t: Say, wall: string): string {
  const nth = /^(-1|[1-5])([A-Z]{2})$/.exec(found.get("BYDAY") ?? "");
  if (nth) {
    const which = t(nth[1] === "-1" ? "nth_last" : `nth_${nth[1]}` as "nth_1");
    return t("every_month_nth", { n, which, day: dayNames(nth[2], wall) });
  }
  const date = found.get("BYMONTHDAY") ?? String(dateOf(wall)?.getDate() ?? 1);
  return date === "-1" ? t("every_month_end", { n }) : t("every_month_on", { n, date });
}

/** The names of the days of a rule, else of the day on which it begins. */
function dayNames(days: string | undefined, wall: string): string {
  const at = dateOf(wall);
  const numbers = days
    ? days.split(",").map((day) => DAYS.indexOf(day as typeof DAYS[number]))
    : [at?.getDay() ?? 0];
  const sunday = new Date(2024, 0, 7, 12);
  const names = numbers.map((number) =>
    new Intl.DateTimeFormat(language.value, { weekday: "long" })
      .format(new Date(2024, 0, sunday.getDate() + number, 12))
  );
  return new Intl.ListFormat(language.value).format(names);
}

/** A time on the wall as a date of this device, for its day only. */
function dateOf(wall: string): Date | undefined {
  const found = /^(\d{4})-(\d\d)-(\d\d)/.exec(wall);
  return found ? new Date(Number(found[1]), Number(found[2]) - 1, Number(found[3])) : undefined;
}
