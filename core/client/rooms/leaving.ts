/** Out of a room at once, with a way back. */

import type { App } from "../app/app.ts";
import { t } from "../i18n.ts";
import { toast } from "../kit/toast.tsx";
import type { Room } from "../wire.ts";

export function leaveWithWayBack(app: App, room: Room): void {
  app.voice.leave();
  toast({
    text: t("voice.left", { room: room.name }),
    icon: "door",
    action: { label: t("voice.go_back"), run: () => app.enter(room.id) },
  });
}
