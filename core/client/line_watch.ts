/** Judges a voice connection by its statistics: is it alive, is it weak. Pure; time is handed in. */

/** The server is never silent for longer than a second; this much silence means a dead path. */
export const STALL_MS = 1_500;
export const POLL_MS = 250;

/** Tells when nothing has been received for `STALL_MS`. A new connection gets a new watch. */
export class StallWatch {
  #packets = -1;
  #movedAtMs: number;

  constructor(nowMs: number) {
    this.#movedAtMs = nowMs;
  }

  /** `packets`: all that the transport has received so far. */
  isStalled(packets: number, nowMs: number): boolean {
    if (packets !== this.#packets) {
      this.#packets = packets;
      this.#movedAtMs = nowMs;
    }
    return nowMs - this.#movedAtMs >= STALL_MS;
  }
}

/** Over this much loss, or this long a round trip, for `WEAK_AFTER_MS`: a weak line. */
export const WEAK_LOSS = 0.08;
export const WEAK_ROUND_TRIP_S = 0.3;
export const WEAK_AFTER_MS = 5_000;

export interface LineSample {
  readonly received: number;
  readonly lost: number;
  readonly roundTripS: number;
}

export interface LineJudgement {
  /** 0 to 7, as the meter in the voice bar shows it. */
  readonly quality: number;
  readonly isWeak: boolean;
}

export class QualityWatch {
  #before: LineSample | null = null;
  #badSinceMs: number | null = null;

  judge(sample: LineSample, nowMs: number): LineJudgement {
    const loss = lossSince(this.#before, sample);
    this.#before = sample;
    const isBad = loss > WEAK_LOSS || sample.roundTripS > WEAK_ROUND_TRIP_S;
    if (!isBad) this.#badSinceMs = null;
    else this.#badSinceMs ??= nowMs;
    const isWeak = this.#badSinceMs !== null && nowMs - this.#badSinceMs >= WEAK_AFTER_MS;
    const penalty = Math.round(loss * 40 + sample.roundTripS * 10);
    return { quality: Math.max(1, 7 - penalty), isWeak };
  }
}

function lossSince(before: LineSample | null, now: LineSample): number {
  if (before === null) return 0;
  const lost = Math.max(0, now.lost - before.lost);
  const received = Math.max(0, now.received - before.received);
  return lost === 0 ? 0 : lost / (lost + received);
}

/** The numbers we need, out of a browser's report. */
export function readStats(report: RTCStatsReport): { packets: number; line: LineSample } {
  let packets = 0;
  let received = 0;
  let lost = 0;
  let roundTripS = 0;
  report.forEach((stats) => {
    if (stats.type === "transport") packets += stats.packetsReceived ?? 0;
    if (stats.type === "inbound-rtp") {
      received += stats.packetsReceived ?? 0;
      lost += stats.packetsLost ?? 0;
    }
    if (stats.type === "candidate-pair" && stats.nominated) {
      roundTripS = Math.max(roundTripS, stats.currentRoundTripTime ?? 0);
    }
  });
  return { packets, line: { received, lost, roundTripS } };
}
