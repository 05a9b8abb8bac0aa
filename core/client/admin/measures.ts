/** What the server tells of itself, and what happened between two looks. Pure; time is handed in. */

export interface WorkerMeasures {
  readonly port: number;
  readonly has_tcp: boolean;
  readonly is_there: boolean;
  /** A process of its own; else processor and memory are those of the whole server. */
  readonly is_apart: boolean;
  readonly restarts: number;
  readonly at_s: number;
  readonly cpu_s: number;
  readonly memory_bytes: number;
  readonly peers: number;
  readonly received: number;
  readonly forwarded: number;
  readonly dropped: Readonly<Record<string, number>>;
}

export interface RoomMeasures {
  readonly room_id: string;
  readonly people: number;
  readonly received: number;
  readonly forwarded: number;
  readonly dropped: Readonly<Record<string, number>>;
  /** 0 to 1; null is not known. */
  readonly loss_worst: number | null;
}

export interface LineMeasures {
  readonly account_id: string;
  readonly transport: "udp" | "tcp";
  readonly loss_up: number | null;
  readonly loss_down: number | null;
  readonly jitter_up_ms: number | null;
  readonly jitter_down_ms: number | null;
  readonly round_trip_ms: number | null;
}

/** One of the worst of all rooms. */
export interface WorstLine extends LineMeasures {
  readonly room_id: string;
}

/** What files take, what they may take, and the disk that they share with the database. */
export interface FileMeasures {
  readonly kept_bytes: number;
  readonly most_bytes: number;
  readonly free_bytes: number;
  readonly disk_bytes: number;
}

export interface ServerMeasures {
  readonly started_at: string;
  readonly workers: readonly WorkerMeasures[];
  readonly rooms: readonly RoomMeasures[];
  readonly worst: readonly WorstLine[];
  readonly lines: readonly LineMeasures[];
  readonly files: FileMeasures;
}

/** One answer, and when it came. */
export interface Look {
  readonly atMs: number;
  readonly measures: ServerMeasures;
}

/** In each second between two looks. */
export interface Pace {
  readonly received: number;
  readonly forwarded: number;
  readonly dropped: number;
  /** Processor seconds in a second: 1 is one core. */
  readonly cpu: number;
}

type Counted = Pick<RoomMeasures, "received" | "forwarded" | "dropped"> & {
  readonly cpu_s?: number;
};

/** Null where it cannot be said: at the first look, or where counting began anew. */
export function paceBetween(
  before: Counted | undefined,
  now: Counted,
  seconds: number,
): Pace | null {
  if (!before || seconds <= 0) return null;
  const each = (later: number, earlier: number) => (later - earlier) / seconds;
  const pace = {
    received: each(now.received, before.received),
    forwarded: each(now.forwarded, before.forwarded),
    dropped: each(total(now.dropped), total(before.dropped)),
    cpu: each(now.cpu_s ?? 0, before.cpu_s ?? 0),
  };
  return Object.values(pace).some((value) => value < 0) ? null : pace;
}

/** Of each worker, by its port. */
export function workerPaces(before: Look | undefined, now: Look): Map<number, Pace> {
  const known = new Map(before?.measures.workers.map((worker) => [worker.port, worker]));
  return new Map(now.measures.workers.flatMap((worker) => {
    const last = known.get(worker.port);
    const isSame = worker.is_there && last?.is_there && last.restarts === worker.restarts;
    const pace = isSame && paceBetween(last, worker, worker.at_s - last.at_s);
    return pace ? [[worker.port, pace]] : [];
  }));
}

/** Of each room, by its id. */
export function roomPaces(before: Look | undefined, now: Look): Map<string, Pace> {
  const known = new Map(before?.measures.rooms.map((room) => [room.room_id, room]));
  const seconds = (now.atMs - (before?.atMs ?? 0)) / 1_000;
  return new Map(now.measures.rooms.flatMap((room) => {
    const pace = paceBetween(known.get(room.room_id), room, seconds);
    return pace ? [[room.room_id, pace]] : [];
  }));
}

/** Of all together; null while nothing is known of any. */
export function together(paces: Iterable<Pace>): Pace | null {
  const each = [...paces];
  const sum = (value: (pace: Pace) => number) => each.reduce((all, pace) => all + value(pace), 0);
  return each.length === 0 ? null : {
    received: sum((pace) => pace.received),
    forwarded: sum((pace) => pace.forwarded),
    dropped: sum((pace) => pace.dropped),
    cpu: sum((pace) => pace.cpu),
  };
}

/** Fewer packets than this say nothing of what one costs: the rest of the work would be in it. */
const FORWARDED_LEAST = 200;

/** Microseconds of processor for each packet that went out; null while hardly any does. */
export function costOf(pace: Pace | null): number | null {
  if (!pace || pace.forwarded < FORWARDED_LEAST) return null;
  return pace.cpu / pace.forwarded * 1_000_000;
}

/** What was dropped at all these places, the most frequent reason first. */
export function reasons(
  places: readonly Readonly<Record<string, number>>[],
): [string, number][] {
  const sums = new Map<string, number>();
  for (const dropped of places) {
    for (const [reason, count] of Object.entries(dropped)) {
      sums.set(reason, (sums.get(reason) ?? 0) + count);
    }
  }
  return [...sums].sort(([, a], [, b]) => b - a);
}

export function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

export function worst(...shares: readonly (number | null)[]): number | null {
  return shares.reduce((a, b) => a === null ? b : b === null ? a : Math.max(a, b), null);
}
