/** What a channel or a room says otherwise: refused, as everywhere, allowed; for a role or a person. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { orToast } from "../app/asking.ts";
import { Button, Link } from "../kit/button.tsx";
import { Select } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { Icon } from "../kit/icon.tsx";
import { keepFocus } from "../kit/layers.ts";
import { Skeleton } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import { ordered } from "../world.ts";
import type { Account, Category, Channel, Overwrite, Room } from "../wire.ts";
import { PersonPicker } from "./people.tsx";
import {
  atPlace,
  type End,
  endsUp,
  isInStep,
  type Permission,
  usePermissions,
} from "./permissions.ts";
import { isBelowMe, roleName } from "./roles.tsx";
import { type Exception, type Said, saidIn, saidOf, saying, ThreeWay } from "./three_way.tsx";

interface Target {
  readonly kind: Overwrite["target"];
  readonly id: string;
}

export function PlacePermissions({ place }: { readonly place: Category | Channel | Room }) {
  const { store } = useApp();
  const everyone = store.community.value.everyone_role_id;
  const [chosen, choose] = useState<Target>({ kind: "role", id: everyone });
  const [met, meet] = useState<Account | null>(null);
  useEffect(() => void keepFocus(), []);
  const person = (id: string) => met?.id === id ? met : store.accounts.value.get(id);
  return (
    <>
      <div class="row">
        <Link to="/admin/places" class="btn ghost" back>
          <Icon name="back" />
          {t("adm.places")}
        </Link>
      </div>
      <h2 class="display">{t("roles.at_place", { place: place.name })}</h2>
      {"category_id" in place ? <Step place={place} /> : <p class="muted">{t("roles.leads")}</p>}
      <Whom place={place} chosen={chosen} met={met} onChange={choose} />
      <PersonPicker
        label={t("roles.for_person")}
        action={t("roles.choose")}
        fits={(account) => !account.is_owner && account.id !== store.world.value.me}
        onPick={(account) => {
          meet(account);
          choose({ kind: "account", id: account.id });
        }}
      />
      <Exceptions
        key={`${chosen.kind}-${chosen.id}-${JSON.stringify(saidOf(place, chosen) ?? null)}`}
        place={place}
        target={chosen}
        roleIds={chosen.kind === "account" ? person(chosen.id)?.role_ids ?? [] : [chosen.id]}
      />
    </>
  );
}

/** Whether the place says what its category says, and how it comes to. */
function Step({ place }: { readonly place: Channel | Room }) {
  const app = useApp();
  const category = app.store.categories.value.get(place.category_id ?? "");
  if (!category) return null;
  if (isInStep(place, category)) {
    return <p class="muted" role="status">{t("roles.in_step", { category: category.name })}</p>;
  }
  const follow = () =>
    orToast(app.command("overwrite.follow", { place: place.id }))
      .then((isDone) => isDone && toast({ text: t("saved") }));
  return (
    <div class="row wrap">
      <p class="muted">{t("roles.out_of_step", { category: category.name })}</p>
      <Button onPress={() => void follow()}>{t("roles.follow")}</Button>
    </div>
  );
}

/** Roles below one's own, and people of whom something is said; a dot where there is an exception. */
function Whom(
  { place, chosen, met, onChange }: {
    readonly place: Category | Channel | Room;
    readonly chosen: Target;
    readonly met: Account | null;
    readonly onChange: (target: Target) => void;
  },
) {
  const { store } = useApp();
  const world = store.world.value;
  const isSaid = (target: Target) => saidOf(place, target) !== undefined;
  const roles = [...ordered(store.roles.value)].reverse()
    .filter((role) => isBelowMe(world, role))
    .map((role) => ({ kind: "role" as const, id: role.id, name: roleName(world, role) }));
  const ids = new Set([
    ...place.overwrites.filter(({ target }) => target === "account").map((each) => each.target_id),
    ...(met ? [met.id] : []),
  ]);
  const people = [...ids].map((id) => ({
    kind: "account" as const,
    id,
    name: (met?.id === id ? met : store.accounts.value.get(id))?.display_name ?? id,
  }));
  const options = [...roles, ...people].map((target) => ({
    value: `${target.kind}-${target.id}`,
    label: isSaid(target) ? `${target.name} •` : target.name,
  }));
  return (
    <Select
      label={t("roles.for_whom")}
      hint={t("roles.for_whom_hint")}
      value={`${chosen.kind}-${chosen.id}`}
      options={options}
      onChange={(value) => {
        const [kind, id] = value.split("-") as [Target["kind"], string];
        onChange({ kind, id });
      }}
    />
  );
}

function Exceptions(
  { place, target, roleIds }: {
    readonly place: Category | Channel | Room;
    readonly target: Target;
    readonly roleIds: readonly string[];
  },
) {
  const app = useApp();
  const groups = usePermissions();
  const before = saidOf(place, target);
  const [wish, say] = useState<Exception>({ allow: before?.allow ?? [], deny: before?.deny ?? [] });
  const told = { target: target.kind, target_id: target.id, ...wish };
  const after = [...place.overwrites.filter((each) => each !== before), told];
  const save = async () => {
    await app.command("overwrite.set", { place: place.id, ...told });
    toast({ text: t("saved") });
  };
  if (!groups) return <Skeleton label={t("loading")} lines={3} />;
  const who = { id: target.kind === "account" ? target.id : "", role_ids: roleIds };
  return (
    <Form
      send={save}
      foot={
        <div class="row">
          <Submit size="lg">{t("save")}</Submit>
        </div>
      }
    >
      {atPlace(groups).map(({ title, permissions }) => (
        <section key={title}>
          <h3 class="lab">{title}</h3>
          <ul class="rows" aria-label={title}>
            {permissions.map((permission) => (
              <ExceptionRow
                key={permission.name}
                permission={permission}
                said={saidIn(wish, permission.name)}
                ends={endsUp(app.store.world.value, who, after, permission.name)}
                onChange={(said) => say(saying(wish, permission.name, said))}
              />
            ))}
          </ul>
        </section>
      ))}
    </Form>
  );
}

function ExceptionRow(
  { permission, said, ends, onChange }: {
    readonly permission: Permission;
    readonly said: Said;
    readonly ends: End;
    readonly onChange: (said: Said) => void;
  },
) {
  return (
    <li>
      <div class="grow">
        <b class="sm">{permission.label}</b>
        <span class="detail">{t(`roles.ends_${ends}`)}</span>
      </div>
      <ThreeWay legend={permission.label} said={said} onChange={onChange} />
    </li>
  );
}
