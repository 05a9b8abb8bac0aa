/** Among the first steps of a place: something is planned, or was. */

import type { SlotProps } from "@salon/client";
import { useEvents, useListed } from "../shared/agenda.ts";
import { PlanButton } from "./plan_button.tsx";

export function FirstEvent({ Step }: SlotProps["first-step"]) {
  const { t } = useEvents();
  const { events: coming } = useListed("coming", 1);
  const { events: past } = useListed("past", 1);
  if (coming === null || past === null) return null; // not known yet
  return (
    <Step
      title={t("first_step")}
      why={t("first_why")}
      isDone={coming.length + past.length > 0}
    >
      <PlanButton />
    </Step>
  );
}
