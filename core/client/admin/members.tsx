/** Members: find one, change roles, make a link for a lost password. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { useDoing } from "../app/asking.ts";
import { moment } from "../format.ts";
import { loadWords, t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { TextField } from "../kit/field.tsx";
import { List, ListRow } from "../kit/list.tsx";
import { Empty } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import { canSanction, SanctionDialog } from "../between/sanction.tsx";
import { CopyLine } from "../settings/invitations.tsx";
import { isTimedOut, ordered } from "../world.ts";
import type { Account } from "../wire.ts";
import { useAccounts } from "../people/finding.ts";
import { RoleSelect } from "../people/people_dialog.tsx";

await loadWords("people");

const STEPS_AT_ONCE = 100;

export function Members() {
  const { router } = useApp();
  const asked = new URLSearchParams(router.path.value.split("?")[1]).get("query") ?? "";
  const [query, ask] = useState(asked);
  const [role, chooseRole] = useState("");
  const [chosen, choose] = useState<Account | null>(null);
  const { accounts, hasMore, more } = useAccounts(query, role);
  const steps = useSteps(accounts);
  return (
    <>
      <div class="grid2">
        <TextField
          label={t("adm.find_member")}
          type="search"
          icon="search"
          value={query}
          onInput={ask}
        />
        <RoleSelect value={role} onChange={chooseRole} />
      </div>
      <section>
        {accounts.length === 0 && (query || role) && (
          <Empty
            icon="users"
            title={t("search.none")}
          />
        )}
        <List label={t("adm.members")}>
          {accounts.map((account) => (
            <Row
              key={account.id}
              account={account}
              steps={steps.get(account.id)}
              onChoose={() => choose(account)}
            />
          ))}
        </List>
        {hasMore && <Button onPress={more}>{t("more")}</Button>}
      </section>
      {chosen && <MemberDialog account={chosen} onClose={() => choose(null)} />}
    </>
  );
}

interface Steps {
  readonly account_id: string;
  readonly codes: boolean;
  readonly passkeys: number;
}

/** Which second steps people have, asked once of each who comes into sight. */
function useSteps(accounts: readonly Account[]): ReadonlyMap<string, Steps> {
  const app = useApp();
  const [known, know] = useState<ReadonlyMap<string, Steps>>(new Map());
  const isOpen = app.socket.phase.value === "open";
  const ids = accounts.filter(({ id, kind }) => kind === "person" && !known.has(id))
    .slice(0, STEPS_AT_ONCE).map(({ id }) => id);
  useEffect(() => {
    if (!isOpen || ids.length === 0) return;
    const asked = app.command("second_step.list", { accounts: ids }) as unknown as Promise<
      { readonly accounts: readonly Steps[] }
    >;
    asked.then(
      (told) => know((before) => new Map([...before, ...told.accounts.map(byAccount)])),
      () => {}, // the list is whole without it
    );
  }, [isOpen, ids.join()]);
  return known;
}

const byAccount = (steps: Steps): [string, Steps] => [steps.account_id, steps];

function stepsOf(steps: Steps | undefined): readonly string[] {
  if (!steps) return [];
  const had = [
    ...(steps.codes ? [t("adm.step_codes")] : []),
    ...(steps.passkeys > 0 ? [t("adm.step_passkeys", { n: steps.passkeys })] : []),
  ];
  return had.length > 0 ? had : [t("adm.step_none")];
}

function Row(
  { account, steps, onChoose }: {
    readonly account: Account;
    readonly steps: Steps | undefined;
    readonly onChoose: () => void;
  },
) {
  const { store } = useApp();
  const roles = account.role_ids.flatMap((id) =>
    id === store.community.value.everyone_role_id ? [] : store.roles.value.get(id)?.name ?? []
  );
  const state = isTimedOut(account, Date.now())
    ? t("adm.timed_out", { until: moment(account.timed_out_until ?? "") })
    : account.state === "active"
    ? ""
    : t(account.state === "suspended" ? "adm.suspended" : "adm.deleted");
  return (
    <ListRow
      start={<Avatar account={account} here={store.here.value.has(account.id)} />}
      title={account.display_name}
      detail={[
        `@${account.handle}`,
        ...(account.is_owner ? [t("adm.owner")] : []),
        ...roles,
        state,
        ...stepsOf(steps),
      ].filter(Boolean).join(" · ")}
      end={<Button size="s" onPress={onChoose}>{t("adm.change")}</Button>}
    />
  );
}

function MemberDialog(
  { account, onClose }: { readonly account: Account; readonly onClose: () => void },
) {
  const app = useApp();
  const { store } = app;
  const everyone = store.community.value.everyone_role_id;
  const roles = ordered(store.roles.value).filter((role) => role.id !== everyone);
  const [held, hold] = useState<ReadonlySet<string>>(new Set(account.role_ids));
  const [url, show] = useState<string | null>(null);
  const { isBusy, refusal, run } = useDoing();
  const toggle = (id: string) => {
    const next = new Set(held);
    if (!next.delete(id)) next.add(id);
    hold(next);
  };
  const save = async () => {
    const fields = { account: account.id, role_ids: [...held] };
    if (!(await run(() => app.command("account.roles", fields)))) return;
    toast({ text: t("saved") });
    onClose();
  };
  const makeLink = () =>
    run(async () => {
      const made = await app.command("account.reset_link", { account: account.id });
      show(made["url"] as string);
    });
  const [isAsking, ask] = useState(false);
  if (isAsking) return <SanctionDialog account={account} onClose={onClose} />;
  return (
    <Dialog title={account.display_name} onClose={onClose}>
      <fieldset class="field">
        <legend class="lab">{t("adm.roles")}</legend>
        {roles.length === 0 && <p class="hint">{t("adm.no_roles")}</p>}
        <div class="rolepick">
          {roles.map((role) => (
            <label key={role.id} class="choice">
              <input type="checkbox" checked={held.has(role.id)} onChange={() => toggle(role.id)} />
              <b>{role.name}</b>
            </label>
          ))}
        </div>
      </fieldset>
      <section class="field">
        <span class="lab">{t("adm.lost_password")}</span>
        {url ? <CopyLine text={url} /> : (
          <div class="row">
            <Button icon="key" onPress={() => void makeLink()}>{t("adm.reset_link")}</Button>
          </div>
        )}
        <span class="hint">{t("adm.reset_hint")}</span>
      </section>
      {canSanction(app, account) && (
        <div class="row">
          <Button icon="shield" tone="danger" onPress={() => ask(true)}>
            {t("sanction.open")}
          </Button>
        </div>
      )}
      {refusal && <p class="err" role="alert">{refusal.message}</p>}
      <DialogFoot>
        <Button onPress={onClose}>{t("close")}</Button>
        <Button tone="primary" busy={isBusy} onPress={() => void save()}>{t("save")}</Button>
      </DialogFoot>
    </Dialog>
  );
}
