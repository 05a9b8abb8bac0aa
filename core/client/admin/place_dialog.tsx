/** Making, changing and ending a channel, a room or a category. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { useDoing } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Choices, Select, SwitchRow, TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { Icon } from "../kit/icon.tsx";
import { kindChoices } from "../rooms/kinds.ts";
import { soundChoices } from "../rooms/sounds.ts";
import { type Category, type Channel, type Room, type RoomSound, TALK } from "../wire.ts";
import { may, ordered } from "../world.ts";

const NAME_MAX = 64;
const TOPIC_MAX = 200;

export type Kind = "category" | "channel" | "room";
export type Place = Category | Channel | Room;

export interface Editing {
  readonly kind: Kind;
  /** Null: a new one. */
  readonly place: Place | null;
}

/** To stand elsewhere; whether it takes over the permissions of a category is asked then. */
function isMoved(place: Place, form: Draft): boolean {
  return "category_id" in place && form.category !== (place.category_id ?? "");
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
  readonly pushToTalk: boolean;
}

export function PlaceDialog({ kind, place, onClose }: Editing & { readonly onClose: () => void }) {
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
    if (place && isMoved(place, form)) {
      const category = form.category ? { category: form.category } : {};
      await app.command("place.move", { place: place.id, ...category });
      if (form.takesOver && form.category) {
        await app.command("overwrite.follow", { place: place.id });
      }
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
            isMoved={place !== null && isMoved(place, form) && form.category !== ""}
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
      {kind === "room" && (
        <ul class="rows">
          <SwitchRow
            label={t("adm.push")}
            hint={t("adm.push_hint")}
            on={form.pushToTalk}
            onChange={(pushToTalk) => change({ pushToTalk })}
          />
        </ul>
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
    pushToTalk: !!place && "push_to_talk" in place && place.push_to_talk,
  };
}

function fieldsOf(kind: Kind, form: Draft, isNew: boolean): Record<string, unknown> {
  const name = form.name.trim();
  if (kind === "category") return { name };
  const shared = {
    name,
    topic: form.topic.trim(),
    ...(form.category && isNew ? { category: form.category } : {}),
  };
  if (kind === "channel") {
    return isNew
      ? shared
      : { ...shared, slow_mode_s: Number(form.pause), is_public: form.isPublic };
  }
  const seats = form.seats ? { seats: Number(form.seats) } : {};
  const opened = isNew ? { kind: form.kind, temporary: false } : {};
  const habits = { sound: form.sound, push_to_talk: form.pushToTalk };
  return { ...shared, ...seats, ...habits, ...opened };
}
