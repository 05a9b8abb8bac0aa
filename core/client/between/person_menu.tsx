/** What can be done about somebody wherever they are listed: write to them, block them. */

import "../app/first.ts";
import { type App, useApp } from "../app/app.ts";
import { loadWords, t } from "../i18n.ts";
import { Menu, MenuItem } from "../kit/menu.tsx";
import { toast } from "../kit/toast.tsx";
import type { Account, Conversation } from "../wire.ts";
import { BlockDialog, BlockItem } from "./block.tsx";
import { useQuestion } from "./question.ts";
import { canSanction, SanctionDialog } from "./sanction.tsx";

await loadWords("between");

export interface PersonMenuProps {
  readonly account: Account;
  readonly anchor: Element;
  readonly onClose: () => void;
}

export default function PersonMenu({ account, anchor, onClose }: PersonMenuProps) {
  const { asked, ask, menuClosed } = useQuestion<"block" | "sanction">(onClose);
  if (asked === "sanction") return <SanctionDialog account={account} onClose={onClose} />;
  if (asked) return <BlockDialog account={account} onClose={onClose} />;
  return (
    <Menu label={account.display_name} anchor={anchor} onClose={menuClosed}>
      <div class="grp">
        <bdi>{account.display_name}</bdi>
      </div>
      <PersonItems account={account} onAsk={ask} />
    </Menu>
  );
}

export function PersonItems(
  { account, onAsk }: {
    readonly account: Account;
    readonly onAsk: (what: "block" | "sanction") => void;
  },
) {
  const app = useApp();
  return (
    <>
      <MenuItem
        icon="user"
        onPress={() => app.opened.value = { what: "person", id: account.id }}
      >
        {t("between.profile")}
      </MenuItem>
      <MenuItem icon="chat" onPress={() => void writeTo(app, account)}>
        {t("between.write", { name: account.display_name })}
      </MenuItem>
      {account.kind === "person" && <BlockItem account={account} onBlock={() => onAsk("block")} />}
      {canSanction(app, account) && (
        <MenuItem
          icon="shield"
          tone="danger"
          onPress={() => onAsk("sanction")}
        >
          {t("sanction.open")}
        </MenuItem>
      )}
    </>
  );
}

/** Opens what is between the two of us; `words` stand there to be sent, unless others do already. */
export async function writeTo(app: App, account: Account, words = ""): Promise<void> {
  try {
    const answer = await app.command("conversation.begin", { accounts: [account.id] });
    const conversation = answer["conversation"] as Conversation;
    app.store.apply({ event: "conversation.changed", data: conversation }, Date.now());
    if (words && !app.drafts.get(conversation.id)) app.drafts.set(conversation.id, words);
    app.router.navigate(`/d/${conversation.id}`);
  } catch (error) {
    toast({ text: (error as Error).message, tone: "bad" });
  }
}
