/** What a host can do about somebody on a stage or before it. */

import "../app/first.ts";
import { useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { loadWords, t } from "../i18n.ts";
import { MenuItem, MenuLine } from "../kit/menu.tsx";
import type { Participant, Room } from "../wire.ts";
import { leads, owns, partOf, stageOf } from "./stage.ts";

await loadWords("stage");

export function StageItems(
  { room, person }: { readonly room: Room; readonly person: Participant },
) {
  const app = useApp();
  const world = app.store.world.value;
  const stage = stageOf(world, room);
  if (!stage || !leads(world, room, stage)) return null;
  const part = partOf(stage, person.account_id);
  const isMe = person.account_id === world.me;
  const isOwner = owns(world, room, stage);
  const who = { room: room.id, account: person.account_id };
  const place = (wanted: string) =>
    void orToast(app.command("stage.place", { ...who, part: wanted }));
  const mayMoveDown = part === "speaker" || (part === "cohost" && (isOwner || isMe));
  return (
    <>
      <MenuLine />
      {(part === "hand" || part === "listener") && (
        <MenuItem
          icon="hand"
          onPress={() => void orToast(app.command("stage.invite", who))}
        >
          {t("stage.invite")}
        </MenuItem>
      )}
      {mayMoveDown && (
        <MenuItem icon="down" onPress={() => place("listener")}>
          {t(isMe ? "stage.step_down" : "stage.down")}
        </MenuItem>
      )}
      {part === "speaker" && isOwner && (
        <MenuItem icon="plus" onPress={() => place("cohost")}>{t("stage.make_cohost")}</MenuItem>
      )}
      {part === "cohost" && isOwner && !isMe && (
        <>
          <MenuItem icon="x" onPress={() => place("speaker")}>{t("stage.no_cohost")}</MenuItem>
          <MenuItem icon="stage" onPress={() => place("host")}>{t("stage.hand_over")}</MenuItem>
        </>
      )}
    </>
  );
}
