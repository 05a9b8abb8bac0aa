/** To hear no more of somebody, and to hear them again. */

import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { MenuItem } from "../kit/menu.tsx";
import { toast } from "../kit/toast.tsx";
import { isBlocked } from "../world.ts";
import type { Account } from "../wire.ts";

export function BlockItem(
  { account, onBlock }: { readonly account: Account; readonly onBlock: () => void },
) {
  const app = useApp();
  if (!isBlocked(app.store.world.value, account.id)) {
    return <MenuItem icon="minus" tone="danger" onPress={onBlock}>{t("between.block")}</MenuItem>;
  }
  const unblock = () =>
    app.command("privacy.unblock", { account: account.id })
      .catch((error) => toast({ text: error.message, tone: "bad" }));
  return <MenuItem icon="plus" onPress={() => void unblock()}>{t("between.unblock")}</MenuItem>;
}

export function BlockDialog(
  { account, onClose }: { readonly account: Account; readonly onClose: () => void },
) {
  const app = useApp();
  const name = account.display_name;
  const block = async () => {
    await app.command("privacy.block", { account: account.id });
    onClose();
  };
  return (
    <Dialog title={t("between.block_title", { name })} onClose={onClose}>
      <Form
        send={block}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("cancel")}</Button>
            <Submit tone="danger">{t("between.block")}</Submit>
          </DialogFoot>
        }
      >
        <p class="muted">{t("between.block_text", { name })}</p>
      </Form>
    </Dialog>
  );
}
