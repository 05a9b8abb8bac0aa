/** To which room somebody is moved, where there are more than a menu holds. */

import "../app/first.ts";
import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Select } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import type { Account, Room } from "../wire.ts";

export interface MoveDialogProps {
  readonly room: Room;
  readonly account: Account;
  readonly others: readonly Room[];
  readonly onClose: () => void;
}

export function MoveDialog({ room, account, others, onClose }: MoveDialogProps) {
  const app = useApp();
  const [to, choose] = useState(others[0]?.id ?? "");
  const move = async () => {
    await app.command("participant.move", { room: room.id, account: account.id, to });
    onClose();
  };
  return (
    <Dialog title={t("host.move_title", { name: account.display_name })} onClose={onClose}>
      <Form
        send={move}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("cancel")}</Button>
            <Submit>{t("host.move_do")}</Submit>
          </DialogFoot>
        }
      >
        <Select
          label={t("host.move_where")}
          value={to}
          onChange={choose}
          options={others.map(({ id, name }) => ({ value: id, label: name }))}
        />
      </Form>
    </Dialog>
  );
}
