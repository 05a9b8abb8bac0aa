/** What can be done about somebody in a room: how loud for me, and a host's tools. */

import "../app/first.ts";
import { useApp } from "../app/app.ts";
import { BlockDialog } from "../between/block.tsx";
import { PersonItems } from "../between/person_menu.tsx";
import { useQuestion } from "../between/question.ts";
import { SanctionDialog } from "../between/sanction.tsx";
import { t } from "../i18n.ts";
import { Menu, MenuItem, MenuLine } from "../kit/menu.tsx";
import { toast } from "../kit/toast.tsx";
import { isInCharge } from "../stage/stage.ts";
import { StageItems } from "../stage/person_items.tsx";
import { mayAt, ordered } from "../world.ts";
import type { Participant, Room } from "../wire.ts";
import { KeepOutDialog } from "./kept_out.tsx";
import { MoveDialog } from "./move_dialog.tsx";
import { Volume } from "./volume.tsx";

const MOVES_SHOWN = 5;

export interface PersonMenuProps {
  readonly room: Room;
  readonly person: Participant;
  readonly anchor: Element;
  readonly onClose: () => void;
}

export default function PersonMenu({ room, person, anchor, onClose }: PersonMenuProps) {
  const app = useApp();
  const { store } = app;
  const account = store.accounts.value.get(person.account_id);
  const name = account?.display_name ?? "";
  const { asked, ask, menuClosed } = useQuestion<"block" | "sanction" | "move" | "out">(onClose);
  const isMe = person.account_id === store.world.value.me;
  const keepsRoom = (each: Room) => mayAt(store.world.value, "room.manage", each.overwrites);
  const isHost = isInCharge(store.world.value, room, person.account_id);
  const others = ordered(store.rooms.value)
    .filter((each) => each.id !== room.id && keepsRoom(each));
  const who = { room: room.id, account: person.account_id };
  const run = (type: string, fields: Record<string, unknown>) =>
    app.command(type, fields).catch((error) => toast({ text: error.message, tone: "bad" }));
  if (asked === "sanction" && account) {
    return <SanctionDialog account={account} onClose={onClose} />;
  }
  if (asked === "move" && account) {
    return <MoveDialog room={room} account={account} others={others} onClose={onClose} />;
  }
  if (asked === "out" && account) {
    return <KeepOutDialog room={room} account={account} onClose={onClose} />;
  }
  if (asked && account) return <BlockDialog account={account} onClose={onClose} />;
  return (
    <Menu
      label={name}
      anchor={anchor}
      onClose={menuClosed}
      head={
        <>
          <div class="grp">
            <bdi>{name}</bdi>
          </div>
          {!isMe && <Volume accountId={person.account_id} name={name} />}
        </>
      }
    >
      {account && !isMe && <PersonItems account={account} onAsk={ask} />}
      <StageItems room={room} person={person} />
      {isHost && !isMe && <MenuLine />}
      {isHost && (!isMe || person.silenced) && (
        <MenuItem
          icon={person.silenced ? "mic" : "mic-off"}
          onPress={() => void run("participant.silence", { ...who, silenced: !person.silenced })}
        >
          {t(person.silenced ? "host.unsilence" : "host.silence")}
        </MenuItem>
      )}
      {isHost && !isMe && (
        <MenuItem
          icon={person.deafened_by_host ? "ear" : "ear-off"}
          onPress={() =>
            void run("participant.deafen", { ...who, deafened: !person.deafened_by_host })}
        >
          {t(person.deafened_by_host ? "host.undeafen" : "host.deafen")}
        </MenuItem>
      )}
      {isHost && !isMe && others.slice(0, MOVES_SHOWN).map((other) => (
        <MenuItem
          key={other.id}
          icon="door"
          onPress={() => void run("participant.move", { ...who, to: other.id })}
        >
          {t("host.move", { room: other.name })}
        </MenuItem>
      ))}
      {isHost && !isMe && others.length > MOVES_SHOWN && (
        <MenuItem
          icon="door"
          onPress={() => ask("move")}
        >
          {t("host.move_else")}
        </MenuItem>
      )}
      {isHost && !isMe && (
        <>
          <MenuItem
            icon="leave"
            tone="danger"
            onPress={() => void run("participant.remove", who)}
          >
            {t("host.remove")}
          </MenuItem>
          <MenuItem
            icon="lock"
            tone="danger"
            onPress={() => ask("out")}
          >
            {t("host.ban")}
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
