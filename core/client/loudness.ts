/**
 * How loud each person is for me, on this device. Whom I block is silent until I choose otherwise; that
 * choice is kept apart, so that it neither begins nor ends with the one before.
 */

import { blockedVolumes, volumes } from "./prefs.ts";
import type { Privacy } from "./wire.ts";

/** As loud as somebody can be made; 1 is as they are. */
export const VOLUME_MAX = 1.5;

/** From 0 to `VOLUME_MAX`. */
export function volumeOf(accountId: string, { blocked }: Privacy): number {
  const chosen = blocked.includes(accountId)
    ? blockedVolumes.value[accountId] ?? 0
    : volumes.value[accountId] ?? 1;
  return Math.min(VOLUME_MAX, Math.max(0, Number(chosen) || 0));
}

export function setVolume(accountId: string, { blocked }: Privacy, volume: number): void {
  const chosen = blocked.includes(accountId) ? blockedVolumes : volumes;
  chosen.value = { ...chosen.value, [accountId]: volume };
}

/** Whether I do not hear somebody because I have blocked them. */
export function isShutOut(accountId: string, privacy: Privacy): boolean {
  return privacy.blocked.includes(accountId) && volumeOf(accountId, privacy) === 0;
}
