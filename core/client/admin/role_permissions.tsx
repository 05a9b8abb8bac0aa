/** What a role may do everywhere, what one place says otherwise, and what it comes to there. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Select, Switch } from "../kit/field.tsx";
import { Icon } from "../kit/icon.tsx";
import { may, mayAt, ordered, type World } from "../world.ts";
import type { Category, Channel, Role, Room } from "../wire.ts";
import { atPlace, endsUp, type Permission, type PermissionGroup } from "./permissions.ts";
import { type Exception, saidIn, saidOf, saying, ThreeWay } from "./three_way.tsx";

type Place = Category | Channel | Room;

export interface RolePermissionsProps {
  readonly role: Role;
  readonly groups: readonly PermissionGroup[];
  readonly granted: ReadonlySet<string>;
  /** What is to be said of the role, by the place; places where nothing was changed are not in it. */
  readonly exceptions: ReadonlyMap<string, Exception>;
  /** A place is open from the beginning: there is space for what it says. */
  readonly isRoomy: boolean;
  readonly onGrant: (granted: ReadonlySet<string>) => void;
  readonly onSay: (exceptions: ReadonlyMap<string, Exception>) => void;
}

export function RolePermissions(props: RolePermissionsProps) {
  const { role, groups, granted, exceptions, isRoomy, onGrant, onSay } = props;
  const world = useApp().store.world.value;
  const places = placesOf(world);
  const [placeId, choose] = useState(isRoomy ? places[0]?.id ?? "" : "");
  const place = places.find(({ id }) => id === placeId);
  const said = place && (exceptions.get(place.id) ?? kept(place, role));
  const told = new Set(
    atPlace(groups).flatMap((group) => group.permissions.map(({ name }) => name)),
  );
  const toggle = (permission: string, on: boolean) => {
    const next = new Set(granted);
    if (on) next.add(permission);
    else next.delete(permission);
    onGrant(next);
  };
  return (
    <div class={place ? "perms at-place" : "perms"}>
      <div class="perm-head">
        <span class="lab" aria-hidden="true">{t("roles.may")}</span>
        <span class="lab" aria-hidden="true">{t("roles.everywhere")}</span>
        <Select
          label={t("roles.in_place")}
          value={place?.id ?? ""}
          options={[
            { value: "", label: t("roles.no_place") },
            ...places.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={choose}
        />
        {place && <span class="lab" aria-hidden="true">{t("roles.ends_up")}</span>}
      </div>
      {groups.map(({ title, permissions }) => (
        <section key={title}>
          <h3 class="lab">{title}</h3>
          <ul class="rows" aria-label={title}>
            {permissions.map((permission) => (
              <li key={permission.name}>
                <b class="sm">{permission.label}</b>
                <Switch
                  label={permission.label}
                  on={granted.has(permission.name)}
                  disabled={!may(world, permission.name)}
                  onChange={(on) => toggle(permission.name, on)}
                />
                {place && told.has(permission.name) && (
                  <Here
                    place={place}
                    permission={permission}
                    role={{ ...role, permissions: [...granted] }}
                    said={said}
                    onSay={(wish) => onSay(new Map(exceptions).set(place.id, wish))}
                  />
                )}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

/** What the place says of one permission, and what the role ends up with. */
function Here(
  { place, permission: { name, label }, role, said, onSay }: {
    readonly place: Place;
    readonly permission: Permission;
    readonly role: Role;
    readonly said: Exception | undefined;
    readonly onSay: (said: Exception) => void;
  },
) {
  const known = useApp().store.world.value;
  const world = { ...known, roles: new Map(known.roles).set(role.id, role) };
  const others = place.overwrites.filter((each) => each !== saidOf(place, targetOf(role)));
  const wish = { target: "role" as const, target_id: role.id, allow: [], deny: [], ...said };
  const ends = endsUp(world, { id: "", role_ids: [role.id] }, [...others, wish], name);
  const isYes = ends === "everywhere" || ends === "here";
  return (
    <>
      <ThreeWay
        legend={t("roles.may_at", { permission: label, place: place.name })}
        said={saidIn(said, name)}
        onChange={(next) => onSay(saying(said, name, next))}
      />
      <span class="ends-up detail">
        <i class={isYes ? "yes" : ""}>
          <Icon name={isYes ? "check" : "minus"} />
        </i>
        <span aria-hidden="true">{t(`roles.end_${ends}`)}</span>
        <span class="sr">{t(`roles.ends_${ends}`)}</span>
      </span>
    </>
  );
}

/** How much is said of a role otherwise than what is kept. */
export function exceptionsChanged(
  world: World,
  role: Role,
  exceptions: ReadonlyMap<string, Exception>,
): readonly { readonly place: string; readonly wish: Exception; readonly changes: number }[] {
  const places = new Map(placesOf(world).map((place) => [place.id, place]));
  return [...exceptions].flatMap(([id, wish]) => {
    const place = places.get(id);
    if (!place) return []; // it has gone meanwhile
    const before = kept(place, role);
    const all = new Set([...before.allow, ...before.deny, ...wish.allow, ...wish.deny]);
    const changed = [...all].filter((name) => saidIn(before, name) !== saidIn(wish, name));
    return changed.length > 0 ? [{ place: id, wish, changes: changed.length }] : [];
  });
}

/** Where one may say something otherwise: channels and rooms as they stand, then the groups. */
function placesOf(world: World): readonly Place[] {
  const all: readonly Place[] = [
    ...ordered(world.rooms),
    ...ordered(world.channels).filter((channel) => channel.room_id === null),
    ...ordered(world.categories),
  ];
  return all.filter(({ overwrites }) => mayAt(world, "role.manage", overwrites));
}

function kept(place: Place, role: Role): Exception {
  return saidOf(place, targetOf(role)) ?? { allow: [], deny: [] };
}

function targetOf({ id }: Role) {
  return { kind: "role" as const, id };
}
