/** Some of what one may do rests until there is a second step: which roles wait, and the way there. */

import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { restingRoles } from "../world.ts";

export function StepDialog({ onClose }: { readonly onClose: () => void }) {
  const app = useApp();
  const world = app.store.world.value;
  const resting = restingRoles(world);
  const isEverybody = resting.some(({ id }) => id === world.community.everyone_role_id);
  const go = () => {
    onClose();
    app.router.navigate("/settings/signin");
  };
  return (
    <Dialog title={t("step.title")} onClose={onClose}>
      <p>
        {isEverybody ? t("step.everybody", { place: world.community.name }) : t("step.roles", {
          n: resting.length,
          roles: resting.map(({ name }) => name).join(", "),
        })}
      </p>
      <p class="muted">{t("step.lead")}</p>
      <DialogFoot>
        <Button onPress={onClose}>{t("rules.later")}</Button>
        <Button tone="primary" icon="key" onPress={go}>{t("step.set_up")}</Button>
      </DialogFoot>
    </Dialog>
  );
}
