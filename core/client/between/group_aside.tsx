/** The side panel of a group: who is in it. */

import "../app/first.ts";
import { t } from "../i18n.ts";
import { useApp } from "../app/app.ts";
import { AsideHead, Member } from "../rooms/people.tsx";
import type { Conversation } from "../wire.ts";

export default function GroupAside({ conversation }: { readonly conversation: Conversation }) {
  const { store } = useApp();
  const members = conversation.member_ids
    .flatMap((id) => store.accounts.value.get(id) ?? [])
    .sort((a, b) => a.display_name.localeCompare(b.display_name));
  return (
    <aside class="panel aside" aria-label={t("members")}>
      <AsideHead title={t("members")} />
      <div class="scroll">
        <ul class="padtop">
          {members.map((account) => <Member key={account.id} account={account} />)}
        </ul>
      </div>
    </aside>
  );
}
