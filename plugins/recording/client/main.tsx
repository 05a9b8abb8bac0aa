/** Recording in the page: the button and the question in a room, the studio, the owner's switch. */

import { effect } from "@preact/signals";
import { type ClientSalon, NavLink, type Room } from "@salon/client";
import type { ComponentChildren } from "preact";
import { SwitchPage } from "./admin/switch_page.tsx";
import { Latest } from "./home/latest.tsx";
import { Waiting } from "./studio/asked_view.tsx";
import { NowNext } from "./order/now_next.tsx";
import { OrderList } from "./order/order_list.tsx";
import { Orders } from "./order/orders.ts";
import { ConsentCard } from "./room/consent_card.tsx";
import { FromStart } from "./room/from_start.tsx";
import { RecordButton } from "./room/record_button.tsx";
import { BarPill } from "./room/pill.tsx";
import { type Recording, RecordingProvider } from "./shared/context.ts";
import { Library } from "./shared/library.ts";
import { type Ended, RECORD, type RoomState, STATE, STUDIO } from "./shared/wire.ts";
import { type Say, sayIn } from "./shared/words.ts";
import { StudioPage } from "./studio/studio_page.tsx";
import "./order/order.css";
import "./recording.css";

const STAGE = "stage";

export default function activate(salon: ClientSalon): void {
  const t = sayIn(salon);
  const library = new Library(salon);
  const orders = new Orders(salon);
  const recording: Recording = { salon, t, library, orders };
  const Inside = ({ children }: { readonly children: ComponentChildren }) => (
    <RecordingProvider value={recording}>{children}</RecordingProvider>
  );

  // Each welcome brings the account anew: what was switched while the line was away is asked for.
  effect(() => {
    if (salon.permissions.value.size === 0) return;
    void library.loadAbout();
    orders.again();
  });
  salon.on("recording.switched", (about) => library.switched(about));
  salon.on("recording.episode_changed", (change) => library.changed(change));
  salon.on("recording.release_asked", ({ title }: { readonly title: string }) => {
    const open = { label: t("asked_open"), run: () => salon.navigate(`${STUDIO}/mine`) };
    salon.toast({ text: t("asked_now", { title }), action: open });
  });
  salon.on("recording.held", ({ title }: { readonly title: string }) => {
    const open = { label: t("held.open"), run: () => salon.navigate(`${STUDIO}/episodes`) };
    salon.toast({ text: t("held.toast", { title }), tone: "bad", action: open });
  });
  salon.on("recording.not_placed", ({ title }: { readonly title: string }) => {
    salon.toast({ text: t("not_placed", { title }), tone: "bad" });
  });
  salon.on("recording.not_started", () => salon.toast({ text: t("not_started"), tone: "bad" }));
  salon.on("recording.disk_low", ({ free_mb }: { readonly free_mb: number }) => {
    salon.toast({ text: t("disk_low", { free_mb }), tone: "bad" });
  });
  salon.on("recording.ended", (ended: Ended) => say(salon, t, ended));

  salon.slot("room-action", ({ room }) => (
    <Inside>
      <RecordButton room={room} />
    </Inside>
  ));
  salon.slot("room-header", ({ room }) => (
    <Inside>
      <ConsentCard room={room} />
      {room.kind === STAGE && <NowNext room={room} />}
    </Inside>
  ));
  salon.slot("green-room", ({ room }) => (
    <Inside>
      <OrderList room={room} />
    </Inside>
  ));
  salon.slot("room-panel", ({ room }) => (
    <Inside>
      <OrderList room={room} />
    </Inside>
  ), { title: () => t("order"), icon: "flag", when: ({ room }) => hasOrder(orders, room) });
  salon.slot("open-room", (props) => (
    <Inside>
      <FromStart {...props} />
    </Inside>
  ), { when: () => salon.may(RECORD) && library.about.value?.enabled === true });
  salon.slot("voice-bar", ({ room }) => (
    <Inside>
      <BarPill room={room} />
    </Inside>
  ));
  salon.marks({
    room: ({ id }) => salon.state<RoomState>(id, STATE).value && t("recording"),
    person: ({ id }, { account_id }) => {
      const state = salon.state<RoomState>(id, STATE).value;
      return state && state.answers[account_id] !== "on" ? t("off_mark") : undefined;
    },
  });
  salon.slot("inbox-waiting", () => (
    <Inside>
      <Waiting />
    </Inside>
  ));
  salon.slot("home-section", () => (
    <Inside>
      <Latest />
    </Inside>
  ));
  salon.slot("nav", () => (
    <li>
      <NavLink to={STUDIO} icon="wave">{t("nav")}</NavLink>
    </li>
  ));
  salon.slot("page", ({ path }) => (
    <Inside>
      <StudioPage path={path} />
    </Inside>
  ), { title: () => t("nav"), ownHead: true });
  salon.slot("admin", () => (
    <Inside>
      <SwitchPage />
    </Inside>
  ), { title: () => t("admin"), icon: "wave", when: () => salon.may("server.manage") });
}

/** Whoever leads a stage has one to write, everybody else what is written in it. */
function hasOrder(orders: Orders, room: Room | undefined): boolean {
  const order = room?.kind === STAGE ? orders.of(room.id).value : undefined;
  return !!order && (order.may_lead || order.rows.length > 0);
}

/** Those who were in the room hear why it ended; who may, gets the way to what was recorded. */
function say(salon: ClientSalon, t: Say, ended: Ended): void {
  const me = salon.me.value;
  const isIn = me && salon.store.participants.value.get(me.id)?.room_id === ended.room_id;
  if (!isIn) return;
  const text = ended.reason === "disk"
    ? t("stopped_disk")
    : ended.reason === "limit"
    ? t("stopped_limit")
    : t("stopped");
  const open = { label: t("open_takes"), run: () => salon.navigate(STUDIO) };
  salon.toast({ text, ...(salon.may(RECORD) ? { action: open } : {}) });
}
