/** One role: its name and colour, what it may do everywhere and in one place, and who has it. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { orToast, useDoing } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { Button, Link } from "../kit/button.tsx";
import { SwitchRow, TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { HuePicker } from "../kit/hues.tsx";
import { Icon } from "../kit/icon.tsx";
import { List, Tabs } from "../kit/list.tsx";
import { Skeleton } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import { useAccounts } from "../people/finding.ts";
import { may, peopleOf } from "../world.ts";
import type { Account, Role } from "../wire.ts";
import { PersonPicker, PersonRow } from "./people.tsx";
import { usePermissions } from "./permissions.ts";
import { exceptionsChanged, RolePermissions } from "./role_permissions.tsx";
import { NAME_MAX, roleName, Swatch } from "./roles.tsx";
import type { Exception } from "./three_way.tsx";

const NO_HUE = 0;

export interface RoleEditorProps {
  readonly role: Role;
  /** The list of roles does not stand beside it. */
  readonly isAlone: boolean;
  readonly headId: string | undefined;
}

export function RoleEditor({ role, isAlone, headId }: RoleEditorProps) {
  const world = useApp().store.world.value;
  const isEveryones = role.id === world.community.everyone_role_id;
  const holders = useHolders(role);
  const [tab, show] = useState<"permissions" | "members">("permissions");
  const members = holders.count === null ? t("members") : t("roles.members", { n: holders.count });
  return (
    <section class="role-edit" aria-label={roleName(world, role)}>
      <div class="role-head row wrap">
        {isAlone && (
          <Link to="/admin/roles" class="btn ghost" back>
            <Icon name="back" />
            {t("roles.all")}
          </Link>
        )}
        <h2 class="display row grow" id={headId} tabIndex={-1}>
          <Swatch role={role} />
          <bdi>{roleName(world, role)}</bdi>
        </h2>
        {!isEveryones && may(world, "member.manage") && (
          <Tabs
            label={roleName(world, role)}
            value={tab}
            onChange={show}
            tabs={[
              { key: "permissions", title: t("roles.permissions") },
              { key: "members", title: members },
            ]}
          />
        )}
        <Link to={`/admin/view?role=${role.id}`} class="btn">
          <Icon name="eye" />
          {t("roles.view_as")}
        </Link>
      </div>
      <div
        class="role-part"
        role={isEveryones ? undefined : "tabpanel"}
        aria-label={t("roles.permissions")}
        hidden={tab !== "permissions"}
      >
        <RoleForm role={role} isEveryones={isEveryones} isRoomy={!isAlone} holders={holders} />
        {!isEveryones && <Ending role={role} />}
      </div>
      {tab === "members" && (
        <div class="role-part" role="tabpanel" aria-label={members}>
          <Holders role={role} title={members} holders={holders} />
        </div>
      )}
    </section>
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

interface Wish {
  readonly name: string;
  readonly hue: number;
  readonly mentionable: boolean;
  readonly needsStep: boolean;
  readonly granted: ReadonlySet<string>;
  readonly exceptions: ReadonlyMap<string, Exception>;
}

/** A role as it is kept. */
function asKept(role: Role): Wish {
  return {
    name: role.name,
    hue: role.hue ?? NO_HUE,
    mentionable: role.mentionable,
    needsStep: role.needs_second_step,
    granted: new Set(role.permissions),
    exceptions: new Map(),
  };
}

/** How many things of a role itself were changed and not saved yet. */
function changesOf(role: Role, wish: Wish): number {
  const was = asKept(role);
  const fields = ["name", "hue", "mentionable", "needsStep"] as const;
  return new Set(was.granted).symmetricDifference(new Set(wish.granted)).size +
    fields.filter((field) => was[field] !== wish[field]).length;
}

function RoleForm(
  { role, isEveryones, isRoomy, holders }: {
    readonly role: Role;
    readonly isEveryones: boolean;
    readonly isRoomy: boolean;
    readonly holders: Held;
  },
) {
  const app = useApp();
  const groups = usePermissions();
  const [wish, setWish] = useState(() => asKept(role));
  const change = (part: Partial<Wish>) => setWish({ ...wish, ...part });
  const name = wish.name.trim();
  const elsewhere = exceptionsChanged(app.store.world.value, role, wish.exceptions);
  const ownChanges = changesOf(role, { ...wish, name });
  const changes = elsewhere.reduce((sum, each) => sum + each.changes, ownChanges);
  const save = async () => {
    const { hue, mentionable } = wish;
    await app.command("role.edit", {
      role: role.id,
      permissions: [...wish.granted],
      needs_second_step: wish.needsStep,
      ...(isEveryones ? {} : { name, hue, mentionable }),
    });
    for (const each of elsewhere) {
      const said = { place: each.place, target: "role", target_id: role.id, ...each.wish };
      await app.command("overwrite.set", said);
    }
    toast({ text: t("saved") });
  };
  if (!groups) return <Skeleton label={t("loading")} lines={3} />;
  return (
    <Form
      send={save}
      foot={
        <div class="save row wrap">
          <p class="sm muted grow" role="status">
            {changes > 0 && [t("roles.changes", { n: changes }), noticed(holders)].join(" ")}
          </p>
          <Button disabled={changes === 0} onPress={() => setWish(asKept(role))}>
            {t("roles.undo")}
          </Button>
          <Submit disabled={!name}>{t("save")}</Submit>
        </div>
      }
    >
      {!isEveryones && (
        <div class="role-self">
          <TextField
            label={t("adm.name")}
            name="name"
            value={wish.name}
            onInput={(text) => change({ name: text })}
            max={NAME_MAX}
            required
          />
          <div class="row wrap">
            <HuePicker
              label={t("roles.hue")}
              names={(n) => t("profile.hue_n", { n })}
              value={wish.hue}
              onChange={(hue) => change({ hue })}
            />
            {wish.hue !== NO_HUE && (
              <Button
                size="s"
                tone="ghost"
                onPress={() => change({ hue: NO_HUE })}
              >
                {t("roles.no_hue")}
              </Button>
            )}
          </div>
        </div>
      )}
      <ul class="rows role-rules">
        {!isEveryones && (
          <SwitchRow
            label={t("roles.mentionable")}
            on={wish.mentionable}
            onChange={(mentionable) => change({ mentionable })}
          />
        )}
        <SwitchRow
          label={t("roles.needs_step")}
          hint={t(isEveryones ? "roles.needs_step_all" : "roles.needs_step_hint")}
          on={wish.needsStep}
          onChange={(needsStep) => change({ needsStep })}
        />
      </ul>
      <RolePermissions
        role={role}
        groups={groups}
        granted={wish.granted}
        exceptions={wish.exceptions}
        isRoomy={isRoomy}
        onGrant={(granted) => change({ granted })}
        onSay={(exceptions) => change({ exceptions })}
      />
    </Form>
  );
}

function noticed({ count }: Held): string {
  if (count === 0) return "";
  return count === null ? t("roles.notice_all") : t("roles.notice", { n: count });
}

function Holders(
  { role, title, holders }: {
    readonly role: Role;
    readonly title: string;
    readonly holders: Held;
  },
) {
  const app = useApp();
  const set = (account: Account, roleIds: readonly string[]) =>
    orToast(app.command("account.roles", { account: account.id, role_ids: roleIds }));
  return (
    <>
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
    </>
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
