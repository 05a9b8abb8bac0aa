/** Roles from the highest to everyone's: make one, put them in order, open one. */

import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { useDoing } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { hueClass } from "../kit/avatar.tsx";
import { IconButton, Link } from "../kit/button.tsx";
import { TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { Icon } from "../kit/icon.tsx";
import { keepFocus } from "../kit/layers.ts";
import { ListRow } from "../kit/list.tsx";
import { ordered, peopleKnown, topRole, type World } from "../world.ts";
import type { Role } from "../wire.ts";
import { RoleEditor } from "./role_editor.tsx";

export const NAME_MAX = 64;

export function Roles() {
  const { router, store } = useApp();
  const chosen = new URLSearchParams(router.path.value.split("?")[1]).get("role");
  const role = store.roles.value.get(chosen ?? "");
  useEffect(() => void keepFocus(), []);
  return role ? <RoleEditor key={role.id} role={role} /> : <RoleList />;
}

/** The name of a role; everyone's has one in the reader's language. */
export function roleName(world: World, role: Role): string {
  return role.id === world.community.everyone_role_id ? t("roles.everyone") : role.name;
}

/** Whether the role is below all of one's own; the server has the word. */
export function isBelowMe(world: World, role: Role): boolean {
  const me = world.accounts.get(world.me);
  if (!me) return false;
  return me.is_owner || role.position < (topRole(world, me)?.position ?? 0);
}

function RoleList() {
  const app = useApp();
  const { store } = app;
  const world = store.world.value;
  const roles = [...ordered(store.roles.value)].reverse();
  const all = roles.filter((role) => role.id !== world.community.everyone_role_id);
  const { isBusy, refusal, run } = useDoing();
  const { told, tell, list } = useMoved();
  const move = async (role: Role, step: 1 | -1) => {
    if (isBusy) return;
    const ids = all.map(({ id }) => id);
    const at = ids.indexOf(role.id);
    ids.splice(at, 1);
    ids.splice(at + step, 0, role.id);
    if (!(await run(() => app.command("role.order", { role_ids: ids })))) return;
    tell(role.id, step, t("roles.moved", { role: role.name, n: at + step + 1, of: ids.length }));
  };
  return (
    <>
      <NewRole />
      <section>
        {refusal && <p class="err" role="alert">{refusal.message}</p>}
        <ul class="rows" aria-label={t("adm.roles")} ref={list}>
          {roles.map((role) => {
            const at = all.indexOf(role);
            const isMine = isBelowMe(world, role);
            const above = all[at - 1];
            return (
              <ListRow
                key={role.id}
                start={<Swatch role={role} />}
                title={roleName(world, role)}
                detail={countOf(world, role)}
                end={isMine
                  ? (
                    <span class="row" data-role={role.id}>
                      {at >= 0 && (
                        <>
                          <IconButton
                            icon="down"
                            class="up"
                            label={t("roles.up", { role: role.name })}
                            disabled={!above || !isBelowMe(world, above)}
                            onPress={() => void move(role, -1)}
                          />
                          <IconButton
                            icon="down"
                            label={t("roles.down", { role: role.name })}
                            disabled={at === all.length - 1}
                            onPress={() => void move(role, 1)}
                          />
                        </>
                      )}
                      <Link to={`/admin/roles?role=${role.id}`} class="btn s">
                        {t("adm.change")}
                        <span class="sr">{roleName(world, role)}</span>
                      </Link>
                    </span>
                  )
                  : (
                    <span class="pill">
                      <Icon name="lock" />
                      {t("roles.above")}
                    </span>
                  )}
              />
            );
          })}
        </ul>
        <p class="sr" role="status">{told}</p>
      </section>
    </>
  );
}

/** What moved is said, and its button keeps the focus: a row that moves in the page loses it. */
function useMoved() {
  const list = useRef<HTMLUListElement>(null);
  const [moved, set] = useState({ told: "", roleId: "", step: 1 });
  useEffect(() => {
    const buttons = list.current?.querySelectorAll<HTMLButtonElement>(
      `[data-role="${moved.roleId}"] button`,
    );
    const [up, down] = buttons ?? [];
    const used = moved.step < 0 ? up : down;
    (used?.disabled ? (used === up ? down : up) : used)?.focus();
  }, [moved]);
  return {
    list,
    told: moved.told,
    tell: (roleId: string, step: number, told: string) => set({ told, roleId, step }),
  };
}

function NewRole() {
  const app = useApp();
  const [name, setName] = useState("");
  const make = async () => {
    const made = await app.command("role.create", { name: name.trim() });
    app.router.navigate(`/admin/roles?role=${(made["role"] as Role).id}`);
  };
  return (
    <Form
      send={make}
      foot={
        <div class="row">
          <Submit icon="plus" disabled={!name.trim()}>{t("roles.add")}</Submit>
        </div>
      }
    >
      <TextField
        label={t("roles.new")}
        hint={t("roles.new_hint")}
        name="name"
        value={name}
        onInput={setName}
        max={NAME_MAX}
      />
    </Form>
  );
}

export function Swatch({ role }: { readonly role: Role }) {
  return <i class={role.hue ? `swatch ${hueClass(role.hue)}` : "swatch"} />;
}

function countOf(world: World, role: Role): string {
  if (role.id === world.community.everyone_role_id) return t("roles.everyone_hint");
  if (peopleKnown(world) < world.people) return "";
  const held = [...world.accounts.values()].filter(({ role_ids }) => role_ids.includes(role.id));
  return t("roles.members", { n: held.length });
}
