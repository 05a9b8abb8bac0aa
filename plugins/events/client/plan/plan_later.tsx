/** At the foot of the dialog that opens a room: rather an event, with what was typed there. */

import { Button, type RoomWish } from "@salon/client";
import { useEvents } from "../shared/agenda.ts";

export function PlanLater({ wish, close }: {
  readonly wish: RoomWish;
  readonly close: () => void;
}) {
  const { salon, t, wished } = useEvents();
  const plan = () => {
    close();
    wished.value = wish;
    salon.navigate("/p/events");
  };
  return <Button tone="ghost" icon="cal" onPress={plan}>{t("plan_later")}</Button>;
}
