/** Open a room on the spot: what kind, what about, for whom; then the door is open with you in it. */

import "../app/first.ts";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type App, useApp } from "../app/app.ts";
import { Slot } from "../app/slot.tsx";
import { loadWords, t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Doorway } from "../kit/doorway.tsx";
import { Choices, Select, SwitchRow, TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { TagsField } from "../tags/tags_field.tsx";
import { may } from "../world.ts";
import { type Role, type Room, STAGE } from "../wire.ts";
import { type KindChoice, kindChoices } from "./kinds.ts";
import { soundChoices } from "./sounds.ts";
import { fieldsOf, type RoomWish, WISH } from "./wish.ts";

await Promise.all([loadWords("settings"), loadWords("topics")]);

const NAME_MAX = 64;
const TOPIC_MAX = 200;

export default function OpenRoomDialog(
  { category, onClose }: { readonly category: string | null; readonly onClose: () => void },
) {
  const app = useApp();
  const [wish, setWish] = useState(WISH);
  const set = (part: Partial<RoomWish>) => setWish((before) => ({ ...before, ...part }));
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
            <Slot place="open-room-instead" props={{ wish, close: onClose }} />
            <span class="grow" />
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
        <Tell wish={wish} set={set} />
        <Rows wish={wish} set={set} />
        <details class="more">
          <summary>{t("open.more")}</summary>
          <More wish={wish} set={set} />
        </details>
      </Form>
    </Dialog>
  );
}

interface Part {
  readonly wish: RoomWish;
  readonly set: (part: Partial<RoomWish>) => void;
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
  const roles = useRoles();
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
          roles={roles}
          chosen={wish.roles}
          onChange={(roles) => set({ roles })}
        />
      )}
    </>
  );
}

/** What is switched on or off: plugins' own first, as whether it is recorded. */
function Rows({ wish, set }: Part) {
  const isForever = may(useApp().store.world.value, "channel.manage");
  return (
    <ul class="rows">
      <Slot place="open-room" props={{ wish, change: set }} />
      {isForever && (
        <SwitchRow
          label={t("open.vanishes")}
          hint={t("open.vanishes_hint")}
          on={!wish.stays}
          onChange={(on) => set({ stays: !on })}
        />
      )}
    </ul>
  );
}

/** Who is told, once, when it opens: nobody when nothing is chosen. */
function Tell({ wish, set }: Part) {
  const { store } = useApp();
  const mayAll = may(store.world.value, "mention.everyone");
  const roles = useRoles().filter(({ mentionable }) => mayAll || mentionable);
  const opensLater = wish.stays && wish.kind !== STAGE; // such a room is there, and opens no more
  const hasFollowers = wish.tags.length > 0 && !opensLater;
  if (roles.length === 0 && !hasFollowers) return null;
  const isTold = wish.told.length > 0 || (hasFollowers && wish.tellsFollowers);
  return (
    <RoleChoices
      label={t("open.tell")}
      roles={roles}
      chosen={wish.told}
      onChange={(told) => set({ told })}
      hint={t(isTold ? "open.tell_hint" : "open.tell_nobody")}
    >
      {hasFollowers && (
        <Choice
          label={t("open.tell_followers")}
          on={wish.tellsFollowers}
          onChange={() => set({ tellsFollowers: !wish.tellsFollowers })}
        />
      )}
    </RoleChoices>
  );
}

function More({ wish, set }: Part) {
  const roles = useRoles();
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
          roles={roles}
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
    </div>
  );
}

/** All roles but everyone's, the highest first. */
function useRoles(): readonly Role[] {
  const { store } = useApp();
  const everyone = store.community.value.everyone_role_id;
  return [...store.roles.value.values()]
    .filter((role) => role.id !== everyone)
    .toSorted((a, b) => b.position - a.position);
}

function RoleChoices({ label, roles, chosen, onChange, hint, children }: {
  readonly label: string;
  readonly roles: readonly Role[];
  readonly chosen: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
  readonly hint?: string;
  /** What else can be chosen, before the roles. */
  readonly children?: ComponentChildren;
}) {
  const toggled = ({ id }: Role) =>
    chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id];
  return (
    <fieldset class="field">
      <legend class="lab">{label}</legend>
      <div class="rolechoices">
        {children}
        {roles.map((role) => (
          <Choice
            key={role.id}
            label={role.name}
            on={chosen.includes(role.id)}
            onChange={() => onChange(toggled(role))}
          />
        ))}
      </div>
      {(hint || roles.length === 0) && <span class="hint">{hint ?? t("open.no_roles")}</span>}
    </fieldset>
  );
}

function Choice({ label, on, onChange }: {
  readonly label: string;
  readonly on: boolean;
  readonly onChange: () => void;
}) {
  return (
    <label class="row sm">
      <input type="checkbox" checked={on} onChange={onChange} />
      <bdi class="trunc">{label}</bdi>
    </label>
  );
}
