/** Finding somebody: asks the server page by page, since the store holds the first thousand only. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button } from "../kit/button.tsx";
import { TextField } from "../kit/field.tsx";
import { List, ListRow } from "../kit/list.tsx";
import type { Account } from "../wire.ts";

const PAGE = 50;
const FOUND_MAX = 5;
const ASK_AFTER_MS = 250;

export function useAccounts(query: string) {
  const app = useApp();
  const [found, take] = useState<readonly Account[]>([]);
  const [hasMore, know] = useState(false);
  const fetch = async (after: Account | undefined) => {
    const asked = {
      limit: PAGE,
      ...(query.trim() ? { query: query.trim() } : {}),
      ...(after ? { after: after.id } : {}),
    };
    const { accounts } = await app.command("account.list", asked) as unknown as {
      accounts: readonly Account[];
    };
    take(after ? [...found, ...accounts] : accounts);
    know(accounts.length === PAGE);
  };
  useEffect(() => {
    const timer = setTimeout(() => void fetch(undefined).catch(() => {}), ASK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [query, app.socket.phase.value]);
  const known = app.store.accounts.value;
  return {
    accounts: found.map((account) => known.get(account.id) ?? account),
    hasMore,
    more: () => void fetch(found.at(-1)).catch(() => {}),
  };
}

/** A field, and under it who fits: each with one button. */
export function PersonPicker(
  { label, action, fits, onPick }: {
    readonly label: string;
    readonly action: string;
    readonly fits: (account: Account) => boolean;
    readonly onPick: (account: Account) => void;
  },
) {
  const [query, ask] = useState("");
  const { accounts } = useAccounts(query);
  const found = query.trim() ? accounts.filter(fits).slice(0, FOUND_MAX) : [];
  return (
    <div class="field">
      <TextField label={label} type="search" icon="search" value={query} onInput={ask} />
      {found.length > 0 && (
        <List label={label}>
          {found.map((account) => (
            <PersonRow
              key={account.id}
              account={account}
              action={action}
              onPress={() => {
                ask("");
                onPick(account);
              }}
            />
          ))}
        </List>
      )}
      {query.trim() && found.length === 0 && (
        <span class="hint" role="status">{t("search.none")}</span>
      )}
    </div>
  );
}

/** Somebody, and what can be done about them. */
export function PersonRow(
  { account, action, onPress }: {
    readonly account: Account;
    readonly action: string;
    readonly onPress: () => void;
  },
) {
  return (
    <ListRow
      start={<Avatar account={account} size="sm" />}
      title={account.display_name}
      detail={`@${account.handle}`}
      end={
        <Button size="s" onPress={onPress}>
          {action}
          <span class="sr">{account.display_name}</span>
        </Button>
      }
    />
  );
}
