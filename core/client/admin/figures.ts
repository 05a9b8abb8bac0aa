/** Figures of the server as its reader writes them. */

import { language, t } from "../i18n.ts";
import type { Pace } from "./measures.ts";

const MEGABYTE = 1_000_000;

export function flowOf(pace: Pace): string {
  return t("srv.flow", {
    received: Math.round(pace.received),
    forwarded: Math.round(pace.forwarded),
  });
}

export function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

export function rounded(value: number): number {
  return value < 10 ? Math.round(value * 10) / 10 : Math.round(value);
}

export function whole(value: number | undefined | null): string {
  return value === undefined || value === null
    ? "–"
    : Math.round(value).toLocaleString(language.value);
}

export function percent(share: number | null): string {
  if (share === null) return "–";
  const digits = share < 0.1 ? 1 : 0;
  return share.toLocaleString(language.value, { style: "percent", maximumFractionDigits: digits });
}

export function megabytes(bytes: number): string {
  return inUnit(Math.round(bytes / MEGABYTE), "megabyte");
}

export function milliseconds(ms: number): string {
  return inUnit(rounded(ms), "millisecond");
}

function inUnit(value: number, unit: string): string {
  return value.toLocaleString(language.value, { style: "unit", unit, unitDisplay: "short" });
}
