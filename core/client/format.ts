/** Times and days as the reader writes them. */

import { language } from "./i18n.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** "18:24", by the reader's clock or that of a zone. */
export function clock(iso: string, timeZone?: string): string {
  return format(iso, { hour: "2-digit", minute: "2-digit", timeZone });
}

/** "Tuesday 24 November", with the year when it is another one. */
export function day(iso: string): string {
  const isThisYear = new Date(iso).getFullYear() === new Date().getFullYear();
  return format(iso, {
    weekday: "long",
    day: "numeric",
    month: "long",
    ...(isThisYear ? {} : { year: "numeric" }),
  });
}

/** "24 Nov 2026, 18:24" */
export function moment(iso: string): string {
  return format(iso, { dateStyle: "medium", timeStyle: "short" });
}

/** "24 November", by the reader's calendar or that of a zone. */
export function date(iso: string, timeZone?: string): string {
  return format(iso, { day: "numeric", month: "long", timeZone });
}

/** "3 hours ago", "in 6 days" */
export function relative(iso: string, nowMs: number = Date.now()): string {
  const away = Date.parse(iso) - nowMs;
  const words = new Intl.RelativeTimeFormat(language.value, { numeric: "auto" });
  const size = Math.abs(away);
  if (size < MINUTE_MS / 2) return words.format(0, "second"); // "now", and no "this minute"
  if (size < HOUR_MS) return words.format(Math.round(away / MINUTE_MS), "minute");
  if (size < DAY_MS) return words.format(Math.round(away / HOUR_MS), "hour");
  return words.format(Math.round(away / DAY_MS), "day");
}

export function isSameDay(a: string, b: string): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

const formats = new Map<string, Intl.DateTimeFormat>(); // making one costs more than using it

function format(iso: string, options: Intl.DateTimeFormatOptions): string {
  const locale = readersLocale();
  const key = locale + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, known);
  return known.format(new Date(iso));
}

/** The reader's own variant of the language; English of no country has the clock of most. */
function readersLocale(): string {
  const wanted = language.value;
  const own = navigator.languages.find((each) => each.startsWith(`${wanted}-`));
  return own ?? (wanted === "en" ? "en-GB" : wanted);
}
