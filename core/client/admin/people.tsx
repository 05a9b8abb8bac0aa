/** Choosing somebody. */

import { useState } from "preact/hooks";
import { t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button } from "../kit/button.tsx";
import { TextField } from "../kit/field.tsx";
import { List, ListRow } from "../kit/list.tsx";
import { useAccounts } from "../people/finding.ts";
import type { Account } from "../wire.ts";

const FOUND_MAX = 5;

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
