/** Open a room on the spot: a name, a kind if there is a choice, and the door is open with you in it. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Choices, TextField } from "../kit/field.tsx";
import { CommandError } from "../socket.ts";
import { may } from "../store.ts";
import { type Refusal, type Room, TALK } from "../wire.ts";
import { enterRoom } from "./enter.ts";
import { kindChoices } from "./kinds.ts";

const NAME_MAX = 64;

export default function OpenRoomDialog(
  { category, onClose }: { readonly category: string | null; readonly onClose: () => void },
) {
  const app = useApp();
  const [name, setName] = useState("");
  const [kind, setKind] = useState(TALK);
  const [refusal, refuse] = useState<Refusal | null>(null);
  const [isBusy, work] = useState(false);
  const { roomKinds, world } = app.store;
  const kinds = kindChoices(roomKinds.value, (permission) => may(world.value, permission));
  const open = async () => {
    work(true);
    try {
      const fields = { name: name.trim(), kind, ...(category ? { category } : {}) };
      const { room } = await app.command("room.open", fields) as { room: Room };
      onClose();
      app.router.navigate(`/r/${room.slug}`);
      enterRoom(app, room.id);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      refuse(error);
      work(false);
    }
  };
  return (
    <Dialog title={t("room.open_new")} onClose={onClose}>
      <form
        class="stackform"
        onSubmit={(event) => {
          event.preventDefault();
          void open();
        }}
      >
        <TextField
          label={t("room.about_what")}
          value={name}
          onInput={setName}
          max={NAME_MAX}
          required
          error={refusal?.message}
        />
        {kinds.length > 0 && (
          <Choices label={t("room.kind")} value={kind} options={kinds} onChange={setKind} />
        )}
        <DialogFoot>
          <Button onPress={onClose}>{t("cancel")}</Button>
          <Button type="submit" tone="primary" icon="door" busy={isBusy} disabled={!name.trim()}>
            {t("room.open_door")}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
