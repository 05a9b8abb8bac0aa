/** Everybody who lives here, asked of the server page by page, by a part of the name and by role. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Select, TextField } from "../kit/field.tsx";
import { List, ListRow } from "../kit/list.tsx";
import { Empty } from "../kit/place.tsx";
import { ordered } from "../world.ts";
import { useAccounts } from "./finding.ts";

export function PeopleDialog({ onClose }: { readonly onClose: () => void }) {
  const app = useApp();
  const [query, ask] = useState("");
  const [role, choose] = useState("");
  const { accounts, hasMore, more } = useAccounts(query, role);
  return (
    <Dialog title={t("members")} onClose={onClose} class="people">
      <div class="grid2">
        <TextField
          label={t("people.find")}
          type="search"
          icon="search"
          value={query}
          onInput={ask}
        />
        <RoleSelect value={role} onChange={choose} />
      </div>
      <div class="scroll" tabIndex={0} aria-label={t("members")} role="region">
        {accounts.length === 0 && (query || role) && (
          <Empty
            icon="users"
            title={t("people.none")}
          />
        )}
        <List label={t("members")}>
          {accounts.map((account) => (
            <ListRow
              key={account.id}
              start={<Avatar account={account} here={app.store.here.value.has(account.id)} />}
              title={account.display_name}
              detail={[`@${account.handle}`, account.status].filter(Boolean).join(" · ")}
              end={
                <Button
                  size="s"
                  onPress={() => app.opened.value = { what: "person", id: account.id }}
                >
                  {t("people.show")}
                  <span class="sr">{account.display_name}</span>
                </Button>
              }
            />
          ))}
        </List>
        {hasMore && <Button onPress={more}>{t("more")}</Button>}
      </div>
      <DialogFoot>
        <Button onPress={onClose}>{t("close")}</Button>
      </DialogFoot>
    </Dialog>
  );
}

/** Whose: everybody's, or those who have one role. */
export function RoleSelect(
  { value, onChange }: {
    readonly value: string;
    readonly onChange: (role: string) => void;
  },
) {
  const { store } = useApp();
  const everyone = store.community.value.everyone_role_id;
  const roles = ordered(store.roles.value).filter((role) => role.id !== everyone).toReversed();
  return (
    <Select
      label={t("people.role")}
      value={value}
      options={[
        { value: "", label: t("people.all") },
        ...roles.map((role) => ({ value: role.id, label: role.name })),
      ]}
      onChange={onChange}
    />
  );
}
