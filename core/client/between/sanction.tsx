/** To put somebody in time out, send them away, suspend or ban them: how long, and why. */

import "../app/first.ts";
import { useState } from "preact/hooks";
import { type App, useApp } from "../app/app.ts";
import { loadWords, t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Choices, Select, TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { toast } from "../kit/toast.tsx";
import { may } from "../world.ts";
import type { Account } from "../wire.ts";
import type { SanctionKind } from "../wire_keeping.ts";

await loadWords("between");

const NEEDS: Readonly<Record<SanctionKind, string>> = {
  warning: "member.time_out",
  time_out: "member.time_out",
  kick: "member.kick",
  suspension: "member.suspend",
  ban: "member.ban",
};
const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
const LASTS = ["600", "3600", "86400", "604800", "2419200", ""] as const;
const TAKEN_BACK = ["0", `${HOUR_S}`, `${DAY_S}`, `${7 * DAY_S}`] as const;
const REASON_MAX = 512;

type Lasts = typeof LASTS[number];
type TakenBack = typeof TAKEN_BACK[number];

/** What the reader may do of this to anybody; the server judges ranks. */
export function kindsOf(app: App): readonly SanctionKind[] {
  const world = app.store.world.value;
  return (Object.keys(NEEDS) as SanctionKind[]).filter((kind) => may(world, NEEDS[kind]));
}

export function canSanction(app: App, account: Account): boolean {
  const isMe = account.id === app.store.world.value.me;
  return !account.is_owner && !isMe && kindsOf(app).length > 0;
}

export function SanctionDialog(
  { account, onClose }: { readonly account: Account; readonly onClose: () => void },
) {
  const app = useApp();
  const name = account.display_name;
  const kinds = kindsOf(app);
  const [kind, choose] = useState<SanctionKind>(kinds[0] ?? "time_out");
  const [lasts, last] = useState<Lasts>("3600");
  const [takenBack, takeBack] = useState<TakenBack>("0");
  const [reason, give] = useState("");
  const lengths = LASTS.filter((each) => each !== "" || kind !== "time_out");
  const impose = async () => {
    await app.command("sanction.impose", {
      account: account.id,
      kind,
      reason,
      ...(kind !== "kick" && kind !== "warning" && lasts ? { lasts_s: Number(lasts) } : {}),
      ...(kind === "ban" ? { delete_messages_s: Number(takenBack) } : {}),
    });
    toast({ text: t(`sanction.${kind}.done`, { name }) });
    onClose();
  };
  const change = (to: SanctionKind) => {
    choose(to);
    last(to === "time_out" ? "3600" : "");
  };
  return (
    <Dialog title={t("sanction.title", { name })} onClose={onClose}>
      <Form
        send={impose}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("cancel")}</Button>
            <Submit tone="danger">{t(`sanction.${kind}.do`)}</Submit>
          </DialogFoot>
        }
      >
        <Choices
          label={t("sanction.what")}
          value={kind}
          onChange={change}
          options={kinds.map((value) => ({
            value,
            label: t(`sanction.${value}`),
            hint: t(`sanction.${value}.hint`),
          }))}
        />
        {kind !== "kick" && kind !== "warning" && (
          <Select
            label={t("sanction.how_long")}
            value={lasts}
            onChange={last}
            options={lengths.map((value) => ({
              value,
              label: t(`sanction.lasts.${value || "lifted"}`),
            }))}
          />
        )}
        {kind === "ban" && (
          <Select
            label={t("sanction.take_back")}
            value={takenBack}
            onChange={takeBack}
            options={TAKEN_BACK.map((value) => ({ value, label: t(`sanction.back.${value}`) }))}
          />
        )}
        <TextField
          label={t("sanction.reason")}
          hint={t("sanction.reason_hint")}
          name="reason"
          value={reason}
          onInput={give}
          max={REASON_MAX}
          lines
        />
      </Form>
    </Dialog>
  );
}
