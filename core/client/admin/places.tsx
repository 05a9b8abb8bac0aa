/** Channels and rooms under their categories: made, changed, moved and ended. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Button, Link } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { List } from "../kit/list.tsx";
import type { Category } from "../wire.ts";
import { mayAt, ordered } from "../world.ts";
import { type Editing, type Kind, type Place, PlaceDialog } from "./place_dialog.tsx";
import { kin, MoveMenu, TakeOver, useDragging, useMoving, type Wish } from "./place_moving.tsx";
import { PlacePermissions } from "./place_permissions.tsx";

export function Places() {
  const { router, store } = useApp();
  const chosen = new URLSearchParams(router.path.value.split("?")[1]).get("place") ?? "";
  const place = store.rooms.value.get(chosen) ?? store.channels.value.get(chosen) ??
    store.categories.value.get(chosen);
  return place ? <PlacePermissions place={place} /> : <PlaceList />;
}

function PlaceList() {
  const { store } = useApp();
  const [editing, edit] = useState<Editing | null>(null);
  const { list, told, moved, move } = useMoving();
  const dragging = useDragging((wish) => void move(wish));
  const adding: readonly (readonly [Kind, string])[] = [
    ["channel", t("adm.add_channel")],
    ["room", t("adm.add_room")],
    ["category", t("adm.add_category")],
  ];
  const shared = { dragging, onEdit: edit, onMove: (wish: Wish) => void move(wish) };
  return (
    <>
      <div class="row wrap">
        {adding.map(([kind, words]) => (
          <Button
            key={kind}
            icon="plus"
            onPress={() => edit({ kind, place: null })}
          >
            {words}
          </Button>
        ))}
      </div>
      {moved && <TakeOver key={moved.place.id} moved={moved} />}
      <div class="place-groups" ref={list}>
        <Group category={null} {...shared} />
        {ordered(store.categories.value).map((category) => (
          <Group key={category.id} category={category} {...shared} />
        ))}
      </div>
      <p class="sr" role="status">{told}</p>
      {editing && (
        <PlaceDialog
          key={`${editing.kind}-${editing.place?.id}`}
          {...editing}
          onClose={() => edit(null)}
        />
      )}
    </>
  );
}

interface Shared {
  readonly dragging: ReturnType<typeof useDragging>;
  readonly onEdit: (editing: Editing) => void;
  readonly onMove: (wish: Wish) => void;
}

/** A heading, and what stands under it: channels first, then rooms, as in the list of the house. */
function Group({ category, ...shared }: Shared & { readonly category: Category | null }) {
  const { store, slots } = useApp();
  const world = store.world.value;
  const { dragging, onEdit, onMove } = shared;
  const id = category?.id ?? null;
  const title = category?.name ?? t("adm.no_category_long");
  const rows: readonly (readonly [Kind, Place])[] = (["channel", "room"] as const)
    .flatMap((kind) => kin(world, kind, id).map((place) => [kind, place] as const));
  const { class: groupClass, ...drops } = dragging.group(id);
  const taken = category ? dragging.row("category", category) : null;
  return (
    <section class={groupClass} {...drops}>
      <div
        {...taken}
        class={`hh ${taken?.class ?? ""}`}
        {...(category ? { "data-place": category.id } : {})}
      >
        <h2 class="display">
          <bdi>{title}</bdi>
        </h2>
        {category && (
          <Actions
            kind="category"
            place={category}
            onEdit={onEdit}
            onMove={onMove}
          />
        )}
      </div>
      {rows.length === 0 && <p class="muted sm">{t("adm.group_empty")}</p>}
      <List label={title}>
        {rows.map(([kind, place]) => (
          <li key={place.id} data-place={place.id} {...dragging.row(kind, place)}>
            <span class="sq">
              <Icon name={"kind" in place ? slots.iconOf(place) : "text"} />
            </span>
            <div class="grow">
              <b class="trunc">
                <bdi>{place.name}</bdi>
              </b>
              {"topic" in place && place.topic && <span class="detail">{place.topic}</span>}
            </div>
            <Actions kind={kind} place={place} onEdit={onEdit} onMove={onMove} />
          </li>
        ))}
      </List>
    </section>
  );
}

function Actions(
  { kind, place, onEdit, onMove }: {
    readonly kind: Kind;
    readonly place: Place;
    readonly onEdit: (editing: Editing) => void;
    readonly onMove: (wish: Wish) => void;
  },
) {
  const world = useApp().store.world.value;
  return (
    <span class="row">
      {mayAt(world, "role.manage", place.overwrites) && (
        <Link to={`/admin/places?place=${place.id}`} class="btn s">
          {t("roles.permissions")}
          <span class="sr">{place.name}</span>
        </Link>
      )}
      <Button size="s" onPress={() => onEdit({ kind, place })}>
        {t("adm.change")}
        <span class="sr">{place.name}</span>
      </Button>
      <MoveMenu kind={kind} place={place} onMove={onMove} />
    </span>
  );
}
