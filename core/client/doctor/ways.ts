/**
 * Trying the ways that sound has to the server, one at a time: a connection that carries nothing.
 *
 * The server's offer has all of them; what is not tried is struck from it. A connection that stands
 * was answered by this server and by nobody else, so what is told here is not a guess. Nothing of
 * it is kept, and none of it throws.
 */

import { connected, takeOffer } from "../connection.ts";
import { CommandError } from "../socket.ts";
import type { Offered } from "../wire.ts";

export type Way = "udp" | "tcp" | "turn";

/** Longer than four journeys there and back take on a line that one can talk over. */
const WITHIN_MS: Readonly<Record<Way, number>> = { udp: 3_000, tcp: 4_000, turn: 6_000 };
const MS_PER_S = 1_000;

export interface Tried {
  readonly state: "open" | "closed" | "none" | "unknown";
  /** There and back. */
  readonly ms?: number;
  /** Where the server answered, or would have. */
  readonly addresses: readonly string[];
  /** All that the server tells browsers. */
  readonly offered: readonly string[];
  readonly port: string;
  /** How long the server took to begin, and its clock then minus ours. */
  readonly askedMs: number;
  readonly aheadMs: number;
  /** Why nothing was tried. */
  readonly refusal?: string;
}

export interface Trial extends Offered {
  readonly at: string;
}

export interface WayParts {
  readonly command: (type: string, fields?: Readonly<Record<string, unknown>>) => Promise<
    Record<string, unknown>
  >;
  readonly connection: (configuration: RTCConfiguration) => RTCPeerConnection;
  /** Milliseconds that only grow, and the time of day. */
  readonly now: () => number;
  readonly today: () => number;
}

const NOTHING = { addresses: [], offered: [], port: "", askedMs: 0, aheadMs: 0 } as const;

/** `aim`: an address that the server does not tell, and may be reached at all the same. */
export async function tryWay(way: Way, parts: WayParts, aim?: string): Promise<Tried> {
  let trial: Trial;
  const begunMs = parts.now();
  try {
    trial = await parts.command("trial.begin") as unknown as Trial;
  } catch (error) {
    const refusal = error instanceof CommandError ? error.message : "";
    return { state: "unknown", ...NOTHING, refusal };
  }
  const askedMs = parts.now() - begunMs;
  const offer = aimed(struck(trial.offer, way), aim);
  const places = placesIn(offer);
  const about = {
    ...places,
    offered: places.addresses,
    askedMs,
    aheadMs: Date.parse(trial.at) - (parts.today() - askedMs / 2),
  };
  if (about.addresses.length === 0 || (way === "turn" && trial.turn.length === 0)) {
    void parts.command("trial.end", { peer: trial.peer }).catch(() => {});
    return { state: "none", ...about };
  }
  return { ...about, ...await connect(trial, offer, way, parts) };
}

async function connect(
  { peer, turn }: Trial,
  offer: string,
  way: Way,
  { command, connection: made, now }: WayParts,
): Promise<Pick<Tried, "state" | "ms"> & Partial<Tried>> {
  const begunMs = now();
  const connection = made(
    way === "turn" ? { iceServers: turn, iceTransportPolicy: "relay" } : {},
  );
  try {
    await takeOffer(connection, () => offer);
    await command("trial.answer", { peer, sdp: connection.localDescription?.sdp });
    await connected(connection, WITHIN_MS[way]);
    const { tripMs, address } = chosen(await connection.getStats());
    const places = address ? { addresses: [address] } : {};
    return { state: "open", ms: Math.round(tripMs ?? now() - begunMs), ...places };
  } catch {
    return { state: "closed" };
  } finally {
    connection.close();
    void command("trial.end", { peer }).catch(() => {});
  }
}

/** The offer with the candidates of one way alone; TURN leads to UDP (RFC 8656, 7.1). */
export function struck(offer: string, way: Way): string {
  const kept = way === "tcp" ? "tcp" : "udp";
  return offer.split("\r\n").filter((line) =>
    !line.startsWith("a=candidate:") || line.split(" ")[2]?.toLowerCase() === kept
  ).join("\r\n");
}

/** The offer with one address in place of all: nobody but this server could answer there. */
export function aimed(offer: string, address: string | undefined): string {
  if (address === undefined) return offer;
  return offer.split("\r\n").map((line) => {
    if (!line.startsWith("a=candidate:")) return line;
    return line.split(" ").with(4, address).join(" ");
  }).join("\r\n");
}

/** The addresses in an offer, but for this machine's own, and their port. */
export function placesIn(offer: string): { addresses: readonly string[]; port: string } {
  const candidates = offer.split("\r\n").filter((line) => line.startsWith("a=candidate:"))
    .map((line) => line.split(" "));
  const all = new Set(candidates.map((parts) => parts[4] ?? ""));
  const others = [...all].filter((address) => !isThisMachine(address));
  return { addresses: others.length > 0 ? others : [...all], port: candidates[0]?.[5] ?? "" };
}

export function isThisMachine(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

/** Whether an address is of a home or an office (RFC 1918, RFC 4193) or of this machine. */
export function isNear(address: string): boolean {
  const [first, second] = address.split(".").map(Number);
  if (!address.includes(".")) return /^(::1$|f[cd])/i.test(address);
  return first === 10 || first === 127 || (first === 192 && second === 168) ||
    (first === 172 && second !== undefined && second >= 16 && second < 32);
}

function chosen(report: RTCStatsReport): { tripMs: number | null; address: string | null } {
  let pair: RTCIceCandidatePairStats | null = null;
  report.forEach((stats) => {
    if (stats.type === "candidate-pair" && stats.nominated && stats.state === "succeeded") {
      pair = stats;
    }
  });
  const found = pair as RTCIceCandidatePairStats | null;
  if (!found) return { tripMs: null, address: null };
  const trip = found.currentRoundTripTime;
  const remote = report.get(found.remoteCandidateId) as { address?: string } | undefined;
  return {
    tripMs: trip === undefined ? null : trip * MS_PER_S,
    address: remote?.address ?? null,
  };
}
