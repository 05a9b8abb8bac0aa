/**
 * Judges how good a voice connection is by its statistics. Pure; time is handed in. Fetched when one
 * stands.
 */

/** What can be said of a line. Nobody who talks: nothing was to come or to go, nothing is known. */
export type LineQuality = "unknown" | "good" | "weak" | "poor";

/** From so much loss on, or so long a round trip. */
export const WEAK_LOSS = 0.08;
export const POOR_LOSS = 0.2;
export const WEAK_ROUND_TRIP_S = 0.3;
export const POOR_ROUND_TRIP_S = 1;
/** Judged is what happened in so long: one hole in the air is no weak line. */
export const JUDGED_MS = 5_000;
/** After so long without talk what was known is not known any more. */
export const KNOWN_MS = 15_000;
/** Less in that time says nothing: two seconds of talk. Packets to us may be longer than ours. */
const SENT_LEAST = 100;
const PLAYED_LEAST = 96_000;
const FRAME_SAMPLES = 960;
const JUDGED_EACH = 4;

/** What was counted so far. */
export interface LineSample {
  readonly received: number;
  readonly lost: number;
  /** Packets that the server says it sent, in its last report. */
  readonly told: number;
  /** Of the same streams, how far their numbers are. */
  readonly numbered: number;
  /** Samples of voices, at 48 kHz, as they came. */
  readonly played: number;
  /** Samples made up where a voice was due, whether it was lost or came too late. */
  readonly concealed: number;
  readonly sent: number;
  /** As the server told us of our own packets. */
  readonly sentLost: number;
  /** Null where the browser does not know it. */
  readonly roundTripS: number | null;
}

export interface LineJudgement {
  readonly quality: LineQuality;
  /** 0 to 7, as the meter in the voice bar shows it. */
  readonly steps: number;
  /** It is what the others hear that suffers, and not what is heard here. */
  readonly isUp: boolean;
}

const UNKNOWN_LINE: LineJudgement = { quality: "unknown", steps: 0, isUp: false };

interface Judged extends LineSample {
  /** Numbers that the server left free: a speaker's line had lost the packet. */
  readonly skipped: number;
}

/** Judges about once a second. */
export class QualityWatch {
  #told = 0;
  #skipped = 0;
  #samples: { readonly atMs: number; readonly sample: Judged }[] = [];
  #known: { readonly atMs: number; readonly up: number; readonly down: number } | null = null;

  /** Looks between two judgements: numbers and packets compare right after a report has come. */
  note({ told, numbered }: LineSample): void {
    if (told !== this.#told) this.#skipped = numbered - told;
    this.#told = told;
  }

  judge(counted: LineSample, nowMs: number): LineJudgement {
    this.note(counted);
    const sample = { ...counted, skipped: this.#skipped };
    this.#samples.push({ atMs: nowMs, sample });
    while (this.#samples.length > 2 && nowMs - this.#samples[1]!.atMs >= JUDGED_MS) {
      this.#samples.shift();
    }
    const before = this.#samples[0]!.sample;
    const up = lossUp(before, sample);
    const down = lossDown(before, sample);
    if (up !== null || down !== null) this.#known = { atMs: nowMs, up: up ?? 0, down: down ?? 0 };
    const known = this.#known && nowMs - this.#known.atMs < KNOWN_MS ? this.#known : null;
    const trips = this.#samples.flatMap((each) => each.sample.roundTripS ?? []);
    const tripS = trips.length ? Math.min(...trips) : 0;
    const loss = Math.max(known?.up ?? 0, known?.down ?? 0);
    const quality = qualityOf(known ? loss : null, tripS);
    if (quality === "unknown") return UNKNOWN_LINE;
    const isUp = !!known && known.up >= WEAK_LOSS && known.up > known.down;
    return { quality, steps: Math.max(1, 7 - Math.round(loss * 40 + tripS * 10)), isUp };
  }
}

/** `loss` from 0 to 1; null is not known, and then only a long way makes a line bad. */
export function qualityOf(loss: number | null, roundTripS: number | null): LineQuality {
  const tripS = roundTripS ?? 0;
  if ((loss ?? 0) >= POOR_LOSS || tripS >= POOR_ROUND_TRIP_S) return "poor";
  if ((loss ?? 0) >= WEAK_LOSS || tripS >= WEAK_ROUND_TRIP_S) return "weak";
  return loss === null ? "unknown" : "good";
}

function lossUp(before: Judged, now: Judged): number | null {
  const sent = now.sent - before.sent;
  return sent < SENT_LEAST ? null : share(now.sentLost - before.sentLost, sent);
}

/**
 * What did not come, or what had to be made up for it: whichever is more. What had never come to the
 * server is a speaker's loss and not this line's.
 */
function lossDown(before: Judged, now: Judged): number | null {
  const received = now.received - before.received;
  const missing = now.lost - before.lost;
  const concealed = now.concealed - before.concealed;
  const due = now.played - before.played + concealed;
  if (due < PLAYED_LEAST) return null;
  const skipped = Math.max(0, now.skipped - before.skipped);
  const lost = Math.max(0, missing - skipped);
  const skippedSamples = skipped * due / Math.max(1, received + missing);
  return Math.max(share(lost, received + lost), share(concealed - skippedSamples, due));
}

function share(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, Math.max(0, part) / whole) : 0;
}

export type Judging = (report: RTCStatsReport, nowMs: number) => LineJudgement | null;

/** Takes every report of a new connection, four a second, and judges each fourth. */
export function judging(): Judging {
  const watch = new QualityWatch();
  let reports = 0;
  return (report, nowMs) => {
    const sample = sampleOf(report);
    if (reports++ % JUDGED_EACH === 0) return watch.judge(sample, nowMs);
    watch.note(sample);
    return null;
  };
}

/** The numbers we need, out of a browser's report. */
export function sampleOf(report: RTCStatsReport): LineSample {
  let roundTripS: number | null = null;
  const line = {
    received: 0,
    lost: 0,
    told: 0,
    numbered: 0,
    played: 0,
    concealed: 0,
    sent: 0,
    sentLost: 0,
  };
  report.forEach((stats) => {
    if (stats.type === "inbound-rtp") {
      const { packetsReceived: received = 0, packetsLost: lost = 0 } = stats;
      line.received += received;
      line.lost += lost;
      const told = report.get(stats.remoteId)?.packetsSent;
      if (told !== undefined) {
        line.told += told;
        line.numbered += received + lost;
      }
      line.played += stats.jitterBufferEmittedCount ?? FRAME_SAMPLES * received;
      line.concealed += (stats.concealedSamples ?? 0) - (stats.silentConcealedSamples ?? 0);
    }
    if (stats.type === "outbound-rtp") line.sent += stats.packetsSent ?? 0;
    // Its share of loss may be a listener's; its count is our own.
    if (stats.type === "remote-inbound-rtp") line.sentLost += stats.packetsLost ?? 0;
    const tripS = stats.type === "candidate-pair" && stats.nominated
      ? stats.currentRoundTripTime
      : undefined;
    if (tripS !== undefined) roundTripS = Math.max(roundTripS ?? 0, tripS);
  });
  return { ...line, roundTripS };
}
