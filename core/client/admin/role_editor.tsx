/** One role: its name and colour, what it may do, and who has it. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { orToast, useDoing } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { Button, Link } from "../kit/button.tsx";
import { SwitchRow, TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { HuePicker } from "../kit/hues.tsx";
import { Icon } from "../kit/icon.tsx";
import { List } from "../kit/list.tsx";
import { Skeleton } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import { useAccounts } from "../people/finding.ts";
import { may, peopleOf } from "../world.ts";
import type { Account, Role } from "../wire.ts";
import { PersonPicker, PersonRow } from "./people.tsx";
import { usePermissions } from "./permissions.ts";
import { NAME_MAX, roleName, Swatch } from "./roles.tsx";

const NO_HUE = 0;

export function RoleEditor({ role }: { readonly role: Role }) {
  const app = useApp();
  const world = app.store.world.value;
  const isEveryones = role.id === world.community.everyone_role_id;
  const holders = useHolders(role);
  return (
    <>
      <div class="row wrap">
        <Link to="/admin/roles" class="btn ghost" back>
          <Icon name="back" />
          {t("roles.all")}
        </Link>
        <span class="grow" />
        <Link to={`/admin/view?role=${role.id}`} class="btn">
          <Icon name="eye" />
          {t("roles.view_as")}
        </Link>
      </div>
      <h2 class="display row">
        <Swatch role={role} />
        <bdi>{roleName(world, role)}</bdi>
      </h2>
      <RoleForm role={role} isEveryones={isEveryones} holders={holders} />
      {!isEveryones && may(world, "member.manage") && <Holders role={role} holders={holders} />}
      {!isEveryones && <Ending role={role} />}
    </>
  );
}

interface Held {
  readonly by: readonly Account[];
  /** How many have it; null where only some of them are known. */
  readonly count: number | null;
  readonly more: (() => void) | null;
}

/** Who has a role: those of whom the page knows, and whom the server tells page by page. */
function useHolders(role: Role): Held {
  const { store } = useApp();
  const { accounts, hasMore, more } = useAccounts("", role.id);
  const world = store.world.value;
  const all = new Map([...accounts, ...world.accounts.values()].map((one) => [one.id, one]));
  const by = [...all.values()].filter(({ role_ids }) => role_ids.includes(role.id));
  if (role.id === world.community.everyone_role_id) {
    return { by, count: peopleOf(world), more: null };
  }
  return { by, count: hasMore ? null : by.length, more: hasMore ? more : null };
}

/** How many things of a role were changed and not saved yet. */
function changesOf(role: Role, wish: Wish): number {
  const before = new Set(role.permissions);
  const fields = ["name", "hue", "mentionable", "needsStep"] as const;
  const was = { ...role, hue: role.hue ?? NO_HUE, needsStep: role.needs_second_step };
  return before.symmetricDifference(wish.granted).size +
    fields.filter((field) => was[field] !== wish[field]).length;
}

interface Wish {
  readonly name: string;
  readonly hue: number;
  readonly mentionable: boolean;
  readonly needsStep: boolean;
  readonly granted: Set<string>;
}

function RoleForm(
  { role, isEveryones, holders }: {
    readonly role: Role;
    readonly isEveryones: boolean;
    readonly holders: Held;
  },
) {
  const app = useApp();
  const groups = usePermissions();
  const [name, setName] = useState(role.name);
  const [hue, setHue] = useState(role.hue ?? NO_HUE);
  const [mentionable, setMentionable] = useState(role.mentionable);
  const [needsStep, needStep] = useState(role.needs_second_step);
  const [granted, grant] = useState<Set<string>>(new Set(role.permissions));
  const changes = changesOf(role, { name: name.trim(), hue, mentionable, needsStep, granted });
  const toggle = (permission: string, on: boolean) => {
    const next = new Set(granted);
    if (on) next.add(permission);
    else next.delete(permission);
    grant(next);
  };
  const save = async () => {
    const named = isEveryones ? {} : { name: name.trim(), hue, mentionable };
    await app.command("role.edit", {
      role: role.id,
      permissions: [...granted],
      needs_second_step: needsStep,
      ...named,
    });
    toast({ text: t("saved") });
  };
  if (!groups) return <Skeleton label={t("loading")} lines={3} />;
  return (
    <Form
      send={save}
      foot={
        <div class="row wrap">
          <Submit size="lg" disabled={!name.trim()}>{t("save")}</Submit>
          <p class="sm muted" role="status">
            {changes > 0 && [t("roles.changes", { n: changes }), noticed(holders)].join(" ")}
          </p>
        </div>
      }
    >
      {!isEveryones && (
        <>
          <TextField
            label={t("adm.name")}
            name="name"
            value={name}
            onInput={setName}
            max={NAME_MAX}
            required
          />
          <HuePicker
            label={t("roles.hue")}
            names={(n) => t("profile.hue_n", { n })}
            value={hue}
            onChange={setHue}
          />
          {hue !== NO_HUE && (
            <div class="row">
              <Button size="s" tone="ghost" onPress={() => setHue(NO_HUE)}>
                {t("roles.no_hue")}
              </Button>
            </div>
          )}
          <ul class="rows">
            <SwitchRow
              label={t("roles.mentionable")}
              on={mentionable}
              onChange={setMentionable}
            />
          </ul>
        </>
      )}
      <ul class="rows">
        <SwitchRow
          label={t("roles.needs_step")}
          hint={t(isEveryones ? "roles.needs_step_all" : "roles.needs_step_hint")}
          on={needsStep}
          onChange={needStep}
        />
      </ul>
      {groups.map(({ title, permissions }) => (
        <section key={title}>
          <h3 class="lab">{title}</h3>
          <ul class="rows" aria-label={title}>
            {permissions.map(({ name: permission, label }) => (
              <SwitchRow
                key={permission}
                label={label}
                on={granted.has(permission)}
                disabled={!may(app.store.world.value, permission)}
                onChange={(on) => toggle(permission, on)}
              />
            ))}
          </ul>
        </section>
      ))}
    </Form>
  );
}

function noticed({ count }: Held): string {
  if (count === 0) return "";
  return count === null ? t("roles.notice_all") : t("roles.notice", { n: count });
}

function Holders({ role, holders }: { readonly role: Role; readonly holders: Held }) {
  const app = useApp();
  const title = holders.count === null ? t("members") : t("roles.members", { n: holders.count });
  const set = (account: Account, roleIds: readonly string[]) =>
    orToast(app.command("account.roles", { account: account.id, role_ids: roleIds }));
  return (
    <section>
      <div class="hh">
        <h2 class="display">{title}</h2>
      </div>
      <PersonPicker
        label={t("roles.give_to")}
        action={t("roles.give")}
        fits={(account) => !account.role_ids.includes(role.id)}
        onPick={(account) => void set(account, [...account.role_ids, role.id])}
      />
      <List label={title}>
        {holders.by.map((account) => (
          <PersonRow
            key={account.id}
            account={account}
            action={t("roles.take")}
            onPress={() => void set(account, account.role_ids.filter((id) => id !== role.id))}
          />
        ))}
      </List>
      {holders.more && <Button onPress={holders.more}>{t("more")}</Button>}
    </section>
  );
}

function Ending({ role }: { readonly role: Role }) {
  const app = useApp();
  const [isSure, ask] = useState(false);
  const { refusal, run } = useDoing();
  const end = async () => {
    if (await run(() => app.command("role.delete", { role: role.id }))) {
      app.router.navigate("/admin/roles", "replace");
    }
  };
  return (
    <section class="field">
      {isSure && <p class="err" role="alert">{t("roles.sure")}</p>}
      {refusal && <p class="err" role="alert">{refusal.message}</p>}
      <div class="row">
        <Button tone="danger" icon="trash" onPress={() => isSure ? void end() : ask(true)}>
          {t(isSure ? "adm.really_end" : "adm.end")}
        </Button>
      </div>
    </section>
  );
}
