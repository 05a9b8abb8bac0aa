/**
 * On a line that loses packets on their way to the server, each carries the one before it as well
 * (RED, RFC 2198): the server brings back what was lost, for everybody. It takes twice the bytes, so
 * good lines carry nothing twice.
 */

/** Over this much loss it begins; it ends when there was less for a while. */
export const REPEAT_LOSS = 0.02;
export const REPEAT_MS = 15_000;
/** Loss is judged over so many packets, 4 s of talk: one or two that are lost are none. */
export const JUDGED_PACKETS = 200;

/** All that was sent so far, and of it what the server says it missed. */
export interface Sent {
  readonly packets: number;
  readonly lost: number;
}

/** Decides. Pure; time is handed in. A new connection gets a new watch. */
export class RepeatWatch {
  #before: Sent | null = null;
  #untilMs = -Infinity;

  isNeeded(sent: Sent, nowMs: number): boolean {
    this.#before ??= sent;
    const packets = sent.packets - this.#before.packets;
    if (packets >= JUDGED_PACKETS) {
      const loss = (sent.lost - this.#before.lost) / packets;
      if (loss >= REPEAT_LOSS) this.#untilMs = nowMs + REPEAT_MS;
      this.#before = sent;
    }
    return nowMs < this.#untilMs;
  }
}

/** The numbers we need, out of a browser's report. */
export function readSent(report: RTCStatsReport): Sent {
  let packets = 0;
  let lost = 0;
  report.forEach((stats) => {
    if (stats.type === "outbound-rtp") packets += stats.packetsSent ?? 0;
    // Counted by the server: what it says of the share lost is of the listeners' lines as well.
    if (stats.type === "remote-inbound-rtp") lost += stats.packetsLost ?? 0;
  });
  return { packets, lost };
}

const MICROPHONE = /^(m=audio \d+ \S+) (.*)$/m; // the first line of every offer
const REPEATED_FIRST = "63 111";
const PLAIN_FIRST = "111 63";

type TakeOffer = (connection: RTCPeerConnection, makeOffer: () => string) => Promise<unknown>;

/**
 * Has one connection repeat what its microphone says, while that is needed. It takes the server's
 * offer once more, with the codecs of the microphone in another order: browsers send the first.
 * The server, which takes each packet as it comes, need not be asked.
 */
export class Repeats {
  readonly #watch = new RepeatWatch();
  readonly #take: TakeOffer;

  constructor(take: TakeOffer) {
    this.#take = take;
  }

  follow(report: RTCStatsReport, connection: RTCPeerConnection, nowMs: number): void {
    const order = this.#watch.isNeeded(readSent(report), nowMs) ? REPEATED_FIRST : PLAIN_FIRST;
    const offered = MICROPHONE.exec(offerOf(connection))?.[2];
    const answered = MICROPHONE.exec(connection.localDescription?.sdp ?? "")?.[2];
    if (offered === order || !answered?.includes(" ") || connection.signalingState !== "stable") {
      return;
    }
    const reordered = () => offerOf(connection).replace(MICROPHONE, `$1 ${order}`);
    void this.#take(connection, reordered).catch(() => {});
  }
}

function offerOf(connection: RTCPeerConnection): string {
  return connection.remoteDescription?.sdp ?? "";
}
