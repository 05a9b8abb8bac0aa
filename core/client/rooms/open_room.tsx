/** Open a room on the spot: what kind, what about, for whom; then the door is open with you in it. */

import "../app/first.ts";
import { useState } from "preact/hooks";
import { type App, useApp } from "../app/app.ts";
import { loadWords, t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Doorway } from "../kit/doorway.tsx";
import { Choices, Select, SwitchRow, TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { TagsField } from "../tags/tags_field.tsx";
import { may } from "../world.ts";
import { type Role, type Room, type RoomSound, STAGE, TALK } from "../wire.ts";
import { type KindChoice, kindChoices } from "./kinds.ts";
import { soundChoices } from "./sounds.ts";

await Promise.all([loadWords("settings"), loadWords("topics")]);

const NAME_MAX = 64;
const TOPIC_MAX = 200;
const SEATS_MAX = 3_000;

type Entry = "everyone" | "roles" | "link";

interface Wish {
  readonly kind: string;
  readonly name: string;
  readonly topic: string;
  readonly tags: readonly string[];
  readonly entry: Entry;
  readonly roles: readonly string[];
  readonly isForSome: boolean;
  readonly speakers: readonly string[];
  readonly seats: string;
  readonly sound: RoomSound;
  readonly stays: boolean;
}

const WISH: Wish = {
  kind: TALK,
  name: "",
  topic: "",
  tags: [],
  entry: "everyone",
  roles: [],
  isForSome: false,
  speakers: [],
  seats: "",
  sound: "speech",
  stays: false,
};

export default function OpenRoomDialog(
  { category, onClose }: { readonly category: string | null; readonly onClose: () => void },
) {
  const app = useApp();
  const [wish, setWish] = useState(WISH);
  const set = (part: Partial<Wish>) => setWish((before) => ({ ...before, ...part }));
  const { roomKinds, world, me } = app.store;
  const kinds = kindChoices(roomKinds.value, (permission) => may(world.value, permission));
  const usual = t("open.usual_name", { name: me.value?.display_name ?? "" });
  const open = async () => {
    const fields = { ...fieldsOf(wish, usual), ...(category ? { category } : {}) };
    const { room } = await app.command("room.open", fields) as { room: Room };
    onClose();
    app.router.navigate(`/r/${room.slug}`);
    app.enter(room.id);
  };
  const lacksRoles = wish.entry === "roles" && wish.roles.length === 0;
  return (
    <Dialog title={t("open.title")} class="openroom" onClose={onClose}>
      <Form
        send={open}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("cancel")}</Button>
            <Submit icon="door" disabled={lacksRoles}>{t("room.open_door")}</Submit>
          </DialogFoot>
        }
      >
        <Kinds app={app} kinds={kinds} value={wish.kind} onChange={(kind) => set({ kind })} />
        <TextField
          label={t("room.about_what")}
          hint={t("open.name_hint", { name: usual })}
          name="name"
          value={wish.name}
          onInput={(name) => set({ name })}
          max={NAME_MAX}
        />
        <TagsField names={wish.tags} onChange={(tags) => set({ tags })} />
        <Entering wish={wish} set={set} />
        <details class="more">
          <summary>{t("open.more")}</summary>
          <More wish={wish} set={set} />
        </details>
      </Form>
    </Dialog>
  );
}

interface Part {
  readonly wish: Wish;
  readonly set: (part: Partial<Wish>) => void;
}

/** Every kind as a door, with a line on what it is for. */
function Kinds({ app, kinds, value, onChange }: {
  readonly app: App;
  readonly kinds: readonly KindChoice[];
  readonly value: string;
  readonly onChange: (kind: string) => void;
}) {
  return (
    <fieldset class="kinds">
      <legend class="sr">{t("room.kind")}</legend>
      {kinds.map((kind) => (
        <label key={kind.value} class="kind">
          <input
            type="radio"
            name="kind"
            value={kind.value}
            checked={kind.value === value}
            onChange={() => onChange(kind.value)}
          />
          <Doorway icon={app.slots.iconOf({ kind: kind.value })} size="s" />
          <b class="semi sm">{kind.label}</b>
          <span class="xs muted">{kind.hint}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Entering({ wish, set }: Part) {
  const { store } = useApp();
  const community = store.community.value.name;
  return (
    <>
      <Select
        label={t("open.entry")}
        icon={wish.entry === "link" ? "link" : "users"}
        value={wish.entry}
        options={[
          { value: "everyone", label: t("open.entry_everyone", { community }) },
          { value: "roles", label: t("open.entry_roles") },
          { value: "link", label: t("open.entry_link") },
        ]}
        hint={wish.entry === "link" ? t("open.entry_link_hint") : undefined}
        onChange={(entry) => set({ entry })}
      />
      {wish.entry === "roles" && (
        <RoleChoices
          label={t("open.roles")}
          chosen={wish.roles}
          onChange={(roles) => set({ roles })}
        />
      )}
    </>
  );
}

function More({ wish, set }: Part) {
  const { store } = useApp();
  const isForever = may(store.world.value, "channel.manage");
  return (
    <div class="stackform">
      <TextField
        label={t("open.topic")}
        name="topic"
        value={wish.topic}
        onInput={(topic) => set({ topic })}
        max={TOPIC_MAX}
      />
      <TextField
        label={t("open.seats")}
        hint={t("open.seats_hint")}
        name="seats"
        type="number"
        value={wish.seats}
        onInput={(seats) => set({ seats })}
      />
      {wish.kind !== STAGE && (
        <Select
          label={t("open.speak")}
          icon="mic"
          value={wish.isForSome ? "some" : "all"}
          options={[
            { value: "all", label: t("open.speak_all") },
            { value: "some", label: t("open.speak_some") },
          ]}
          hint={wish.isForSome ? t("open.speak_hint") : undefined}
          onChange={(value) => set({ isForSome: value === "some" })}
        />
      )}
      {wish.kind !== STAGE && wish.isForSome && (
        <RoleChoices
          label={t("open.speakers")}
          chosen={wish.speakers}
          onChange={(speakers) => set({ speakers })}
        />
      )}
      <Choices
        label={t("adm.sound")}
        value={wish.sound}
        options={soundChoices()}
        onChange={(sound) => set({ sound })}
      />
      {isForever && (
        <ul class="rows">
          <SwitchRow
            label={t("open.vanishes")}
            hint={t("open.vanishes_hint")}
            on={!wish.stays}
            onChange={(on) => set({ stays: !on })}
          />
        </ul>
      )}
    </div>
  );
}

function RoleChoices({ label, chosen, onChange }: {
  readonly label: string;
  readonly chosen: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
}) {
  const { store } = useApp();
  const everyone = store.community.value.everyone_role_id;
  const roles = [...store.roles.value.values()].filter((role) => role.id !== everyone);
  const toggled = ({ id }: Role) =>
    chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id];
  return (
    <fieldset class="field">
      <legend class="lab">{label}</legend>
      <div class="rolechoices">
        {roles.toSorted((a, b) => b.position - a.position).map((role) => (
          <label key={role.id} class="row sm">
            <input
              type="checkbox"
              checked={chosen.includes(role.id)}
              onChange={() =>
                onChange(toggled(role))}
            />
            <bdi class="trunc">{role.name}</bdi>
          </label>
        ))}
      </div>
      {roles.length === 0 && <span class="hint">{t("open.no_roles")}</span>}
    </fieldset>
  );
}

function fieldsOf(wish: Wish, usual: string): Readonly<Record<string, unknown>> {
  const seats = Number(wish.seats);
  const hasSeats = Number.isInteger(seats) && seats >= 1;
  return {
    name: wish.name.trim() || usual,
    kind: wish.kind,
    topic: wish.topic.trim(),
    tags: wish.tags,
    entry: wish.entry,
    sound: wish.sound,
    temporary: !wish.stays,
    ...(wish.entry === "roles" ? { roles: wish.roles } : {}),
    ...(wish.isForSome && wish.kind !== STAGE ? { speakers: wish.speakers } : {}),
    ...(hasSeats ? { seats: Math.min(seats, SEATS_MAX) } : {}),
  };
}
