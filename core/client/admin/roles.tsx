/** Roles from the highest to everyone's: make one, put them in order; beside them the one that is open. */

import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { useDoing } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { hueClass } from "../kit/avatar.tsx";
import { Button, IconButton, Link } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { keepFocus } from "../kit/layers.ts";
import { NameDialog } from "../kit/name_dialog.tsx";
import { mediaSignal } from "../prefs.ts";
import { ordered, peopleKnown, peopleOf, topRole, type World } from "../world.ts";
import type { Role } from "../wire.ts";
import { RoleEditor } from "./role_editor.tsx";

export const NAME_MAX = 64;

/** The list stands beside a role; on a narrower page they stand one after the other. */
const isWide = mediaSignal("(min-width: 1281px)", true);

export function Roles() {
  const { router, store } = useApp();
  const world = store.world.value;
  const asked = new URLSearchParams(router.path.value.split("?")[1]).get("role") ?? "";
  const chosen = world.roles.get(asked);
  const first = [...ordered(world.roles)].reverse().find((role) => isBelowMe(world, role));
  const open = chosen ?? (isWide.value ? first : undefined);
  useEffect(() => void keepFocus(document.getElementById(EDITED)), []);
  return (
    <div class="roles">
      {(isWide.value || !open) && <RoleList open={open} />}
      {open && (
        <RoleEditor
          key={open.id}
          role={open}
          isAlone={!isWide.value}
          headId={chosen ? EDITED : undefined}
        />
      )}
    </div>
  );
}

/** The name of the role that was chosen: choosing one leads there. */
const EDITED = "role-edited";

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

function RoleList({ open }: { readonly open: Role | undefined }) {
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
    <nav class="role-list" aria-label={t("roles.all")}>
      <NewRole />
      {refusal && <p class="err" role="alert">{refusal.message}</p>}
      <ul ref={list}>
        {roles.map((role) => {
          const at = all.indexOf(role);
          const above = all[at - 1];
          return (
            <li key={role.id} data-role={role.id} class={role === open ? "open" : ""}>
              <RoleLine world={world} role={role} isOpen={role === open} />
              {at >= 0 && isBelowMe(world, role) && (
                <span class="row moves">
                  <IconButton
                    icon="down"
                    class="up"
                    small
                    label={t("roles.up", { role: role.name })}
                    disabled={!above || !isBelowMe(world, above)}
                    onPress={() => void move(role, -1)}
                  />
                  <IconButton
                    icon="down"
                    small
                    label={t("roles.down", { role: role.name })}
                    disabled={at === all.length - 1}
                    onPress={() => void move(role, 1)}
                  />
                </span>
              )}
            </li>
          );
        })}
      </ul>
      <p class="sr" role="status">{told}</p>
    </nav>
  );
}

/** A role by its name and how many have it; one at or above one's own rank cannot be opened. */
function RoleLine(
  { world, role, isOpen }: {
    readonly world: World;
    readonly role: Role;
    readonly isOpen: boolean;
  },
) {
  const count = countOf(world, role);
  const line = (
    <>
      <Swatch role={role} />
      <b class="trunc grow">
        <bdi>{roleName(world, role)}</bdi>
      </b>
      {count !== null && (
        <span class="xs muted" title={t("roles.members", { n: count })}>
          <span aria-hidden="true">{count}</span>
          <span class="sr">{t("roles.members", { n: count })}</span>
        </span>
      )}
    </>
  );
  if (isBelowMe(world, role)) {
    return (
      <Link to={`/admin/roles?role=${role.id}`} class="role-line" current={isOpen}>{line}</Link>
    );
  }
  return (
    <span class="role-line" title={t("roles.above")}>
      {line}
      <Icon name="lock" />
      <span class="sr">{t("roles.above")}</span>
    </span>
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
  const [isAsked, ask] = useState(false);
  const make = async (name: string) => {
    const made = await app.command("role.create", { name });
    app.router.navigate(`/admin/roles?role=${(made["role"] as Role).id}`);
  };
  return (
    <>
      <Button icon="plus" onPress={() => ask(true)}>{t("roles.add")}</Button>
      {isAsked && (
        <NameDialog
          title={t("roles.add")}
          label={t("roles.new")}
          hint={t("roles.new_hint")}
          submit={t("roles.add")}
          max={NAME_MAX}
          send={make}
          onClose={() => ask(false)}
        />
      )}
    </>
  );
}

export function Swatch({ role }: { readonly role: Role }) {
  return <i class={role.hue ? `swatch ${hueClass(role.hue)}` : "swatch"} />;
}

/** How many have it; null where the page does not know everybody. */
function countOf(world: World, role: Role): number | null {
  if (role.id === world.community.everyone_role_id) return peopleOf(world);
  if (peopleKnown(world) < world.people) return null;
  return [...world.accounts.values()].filter(({ role_ids }) => role_ids.includes(role.id)).length;
}
