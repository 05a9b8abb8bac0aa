/** Everything that can be done about a message. */

import { useApp } from "../app/app.ts";
import { Slot } from "../app/slot.tsx";
import { t } from "../i18n.ts";
import { Menu, MenuItem, MenuLine } from "../kit/menu.tsx";
import { toast } from "../kit/toast.tsx";
import { may } from "../store.ts";
import type { MessageRowProps } from "./message.tsx";
import { typed } from "./names.ts";

export default function MessageMenu(
  props: MessageRowProps & {
    readonly anchor: Element;
    readonly onClose: () => void;
  },
) {
  const { message } = props;
  const { store, slots } = useApp();
  const isMine = message.author_id === store.me.value?.id;
  const mayDelete = isMine || may(store.world.value, "message.manage");
  const copy = (text: string) => {
    void navigator.clipboard.writeText(text);
    toast({ text: t("copied") });
  };
  return (
    <Menu label={t("message.actions")} anchor={props.anchor} onClose={props.onClose}>
      <MenuItem icon="reply" onPress={() => props.onReply(message)}>{t("message.reply")}</MenuItem>
      {isMine && (
        <MenuItem icon="pen" onPress={() => props.onEdit(message)}>{t("message.edit")}</MenuItem>
      )}
      <MenuItem
        icon="link"
        onPress={() => copy(`${location.origin}${props.address}/m/${message.id}`)}
      >
        {t("message.copy_link")}
      </MenuItem>
      <MenuItem icon="copy" onPress={() => copy(typed(message.text, store.world.value))}>
        {t("message.copy_text")}
      </MenuItem>
      {slots.of("message-action").length > 0 && <MenuLine />}
      <Slot place="message-action" props={{ message }} />
      {mayDelete && <MenuLine />}
      {mayDelete && (
        <MenuItem icon="trash" tone="danger" onPress={() => props.onDelete(message)}>
          {t("message.delete")}
        </MenuItem>
      )}
    </Menu>
  );
}
