/** What each of the first steps asks for. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { CommunityFields, formOf } from "../admin/community.tsx";
import { type App, useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Button, Link } from "../kit/button.tsx";
import { Doorway } from "../kit/doorway.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { Icon } from "../kit/icon.tsx";
import { Invite } from "../settings/invitations.tsx";
import { Test } from "../settings/voice.tsx";
import { ordered } from "../world.ts";

export interface StepProps {
  readonly onBack: (() => void) | null;
  readonly onNext: () => void;
}

export function Naming({ onBack, onNext }: StepProps) {
  const app = useApp();
  const [form, setForm] = useState(formOf(app.store.community.value));
  const save = async () => {
    await app.command("community.edit", { ...form, name: form.name.trim() });
    onNext();
  };
  return (
    <Form
      send={save}
      foot={
        <Foot onBack={onBack} onSkip={onNext}>
          <Submit size="lg" disabled={!form.name.trim()}>{t("start.save")}</Submit>
        </Foot>
      }
    >
      <CommunityFields form={form} onChange={(part) => setForm({ ...form, ...part })} />
    </Form>
  );
}

/** Places that many communities want; a channel is text, a room is voice. */
const IDEAS = [
  { key: "finds", kind: "channel" },
  { key: "quiet", kind: "room" },
  { key: "workshop", kind: "room" },
] as const;

type Idea = typeof IDEAS[number];

export function Rooms({ onBack, onNext }: StepProps) {
  const app = useApp();
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const names = new Set(placesOf(app).map((place) => place.name));
  const ideas = IDEAS.filter(({ key }) => !names.has(t(`start.${key}_place`)));
  const wanted = ideas.filter(({ key }) => chosen.has(key));
  const toggle = (key: string) => {
    const without = new Set(chosen);
    choose(without.delete(key) ? without : new Set(chosen).add(key));
  };
  const make = async () => {
    for (const idea of wanted) await app.command(...asked(app, idea));
    onNext();
  };
  return (
    <Form
      send={make}
      foot={
        <Foot onBack={onBack} onSkip={wanted.length > 0 ? onNext : null}>
          <Submit size="lg">
            {wanted.length > 0 ? t("start.open", { n: wanted.length }) : t("start.go_on")}
          </Submit>
        </Foot>
      }
    >
      <fieldset>
        <legend class="sr">{t("start.rooms_title")}</legend>
        <ul class="firsts">
          {placesOf(app).map((place) => (
            <li key={place.id}>
              <First {...place} detail={t("start.there")} isOn isThere />
            </li>
          ))}
          {ideas.map(({ key, kind }) => (
            <li key={key}>
              <First
                name={t(`start.${key}_place`)}
                detail={t(`start.${key}_topic`)}
                mark={kind === "room" ? <Doorway /> : <TextMark />}
                isOn={chosen.has(key)}
                onToggle={() => toggle(key)}
              />
            </li>
          ))}
        </ul>
      </fieldset>
      <p class="sm muted">
        {t("start.more_rooms")} <Link to="/admin/places">{t("adm.places")}</Link>
      </p>
    </Form>
  );
}

interface FirstProps {
  readonly name: string;
  readonly detail: string;
  readonly mark: ComponentChildren;
  readonly isOn: boolean;
  readonly isThere?: boolean;
  readonly onToggle?: () => void;
}

function First({ name, detail, mark, isOn, isThere, onToggle }: FirstProps) {
  return (
    <label class="choice">
      {mark}
      <span class="grow">
        <b>
          <bdi>{name}</bdi>
        </b>
        <span class="hint">{detail}</span>
      </span>
      <input type="checkbox" checked={isOn} disabled={isThere} onChange={onToggle} />
    </label>
  );
}

function TextMark() {
  return (
    <span class="glyph">
      <Icon name="text" />
    </span>
  );
}

const SHOWN_MAX = 9;

function placesOf(app: App) {
  const channels = ordered(app.store.channels.value).filter((each) => each.room_id === null)
    .map(({ id, name }) => ({ id, name, mark: <TextMark /> }));
  const rooms = ordered(app.store.rooms.value)
    .map((room) => ({
      id: room.id,
      name: room.name,
      mark: <Doorway icon={app.slots.iconOf(room)} />,
    }));
  return [...channels, ...rooms].slice(0, SHOWN_MAX);
}

function asked(app: App, { key, kind }: Idea): [string, Record<string, unknown>] {
  const category = ordered(app.store.categories.value)[0]?.id;
  const fields = {
    name: t(`start.${key}_place`),
    topic: t(`start.${key}_topic`),
    ...(category ? { category } : {}),
  };
  return kind === "room"
    ? ["room.open", { ...fields, temporary: false }]
    : ["channel.create", fields];
}

export function Trying({ onBack, onNext }: StepProps) {
  return (
    <div class="stackform">
      <Test />
      <Foot onBack={onBack} onSkip={null}>
        <Button tone="primary" size="lg" onPress={onNext}>{t("start.go_on")}</Button>
      </Foot>
    </div>
  );
}

export function Guests({ onBack, onNext }: StepProps) {
  const place = useApp().store.community.value.name;
  return (
    <div class="stackform">
      <Invite onMade={() => {}} />
      <p class="sm muted">
        {t("start.more_guests")} <Link to="/settings/invitations">{t("set.invitations")}</Link>
      </p>
      <Foot onBack={onBack} onSkip={null}>
        <Button size="lg" onPress={onNext}>{t("start.done", { place })}</Button>
      </Foot>
    </div>
  );
}

function Foot(
  { onBack, onSkip, children }: {
    readonly onBack: (() => void) | null;
    readonly onSkip: (() => void) | null;
    readonly children: ComponentChildren;
  },
) {
  return (
    <div class="row wrap stepfoot">
      {onBack && <Button tone="ghost" onPress={onBack}>{t("start.back")}</Button>}
      <span class="grow" />
      {onSkip && <Button onPress={onSkip}>{t("start.skip")}</Button>}
      {children}
    </div>
  );
}
