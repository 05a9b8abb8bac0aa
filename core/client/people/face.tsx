/** A face that leads to who somebody is, where what stands beside it leads elsewhere. */

import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import type { Account } from "../wire.ts";

export function Face(
  { account, here }: { readonly account: Account | undefined; readonly here?: boolean },
) {
  const app = useApp();
  if (!account) return <Avatar account={account} />;
  return (
    <button
      type="button"
      class="face-of"
      aria-label={t("people.who_is", { name: account.display_name })}
      onClick={() => app.opened.value = { what: "person", id: account.id }}
    >
      <Avatar account={account} {...here === undefined ? {} : { here }} />
    </button>
  );
}
