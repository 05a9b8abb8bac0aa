/** Times of events as the reader writes them, in the reader's own zone. */

import { clock, language } from "@salon/client";

/** The zone of this device: "Europe/Paris". */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** What a zone is called where there is little space: "Paris". */
export function zoneName(zone: string): string {
  return zone.split("/").at(-1)?.replaceAll("_", " ") ?? zone;
}

function shown(iso: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(language.value, options).format(new Date(iso));
}

export const dayOfMonth = (iso: string) => String(new Date(iso).getDate());
export const weekday = (iso: string) => shown(iso, { weekday: "short" });
export const monthName = (iso: string) => shown(iso, { month: "long" });

/** "November", with the year when it is another one. */
export function monthTitle(at: Date): string {
  const isThisYear = at.getFullYear() === new Date().getFullYear();
  return shown(at.toISOString(), { month: "long", ...(isThisYear ? {} : { year: "numeric" }) });
}

/** "Mo" to "Su", as the reader has them; weeks begin on Monday. */
export function weekdays(): readonly { readonly short: string; readonly long: string }[] {
  const monday = new Date(2024, 0, 1);
  return Array.from({ length: 7 }, (_, at) => {
    const iso = new Date(2024, 0, monday.getDate() + at, 12).toISOString();
    return { short: shown(iso, { weekday: "narrow" }), long: shown(iso, { weekday: "long" }) };
  });
}

/** What the clocks of another zone show at that time, or nothing when they show the same. */
export function wallIn(zone: string, iso: string): string | undefined {
  const moment = { weekday: "short", hour: "2-digit", minute: "2-digit" } as const;
  if (shown(iso, { ...moment, timeZone: zone }) === shown(iso, moment)) return undefined;
  return clock(iso, zone);
}

/** The same time by the clocks of another zone, or nothing when they show the same. */
export function elsewhere(iso: string, zone: string): string | undefined {
  const there = wallIn(zone, iso);
  return there && `${there}, ${zoneName(zone)}`;
}

/** "20:00 to 21:30", by the words for it. */
export function span(
  occurrence: { readonly starts_at: string; readonly ends_at: string },
  t: (key: "from_to", values: { from: string; to: string }) => string,
): string {
  return t("from_to", { from: clock(occurrence.starts_at), to: clock(occurrence.ends_at) });
}

/** The first days of the weeks that show a month, and the day after the last. */
export function weeksOf(year: number, month: number): { begins: Date; days: number } {
  const first = new Date(year, month, 1);
  const before = (first.getDay() + 6) % 7;
  const length = new Date(year, month + 1, 0).getDate();
  return { begins: new Date(year, month, 1 - before), days: Math.ceil((before + length) / 7) * 7 };
}
