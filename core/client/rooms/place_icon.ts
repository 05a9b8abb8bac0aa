/** Which icon stands for a room: its kind's own, a plain door, or a piece that is missing. */

import type { App } from "../app/app.ts";
import type { IconName } from "../kit/icon.tsx";
import type { Room } from "../wire.ts";

export const TALK = "talk";

export function iconOf(app: App, room: Room): IconName {
  if (room.kind === TALK) return "door";
  return app.slots.kinds.value.get(room.kind)?.icon ?? "puzzle";
}
