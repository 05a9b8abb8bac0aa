/**
 * Where somebody stopped listening, kept in their browser only: of so many episodes, the oldest gives
 * way. What is nearly at an end, or has hardly begun, begins anew.
 */

const KEY = "salon.heard";
const MOST = 50;
const HARDLY_S = 10;
const NEARLY_S = 20;

/** [episode, seconds], the last one that was heard at the end. */
type Heard = readonly (readonly [string, number])[];

export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export function heardUntil(slug: string, shelf: Shelf | null = browsers()): number {
  return read(shelf).find(([known]) => known === slug)?.[1] ?? 0;
}

export function keep(
  slug: string,
  atS: number,
  durationS: number,
  shelf: Shelf | null = browsers(),
): void {
  const others = read(shelf).filter(([known]) => known !== slug);
  const isWorthIt = atS >= HARDLY_S && atS <= durationS - NEARLY_S;
  const kept = isWorthIt ? [...others, [slug, Math.floor(atS)] as const] : others;
  try {
    shelf?.setItem(KEY, JSON.stringify(kept.slice(-MOST)));
  } catch { // a browser that keeps nothing
  }
}

function read(shelf: Shelf | null): Heard {
  try {
    const found: unknown = JSON.parse(shelf?.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter(isHeard) : [];
  } catch {
    return [];
  }
}

function isHeard(one: unknown): one is [string, number] {
  return Array.isArray(one) && typeof one[0] === "string" && Number.isFinite(one[1]);
}

/** None inside of another site's page, where a browser may forbid it. */
function browsers(): Shelf | null {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
