/** A warning from the hosts: it is over when it was read, and comes again until then. */

import { useApp } from "../app/app.ts";
import { useAnswer } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { Skeleton } from "../kit/place.tsx";
import type { Sanction } from "../wire_keeping.ts";

export function WarningDialog({ onClose }: { readonly onClose: () => void }) {
  const app = useApp();
  const { answer } = useAnswer<{ sanctions: readonly Sanction[] }>("sanction.own");
  const warning = answer?.sanctions.find(({ kind }) => kind === "warning");
  const heed = async () => {
    await app.command("sanction.heed", {});
    onClose();
  };
  return (
    <Dialog title={t("warning.title")} onClose={onClose}>
      <Form
        send={heed}
        foot={
          <DialogFoot>
            <Submit disabled={!answer}>{t("warning.read")}</Submit>
          </DialogFoot>
        }
      >
        <p class="muted">{t("warning.lead")}</p>
        {answer
          ? (
            <p class="well" dir="auto">
              {warning?.reason || t("warning.no_reason")}
            </p>
          )
          : <Skeleton label={t("loading")} lines={2} />}
      </Form>
    </Dialog>
  );
}
