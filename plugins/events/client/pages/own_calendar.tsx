/** Addresses for calendar programs: made, shown once, revoked. */

import { Button, Icon, OwnAddresses, Select } from "@salon/client";
import { useState } from "preact/hooks";
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
      {isOpen && <Addresses onClose={() => open(false)} />}
    </div>
  );
}

function Addresses({ onClose }: { readonly onClose: () => void }) {
  const { salon, t } = useEvents();
  const attempt = useTry();
  const [holds, choose] = useState("all");
  const rooms = [...salon.store.rooms.value.values()].filter((room) => !room.temporary);
  const named = (address: Address): string => {
    if (address.holds !== "room") return t(address.holds === "all" ? "holds_all" : "holds_mine");
    const room = roomOf(salon, address.room_id);
    return room ? t("holds_room", { room: room.name }) : t("holds_gone");
  };
  const known = async () => {
    const answer = await salon.command("events.addresses");
    const addresses = answer["addresses"] as readonly Address[];
    return addresses.map((address) => ({ ...address, holds: named(address) }));
  };
  const make = async () => {
    const room = holds.startsWith("room:") ? { room: holds.slice("room:".length) } : {};
    const what = "room" in room ? "room" : holds;
    const answer = await salon.command("events.make_address", { holds: what, ...room });
    return String(answer["url"]);
  };
  return (
    <OwnAddresses
      title={t("addresses_title")}
      text={t("addresses_text")}
      known={known}
      make={make}
      revoke={(address) => attempt(() => salon.command("events.revoke_address", { address }))}
      onClose={onClose}
    >
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
    </OwnAddresses>
  );
}
