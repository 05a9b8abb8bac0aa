/** One line above the stage: what is on, and what is next; who leads it goes on from here. */

import { Button, Icon, type Room } from "@salon/client";
import { useRecording } from "../shared/context.ts";
import { useOrder } from "./order_list.tsx";

export function NowNext({ room }: { readonly room: Room }) {
  const { salon, t, orders } = useRecording();
  const order = useOrder(room);
  const isOpen = salon.state<{ readonly is_open: boolean }>(room.id, "stage").value?.is_open;
  if (!order || !isOpen) return null;
  const at = order.rows.findIndex(({ id }) => id === order.current);
  const now = order.rows[at];
  const next = order.rows[at + 1];
  if (!now && !(order.may_lead && next)) return null;
  return (
    <div class="recording-line recording-now" role="group" aria-label={t("order")}>
      <Icon name={order.playing === null ? "clock" : "wave"} />
      <p class="grow" role="status">
        {now && (
          <>
            {t("order.on")}{" "}
            <b>
              <bdi>{now.title}</bdi>
            </b>
          </>
        )}
        {next && (
          <span class="muted">
            {t(now ? "order.next" : "order.first")} <bdi>{next.title}</bdi>
          </span>
        )}
      </p>
      {order.may_lead && (
        <Button size="s" onPress={() => void orders.go(room.id, next?.id ?? null)}>
          {t(!now ? "order.begin" : next ? "order.go_on" : "order.end")}
        </Button>
      )}
    </div>
  );
}
