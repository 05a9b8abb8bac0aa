/** A dialog that asks for one name: another one of what there is, or that of what begins. */

import { useState } from "preact/hooks";
import { t } from "../i18n.ts";
import { Button } from "./button.tsx";
import { Dialog, DialogFoot } from "./dialog.tsx";
import { TextField } from "./field.tsx";
import { Form, Submit } from "./form.tsx";
import type { IconName } from "./icon.tsx";

export interface NameDialogProps {
  readonly title: string;
  readonly label: string;
  readonly hint?: string;
  readonly max: number;
  /** What it is called now. */
  readonly name?: string;
  /** It may be called nothing. */
  readonly isOptional?: boolean;
  /** What the button says; to save, if it says nothing. */
  readonly submit?: string;
  readonly icon?: IconName;
  /** Sends the name without the spaces around it; the dialog closes when it was taken. */
  readonly send: (name: string) => Promise<unknown>;
  readonly onClose: () => void;
}

export function NameDialog(props: NameDialogProps) {
  const { title, label, hint, max, isOptional = false, submit, icon, send, onClose } = props;
  const [name, write] = useState(props.name ?? "");
  const clean = name.trim();
  return (
    <Dialog title={title} onClose={onClose}>
      <Form
        send={() => send(clean).then(onClose)}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("cancel")}</Button>
            <Submit {...(icon ? { icon } : {})} disabled={!clean && !isOptional}>
              {submit ?? t("save")}
            </Submit>
          </DialogFoot>
        }
      >
        <TextField
          label={label}
          hint={hint}
          name="name"
          value={name}
          onInput={write}
          max={max}
          required={!isOptional}
        />
      </Form>
    </Dialog>
  );
}
