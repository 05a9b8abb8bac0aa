/** The stage ends for everybody: asked once. */

import "../app/first.ts";
import { useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import type { Room } from "../wire.ts";

export default function EndStage({ room, count, onClose }: {
  readonly room: Room;
  readonly count: number;
  readonly onClose: () => void;
}) {
  const app = useApp();
  const end = () => {
    onClose();
    if (room.temporary) app.router.navigate("/");
    void orToast(app.command("stage.end", { room: room.id }));
  };
  return (
    <Dialog title={t("stage.end_title")} onClose={onClose}>
      <p class="muted">
        {t(room.temporary ? "stage.end_text_temporary" : "stage.end_text", { n: count })}
      </p>
      <DialogFoot>
        <Button onPress={onClose}>{t("cancel")}</Button>
        <Button tone="danger" onPress={end}>{t("stage.end_now")}</Button>
      </DialogFoot>
    </Dialog>
  );
}
