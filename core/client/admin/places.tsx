/** Channels and rooms by category: make, change and end them. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { useDoing } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { Button, Link } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Choices, Select, SwitchRow, TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { Icon } from "../kit/icon.tsx";
import { List, ListRow } from "../kit/list.tsx";
import { kindChoices } from "../rooms/kinds.ts";
import { soundChoices } from "../rooms/sounds.ts";
import { may, mayAt, ordered } from "../world.ts";
import { type Category, type Channel, type Room, type RoomSound, TALK } from "../wire.ts";
import { PlacePermissions } from "./place_permissions.tsx";

const NAME_MAX = 64;
const TOPIC_MAX = 200;

type Kind = "category" | "channel" | "room";
type Place = Category | Channel | Room;

interface Editing {
  readonly kind: Kind;
  /** Null: a new one. */
  readonly place: Place | null;
}

export function Places() {
  const { router, store } = useApp();
  const [editing, edit] = useState<Editing | null>(null);
  const chosen = new URLSearchParams(router.path.value.split("?")[1]).get("place") ?? "";
  const place = store.rooms.value.get(chosen) ?? store.channels.value.get(chosen) ??
    store.categories.value.get(chosen);
  if (place) return <PlacePermissions place={place} />;
  const world = store.world.value;
  const channels = ordered(store.channels.value).filter((channel) => channel.room_id === null);
  const sections = [
    {
      kind: "channel",
      title: t("adm.channels"),
      add: t("adm.add_channel"),
      places: channels,
      icon: "text",
    },
    {
      kind: "room",
      title: t("rooms"),
      add: t("adm.add_room"),
      places: ordered(store.rooms.value),
      icon: "door",
    },
    {
      kind: "category",
      title: t("adm.categories"),
      add: t("adm.add_category"),
      places: ordered(store.categories.value),
      icon: "text",
    },
  ] as const;
  return (
    <>
      {sections.map(({ kind, title, add, places, icon }) => (
        <section key={kind}>
          <div class="hh">
            <h2 class="display">{title}</h2>
            <Button icon="plus" onPress={() => edit({ kind, place: null })}>{add}</Button>
          </div>
          <List label={title}>
            {places.map((place) => (
              <ListRow
                key={place.id}
                start={
                  <span class="sq">
                    <Icon name={icon} />
                  </span>
                }
                title={place.name}
                detail={detailOf(place, store.categories.value)}
                end={
                  <>
                    {"overwrites" in place && mayAt(world, "role.manage", place.overwrites) && (
                      <Link to={`/admin/places?place=${place.id}`} class="btn s">
                        {t("roles.permissions")}
                        <span class="sr">{place.name}</span>
                      </Link>
                    )}
                    <Button size="s" onPress={() => edit({ kind, place })}>
                      {t("adm.change")}
                    </Button>
                  </>
                }
              />
            ))}
          </List>
        </section>
      ))}
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

function detailOf(place: Place, categories: ReadonlyMap<string, Category>): string {
  const category = "category_id" in place && place.category_id
    ? categories.get(place.category_id)?.name ?? ""
    : "";
  const topic = "topic" in place ? place.topic : "";
  return [category, topic].filter(Boolean).join(" · ");
}

/** Into another category; whether it takes over its permissions is asked then. */
function isMoved(place: Place, form: Draft): boolean {
  return "category_id" in place && form.category !== "" && form.category !== place.category_id;
}

interface Draft {
  readonly takesOver: boolean;
  readonly isPublic: boolean;
  readonly name: string;
  readonly topic: string;
  readonly pause: string;
  readonly category: string;
  readonly kind: string;
  readonly seats: string;
  readonly sound: RoomSound;
}

function PlaceDialog({ kind, place, onClose }: Editing & { readonly onClose: () => void }) {
  const app = useApp();
  const chat = kind === "room" && place ? app.store.channels.value.get(place.id) : undefined;
  const [form, set] = useState<Draft>(() => formOf(place, chat));
  const [isSure, ask] = useState(false);
  const ending = useDoing();
  const change = (part: Partial<Draft>) => set({ ...form, ...part });
  const save = async () => {
    const type = place ? `${kind}.edit` : kind === "room" ? "room.open" : `${kind}.create`;
    const fields = {
      ...fieldsOf(kind, form, place === null),
      ...(place ? { [kind]: place.id } : {}),
    };
    await app.command(type, fields);
    if (chat && Number(form.pause) !== chat.slow_mode_s) {
      await app.command("channel.edit", { channel: chat.id, slow_mode_s: Number(form.pause) });
    }
    if (place && form.takesOver && isMoved(place, form)) {
      await app.command("overwrite.follow", { place: place.id });
    }
    onClose();
  };
  const end = async () => {
    const type = kind === "room" ? "room.close" : `${kind}.delete`;
    if (await ending.run(() => app.command(type, { [kind]: place?.id }))) onClose();
  };
  return (
    <Dialog title={place?.name ?? t(`adm.add_${kind}`)} onClose={onClose}>
      <Form
        send={save}
        foot={
          <DialogFoot>
            {place && (
              <Button tone="danger" onPress={() => isSure ? void end() : ask(true)}>
                {t(isSure ? "adm.really_end" : "adm.end")}
              </Button>
            )}
            <span class="grow" />
            <Button onPress={onClose}>{t("cancel")}</Button>
            <Submit disabled={!form.name.trim()}>{t("save")}</Submit>
          </DialogFoot>
        }
      >
        <TextField
          label={t("adm.name")}
          name="name"
          value={form.name}
          onInput={(name) => change({ name })}
          max={NAME_MAX}
          required
        />
        {kind !== "category" && (
          <PlaceFields
            kind={kind}
            isNew={place === null}
            isMoved={place !== null && isMoved(place, form)}
            form={form}
            change={change}
          />
        )}
        {isSure && (
          <p class="err" role="alert">
            <Icon name="warn" />
            {t("adm.sure")}
          </p>
        )}
        {ending.refusal && <p class="err" role="alert">{ending.refusal.message}</p>}
      </Form>
    </Dialog>
  );
}

function PlaceFields(
  { kind, isNew, isMoved, form, change }: {
    readonly kind: Kind;
    readonly isNew: boolean;
    readonly isMoved: boolean;
    readonly form: Draft;
    readonly change: (part: Partial<Draft>) => void;
  },
) {
  const { store } = useApp();
  const categories = ordered(store.categories.value);
  const kinds = kindChoices(
    store.roomKinds.value,
    (permission) => may(store.world.value, permission),
  );
  return (
    <>
      <TextField
        label={t("adm.topic")}
        name="topic"
        value={form.topic}
        onInput={(topic) => change({ topic })}
        max={TOPIC_MAX}
      />
      <Select
        label={t("adm.category")}
        value={form.category}
        options={[
          { value: "", label: t("adm.no_category") },
          ...categories.map((each) => ({ value: each.id, label: each.name })),
        ]}
        onChange={(category) => change({ category })}
      />
      {isMoved && (
        <ul class="rows">
          <SwitchRow
            label={t("adm.takes_over")}
            hint={t("adm.takes_over_hint")}
            on={form.takesOver}
            onChange={(takesOver) => change({ takesOver })}
          />
        </ul>
      )}
      {kind !== "category" && !isNew && (
        <TextField
          label={t("adm.slow_mode")}
          name="slow_mode_s"
          type="number"
          value={form.pause}
          hint={t("adm.slow_mode_hint")}
          onInput={(pause) => change({ pause })}
        />
      )}
      {kind === "channel" && !isNew && (
        <ul class="rows">
          <SwitchRow
            label={t("adm.public")}
            hint={t("adm.public_hint")}
            on={form.isPublic}
            onChange={(isPublic) => change({ isPublic })}
          />
        </ul>
      )}
      {kind === "room" && isNew && kinds.length > 0 && (
        <Select
          label={t("room.kind")}
          value={form.kind}
          options={kinds}
          onChange={(chosen) => change({ kind: chosen })}
        />
      )}
      {kind === "room" && (
        <TextField
          label={t("adm.seats")}
          name="seats"
          type="number"
          value={form.seats}
          onInput={(seats) => change({ seats })}
        />
      )}
      {kind === "room" && (
        <Choices
          label={t("adm.sound")}
          value={form.sound}
          options={soundChoices()}
          onChange={(sound) => change({ sound })}
        />
      )}
    </>
  );
}

function formOf(place: Place | null, chat: Channel | undefined): Draft {
  const spoken = chat ?? place;
  return {
    name: place?.name ?? "",
    topic: place && "topic" in place ? place.topic : "",
    isPublic: !!place && "is_public" in place && place.is_public,
    pause: spoken && "slow_mode_s" in spoken ? String(spoken.slow_mode_s) : "0",
    takesOver: false,
    category: place && "category_id" in place ? place.category_id ?? "" : "",
    kind: place && "kind" in place ? place.kind : TALK,
    seats: place && "seats" in place ? String(place.seats) : "",
    sound: place && "sound" in place ? place.sound : "speech",
  };
}

function fieldsOf(kind: Kind, form: Draft, isNew: boolean): Record<string, unknown> {
  const name = form.name.trim();
  if (kind === "category") return { name };
  const shared = {
    name,
    topic: form.topic.trim(),
    ...(form.category || !isNew ? { category: form.category || null } : {}),
  };
  if (kind === "channel") {
    return isNew
      ? shared
      : { ...shared, slow_mode_s: Number(form.pause), is_public: form.isPublic };
  }
  const seats = form.seats ? { seats: Number(form.seats) } : {};
  const opened = isNew ? { kind: form.kind, temporary: false } : {};
  return { ...shared, ...seats, sound: form.sound, ...opened };
}
