/** A hand goes up, with a question for the hosts if one likes. */

import "../app/first.ts";
import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { loadWords, t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import type { Room } from "../wire.ts";

await loadWords("stage");

const QUESTION_MAX = 100;

export default function RaiseHand(
  { room, onClose }: { readonly room: Room; readonly onClose: () => void },
) {
  const app = useApp();
  const [question, write] = useState("");
  const raise = async () => {
    await app.command("hand.raise", { room: room.id, question: question.trim() });
    onClose();
  };
  return (
    <Dialog title={t("hand.title")} onClose={onClose}>
      <Form
        send={raise}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("cancel")}</Button>
            <Submit icon="hand">{t("hand.raise")}</Submit>
          </DialogFoot>
        }
      >
        <TextField
          label={t("hand.ask")}
          hint={t("hand.hosts_read")}
          name="question"
          value={question}
          onInput={write}
          max={QUESTION_MAX}
        />
      </Form>
    </Dialog>
  );
}
