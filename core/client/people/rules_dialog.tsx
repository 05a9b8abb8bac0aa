/** The house rules, which somebody says once of each version that they keep. */

import { useApp } from "../app/app.ts";
import { useAnswer } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { Skeleton } from "../kit/place.tsx";
import { MessageBody } from "../text/body.tsx";

export function RulesDialog({ onClose }: { readonly onClose: () => void }) {
  const app = useApp();
  const { answer, refusal } = useAnswer<{ version: number; html: string }>("rules.show");
  const agree = async () => {
    await app.command("rules.agree", { version: answer?.version ?? 0 });
    onClose();
  };
  return (
    <Dialog title={t("rules.title")} onClose={onClose}>
      <Form
        send={agree}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("rules.later")}</Button>
            <Submit disabled={!answer}>{t("rules.agree")}</Submit>
          </DialogFoot>
        }
      >
        <p class="muted">{t("rules.lead")}</p>
        {refusal && <p class="err" role="alert">{refusal.message}</p>}
        {answer ? <MessageBody html={answer.html} /> : <Skeleton label={t("loading")} lines={4} />}
      </Form>
    </Dialog>
  );
}
