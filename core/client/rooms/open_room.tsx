/** Open a room on the spot: a name, a kind, and the door is open with you in it. */

import "../app/first.ts";
import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { loadWords, t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Choices, TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { may } from "../world.ts";
import { type Room, type RoomSound, TALK } from "../wire.ts";
import { kindChoices } from "./kinds.ts";
import { soundChoices } from "./sounds.ts";

await loadWords("settings");

const NAME_MAX = 64;

export default function OpenRoomDialog(
  { category, onClose }: { readonly category: string | null; readonly onClose: () => void },
) {
  const app = useApp();
  const [name, setName] = useState("");
  const [kind, setKind] = useState(TALK);
  const [sound, setSound] = useState<RoomSound>("speech");
  const { roomKinds, world } = app.store;
  const kinds = kindChoices(roomKinds.value, (permission) => may(world.value, permission));
  const open = async () => {
    const fields = { name: name.trim(), kind, sound, ...(category ? { category } : {}) };
    const { room } = await app.command("room.open", fields) as { room: Room };
    onClose();
    app.router.navigate(`/r/${room.slug}`);
    app.enter(room.id);
  };
  return (
    <Dialog title={t("room.open_new")} onClose={onClose}>
      <Form
        send={open}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("cancel")}</Button>
            <Submit icon="door" disabled={!name.trim()}>{t("room.open_door")}</Submit>
          </DialogFoot>
        }
      >
        <TextField
          label={t("room.about_what")}
          name="name"
          value={name}
          onInput={setName}
          max={NAME_MAX}
          required
        />
        <Choices label={t("room.kind")} value={kind} options={kinds} onChange={setKind} />
        <Choices
          label={t("adm.sound")}
          value={sound}
          options={soundChoices()}
          onChange={setSound}
        />
      </Form>
    </Dialog>
  );
}
