/** The questions before a door opens. The least committing answer has the first focus. */

import "../app/first.ts";
import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { micWish } from "../prefs.ts";
import { leaveWithWayBack } from "./leaving.ts";

export default function RoomQuestions() {
  const app = useApp();
  const asked = app.question.value;
  if (!asked) return null;
  const close = () => app.question.value = null;
  if (asked.ask === "move") {
    const room = app.store.rooms.value.get(app.voice.roomId.value ?? "")?.name ?? "";
    return (
      <Dialog title={t("move.title", { room })} onClose={close}>
        <p class="muted">{t("move.text")}</p>
        <DialogFoot>
          <Button onPress={close}>{t("move.stay")}</Button>
          <Button tone="primary" onPress={() => app.enter(asked.roomId, true)}>
            {t("move.go")}
          </Button>
        </DialogFoot>
      </Dialog>
    );
  }
  if (asked.ask === "leave") {
    const room = app.store.rooms.value.get(asked.roomId);
    const leave = () => {
      close();
      if (room) leaveWithWayBack(app, room);
    };
    return (
      <Dialog title={t("leave.title", { room: room?.name ?? "" })} onClose={close}>
        <p class="muted">{t("leave.text")}</p>
        <DialogFoot>
          <Button onPress={close}>{t("move.stay")}</Button>
          <Button tone="danger" onPress={leave}>{t("leave.go")}</Button>
        </DialogFoot>
      </Dialog>
    );
  }
  const answer = (wish: "talk" | "listen") => {
    micWish.value = wish;
    app.enter(asked.roomId, true);
  };
  return (
    <Dialog title={t("mic.ask_title")} onClose={close}>
      <p class="muted">{t("mic.ask")}</p>
      <div class="same x2">
        <button type="button" class="ans" onClick={() => answer("listen")}>
          {t("mic.listen")}
          <span>{t("mic.listen_hint")}</span>
        </button>
        <button type="button" class="ans" onClick={() => answer("talk")}>
          {t("mic.choose")}
          <span>{t("mic.choose_hint")}</span>
        </button>
      </div>
    </Dialog>
  );
}
