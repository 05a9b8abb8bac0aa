/** Before an event is called off: one, or it and all later ones. */

import { Button, Choices, Dialog, DialogFoot, Form, Submit } from "@salon/client";
import { useState } from "preact/hooks";
import { useEvents } from "../shared/agenda.ts";
import type { Occurrence } from "../shared/shapes.ts";

export function CallOffDialog(
  { event, onClose }: { readonly event: Occurrence; readonly onClose: () => void },
) {
  const { salon, t, agenda } = useEvents();
  const [which, choose] = useState<"one" | "every">("one");
  const send = async () => {
    await salon.command("events.cancel", { occurrence: event.id, every: which === "every" });
    agenda.changed();
    onClose();
  };
  return (
    <Dialog title={t("call_off_title", { title: event.title })} onClose={onClose}>
      <Form
        send={send}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("keep")}</Button>
            <Submit tone="danger">{t("call_off")}</Submit>
          </DialogFoot>
        }
      >
        <p>{t("call_off_text")}</p>
        {event.rule && <WhichOnes value={which} onChange={choose} />}
      </Form>
    </Dialog>
  );
}

export function WhichOnes(
  { value, onChange }: {
    readonly value: "one" | "every";
    readonly onChange: (which: "one" | "every") => void;
  },
) {
  const { t } = useEvents();
  return (
    <Choices
      label={t("which_ones")}
      value={value}
      options={[
        { value: "one", label: t("this_one") },
        { value: "every", label: t("this_and_later") },
      ]}
      onChange={onChange}
    />
  );
}
