/** Addresses for calendar programs: made, shown once, revoked. */

import {
  Button,
  Dialog,
  DialogFoot,
  Form,
  Icon,
  List,
  ListRow,
  relative,
  Select,
  Submit,
} from "@salon/client";
import { useEffect, useState } from "preact/hooks";
import { roomOf, useEvents, useTry } from "../shared/agenda.ts";
import type { Address } from "../shared/shapes.ts";

export function OwnCalendar() {
  const { t } = useEvents();
  const [isOpen, open] = useState(false);
  return (
    <div class="row events-own">
      <Icon name="cal" />
      <div class="grow">
        <b class="sm semi">{t("own_calendar")}</b>
        <span class="detail">{t("own_calendar_text")}</span>
      </div>
      <Button size="s" onPress={() => open(true)}>{t("addresses")}</Button>
      {isOpen && <AddressesDialog onClose={() => open(false)} />}
    </div>
  );
}

function AddressesDialog({ onClose }: { readonly onClose: () => void }) {
  const { salon, t } = useEvents();
  const [addresses, take] = useState<readonly Address[]>([]);
  const [made, show] = useState("");
  const [holds, choose] = useState("all");
  const fetch = async () => {
    const answer = await salon.command("events.addresses");
    take((answer as unknown as { addresses: readonly Address[] }).addresses);
  };
  useEffect(() => void fetch().catch(() => {}), []);
  const make = async () => {
    const room = holds.startsWith("room:") ? { room: holds.slice("room:".length) } : {};
    const what = "room" in room ? "room" : holds;
    const answer = await salon.command("events.make_address", { holds: what, ...room });
    show(String(answer["url"]));
    await fetch();
  };
  const rooms = [...salon.store.rooms.value.values()].filter((room) => !room.temporary);
  return (
    <Dialog title={t("addresses_title")} onClose={onClose} class="events-dialog">
      <Form
        send={make}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("close")}</Button>
            <Submit>{t("make_address")}</Submit>
          </DialogFoot>
        }
      >
        <p class="sm muted">{t("addresses_text")}</p>
        {addresses.length > 0 && (
          <List label={t("addresses")}>
            {addresses.map((address) => (
              <AddressRow key={address.id} address={address} onGone={fetch} />
            ))}
          </List>
        )}
        {made && <NewAddress url={made} />}
        <Select
          label={t("holds")}
          value={holds}
          options={[
            { value: "all", label: t("holds_all") },
            { value: "mine", label: t("holds_mine") },
            ...rooms.map((room) => ({
              value: `room:${room.id}`,
              label: t("holds_room", { room: room.name }),
            })),
          ]}
          onChange={choose}
        />
      </Form>
    </Dialog>
  );
}

function NewAddress({ url }: { readonly url: string }) {
  const { salon, t } = useEvents();
  const copy = () =>
    void navigator.clipboard.writeText(url).then(() =>
      salon.toast({ text: t("copied"), icon: "copy" })
    );
  return (
    <div class="note warn events-new" role="status">
      <div class="grow">
        <b>{t("new_address")}</b>
        <code>{url}</code>
      </div>
      <Button size="s" icon="copy" onPress={copy}>{t("copy")}</Button>
    </div>
  );
}

function AddressRow(
  { address, onGone }: { readonly address: Address; readonly onGone: () => Promise<void> },
) {
  const { salon, t } = useEvents();
  const attempt = useTry();
  const room = roomOf(salon, address.room_id);
  const what = address.holds !== "room"
    ? t(address.holds === "all" ? "holds_all" : "holds_mine")
    : room
    ? t("holds_room", { room: room.name })
    : t("holds_gone");
  const asked = address.fetched_at
    ? t("fetched", { when: relative(address.fetched_at) })
    : t("never_fetched");
  const revoke = () =>
    attempt(async () => {
      await salon.command("events.revoke_address", { address: address.id });
      await onGone();
    });
  return (
    <ListRow
      title={what}
      detail={`${t("made", { when: relative(address.made_at) })}, ${asked}`}
      end={
        <button
          type="button"
          class="btn s danger"
          aria-label={t("revoke_what", { what })}
          onClick={() => void revoke()}
        >
          {t("revoke")}
        </button>
      }
    />
  );
}
