/** What comes one after the other on a stage: read by everybody, moved and played by who leads it. */

import { Button, IconButton, type Room } from "@salon/client";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { moved } from "../programmes/programmes.ts";
import { useRecording } from "../shared/context.ts";
import { stamp } from "../shared/time.ts";
import { Handle } from "../studio/handle.tsx";
import type { Order, Row } from "./orders.ts";
import { RowDialog } from "./row_dialog.tsx";

const ROWS_MAX = 50;
const STAGE = "stage"; // its part of the room's state

/** Asked for anew when others lead the stage, and so may I. */
export function useOrder(room: Room) {
  const { salon, orders } = useRecording();
  const stage = salon.state<{ readonly host_id: string; readonly cohost_ids: readonly string[] }>(
    room.id,
    STAGE,
  ).value;
  const leaders = [stage?.host_id, ...(stage?.cohost_ids ?? [])].join();
  useEffect(() => void orders.load(room.id), [room.id, leaders]);
  return orders.of(room.id).value;
}

export function OrderList({ room }: { readonly room: Room }) {
  const { t, orders } = useRecording();
  const order = useOrder(room);
  const [said, say] = useState("");
  const [isAdding, add] = useState(false);
  const list = useRef<HTMLOListElement>(null);
  const held = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (held.current === null) return;
    const at = order?.rows.findIndex(({ id }) => id === held.current) ?? -1;
    list.current?.children[at]?.querySelector("button")?.focus();
  }, [order?.rows]);
  if (!order) return null;
  const { rows, may_lead: mayLead } = order;
  const put = (after: readonly Row[]) => orders.arrange(room.id, after);
  const move = (row: Row, from: number, to: number) => {
    const after = moved(rows, from, to);
    held.current = row.id;
    put(after);
    say(t("order.moved", { title: row.title, n: after.indexOf(row) + 1, all: rows.length }));
  };
  return (
    <section class="recording-running" aria-label={t("order")}>
      <header>
        <h2 class="display grow">{t("order")}</h2>
        {mayLead && rows.length < ROWS_MAX && (
          <Button
            size="s"
            icon="plus"
            onPress={() => add(true)}
          >
            {t("order.add")}
          </Button>
        )}
      </header>
      {rows.length === 0 && <p class="sm muted">{t("order.none")}</p>}
      <ol ref={list} onBlurCapture={() => held.current = null}>
        {rows.map((row, place) => (
          <li key={row.id} aria-current={row.id === order.current ? "true" : undefined}>
            {mayLead && (
              <Handle
                label={t("order.move", { title: row.title, n: place + 1, all: rows.length })}
                place={place}
                list={list}
                onMove={(to) => move(row, place, to)}
              />
            )}
            <span class="num recording-running-at">{stamp(beginsAt(rows, place))}</span>
            <About row={row} order={order} />
            {mayLead && <Go room={room} row={row} order={order} />}
            {mayLead && (
              <IconButton
                small
                icon="trash"
                label={t("order.remove", { title: row.title })}
                onPress={() =>
                  put(rows.filter(({ id }) => id !== row.id))}
              />
            )}
          </li>
        ))}
      </ol>
      <p class="sr" role="status">{said}</p>
      {isAdding && (
        <RowDialog
          onAdd={(row) => put([...rows, { ...row, id: -1 - rows.length }])}
          onClose={() => add(false)}
        />
      )}
    </section>
  );
}

function About({ row, order }: { readonly row: Row; readonly order: Order }) {
  const { t } = useRecording();
  const minutes = Math.round(row.length_s / 60);
  const how = row.piece
    ? t("order.by_itself", { length: stamp(row.length_s) })
    : [row.note, minutes > 0 && t("minutes", { n: minutes })].filter(Boolean).join(", ");
  return (
    <span class="grow">
      <b>
        <bdi>{row.title}</bdi>
      </b>
      {row.id === order.current && (
        <span class="pill accent">{t(order.playing === row.id ? "order.plays" : "order.on")}</span>
      )}
      {how && <span class="detail">{how}</span>}
    </span>
  );
}

/** Lets it be on, or, of what is on, ends it. */
function Go({ room, row, order }: {
  readonly room: Room;
  readonly row: Row;
  readonly order: Order;
}) {
  const { t, orders } = useRecording();
  const isOn = row.id === order.current;
  const what = isOn ? "order.stop" : row.piece ? "order.play" : "order.go";
  return (
    <IconButton
      small
      icon={isOn ? "x" : row.piece ? "play" : "check"}
      label={t(what, { title: row.title })}
      onPress={() => void orders.go(room.id, isOn ? null : row.id)}
    />
  );
}

/** After how long it is its turn, if all before it take as long as they are meant to. */
function beginsAt(rows: readonly Row[], place: number): number {
  return rows.slice(0, place).reduce((sum, { length_s }) => sum + length_s, 0);
}
