/** Asks before a message goes. */

import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { toast } from "../kit/toast.tsx";
import type { Message } from "../wire.ts";
import { lineOf } from "./body.tsx";
import { Words } from "./words.tsx";

/** Stands beside the log, not in the row: rows change under the pointer. */
export function DeleteDialog(
  { message, onClose }: { readonly message: Message; readonly onClose: () => void },
) {
  const app = useApp();
  const remove = () => {
    onClose();
    app.command("message.delete", { message: message.id })
      .catch((error) => toast({ text: error.message, tone: "bad" }));
  };
  return (
    <Dialog title={t("message.delete_title")} onClose={onClose}>
      <p class="muted two-lines" dir="auto">
        <Words text={lineOf(message, app.store.world.peek())} />
      </p>
      <DialogFoot>
        <Button onPress={onClose}>{t("keep")}</Button>
        <Button tone="danger" onPress={remove}>{t("message.delete")}</Button>
      </DialogFoot>
    </Dialog>
  );
}
