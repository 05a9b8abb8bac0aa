/** Sizes of files as the reader writes them: "2.4 MB", « 2,4 Mo ». */

import { language } from "./i18n.ts";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
const STEP = 1_000; // as people's file lists count

export function bytes(size: number): string {
  const power = Math.min(
    UNITS.length - 1,
    Math.floor(Math.log(Math.max(1, size)) / Math.log(STEP)),
  );
  return new Intl.NumberFormat(language.value, {
    style: "unit",
    unit: UNITS[power] as string,
    unitDisplay: power === 0 ? "long" : "short",
    maximumFractionDigits: power < 2 ? 0 : 1,
  }).format(size / STEP ** power);
}
