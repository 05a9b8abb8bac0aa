/** What recordings cost of the disk, when each goes, and which are kept for ever. */

import { Avatar, bytes, Form, moment, Note, Submit, Switch, TextField } from "@salon/client";
import { useEffect, useState } from "preact/hooks";
import { account, nameOf, sentence, useRecording } from "../shared/context.ts";
import type { Disk, KeptTake } from "../shared/wire.ts";

const MB = 1_000_000;
const DAYS_MAX = 3_650;
type Ask = (command: string, fields?: Readonly<Record<string, unknown>>) => Promise<void>;

export function DiskView() {
  const { salon, t } = useRecording();
  const [disk, keep] = useState<Disk | null>(null);
  const ask: Ask = async (command, fields = {}) => {
    keep(await salon.command(command, fields) as unknown as Disk);
  };
  const look = () =>
    ask("recording.disk").catch((error) => salon.toast({ text: sentence(error), tone: "bad" }));
  useEffect(() => void look(), []);
  if (!disk) return null;
  return (
    <section class="recording-disk" aria-label={t("disk")}>
      <h2 class="display">{t("disk")}</h2>
      <Fill disk={disk} />
      <Days key={disk.days} days={disk.days} ask={ask} />
      {disk.takes.length > 0 && (
        <ul class="rows" aria-label={t("takes")}>
          {disk.takes.map((take) => <Row key={take.id} take={take} ask={ask} />)}
        </ul>
      )}
    </section>
  );
}

function Fill({ disk }: { readonly disk: Disk }) {
  const { t } = useRecording();
  const used = disk.total_mb - disk.free_mb;
  const free = t("disk_free", {
    free: bytes(disk.free_mb * MB),
    total: bytes(disk.total_mb * MB),
  });
  return (
    <>
      <meter
        class="full"
        aria-label={free}
        min={0}
        max={disk.total_mb}
        high={Math.max(0, disk.total_mb - 2 * disk.stops_at_mb)}
        value={used}
      />
      <p>{free}</p>
      <p class="sm muted">
        {t("disk_ours", {
          takes: bytes(disk.takes_bytes),
          episodes: bytes(disk.episodes_bytes),
        })} {disk.away_bytes > 0 && <>{t("disk_away", { size: bytes(disk.away_bytes) })}{" "}</>}
        {t("disk_stops", { least: bytes(disk.stops_at_mb * MB) })}
      </p>
      {disk.away_why && (
        <Note tone="warn" icon="warn">
          <p>{t(`away.${disk.away_why}`)} {t("away_again")}</p>
        </Note>
      )}
      {disk.is_low && (
        <Note tone="warn" icon="warn">
          <p>{t("disk_low_now")}</p>
        </Note>
      )}
    </>
  );
}

function Days({ days, ask }: { readonly days: number; readonly ask: Ask }) {
  const { salon, t } = useRecording();
  const [typed, type] = useState(String(days));
  const wanted = Number(typed);
  const isRight = Number.isInteger(wanted) && wanted >= 1 && wanted <= DAYS_MAX;
  const save = async () => {
    await ask("recording.keep_days", { days: wanted });
    salon.toast({ text: t("days_saved"), tone: "good" });
  };
  return (
    <Form
      send={save}
      foot={
        <div>
          <Submit tone="soft" disabled={!isRight || wanted === days}>{t("days_save")}</Submit>
        </div>
      }
    >
      <TextField
        label={t("days")}
        hint={t("days_hint")}
        type="number"
        value={typed}
        error={isRight ? undefined : t("days_wrong", { most: DAYS_MAX })}
        onInput={type}
      />
    </Form>
  );
}

function Row({ take, ask }: { readonly take: KeptTake; readonly ask: Ask }) {
  const recording = useRecording();
  const { salon, t } = recording;
  const [isOpen, open] = useState(false);
  const keep = (forEver: boolean) =>
    ask("recording.keep", { take: take.id, for_ever: forEver })
      .catch((error) => salon.toast({ text: sentence(error), tone: "bad" }));
  const goes = take.is_kept
    ? t("kept_for_ever")
    : take.deleted_at
    ? t("goes_at", { at: moment(take.deleted_at) })
    : t("running");
  return (
    <li class="recording-row recording-cost">
      <div class="grow">
        <b class="trunc">
          <bdi>{take.room_name}</bdi>
        </b>
        <span class="detail">{moment(take.begun_at)}</span>
        <span class="detail">{goes}</span>
      </div>
      <span class="num recording-length">{bytes(take.bytes)}</span>
      <button
        type="button"
        class="btn ghost s"
        aria-expanded={isOpen}
        onClick={() => open(!isOpen)}
      >
        {t("voices", { n: take.voices.length })}
      </button>
      <Switch
        label={t("keep_for_ever", { room: take.room_name, at: moment(take.begun_at) })}
        on={take.is_kept}
        onChange={(on) => void keep(on)}
      />
      {isOpen && (
        <ul class="recording-voices">
          {take.voices.map((voice) => (
            <li key={voice.account}>
              <Avatar account={account(recording, voice.account)} size="sm" />
              <span class="grow trunc">
                <bdi>{nameOf(recording, voice.account)}</bdi>
              </span>
              <span class="num">{bytes(voice.bytes)}</span>
            </li>
          ))}
          {take.episodes > 0 && (
            <li>
              <span class="grow">{t("in_episodes", { n: take.episodes })}</span>
              <span class="num">{bytes(take.episodes_bytes)}</span>
            </li>
          )}
        </ul>
      )}
    </li>
  );
}
