/** What the head of a channel has no width for on phones: its threads, its pins, what one is told. */

import "../app/first.ts";
import { useApp } from "../app/app.ts";
import { useQuestion } from "../between/question.ts";
import { t } from "../i18n.ts";
import { Menu, MenuItem } from "../kit/menu.tsx";
import type { Channel } from "../wire.ts";
import LevelMenu from "./level_menu.tsx";
import Pins from "./pins_dialog.tsx";

interface ChannelMenuProps {
  readonly channel: Channel;
  readonly anchor: Element;
  readonly onClose: () => void;
}

export default function ChannelMenu({ channel, anchor, onClose }: ChannelMenuProps) {
  const { router } = useApp();
  const { asked, ask, menuClosed } = useQuestion<"level" | "pins">(onClose);
  const address = `/c/${channel.slug}`;
  if (asked === "level") return <LevelMenu channel={channel} anchor={anchor} onClose={onClose} />;
  if (asked === "pins") return <Pins channel={channel} address={address} onClose={onClose} />;
  return (
    <Menu label={t("person.more", { name: channel.name })} anchor={anchor} onClose={menuClosed}>
      <MenuItem
        icon="thread"
        onPress={() =>
          router.navigate(`${address}/t`)}
      >
        {t("threads")}
      </MenuItem>
      <MenuItem
        icon="bell"
        onPress={() =>
          ask("level")}
      >
        {t("level")}
      </MenuItem>
      <MenuItem
        icon="pin"
        onPress={() =>
          ask("pins")}
      >
        {t("pins.title")}
      </MenuItem>
    </Menu>
  );
}
