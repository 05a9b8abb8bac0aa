/** A dialog that keeps something under a name: a mark, a clip. It closes when it is kept. */

import { Button, Dialog, DialogFoot, Form, type IconName, Submit, TextField } from "@salon/client";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useRecording } from "./shared/context.ts";

const TITLE_MAX = 120;

export function NameDialog({ title, text, go, icon, onKeep, onClose, children }: {
  readonly title: string;
  readonly text: string;
  /** What the button says that keeps it. */
  readonly go: string;
  readonly icon: IconName;
  readonly onKeep: (name: string) => Promise<void>;
  readonly onClose: () => void;
  /** What else is chosen. */
  readonly children?: ComponentChildren;
}) {
  const { t } = useRecording();
  const [name, setName] = useState("");
  const [isTried, setTried] = useState(false);
  const keep = async () => {
    setTried(true);
    if (!name.trim()) return;
    await onKeep(name.trim());
    onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <Form
        send={keep}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("mark_not")}</Button>
            <Submit icon={icon}>{go}</Submit>
          </DialogFoot>
        }
      >
        <p class="sm muted">{text}</p>
        <TextField
          label={t("mark_name")}
          value={name}
          max={TITLE_MAX}
          error={isTried && !name.trim() ? t("title_missing") : undefined}
          onInput={setName}
        />
        {children}
      </Form>
    </Dialog>
  );
}
