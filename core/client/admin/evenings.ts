/** Which evenings had a voice, by the hours in which people talked. Pure; time is handed in. */

const HOUR_MS = 3_600_000;
const NIGHT_ENDS_AT = 5; // o'clock: who talks after midnight still has the evening before
const SHOWN = 7;
const HABIT_LEAST = 3; // evenings with the same hour

export interface Evening {
  /** At noon of its day, of the reader's clock. */
  readonly at: Date;
  readonly isLit: boolean;
}

/** The last seven, today included, the oldest first; fewer while the place is younger. */
export function evenings(
  talked: readonly string[],
  since: string | undefined,
  now: Date,
): readonly Evening[] {
  const lit = new Set(talked.map((hour) => dayOf(new Date(hour)).getTime()));
  const first = since === undefined ? now : new Date(since);
  const today = dayOf(now);
  return Array.from({ length: SHOWN }, (_, back) => {
    const at = new Date(today);
    at.setDate(today.getDate() - (SHOWN - 1 - back));
    return { at, isLit: lit.has(at.getTime()) };
  }).filter(({ at }) => at >= dayOf(first) || at.getTime() === today.getTime());
}

/** The hour in which people talk most evenings, as a time of the reader's; null without a habit. */
export function habit(talked: readonly string[], now: Date): string | null {
  const byHour = new Map<number, string[]>();
  for (const hour of talked) {
    if (now.getTime() - Date.parse(hour) > 14 * 24 * HOUR_MS) continue;
    const at = new Date(hour).getHours();
    byHour.set(at, [...(byHour.get(at) ?? []), hour]);
  }
  const [most = []] = [...byHour.values()].sort((a, b) => b.length - a.length);
  return most.length >= HABIT_LEAST ? most[0] ?? null : null;
}

/** How many hours of the last seven days had a voice. */
export function hoursOfWeek(talked: readonly string[], now: Date): number {
  return talked.filter((hour) => now.getTime() - Date.parse(hour) < 7 * 24 * HOUR_MS).length;
}

function dayOf(at: Date): Date {
  const day = new Date(at.getTime() - NIGHT_ENDS_AT * HOUR_MS);
  day.setHours(12, 0, 0, 0);
  return day;
}
