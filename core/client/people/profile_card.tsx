/** Who somebody is: face, names, what they say of themselves, roles, since when; and what to do. */

import { useState } from "preact/hooks";
import { useAccount } from "../app/acquaintance.ts";
import { useApp } from "../app/app.ts";
import { useFillings } from "../app/slot.tsx";
import { Contained, Filled } from "../app/slot.tsx";
import { BlockDialog } from "../between/block.tsx";
import { writeTo } from "../between/person_menu.tsx";
import { date } from "../format.ts";
import { t } from "../i18n.ts";
import { Avatar, hueClass } from "../kit/avatar.tsx";
import { Button, IconButton, Link } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Skeleton } from "../kit/place.tsx";
import { isBlocked, may } from "../world.ts";
import type { Account } from "../wire.ts";

export function ProfileCard(
  { id, onClose }: { readonly id: string; readonly onClose: () => void },
) {
  const account = useAccount(id);
  const [isBlocking, block] = useState(false);
  if (account && isBlocking) return <BlockDialog account={account} onClose={() => block(false)} />;
  const name = account?.display_name ?? t("people.one");
  return (
    <Dialog title={name} quiet onClose={onClose} class="person">
      <IconButton icon="x" class="end" label={t("close")} onPress={onClose} />
      {account ? <Facts account={account} /> : <Skeleton label={t("loading")} lines={3} />}
      <DialogFoot>
        {account && account.state !== "deleted" && (
          <Deeds
            account={account}
            onClose={onClose}
            onBlock={() => block(true)}
          />
        )}
      </DialogFoot>
    </Dialog>
  );
}

function Facts({ account }: { readonly account: Account }) {
  const { store } = useApp();
  const everyone = store.community.value.everyone_role_id;
  const lines = useFillings("profile-line");
  const roles = account.role_ids
    .flatMap((id) => id === everyone ? [] : store.roles.value.get(id) ?? [])
    .sort((a, b) => b.position - a.position);
  const handle = account.state === "deleted" ? "" : `@${account.handle}`;
  const facts = [handle, account.pronouns].filter(Boolean).join(" · ");
  return (
    <>
      <Avatar
        account={account}
        size="xl"
        here={store.here.value.has(account.id)}
        absent={store.absent.value.get(account.id)}
      />
      <div>
        <b class={`display inhue ${hueClass(account.hue)}`}>
          <bdi>{account.display_name}</bdi>
        </b>{" "}
        {account.kind === "bot" && <span class="pill">{t("person.bot")}</span>}
        {account.guest_until && <span class="pill">{t("people.guest")}</span>}
        <p class="sm muted">
          <bdi>{facts}</bdi>
        </p>
        <p class="xs muted">{t("people.since", { date: date(account.created_at) })}</p>
      </div>
      {account.status && <p dir="auto">{account.status}</p>}
      {(roles.length > 0 || account.is_owner) && (
        <ul class="row wrap held" aria-label={t("people.roles")}>
          {account.is_owner && <li class="pill">{t("people.owner")}</li>}
          {roles.map((role) => (
            <li key={role.id} class={`pill ${role.hue ? hueClass(role.hue) : ""}`}>
              <bdi>{role.name}</bdi>
            </li>
          ))}
        </ul>
      )}
      {lines.map((line, at) => (
        <p key={`${line.plugin}-${at}`} class="sm">
          <Contained plugin={line.plugin} quiet>
            <Filled filling={line} props={{ account }} />
          </Contained>
        </p>
      ))}
    </>
  );
}

function Deeds(
  { account, onClose, onBlock }: {
    readonly account: Account;
    readonly onClose: () => void;
    readonly onBlock: () => void;
  },
) {
  const app = useApp();
  const world = app.store.world.value;
  if (account.id === world.me) {
    return (
      <Link to="/settings/profile" class="btn primary">
        <span onClick={onClose}>{t("people.edit")}</span>
      </Link>
    );
  }
  const write = () => {
    onClose();
    void writeTo(app, account);
  };
  return (
    <>
      <Button tone="primary" icon="chat" onPress={write}>{t("people.write")}</Button>
      {may(world, "member.manage") && (
        <Button
          tone="ghost"
          onPress={() => {
            onClose();
            app.router.navigate(`/admin/members?query=${encodeURIComponent(account.handle)}`);
          }}
        >
          {t("people.manage")}
        </Button>
      )}
      {account.kind === "person" && !isBlocked(world, account.id) && (
        <Button tone="ghost" onPress={onBlock}>{t("between.block")}</Button>
      )}
    </>
  );
}
