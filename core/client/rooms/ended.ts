/** One is no longer in a room without having left it: why, in one sentence. */

import "../app/first.ts";
import type { App } from "../app/app.ts";
import { loadWords, t } from "../i18n.ts";
import { toast } from "../kit/toast.tsx";
import type { Room } from "../wire.ts";

await loadWords("voice");

export function sayEnded(app: App, room: Room | undefined, reason: string): void {
  const { removed } = app.ruled.peek();
  app.ruled.value = { ...app.ruled.peek(), removed: undefined };
  const by = room && removed?.room_id === room.id ? removed.by_account_id : "";
  const text = textFor(reason, room?.name ?? "", app.store.accounts.value.get(by)?.display_name);
  if (text) toast({ text, icon: "door" });
}

function textFor(reason: string, room: string, name: string | undefined): string | null {
  if (reason === "closed") return t("voice.closed");
  if (reason !== "removed") return null;
  return name ? t("voice.removed_by", { name, room }) : t("voice.removed", { room });
}
