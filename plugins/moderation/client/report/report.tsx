/** Reporting a message: an item in its menu, and a question about why. */

import {
  Button,
  Choices,
  type ClientSalon,
  Dialog,
  DialogFoot,
  type Message,
  TextField,
} from "@salon/client";
import { render } from "preact";
import { useState } from "preact/hooks";
import { sentence } from "../shared/context.ts";
import type { Reason } from "../shared/wire.ts";
import type { Say } from "../shared/words.ts";
import { Around } from "./around.tsx";

const NOTE_MAX = 500;
const REASONS = ["spam", "hurtful", "other"] as const;

/** Opens the dialog outside of the menu, which closes, and of the row, which may go. */
export function askAbout(salon: ClientSalon, t: Say, message: Message): void {
  const box = document.createElement("div");
  document.body.append(box);
  const close = () => {
    render(null, box);
    box.remove();
  };
  render(<ReportDialog salon={salon} t={t} message={message} onClose={close} />, box);
}

interface ReportProps {
  readonly salon: ClientSalon;
  readonly t: Say;
  readonly message: Message;
  readonly onClose: () => void;
}

function ReportDialog({ salon, t, message, onClose }: ReportProps) {
  const [reason, setReason] = useState<Reason | "">("");
  const [note, setNote] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [isTried, setTried] = useState(false);
  const [shown, show] = useState<ReadonlySet<string>>(new Set());
  const isBetween = salon.store.conversations.value.has(message.channel_id);
  const send = async () => {
    setTried(true);
    if (!reason) return;
    setBusy(true);
    try {
      const around = [...shown];
      await salon.command("moderation.report", { message: message.id, reason, note, around });
      onClose();
      salon.toast({ text: t("report_thanks") });
    } catch (error) {
      setProblem(sentence(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("report_title")} onClose={onClose}>
      <p class="muted two-lines" dir="auto">{message.text}</p>
      <form
        class="moderation-form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Choices
          label={t("report_why")}
          value={reason}
          options={REASONS.map((value) => ({
            value,
            label: t(`reason_${value}`),
            hint: t(`hint_${value}`),
          }))}
          onChange={setReason}
        />
        {isTried && !reason && <p class="err" role="alert">{t("report_choose")}</p>}
        <TextField
          label={t("report_note")}
          hint={t("report_note_hint")}
          value={note}
          onInput={setNote}
          max={NOTE_MAX}
          error={problem}
          lines
        />
        {isBetween && (
          <Around
            salon={salon}
            t={t}
            message={message}
            shown={shown}
            onChange={show}
          />
        )}
        <p class="hint">{t(isBetween ? "report_between" : "report_text")}</p>
        <DialogFoot>
          <Button onPress={onClose}>{t("cancel")}</Button>
          <Button type="submit" tone="primary" busy={isBusy}>{t("report_send")}</Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
