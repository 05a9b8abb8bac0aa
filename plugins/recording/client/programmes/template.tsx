/** The template of a show: its slots in order, when an episode goes out, and somebody's yes to it. */

import { Button, IconButton, Note, Select, SwitchRow, TextField } from "@salon/client";
import { useRef, useState } from "preact/hooks";
import { attempt, nameOf, useRecording } from "../shared/context.ts";
import { Handle } from "../studio/handle.tsx";
import { moved } from "./programmes.ts";
import type { Piece, Schedule, ShowCard, Slot } from "./wire.ts";

const SLOTS_MAX = 50;
const SLOT_TITLE_MAX = 80;
const MINUTES_MAX = 240;
const TALK = "talk";
const DAYS = [0, 1, 2, 3, 4, 5, 6] as const;

interface Row extends Slot {
  readonly key: number;
}

export function Template({ show, pieces, onChange }: {
  readonly show: ShowCard;
  readonly pieces: readonly Piece[];
  readonly onChange: () => void;
}) {
  const recording = useRecording();
  const { salon, t } = recording;
  const [rows, setRows] = useState<readonly Row[]>(() =>
    show.slots.map((slot, key) => ({ ...slot, key }))
  );
  const [schedule, setSchedule] = useState<Schedule | null>(show.schedule);
  const [isTried, setTried] = useState(false);
  const list = useRef<HTMLOListElement>(null);
  const isFixed = !show.may_edit;
  const put = (changed: Row) =>
    setRows((now) => now.map((each) => each.key === changed.key ? changed : each));
  const add = () => {
    const key = Math.max(-1, ...rows.map((each) => each.key)) + 1;
    const none = { piece: null, piece_title: "", between: null, between_title: "" };
    const slot = { title: "", ...none, length_s: 300 };
    setRows([...rows, { ...slot, key }]);
  };
  const save = async () => {
    setTried(true);
    if (rows.some(({ title }) => !title.trim())) return;
    const isDone = await attempt(recording, "recording.template", {
      show: show.id,
      revision: show.revision,
      slots: rows.map(({ title, piece, between, length_s }) => ({
        title,
        piece,
        between,
        length_s,
      })),
      schedule,
    });
    if (isDone) salon.toast({ text: t("show.saved"), tone: "good" });
    onChange();
  };
  return (
    <div class="recording-template">
      <p class="muted">{t("template.text")}</p>
      <ol class="recording-slots" aria-label={t("template.slots")} ref={list}>
        {rows.map((row, place) => (
          <li key={row.key} class={row.piece || row.piece_title ? "piece" : "talk"}>
            {!isFixed && (
              <Handle
                label={t("draft.move", { n: place + 1, all: rows.length })}
                place={place}
                list={list}
                onMove={(to) => setRows(moved(rows, place, to))}
              />
            )}
            <SlotFields
              row={row}
              place={place}
              pieces={pieces}
              isFixed={isFixed}
              isWrong={isTried && !row.title.trim()}
              onChange={put}
            />
            {!isFixed && (
              <IconButton
                small
                icon="trash"
                label={t("template.remove", { n: place + 1 })}
                onPress={() =>
                  setRows(rows.filter((each) => each !== row))}
              />
            )}
          </li>
        ))}
      </ol>
      {!isFixed && rows.length < SLOTS_MAX && (
        <p>
          <Button icon="plus" onPress={add}>{t("template.add")}</Button>
        </p>
      )}
      <When schedule={schedule} isFixed={isFixed} onChange={setSchedule} />
      {!isFixed && (
        <p>
          <Button tone="primary" onPress={() => void save()}>{t("template.save")}</Button>
        </p>
      )}
      {show.schedule && <Approval show={show} onChange={onChange} />}
    </div>
  );
}

function SlotFields({ row, place, pieces, isFixed, isWrong, onChange }: {
  readonly row: Row;
  readonly place: number;
  readonly pieces: readonly Piece[];
  readonly isFixed: boolean;
  readonly isWrong: boolean;
  readonly onChange: (row: Row) => void;
}) {
  const { t } = useRecording();
  const all = pieces.map(({ id, title }) => ({ value: id, label: title }));
  if (isFixed) {
    const named = [row.piece_title, row.between_title].filter((title) => title !== "");
    const missing = named.filter((title) => !pieces.some((piece) => piece.title === title));
    return (
      <span class="grow">
        <b>{row.title}</b>
        <span class="detail">{row.piece_title || t("template.talk")}</span>
        {row.between_title && (
          <span class="detail">{t("template.between")}: {row.between_title}</span>
        )}
        {missing.map((title) => (
          <span key={title} class="detail recording-wrong">
            {t("template.no_piece", { title })}
          </span>
        ))}
      </span>
    );
  }
  return (
    <div class="recording-slot" role="group" aria-label={t("template.slot", { n: place + 1 })}>
      <TextField
        label={t("template.slot_title")}
        value={row.title}
        max={SLOT_TITLE_MAX}
        error={isWrong ? t("title_missing") : undefined}
        onInput={(title) => onChange({ ...row, title })}
      />
      <Select
        label={t("template.holds")}
        value={row.piece ?? TALK}
        options={[{ value: TALK, label: t("template.talk") }, ...all]}
        onChange={(piece) => onChange({ ...row, piece: piece === TALK ? null : piece })}
      />
      {row.piece === null && (
        <>
          <TextField
            label={t("template.minutes")}
            type="number"
            value={String(Math.round(row.length_s / 6) / 10)}
            onInput={(text) => {
              const minutes = Math.max(0, Math.min(MINUTES_MAX, Number(text) || 0));
              onChange({ ...row, length_s: minutes * 60 });
            }}
          />
          <Select
            label={t("template.between")}
            value={row.between ?? ""}
            options={[{ value: "", label: t("template.between_none") }, ...all]}
            onChange={(between) => onChange({ ...row, between: between || null })}
          />
        </>
      )}
    </div>
  );
}

function When({ schedule, isFixed, onChange }: {
  readonly schedule: Schedule | null;
  readonly isFixed: boolean;
  readonly onChange: (schedule: Schedule | null) => void;
}) {
  const { t } = useRecording();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const zones = [...new Set([schedule?.zone ?? zone, zone, ...Intl.supportedValuesOf("timeZone")])];
  const two = (n: number) => String(n).padStart(2, "0");
  return (
    <section class="recording-when">
      <ul class="rows">
        <SwitchRow
          label={t("template.scheduled")}
          hint={t("template.scheduled_hint")}
          on={schedule !== null}
          disabled={isFixed}
          onChange={(isOn) => onChange(isOn ? { weekday: 4, hour: 19, minute: 0, zone } : null)}
        />
      </ul>
      {schedule && (
        <fieldset class="recording-slot" disabled={isFixed}>
          <Select
            label={t("template.weekday")}
            value={String(schedule.weekday)}
            disabled={isFixed}
            options={DAYS.map((day) => ({ value: String(day), label: t(`template.day.${day}`) }))}
            onChange={(day) => onChange({ ...schedule, weekday: Number(day) })}
          />
          <TextField
            label={t("template.time")}
            type="time"
            value={`${two(schedule.hour)}:${two(schedule.minute)}`}
            onInput={(text) => {
              const [hour = 0, minute = 0] = text.split(":").map(Number);
              onChange({ ...schedule, hour: hour || 0, minute: minute || 0 });
            }}
          />
          <Select
            label={t("template.zone")}
            value={schedule.zone}
            disabled={isFixed}
            options={zones.map((each) => ({ value: each, label: each.replaceAll("_", " ") }))}
            onChange={(chosen) => onChange({ ...schedule, zone: chosen })}
          />
        </fieldset>
      )}
    </section>
  );
}

function Approval({ show, onChange }: {
  readonly show: ShowCard;
  readonly onChange: () => void;
}) {
  const recording = useRecording();
  const { t } = recording;
  const say = async (approved: boolean) => {
    const fields = { show: show.id, revision: show.revision, approved };
    await attempt(recording, "recording.approve", fields);
    onChange();
  };
  return (
    <Note tone={show.approved ? "ok" : "warn"} icon={show.approved ? "check" : "clock"}>
      <p>
        {show.approved
          ? t("template.approved", { name: nameOf(recording, show.approved_by) })
          : t("template.approve_text")}
      </p>
      {show.may_approve && (
        <Button size="s" onPress={() => void say(!show.approved)}>
          {t(show.approved ? "template.unapprove" : "template.approve")}
        </Button>
      )}
    </Note>
  );
}
