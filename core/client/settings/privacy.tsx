/** Who may reach me, and how others see that I am here: all that is known to nobody else. */

import { useState } from "preact/hooks";
import { useAccount } from "../app/acquaintance.ts";
import { useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button } from "../kit/button.tsx";
import { Choices, SwitchRow } from "../kit/field.tsx";
import { List, ListRow } from "../kit/list.tsx";

const SHOWN_AT_ONCE = 50;

export function PrivacySettings() {
  return (
    <>
      <FirstMessages />
      <Seen />
      <Blocked />
    </>
  );
}

function FirstMessages() {
  const app = useApp();
  return (
    <Choices
      label={t("privacy.first")}
      value={app.store.world.value.privacy.first_messages}
      options={[
        {
          value: "everyone",
          label: t("privacy.everyone"),
          hint: t("privacy.everyone_hint"),
        },
        { value: "role", label: t("privacy.role"), hint: t("privacy.role_hint") },
        { value: "nobody", label: t("privacy.nobody"), hint: t("privacy.nobody_hint") },
      ]}
      onChange={(from_whom) => void orToast(app.command("privacy.first_messages", { from_whom }))}
    />
  );
}

function Seen() {
  const app = useApp();
  const { privacy } = app.store.world.value;
  const set = (fields: { presence?: boolean; typing?: boolean; name_outside?: boolean }) =>
    void orToast(app.command("privacy.show", fields));
  return (
    <ul class="rows">
      <SwitchRow
        label={t("presence.shows")}
        hint={t("presence.shows_hint")}
        on={privacy.shows_presence}
        onChange={(presence) => set({ presence })}
      />
      <SwitchRow
        label={t("presence.typing")}
        on={privacy.shows_typing}
        onChange={(typing) => set({ typing })}
      />
      <SwitchRow
        label={t("privacy.outside")}
        hint={t("privacy.outside_hint")}
        on={privacy.shows_name_outside}
        onChange={(name_outside) => set({ name_outside })}
      />
    </ul>
  );
}

function Blocked() {
  const [most, show] = useState(SHOWN_AT_ONCE);
  const { blocked } = useApp().store.world.value.privacy;
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("privacy.blocked")}</h2>
      </div>
      <p class="muted measure">
        {t(blocked.length > 0 ? "privacy.blocked_text" : "privacy.blocked_none")}
      </p>
      <List label={t("privacy.blocked")}>
        {blocked.slice(0, most).map((id) => <BlockedRow key={id} id={id} />)}
      </List>
      {blocked.length > most && (
        <Button onPress={() => show(most + SHOWN_AT_ONCE)}>{t("privacy.more")}</Button>
      )}
    </section>
  );
}

function BlockedRow({ id }: { readonly id: string }) {
  const app = useApp();
  const account = useAccount(id);
  const name = account?.display_name ?? "…";
  return (
    <ListRow
      start={<Avatar account={account} />}
      title={name}
      detail={account && `@${account.handle}`}
      end={
        <Button
          size="s"
          onPress={() => void orToast(app.command("privacy.unblock", { account: id }))}
        >
          {t("privacy.unblock")}
          <span class="sr">, {name}</span>
        </Button>
      }
    />
  );
}
