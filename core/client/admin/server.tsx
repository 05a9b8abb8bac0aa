/** The server: what its media workers do now, who loses what in which room, and what was not used. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { moment } from "../format.ts";
import { known, language, t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { List, ListRow } from "../kit/list.tsx";
import { Empty, Skeleton } from "../kit/place.tsx";
import { qualityOf } from "../line_quality.ts";
import { bytes } from "../sizes.ts";
import type { Refusal } from "../wire.ts";
import {
  costOf,
  type FileMeasures,
  type LineMeasures,
  type Look,
  type Pace,
  reasons,
  type RoomMeasures,
  roomPaces,
  type ServerMeasures,
  together,
  type WorkerMeasures,
  workerPaces,
  worst,
  type WorstLine,
} from "./measures.ts";

const EVERY_MS = 2_000;
const LOOKS_KEPT = 60; // two minutes
const MS_PER_S = 1_000;
const MEGABYTE = 1_000_000;
const NEARLY_FULL = .9;

export function ServerPage() {
  const { version } = useApp();
  const [shown, show] = useState<string | null>(null);
  const { looks, refusal, again } = useLooks(shown);
  const now = looks.at(-1);
  if (refusal) {
    return (
      <Empty icon="server" title={refusal.message}>
        <Button icon="refresh" onPress={again}>{t("again")}</Button>
      </Empty>
    );
  }
  if (!now) return <Skeleton label={t("loading")} lines={3} />;
  const { started_at, workers, rooms, worst: worstLines, lines } = now.measures;
  const before = looks.at(-2);
  const since = { version: version.value, when: moment(started_at) };
  return (
    <>
      <Tiles looks={looks} now={now.measures} />
      <section>
        <div class="hh">
          <h2 class="display">{t("srv.workers")}</h2>
        </div>
        <Workers workers={workers} paces={workerPaces(before, now)} />
        <p class="xs muted">{t("srv.since", since)}</p>
      </section>
      <WorstLines lines={worstLines} />
      <section>
        <div class="hh">
          <h2 class="display">{t("rooms")}</h2>
        </div>
        <Rooms
          rooms={rooms}
          paces={roomPaces(before, now)}
          lines={lines}
          shown={shown}
          onShow={(id) => show(id === shown ? null : id)}
        />
      </section>
      <Reasons workers={workers} />
      <Disk files={now.measures.files} />
    </>
  );
}

/** How full it is, as a meter and in words. */
function Disk({ files }: { readonly files: FileMeasures }) {
  const { kept_bytes, most_bytes, free_bytes, disk_bytes } = files;
  const used = t("srv.files_used", { used: bytes(kept_bytes), most: bytes(most_bytes) });
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("srv.files")}</h2>
      </div>
      <div class="well">
        <meter
          class="full"
          aria-label={used}
          min={0}
          max={most_bytes}
          high={most_bytes * NEARLY_FULL}
          value={kept_bytes}
        />
        <p>{used}</p>
        <p class="xs muted">
          {t("srv.disk", { free: bytes(free_bytes), size: bytes(disk_bytes) })}
        </p>
      </div>
    </section>
  );
}

// -- what the whole does

function Tiles({ looks, now }: { readonly looks: readonly Look[]; readonly now: ServerMeasures }) {
  const paces = looks.map((look, at) => together(workerPaces(looks[at - 1], look).values()));
  const pace = paces.at(-1) ?? null;
  const cost = costOf(pace);
  const lit = now.rooms.filter((room) => room.people > 0);
  const isApart = now.workers.every((worker) => worker.is_apart);
  const over = (value: (pace: Pace) => number) =>
    paces.flatMap((each) => each ? [value(each)] : []);
  const memory = (of: ServerMeasures) => sum(of.workers.map((worker) => worker.memory_bytes));
  return (
    <ul class="mets">
      <Tile
        title={t("srv.people")}
        value={whole(people(now))}
        foot={t("srv.rooms_lit", { n: lit.length })}
        history={looks.map((look) => people(look.measures))}
      />
      <Tile
        title={t("srv.in")}
        value={whole(pace?.received)}
        foot={t("srv.each_second")}
        history={over((each) => each.received)}
      />
      <Tile
        title={t("srv.out")}
        value={whole(pace?.forwarded)}
        foot={t("srv.each_second")}
        history={over((each) => each.forwarded)}
      />
      <Tile
        title={t("srv.dropped")}
        value={whole(pace?.dropped)}
        foot={t("srv.each_second")}
        history={over((each) => each.dropped)}
      />
      <Tile
        title={t("srv.processor")}
        value={percent(pace?.cpu ?? null)}
        foot={cost === null ? t("srv.cost_unknown") : t("srv.cost", { n: rounded(cost) })}
        history={over((each) => each.cpu)}
      />
      <Tile
        title={t("srv.memory")}
        value={megabytes(memory(now))}
        foot={isApart ? t("srv.of_workers", { n: now.workers.length }) : t("srv.of_server")}
        history={looks.map((look) => memory(look.measures))}
      />
    </ul>
  );
}

interface TileProps {
  readonly title: string;
  readonly value: string;
  readonly foot: string;
  /** Since the page was opened, the oldest first. */
  readonly history: readonly number[];
}

function Tile({ title, value, foot, history }: TileProps) {
  return (
    <li class="well met">
      <span class="eyebrow">{title}</span>
      <b class="display num">{value}</b>
      <Spark values={history} />
      <span class="xs muted">{foot}</span>
    </li>
  );
}

const SPARK = { width: 260, height: 48, points: 15 }; // at least: a begun one grows from the right

function Spark({ values }: { readonly values: readonly number[] }) {
  const most = Math.max(...values, 0) || 1;
  const step = SPARK.width / (Math.max(SPARK.points, values.length) - 1);
  const begin = SPARK.width - (values.length - 1) * step;
  const points = values.map((value, at) =>
    `${(begin + at * step).toFixed(1)} ${((1 - value / most) * (SPARK.height - 4) + 2).toFixed(1)}`
  );
  const line = `M${points.join("L")}`;
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${SPARK.width} ${SPARK.height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {points.length > 1 && (
        <>
          <path class="under" d={`${line}V${SPARK.height}H${begin}z`} />
          <path class="over" d={line} />
        </>
      )}
    </svg>
  );
}

// -- the media workers

function Workers({ workers, paces }: {
  readonly workers: readonly WorkerMeasures[];
  readonly paces: ReadonlyMap<number, Pace>;
}) {
  return (
    <List label={t("srv.workers")}>
      {workers.map((worker, at) => (
        <ListRow
          key={worker.port}
          start={
            <span class={worker.is_there ? "sq a" : "sq"}>
              <Icon name="server" />
            </span>
          }
          title={worker.is_apart ? t("srv.worker", { n: at + 1 }) : t("srv.inside")}
          detail={detailOf(worker, paces.get(worker.port) ?? null)}
          end={
            <span class={worker.is_there ? "pill ok" : "pill warn"}>
              {t(worker.is_there ? "adm.healthy" : "srv.away")}
            </span>
          }
        />
      ))}
    </List>
  );
}

function detailOf(worker: WorkerMeasures, pace: Pace | null): string {
  const cost = costOf(pace);
  const port = { port: String(worker.port) };
  return [
    t(worker.has_tcp || !worker.is_there ? "srv.port" : "srv.port_udp", port),
    ...(worker.is_there
      ? [t("srv.peers", { n: worker.peers }), megabytes(worker.memory_bytes)]
      : []),
    ...(pace ? [flowOf(pace)] : []),
    ...(cost === null ? [] : [t("srv.cost", { n: rounded(cost) })]),
    ...(worker.restarts ? [t("srv.restarts", { n: worker.restarts })] : []),
  ].join(" · ");
}

function flowOf(pace: Pace): string {
  return t("srv.flow", {
    received: Math.round(pace.received),
    forwarded: Math.round(pace.forwarded),
  });
}

// -- rooms and the lines of one

interface RoomsProps {
  readonly rooms: readonly RoomMeasures[];
  readonly paces: ReadonlyMap<string, Pace>;
  readonly lines: readonly LineMeasures[];
  /** The room whose lines are shown. */
  readonly shown: string | null;
  readonly onShow: (roomId: string) => void;
}

function Rooms({ rooms, paces, lines, shown, onShow }: RoomsProps) {
  const { store } = useApp();
  if (rooms.length === 0) return <p class="sm muted">{t("srv.no_rooms")}</p>;
  return (
    <List label={t("rooms")}>
      {rooms.flatMap((room) => {
        const name = store.rooms.value.get(room.room_id)?.name ?? "";
        const pace = paces.get(room.room_id);
        return [
          <ListRow
            key={room.room_id}
            start={
              <span class="sq">
                <Icon name="door" />
              </span>
            }
            title={name}
            detail={[t("room.people", { n: room.people }), ...(pace ? [flowOf(pace)] : [])]
              .join(" · ")}
            end={
              <>
                <LossPill loss={room.loss_worst} />
                <button
                  type="button"
                  class="btn s"
                  aria-expanded={shown === room.room_id}
                  aria-label={t("srv.show_lines", { room: name })}
                  onClick={() => onShow(room.room_id)}
                >
                  {t("srv.lines")}
                </button>
              </>
            }
          />,
          shown === room.room_id && (
            <li key={`${room.room_id} lines`}>
              <div class="grow">
                <Lines lines={lines} label={t("srv.show_lines", { room: name })} />
                <Tally reasons={reasons([room.dropped])} />
              </div>
            </li>
          ),
        ];
      })}
    </List>
  );
}

function WorstLines({ lines }: { readonly lines: readonly WorstLine[] }) {
  const bad = lines.filter((line) => !["good", "unknown"].includes(qualityOfLine(line)));
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("srv.worst")}</h2>
      </div>
      {bad.length === 0
        ? <p class="sm muted">{t("srv.worst_none")}</p>
        : <Lines lines={bad} label={t("srv.worst")} />}
    </section>
  );
}

function qualityOfLine(line: LineMeasures) {
  const trip = line.round_trip_ms;
  return qualityOf(worst(line.loss_up, line.loss_down), trip === null ? null : trip / MS_PER_S);
}

/** Of one room, or the worst of several: then each says in which. */
function Lines({ lines, label }: {
  readonly lines: readonly (LineMeasures | WorstLine)[];
  readonly label: string;
}) {
  const { store } = useApp();
  if (lines.length === 0) return <p class="sm muted">{t("srv.lines_none")}</p>;
  return (
    <ul class="rows plain" aria-label={label}>
      {lines.map((line) => {
        const account = store.accounts.value.get(line.account_id);
        const trip = line.round_trip_ms;
        return (
          <ListRow
            key={line.account_id}
            start={<Avatar account={account} size="sm" />}
            title={account?.display_name ?? ""}
            detail={
              <>
                {"room_id" in line && (
                  <span class="detail">{store.rooms.value.get(line.room_id)?.name ?? ""}</span>
                )}
                <span class="detail">
                  {t("srv.up", { said: wayOf(line.loss_up, line.jitter_up_ms) })}
                </span>
                <span class="detail">
                  {t("srv.down", { said: wayOf(line.loss_down, line.jitter_down_ms) })}
                </span>
                <span class="detail">
                  {line.transport.toUpperCase()}
                  {trip !== null && ` · ${t("srv.trip", { time: milliseconds(trip) })}`}
                </span>
              </>
            }
            end={<LossPill loss={worst(line.loss_up, line.loss_down)} roundTripMs={trip} />}
          />
        );
      })}
    </ul>
  );
}

function wayOf(loss: number | null, jitterMs: number | null): string {
  return loss === null
    ? t("srv.line_unknown")
    : t("srv.line", { share: percent(loss), jitter: milliseconds(jitterMs ?? 0) });
}

const PILLS = { unknown: "pill", good: "pill ok", weak: "pill warn", poor: "pill rec" } as const;

function LossPill({ loss, roundTripMs = null }: {
  readonly loss: number | null;
  readonly roundTripMs?: number | null;
}) {
  const quality = qualityOf(loss, roundTripMs === null ? null : roundTripMs / MS_PER_S);
  const words = loss === null
    ? t("srv.unknown")
    : loss === 0
    ? t("srv.loss_none")
    : t("srv.loss", { share: percent(loss) });
  return <span class={PILLS[quality]}>{words}</span>;
}

// -- what was not used

function Reasons({ workers }: { readonly workers: readonly WorkerMeasures[] }) {
  const all = reasons(workers.map((worker) => worker.dropped));
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("srv.reasons")}</h2>
      </div>
      <p class="sm muted">{t(all.length ? "srv.reasons_note" : "srv.reasons_none")}</p>
      <Tally reasons={all} />
    </section>
  );
}

function Tally({ reasons }: { readonly reasons: readonly (readonly [string, number])[] }) {
  return (
    <dl class="tally">
      {reasons.map(([reason, count]) => (
        <div key={reason}>
          <dt>{known(`drop.${reason}`, {}) ?? reason}</dt>
          <dd class="num">{whole(count)}</dd>
        </div>
      ))}
    </dl>
  );
}

// -- looking

/** Asks every two seconds while the page is looked at; keeps the answers of the last minutes. */
function useLooks(roomId: string | null) {
  const app = useApp();
  const [looks, keep] = useState<readonly Look[]>([]);
  const [refusal, refuse] = useState<Refusal | null>(null);
  const [tries, again] = useState(0);
  const isOpen = app.socket.phase.value === "open";
  useEffect(() => {
    if (!isOpen) return;
    let isOver = false;
    const look = async () => {
      try {
        const answer = await app.command("server.measure", roomId ? { room: roomId } : {});
        if (isOver) return;
        const measures = answer as unknown as ServerMeasures;
        keep((all) => [...all, { atMs: performance.now(), measures }].slice(-LOOKS_KEPT));
        refuse(null);
      } catch (error) {
        if (!isOver && (error as Refusal).code !== "lost") refuse(error as Refusal);
      }
    };
    void look();
    const timer = setInterval(() => document.hidden || void look(), EVERY_MS);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [isOpen, roomId, tries]);
  return { looks, refusal, again: () => again(tries + 1) };
}

// -- numbers as the reader writes them

function people(measures: ServerMeasures): number {
  return sum(measures.rooms.map((room) => room.people));
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

function rounded(value: number): number {
  return value < 10 ? Math.round(value * 10) / 10 : Math.round(value);
}

function whole(value: number | undefined | null): string {
  return value === undefined || value === null
    ? "–"
    : Math.round(value).toLocaleString(language.value);
}

function percent(share: number | null): string {
  if (share === null) return "–";
  const digits = share < 0.1 ? 1 : 0;
  return share.toLocaleString(language.value, { style: "percent", maximumFractionDigits: digits });
}

function megabytes(bytes: number): string {
  return inUnit(Math.round(bytes / MEGABYTE), "megabyte");
}

function milliseconds(ms: number): string {
  return inUnit(rounded(ms), "millisecond");
}

function inUnit(value: number, unit: string): string {
  return value.toLocaleString(language.value, { style: "unit", unit, unitDisplay: "short" });
}
