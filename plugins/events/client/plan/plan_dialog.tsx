/** The form for an event: a new one, or changes of one that is planned. */

import {
  Avatar,
  Button,
  clock,
  date,
  Dialog,
  DialogFoot,
  Form,
  IconButton,
  type RoomWish,
  Select,
  Submit,
  SwitchRow,
  TagsField,
  TextField,
} from "@salon/client";
import { useEffect, useRef, useState } from "preact/hooks";
import { accountOf, MANAGE, pageOf, useEvents } from "../shared/agenda.ts";
import type { Details, Preview } from "../shared/shapes.ts";
import { ownZone, zoneName } from "../shared/when.ts";
import { WhichOnes } from "./call_off_dialog.tsx";
import { joined, moved, parted, rulesFor, ruleText } from "./rules.ts";

const TITLE_MAX = 100;
const ABOUT_MAX = 2_000;
const STAGE = "stage"; // stands where the id of a room does
const LENGTHS_MIN = [15, 30, 45, 60, 90, 120, 180, 240, 480];
const HOSTS_MAX = 10;
const ASK_AFTER_MS = 250;

interface Draft {
  readonly title: string;
  readonly about: string;
  readonly day: string;
  readonly time: string;
  readonly zone: string;
  readonly lasts: string;
  readonly rule: string;
  readonly until: string;
  readonly room: string;
  readonly role: string;
  readonly hosts: readonly string[];
  readonly isPublic: boolean;
  readonly tags: readonly string[];
  readonly isRecorded: boolean;
  readonly told: readonly string[];
}

export function PlanDialog(
  { event, wish, onClose }: {
    readonly event?: Details;
    readonly wish?: RoomWish;
    readonly onClose: () => void;
  },
) {
  const { salon, t, agenda } = useEvents();
  const [draft, write] = useState<Draft>(() =>
    event ? draftOf(event) : { ...fresh(salon.me.value?.id), ...(wish && wanted(wish)) }
  );
  const [which, choose] = useState<"one" | "every">("one");
  const change = (some: Partial<Draft>) => write((before) => ({ ...before, ...some }));
  const isOne = !!event?.rule && which === "one";
  const preview = usePreview(draft, event);
  const isDraft = useRef(false);
  const send = async () => {
    if (event) {
      const fields = { ...changes(draftOf(event), draft, isOne), every: !isOne };
      await salon.command("events.change", { occurrence: event.id, ...fields });
    } else {
      const asDraft = isDraft.current;
      isDraft.current = false; // when it is refused, the next press decides anew
      const made = await salon.command("events.plan", { ...planned(draft), is_draft: asDraft });
      salon.navigate(pageOf({ id: String(made["occurrence_id"]) }));
      salon.toast({ text: t(asDraft ? "kept_draft" : "planned"), icon: "cal" });
    }
    agenda.changed();
    onClose();
  };
  return (
    <Dialog
      title={t(event ? "edit_event" : "plan_event")}
      onClose={onClose}
      class="events-dialog wide"
    >
      <Form
        send={send}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("cancel")}</Button>
            {!event && (
              <Button type="submit" onPress={() => isDraft.current = true}>
                {t("keep_draft")}
              </Button>
            )}
            <Submit>{t(event ? "save" : "put")}</Submit>
          </DialogFoot>
        }
      >
        {event?.rule && <WhichOnes value={which} onChange={choose} />}
        <div class="events-form">
          <div class="events-fields">
            <What draft={draft} change={change} />
            <When draft={draft} change={change} isOne={isOne} preview={preview} />
            <TextField
              label={t("about")}
              name="about"
              lines
              value={draft.about}
              max={ABOUT_MAX}
              onInput={(about) => change({ about })}
            />
            {!isOne && <TagsField names={draft.tags} onChange={(tags) => change({ tags })} />}
          </div>
          {!isOne && (
            <div class="events-fields">
              <Where draft={draft} change={change} preview={preview} />
              <Hosts draft={draft} change={change} />
              <Seen draft={draft} change={change} />
              <Said draft={draft} change={change} mayTell={!event || event.is_draft} />
            </div>
          )}
        </div>
      </Form>
    </Dialog>
  );
}

interface PartProps {
  readonly draft: Draft;
  readonly change: (some: Partial<Draft>) => void;
}

function What({ draft, change }: PartProps) {
  const { t } = useEvents();
  return (
    <TextField
      label={t("title")}
      name="title"
      value={draft.title}
      max={TITLE_MAX}
      required
      onInput={(title) => change({ title })}
    />
  );
}

function When(
  { draft, change, isOne, preview }: PartProps & {
    readonly isOne: boolean;
    readonly preview: Preview | null;
  },
) {
  const { t } = useEvents();
  const wall = wallOf(draft);
  const rules = [...new Set([...rulesFor(wall), draft.rule])];
  return (
    <>
      <div class="grid2">
        <TextField
          label={t("day")}
          name="starts"
          type="date"
          value={draft.day}
          required
          onInput={(day) => change({ day, rule: moved(draft.rule, `${day}T${draft.time}`) })}
        />
        <TextField
          label={t("from")}
          type="time"
          value={draft.time}
          required
          onInput={(time) => change({ time })}
        />
      </div>
      <p class="hint">{t("zone_hint", { zone: zoneName(draft.zone) })}</p>
      <Select
        label={t("lasts")}
        value={draft.lasts}
        options={[...new Set([...LENGTHS_MIN.map(String), draft.lasts])].map((value) => ({
          value,
          label: lengthText(t, Number(value)),
        }))}
        onChange={(lasts) => change({ lasts })}
      />
      {!isOne && (
        <Select
          label={t("again")}
          value={draft.rule}
          hint={draft.rule && preview && preview.next.length > 1
            ? t("next", { days: preview.next.map((at) => date(at, draft.zone)).join(", ") })
            : undefined}
          options={rules.map((rule) => ({ value: rule, label: ruleText(rule, t, wall) }))}
          onChange={(rule) => change({ rule })}
        />
      )}
      {!isOne && draft.rule && (
        <TextField
          label={t("until")}
          hint={t("until_hint")}
          type="date"
          value={draft.until}
          onInput={(until) => change({ until })}
        />
      )}
      {preview?.clash && (
        <p class="err" role="status">
          {t("clash", {
            title: preview.clash.title,
            time: clock(preview.clash.ends_at, draft.zone),
          })}
        </p>
      )}
    </>
  );
}

function Where(
  { draft, change, preview }: PartProps & { readonly preview: Preview | null },
) {
  const { salon, t } = useEvents();
  const rooms = [...salon.store.rooms.value.values()]
    .filter((room) => !room.temporary || room.id === draft.room)
    .sort((a, b) => a.position - b.position);
  return (
    <Select
      label={t("where")}
      icon="door"
      value={draft.room}
      hint={isOwn(draft.room)
        ? preview ? t("own_room_hint", { n: preview.opens_before_min }) : undefined
        : t("room_hint")}
      options={[
        { value: "", label: t("own_room") },
        { value: STAGE, label: t("own_stage") },
        ...rooms.map((room) => ({ value: room.id, label: room.name })),
      ]}
      onChange={(room) => change({ room })}
    />
  );
}

function Hosts({ draft, change }: PartProps) {
  const { salon, t } = useEvents();
  const me = salon.me.value?.id;
  const people = [...salon.store.accounts.value.values()]
    .filter(({ id, kind }) => kind === "person" && !draft.hosts.includes(id))
    .sort((a, b) => a.display_name.localeCompare(b.display_name));
  return (
    <div class="field">
      <span class="lab">{t("with_whom")}</span>
      <ul class="events-hosts">
        {draft.hosts.map((id) => {
          const name = accountOf(salon, id)?.display_name ?? "";
          return (
            <li key={id} class="pill">
              <Avatar account={accountOf(salon, id)} size="xs" />
              <bdi>{id === me ? t("you_host") : name}</bdi>
              <IconButton
                icon="x"
                small
                label={t("remove_host", { name })}
                onPress={() => change({ hosts: draft.hosts.filter((each) => each !== id) })}
              />
            </li>
          );
        })}
      </ul>
      {draft.hosts.length < HOSTS_MAX && (
        <Select
          label={t("add_host")}
          value=""
          options={[
            { value: "", label: "–" },
            ...people.map(({ id, display_name }) => ({ value: id, label: display_name })),
          ]}
          onChange={(id) => id && change({ hosts: [...draft.hosts, id] })}
        />
      )}
    </div>
  );
}

function Seen({ draft, change }: PartProps) {
  const { salon, t } = useEvents();
  const everyone = salon.store.community.value?.everyone_role_id;
  const roles = [...salon.store.roles.value.values()].filter(({ id }) => id !== everyone);
  return (
    <Select
      label={t("who_sees")}
      icon="users"
      value={draft.role}
      options={[
        { value: "", label: t("everybody") },
        ...roles.map(({ id, name }) => ({ value: id, label: t("only_role", { role: name }) })),
      ]}
      onChange={(role) => change({ role })}
    />
  );
}

/** What is said of it before: that it is recorded, that anybody may know, to whom it is told. */
function Said({ draft, change, mayTell }: PartProps & { readonly mayTell: boolean }) {
  const { salon, t } = useEvents();
  const mayAll = salon.may("mention.everyone");
  const everyone = salon.store.community.value?.everyone_role_id;
  const roles = [...salon.store.roles.value.values()]
    .filter(({ id, mentionable }) => id !== everyone && (mayAll || mentionable));
  const toggled = (id: string) =>
    draft.told.includes(id) ? draft.told.filter((one) => one !== id) : [...draft.told, id];
  return (
    <>
      <ul class="rows">
        <SwitchRow
          label={t("is_recorded")}
          hint={t("is_recorded_hint")}
          on={draft.isRecorded}
          onChange={(isRecorded) => change({ isRecorded })}
        />
        {salon.may(MANAGE) && !draft.role && (
          <SwitchRow
            label={t("is_public")}
            hint={t("is_public_hint")}
            on={draft.isPublic}
            onChange={(isPublic) => change({ isPublic })}
          />
        )}
      </ul>
      {mayTell && roles.length > 0 && (
        <fieldset class="field">
          <legend class="lab">{t("tell_roles")}</legend>
          <div class="rolechoices">
            {roles.map(({ id, name }) => (
              <label key={id} class="row sm">
                <input
                  type="checkbox"
                  checked={draft.told.includes(id)}
                  onChange={() => change({ told: toggled(id) })}
                />
                <bdi class="trunc">{name}</bdi>
              </label>
            ))}
          </div>
          <span class="hint">{t("tell_roles_hint")}</span>
        </fieldset>
      )}
    </>
  );
}

/** What the server says of these times, a moment after the last key. */
function usePreview(draft: Draft, event: Details | undefined): Preview | null {
  const { salon } = useEvents();
  const [preview, take] = useState<Preview | null>(null);
  const { day, time, zone, lasts, rule, until, room } = draft;
  useEffect(() => {
    let isOver = false;
    const ask = async () => {
      const answer = await salon.command("events.preview", {
        ...timesOf(draft),
        ...(isOwn(room) ? {} : { room }),
        ...(event ? { except_event: event.event_id } : {}),
      });
      if (!isOver) take(answer as unknown as Preview);
    };
    const timer = setTimeout(() => day && time && ask().catch(() => take(null)), ASK_AFTER_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [day, time, zone, lasts, rule, until, room]);
  return preview;
}

/** A whole hour from tomorrow on, hosted by oneself. */
function fresh(me: string | undefined): Draft {
  const at = new Date();
  at.setDate(at.getDate() + 1);
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()]
    .map((part) => String(part).padStart(2, "0"));
  return {
    title: "",
    about: "",
    day: day.join("-"),
    time: "20:00",
    zone: ownZone(),
    lasts: "60",
    rule: "",
    until: "",
    room: "",
    role: "",
    hosts: me ? [me] : [],
    isPublic: false,
    tags: [],
    isRecorded: false,
    told: [],
  };
}

/** What was typed where one opens a room. */
function wanted(wish: RoomWish): Partial<Draft> {
  return {
    title: wish.name,
    about: wish.topic,
    room: wish.kind === STAGE ? STAGE : "",
    role: (wish.entry === "roles" && wish.roles[0]) || "",
    tags: wish.tags,
    isRecorded: wish.toBeRecorded,
    told: wish.told,
  };
}

function draftOf(event: Details): Draft {
  const lasts = (Date.parse(event.ends_at) - Date.parse(event.starts_at)) / 60_000;
  return {
    title: event.title,
    about: event.about,
    day: event.wall.slice(0, 10),
    time: event.wall.slice(11),
    zone: event.zone,
    lasts: String(lasts),
    ...parted(event.rule),
    room: event.place_id ?? (event.kind === "stage" ? STAGE : ""),
    role: event.role_ids[0] ?? "",
    hosts: event.host_ids,
    isPublic: event.is_public,
    tags: event.tags,
    isRecorded: event.to_be_recorded,
    told: event.told_role_ids,
  };
}

function wallOf({ day, time }: Draft): string {
  return `${day}T${time}`;
}

function timesOf(draft: Draft) {
  return {
    starts: wallOf(draft),
    zone: draft.zone,
    lasts_min: Number(draft.lasts),
    rule: joined(draft.rule, draft.until),
  };
}

function planned(draft: Draft): Record<string, unknown> {
  return {
    ...timesOf(draft),
    title: draft.title,
    about: draft.about,
    ...(isOwn(draft.room) ? { kind: kindOf(draft.room) } : { room: draft.room }),
    role_ids: draft.role ? [draft.role] : [],
    host_ids: draft.hosts,
    is_public: draft.isPublic && !draft.role,
    tags: draft.tags,
    to_be_recorded: draft.isRecorded,
    told_role_ids: draft.told,
  };
}

/** Only what differs: what is sent counts as changed. */
function changes(before: Draft, after: Draft, isOne: boolean): Record<string, unknown> {
  const differs = (...keys: readonly (keyof Draft)[]) =>
    keys.some((key) => String(before[key]) !== String(after[key]));
  const { starts, lasts_min, rule } = timesOf(after);
  return {
    ...(differs("title") && { title: after.title }),
    ...(differs("about") && { about: after.about }),
    ...(differs("day", "time") && { starts }),
    ...(differs("lasts") && { lasts_min }),
    ...(!isOne && differs("rule", "until") && { rule }),
    ...(!isOne && differs("room") &&
      (isOwn(after.room)
        ? { has_own_room: true, kind: kindOf(after.room) }
        : { room: after.room })),
    ...(!isOne && differs("role") && { role_ids: after.role ? [after.role] : [] }),
    ...(!isOne && differs("hosts") && { host_ids: after.hosts }),
    ...(!isOne && differs("isPublic") && { is_public: after.isPublic }),
    ...(!isOne && differs("tags") && { tags: after.tags }),
    ...(!isOne && differs("isRecorded") && { to_be_recorded: after.isRecorded }),
    ...(!isOne && differs("told") && { told_role_ids: after.told }),
  };
}

function isOwn(room: string): boolean {
  return room === "" || room === STAGE;
}

function kindOf(room: string): "talk" | "stage" {
  return room === STAGE ? "stage" : "talk";
}

function lengthText(t: ReturnType<typeof useEvents>["t"], minutes: number): string {
  const h = Math.floor(minutes / 60);
  const m = minutes % 60;
  if (h === 0) return t("minutes", { n: m });
  return m === 0 ? t("hours", { n: h }) : t("hours_minutes", { h, m });
}
