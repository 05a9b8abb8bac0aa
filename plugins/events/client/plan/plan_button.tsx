/** Opens the form, for whoever may plan. */

import { Button } from "@salon/client";
import { useState } from "preact/hooks";
import { SCHEDULE, useEvents } from "../shared/agenda.ts";
import { PlanDialog } from "./plan_dialog.tsx";

export function PlanButton() {
  const { salon, t } = useEvents();
  const [isOpen, open] = useState(false);
  if (!salon.may(SCHEDULE)) return null;
  return (
    <>
      <Button icon="cal" onPress={() => open(true)}>{t("plan_event")}</Button>
      {isOpen && <PlanDialog onClose={() => open(false)} />}
    </>
  );
}
