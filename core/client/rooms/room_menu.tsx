/** What the head of a room has no width for on phones: sharing it, its link on top, its lock. */

import "../app/first.ts";
import { useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { useQuestion } from "../between/question.ts";
import { t } from "../i18n.ts";
import { Menu, MenuItem } from "../kit/menu.tsx";
import { hasKeys, maySetLink } from "../stage/stage.ts";
import type { Room } from "../wire.ts";
import { LinkDialog } from "./link_on_top.tsx";
import ShareDialog from "./share.tsx";

interface RoomMenuProps {
  readonly room: Room;
  readonly anchor: Element;
  readonly onClose: () => void;
}

export default function RoomMenu({ room, anchor, onClose }: RoomMenuProps) {
  const app = useApp();
  const world = app.store.world.value;
  const { asked, ask, menuClosed } = useQuestion<"share" | "link">(onClose);
  if (asked === "share") return <ShareDialog room={room} onClose={onClose} />;
  if (asked === "link") return <LinkDialog room={room} onClose={onClose} />;
  const turn = { room: room.id, is_locked: !room.is_locked };
  return (
    <Menu label={t("person.more", { name: room.name })} anchor={anchor} onClose={menuClosed}>
      <MenuItem icon="share" onPress={() => ask("share")}>{t("share")}</MenuItem>
      {maySetLink(world, room) && (
        <MenuItem icon="link" onPress={() => ask("link")}>
          {t(room.pinned_url ? "top.change" : "top.pin")}
        </MenuItem>
      )}
      {hasKeys(world, room) && (
        <MenuItem
          icon="lock"
          onPress={() => void orToast(app.command("room.edit", turn))}
        >
          {t(room.is_locked ? "door.unlock" : "door.lock")}
        </MenuItem>
      )}
    </Menu>
  );
}
