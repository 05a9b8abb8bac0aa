/** Everything that can be done about a message. */

import "../app/first.ts";
import { useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { Slot } from "../app/slot.tsx";
import { loadWords, t } from "../i18n.ts";
import { Menu, MenuItem, MenuLine } from "../kit/menu.tsx";
import { toast } from "../kit/toast.tsx";
import { OFFERED } from "../rooms/reactions.tsx";
import { mayIn } from "../between/names.ts";
import { mayThread, toThread } from "../between/thread_button.tsx";
import type { MessageRowProps } from "./message.tsx";
import { typed } from "./names.ts";

await Promise.all([loadWords("between"), loadWords("writing")]);

export default function MessageMenu(
  props: MessageRowProps & {
    readonly anchor: Element;
    readonly onClose: () => void;
  },
) {
  const { message } = props;
  const app = useApp();
  const { store, slots } = app;
  const isMine = message.author_id === store.me.value?.id;
  const { world } = store;
  const holds = (permission: string) => mayIn(world.value, permission, message.channel_id);
  const mayManage = holds("message.manage");
  const mayDelete = isMine || mayManage;
  const pin = () =>
    orToast(app.command(message.pinned_at ? "message.unpin" : "message.pin", {
      message: message.id,
    }));
  const copy = (text: string) => {
    void navigator.clipboard.writeText(text);
    toast({ text: t("copied") });
  };
  return (
    <Menu
      label={t("message.actions")}
      anchor={props.anchor}
      onClose={props.onClose}
      head={holds("reaction.add") && <Offered {...props} />}
    >
      <MenuItem icon="reply" onPress={() => props.onReply(message)}>{t("message.reply")}</MenuItem>
      <MenuItem icon="smile" onPress={() => react(message.id)}>{t("message.react")}</MenuItem>
      {props.reactions && (
        <MenuItem icon="users" onPress={() => props.onAsk("reactions", message)}>
          {t("message.who_reacted")}
        </MenuItem>
      )}
      {props.hasThreads && mayThread(app, message) && (
        <MenuItem
          icon="thread"
          onPress={() => orToast(toThread(app, message, props.address))}
        >
          {t(store.threads.value.has(message.id) ? "thread.title" : "thread.start")}
        </MenuItem>
      )}
      {isMine && (
        <MenuItem icon="pen" onPress={() => props.onEdit(message)}>{t("message.edit")}</MenuItem>
      )}
      <MenuItem
        icon="user"
        onPress={() => app.opened.value = { what: "person", id: message.author_id }}
      >
        {t("message.author")}
      </MenuItem>
      <MenuItem
        icon="link"
        onPress={() => copy(`${location.origin}${props.address}/m/${message.id}`)}
      >
        {t("message.copy_link")}
      </MenuItem>
      <MenuItem icon="copy" onPress={() => copy(typed(message.text, store.world.value))}>
        {t("message.copy_text")}
      </MenuItem>
      {holds("message.pin") && (
        <MenuItem icon="pin" onPress={() => void pin()}>
          {t(message.pinned_at ? "message.unpin" : "message.pin")}
        </MenuItem>
      )}
      {slots.of("message-action").length > 0 && <MenuLine />}
      <Slot place="message-action" props={{ message }} />
      {mayDelete && <MenuLine />}
      {mayManage && message.edited_at && (
        <MenuItem
          icon="clock"
          onPress={() => props.onAsk("former", message)}
        >
          {t("former.show")}
        </MenuItem>
      )}
      {mayManage && (
        <MenuItem icon="eye" onPress={() => props.onAsk("deleted", message)}>
          {t("deleted.show")}
        </MenuItem>
      )}
      {mayManage && (
        <MenuItem icon="trash" onPress={() => props.onAsk("several", message)}>
          {t("several.show")}
        </MenuItem>
      )}
      {mayDelete && (
        <MenuItem
          icon="trash"
          tone="danger"
          onPress={() => props.onAsk("delete", message)}
        >
          {t("message.delete")}
        </MenuItem>
      )}
    </Menu>
  );
}

/** A few pictures to press at once; Add a reaction leads to all. */
function Offered(props: MessageRowProps & { readonly onClose: () => void }) {
  const mine = props.reactions?.filter((each) => each.mine).map(({ emoji }) => emoji);
  return (
    <div class="reacts" role="group" aria-label={t("message.react")}>
      {OFFERED.map((emoji) => (
        <button
          key={emoji}
          type="button"
          tabIndex={-1}
          aria-pressed={mine?.includes(emoji) ?? false}
          onClick={() => {
            props.onClose();
            props.onReact(props.message, emoji);
          }}
        >
          {emoji}
        </button>
      ))}
    </div>
  );
}

/** Opens the pictures from the row, where they stand beside their button. */
function react(message: string): void {
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>(`li[data-id="${message}"] .acts .react`)?.click()
  );
}
