/** Judges by a connection's statistics whether it is alive. Pure; time is handed in. */

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

/** All that the transport has received so far, out of a browser's report. */
export function packetsIn(report: RTCStatsReport): number {
  let packets = 0;
  report.forEach((stats) => {
    if (stats.type === "transport") packets += stats.packetsReceived ?? 0;
  });
  return packets;
}
