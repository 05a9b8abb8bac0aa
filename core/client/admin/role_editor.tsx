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
import { may } from "../world.ts";
import type { Account, Role } from "../wire.ts";
import { PersonPicker, PersonRow } from "./people.tsx";
import { usePermissions } from "./permissions.ts";
import { NAME_MAX, roleName, Swatch } from "./roles.tsx";

const NO_HUE = 0;
const SHOWN_MAX = 50;

export function RoleEditor({ role }: { readonly role: Role }) {
  const app = useApp();
  const world = app.store.world.value;
  const isEveryones = role.id === world.community.everyone_role_id;
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
      <RoleForm role={role} isEveryones={isEveryones} />
      {!isEveryones && may(world, "member.manage") && <Holders role={role} />}
      {!isEveryones && <Ending role={role} />}
    </>
  );
}

function RoleForm(
  { role, isEveryones }: { readonly role: Role; readonly isEveryones: boolean },
) {
  const app = useApp();
  const groups = usePermissions();
  const [name, setName] = useState(role.name);
  const [hue, setHue] = useState(role.hue ?? NO_HUE);
  const [mentionable, setMentionable] = useState(role.mentionable);
  const [needsStep, needStep] = useState(role.needs_second_step);
  const [granted, grant] = useState<ReadonlySet<string>>(new Set(role.permissions));
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
        <div class="row">
          <Submit size="lg" disabled={!name.trim()}>{t("save")}</Submit>
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

function Holders({ role }: { readonly role: Role }) {
  const app = useApp();
  const holders = [...app.store.accounts.value.values()]
    .filter(({ role_ids }) => role_ids.includes(role.id));
  const set = (account: Account, roleIds: readonly string[]) =>
    orToast(app.command("account.roles", { account: account.id, role_ids: roleIds }));
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("roles.members", { n: holders.length })}</h2>
      </div>
      <PersonPicker
        label={t("roles.give_to")}
        action={t("roles.give")}
        fits={(account) => !account.role_ids.includes(role.id)}
        onPick={(account) => void set(account, [...account.role_ids, role.id])}
      />
      <List label={t("roles.members", { n: holders.length })}>
        {holders.slice(0, SHOWN_MAX).map((account) => (
          <PersonRow
            key={account.id}
            account={account}
            action={t("roles.take")}
            onPress={() => void set(account, account.role_ids.filter((id) => id !== role.id))}
          />
        ))}
      </List>
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
