/** What can be done about a conversation: name a group, leave it; block who writes. */

import { useApp } from "../app/app.ts";
import { loadWords, t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { Menu, MenuItem } from "../kit/menu.tsx";
import { NameDialog } from "../kit/name_dialog.tsx";
import type { Conversation } from "../wire.ts";
import { BlockDialog, BlockItem } from "./block.tsx";
import { othersOf, titleOf } from "./names.ts";
import { useQuestion } from "./question.ts";

await loadWords("between");

const NAME_MAX = 64;

export interface ConversationMenuProps {
  readonly conversation: Conversation;
  readonly anchor: Element;
  readonly onClose: () => void;
}

export default function ConversationMenu(props: ConversationMenuProps) {
  const { conversation, anchor, onClose } = props;
  const { store } = useApp();
  const { asked, ask, menuClosed } = useQuestion<"name" | "leave" | "block">(onClose);
  const other = conversation.kind === "direct"
    ? othersOf(conversation, store.world.value)[0]
    : undefined;
  if (asked === "name") return <Rename {...props} />;
  if (asked === "leave") return <LeaveDialog {...props} />;
  if (asked === "block" && other) return <BlockDialog account={other} onClose={onClose} />;
  return (
    <Menu label={t("between.more")} anchor={anchor} onClose={menuClosed}>
      {other && <BlockItem account={other} onBlock={() => ask("block")} />}
      {conversation.kind === "group" && (
        <>
          <MenuItem icon="pen" onPress={() => ask("name")}>{t("between.rename")}</MenuItem>
          <MenuItem icon="leave" tone="danger" onPress={() => ask("leave")}>
            {t("between.leave")}
          </MenuItem>
        </>
      )}
    </Menu>
  );
}

function Rename({ conversation, onClose }: ConversationMenuProps) {
  const app = useApp();
  return (
    <NameDialog
      title={t("between.rename")}
      label={t("between.name")}
      hint={t("between.name_hint")}
      max={NAME_MAX}
      name={conversation.name}
      isOptional
      send={(name) => app.command("conversation.rename", { channel: conversation.id, name })}
      onClose={onClose}
    />
  );
}

function LeaveDialog({ conversation, onClose }: ConversationMenuProps) {
  const app = useApp();
  const leave = async () => {
    await app.command("conversation.leave", { channel: conversation.id });
    onClose();
    app.router.navigate("/d", "replace");
  };
  const name = titleOf(conversation, app.store.world.value);
  return (
    <Dialog title={t("between.leave_title", { name })} onClose={onClose}>
      <Form
        send={leave}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("cancel")}</Button>
            <Submit tone="danger">{t("between.leave")}</Submit>
          </DialogFoot>
        }
      >
        <p class="muted">{t("between.leave_text")}</p>
      </Form>
    </Dialog>
  );
}
