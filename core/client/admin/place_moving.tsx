/** Moving places among their neighbours and between categories: by a menu, and dragged. */

import { useEffect, useRef, useState } from "preact/hooks";
import { type App, useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { Button, IconButton } from "../kit/button.tsx";
import { Menu, MenuItem, MenuLine } from "../kit/menu.tsx";
import { toast } from "../kit/toast.tsx";
import type { Category, Channel, Room } from "../wire.ts";
import { mayAt, ordered, type World } from "../world.ts";
import { isInStep } from "./permissions.ts";
import type { Kind, Place } from "./place_dialog.tsx";

/** Those of one kind under one heading, as they stand. */
export function kin(world: World, kind: Kind, category: string | null): readonly Place[] {
  if (kind === "category") return ordered(world.categories);
  const places: readonly (Channel | Room)[] = kind === "room"
    ? ordered(world.rooms)
    : ordered(world.channels).filter((channel) => channel.room_id === null);
  return places.filter((place) => place.category_id === category);
}

export interface Wish {
  readonly kind: Kind;
  readonly place: Place;
  readonly category: string | null;
  /** Before which one; null: last. */
  readonly before: string | null;
}

/** Sends wishes, says what became of them, and gives the menu's button the focus back. */
export function useMoving() {
  const app = useApp();
  const [moved, set] = useState<Wish | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const [told, tell] = useState("");
  useEffect(() => {
    if (!moved) return;
    list.current?.querySelector<HTMLElement>(`[data-place="${moved.place.id}"] .move`)?.focus();
  }, [moved]);
  const move = async (wish: Wish) => {
    const { kind, place, category, before } = wish;
    const done = await orToast(app.command("place.move", {
      place: place.id,
      ...(category ? { category } : {}),
      ...(before ? { before } : {}),
    }));
    if (!done) return;
    set(wish);
    tell(said(app, kind, place, category));
  };
  return { list, told, moved, move };
}

function said(app: App, kind: Kind, place: Place, category: string | null): string {
  const world = app.store.world.value;
  const row = kin(world, kind, category);
  const n = row.findIndex(({ id }) => id === place.id) + 1;
  const values = { name: place.name, n, of: row.length };
  if (kind === "category") return t("adm.moved", values);
  const group = world.categories.get(category ?? "")?.name ?? t("adm.no_category_long");
  return t("adm.moved_to", { ...values, group });
}

/** Up, down, and into each other category. */
export function MoveMenu(
  { kind, place, onMove }: {
    readonly kind: Kind;
    readonly place: Place;
    readonly onMove: (wish: Wish) => void;
  },
) {
  const { store } = useApp();
  const [anchor, open] = useState<Element | null>(null);
  const world = store.world.value;
  const category = "category_id" in place ? place.category_id : null;
  const row = kin(world, kind, category);
  const at = row.findIndex(({ id }) => id === place.id);
  const to = (into: string | null, before: string | null) =>
    onMove({ kind, place, category: into, before });
  const others = kind === "category"
    ? []
    : ordered(world.categories).filter(({ id }) => id !== category);
  const [above, below] = [row[at - 1], row[at + 1]];
  return (
    <>
      <IconButton
        icon="swap"
        class="move"
        label={t("adm.move", { name: place.name })}
        opens="menu"
        onPress={(event) => open(event.currentTarget as Element)}
      />
      {anchor && (
        <Menu
          label={t("adm.move", { name: place.name })}
          anchor={anchor}
          onClose={() => open(null)}
        >
          {above && <MenuItem onPress={() => to(category, above.id)}>{t("adm.move_up")}</MenuItem>}
          {below && (
            <MenuItem onPress={() => to(category, row[at + 2]?.id ?? null)}>
              {t("adm.move_down")}
            </MenuItem>
          )}
          {(above || below) && others.length > 0 && <MenuLine />}
          {others.map((group) => (
            <MenuItem key={group.id} onPress={() => to(group.id, null)}>
              {t("adm.move_to", { group: group.name })}
            </MenuItem>
          ))}
          {category && <MenuItem onPress={() => to(null, null)}>{t("adm.move_out")}</MenuItem>}
        </Menu>
      )}
    </>
  );
}

/** What was moved into a category that says something else of its places may say it too. */
export function TakeOver({ moved }: { readonly moved: Wish }) {
  const app = useApp();
  const { store } = app;
  const world = store.world.value;
  const place = store.channels.value.get(moved.place.id) ?? store.rooms.value.get(moved.place.id);
  const group: Category | undefined = store.categories.value.get(place?.category_id ?? "");
  if (!place || !group || isInStep(place, group)) return null;
  if (!mayAt(world, "role.manage", place.overwrites)) return null;
  const follow = () =>
    orToast(app.command("overwrite.follow", { place: place.id }))
      .then((isDone) => isDone && toast({ text: t("saved") }));
  return (
    <div class="note place-takes">
      <p class="grow">{t("adm.keeps_own", { name: place.name, group: group.name })}</p>
      <Button size="s" onPress={() => void follow()}>{t("adm.takes_over")}</Button>
    </div>
  );
}

/** What is dragged, and where it would come to stand: a line is drawn there. */
export function useDragging(onMove: (wish: Wish) => void) {
  const { store } = useApp();
  const [dragged, drag] = useState<{ readonly kind: Kind; readonly place: Place } | null>(null);
  const [over, hover] = useState<string | null>(null);
  const fits = (kind: Kind, category: string | null) =>
    dragged !== null && (dragged.kind === kind || kind === "category") &&
    (dragged.kind !== "category" || category === null);
  const stop = () => {
    drag(null);
    hover(null);
  };
  return {
    /** For the row of a place: it can be taken, and one of its kind dropped before it. */
    row: (kind: Kind, place: Place) => {
      const category = "category_id" in place ? place.category_id : null;
      return {
        draggable: true,
        class: `${over === place.id ? "over" : ""} ${dragged?.place === place ? "dragged" : ""}`,
        onDragStart: (event: DragEvent) => {
          event.dataTransfer?.setData("text/plain", place.name);
          drag({ kind, place });
        },
        onDragEnd: stop,
        onDragOver: (event: DragEvent) => {
          if (!fits(kind, category) || dragged?.kind !== kind) return;
          event.preventDefault();
          event.stopPropagation();
          hover(place.id);
        },
        onDrop: (event: DragEvent) => {
          if (!dragged || dragged.kind !== kind) return;
          event.preventDefault();
          event.stopPropagation();
          stop();
          if (dragged.place.id === place.id) return;
          onMove({ kind, place: dragged.place, category, before: place.id });
        },
      };
    },
    /** For a heading and all under it: what is dropped there comes last. */
    group: (category: string | null) => ({
      class: over === `in ${category}` ? "place-group over" : "place-group",
      onDragOver: (event: DragEvent) => {
        if (!dragged || dragged.kind === "category") return;
        event.preventDefault();
        hover(`in ${category}`);
      },
      onDrop: (event: DragEvent) => {
        if (!dragged || dragged.kind === "category") return;
        event.preventDefault();
        stop();
        const last = kin(store.world.value, dragged.kind, category).at(-1);
        if (last?.id === dragged.place.id) return;
        onMove({ kind: dragged.kind, place: dragged.place, category, before: null });
      },
    }),
  };
}
