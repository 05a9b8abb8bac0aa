/** A connection for sound, outside of who uses it: whether it is there, and how it takes offers. */

import type { Refusal } from "./wire.ts";

export class Superseded extends Error {}

/** A connection whose answer has been sent. */
export interface Line {
  readonly peer: string;
  readonly connection: RTCPeerConnection;
  readonly sender: RTCRtpSender | null;
  readonly tracks: Map<string, MediaStreamTrack>;
}

export function isDead(connection: RTCPeerConnection): boolean {
  return ["failed", "closed"].includes(connection.connectionState);
}

export function connected(connection: RTCPeerConnection, withinMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Superseded()), withinMs);
    const look = () => {
      if (connection.connectionState === "connected") resolve();
      else if (connection.connectionState === "failed") reject(new Superseded());
      else return;
      clearTimeout(timer);
    };
    connection.addEventListener("connectionstatechange", look);
    look();
  });
}

const turns = new WeakMap<RTCPeerConnection, Promise<unknown>>();

/**
 * Takes an offer, the first or another one, when those before it are taken; returns what sends the
 * microphone's sound. The offer is made in its turn: of one that came meanwhile it must be the newest.
 */
export function takeOffer(
  connection: RTCPeerConnection,
  makeOffer: () => string,
): Promise<RTCRtpSender | null> {
  const before = turns.get(connection) ?? Promise.resolve();
  const turn = before.catch(() => {}).then(() => take(connection, makeOffer()));
  turns.set(connection, turn);
  return turn;
}

async function take(connection: RTCPeerConnection, offer: string): Promise<RTCRtpSender | null> {
  await connection.setRemoteDescription({ type: "offer", sdp: offer });
  const mic = connection.getTransceivers().find((each) => each.mid === "mic");
  if (mic) mic.direction = "sendonly"; // without a track it sends nothing: a listener
  await connection.setLocalDescription(asOffered(await connection.createAnswer(), offer));
  return mic?.sender ?? null;
}

/** Browsers play both sides of a slot only if their own answer says so. */
function asOffered(answer: RTCSessionDescriptionInit, offer: string): RTCSessionDescriptionInit {
  if (!offer.includes(";stereo=1")) return answer;
  const sdp = answer.sdp?.replace(/^a=fmtp:111 (?!.*stereo=1).+/gm, "$&;stereo=1") ?? "";
  return { type: "answer", sdp };
}

/** These pass: no line to the server, no room in it for a moment, an answer that came too late. */
const PASSING: ReadonlySet<string> = new Set(["lost", "unavailable", "connection_gone"]);

/** Whether it is no use to ask for the same again. */
export function isRefused(refusal: Refusal | null): boolean {
  return !!refusal && !PASSING.has(refusal.code) && !PASSING.has(refusal.reason ?? "");
}
