import assert from "node:assert/strict";
import { CommandError } from "../socket.ts";
import { Examination, type ExaminationParts, finding, verdictOf } from "./examination.ts";
import { aimed, isNear, placesIn, struck, type Way } from "./ways.ts";

const OFFER = [
  "v=0",
  "a=candidate:1 1 udp 1 127.0.0.1 8081 typ host",
  "a=candidate:2 1 udp 1 203.0.113.7 8081 typ host",
  "a=candidate:3 1 tcp 1 203.0.113.7 8081 typ host tcptype passive",
  "a=end-of-candidates",
  "",
].join("\r\n");
const SERVERS: RTCIceServer[] = [{ urls: ["turn:turn.example.org"], username: "1:x" }];

/** A connection that stands or not, by the ways that are open. */
class FakeConnection extends EventTarget {
  connectionState: RTCPeerConnectionState = "new";
  localDescription = { sdp: "answer" };
  readonly #open: ReadonlySet<Way>;
  readonly #isRelayed: boolean;

  constructor(open: ReadonlySet<Way>, isRelayed: boolean) {
    super();
    this.#open = open;
    this.#isRelayed = isRelayed;
  }

  setRemoteDescription({ sdp }: { sdp: string }): Promise<void> {
    const way = this.#isRelayed ? "turn" : sdp.includes(" udp ") ? "udp" : "tcp";
    this.connectionState = this.#open.has(way) ? "connected" : "failed";
    return Promise.resolve();
  }

  getTransceivers(): [] {
    return [];
  }

  createAnswer(): Promise<RTCSessionDescriptionInit> {
    return Promise.resolve({ type: "answer", sdp: "answer" });
  }

  setLocalDescription(): Promise<void> {
    return Promise.resolve();
  }

  getStats(): Promise<Map<string, unknown>> {
    return Promise.resolve(
      new Map<string, unknown>([
        ["pair", {
          type: "candidate-pair",
          nominated: true,
          state: "succeeded",
          currentRoundTripTime: .042,
          remoteCandidateId: "there",
        }],
        ["there", { type: "remote-candidate", address: "203.0.113.7" }],
      ]),
    );
  }

  close(): void {
    this.connectionState = "closed";
  }
}

interface Place {
  readonly open: readonly Way[];
  readonly turn?: RTCIceServer[];
  readonly isLive?: boolean;
  readonly isThere?: boolean;
  readonly aheadMs?: number;
  readonly refusal?: CommandError;
}

function at(place: Place): { examination: Examination; asked: string[] } {
  const asked: string[] = [];
  const parts: ExaminationParts = {
    command: (type) => {
      asked.push(type);
      if (place.refusal) return Promise.reject(place.refusal);
      const at = new Date(1_000_000 + (place.aheadMs ?? 0)).toISOString();
      return Promise.resolve({ peer: "p", offer: OFFER, turn: place.turn ?? [], at });
    },
    connection: ({ iceTransportPolicy }) =>
      new FakeConnection(
        new Set(place.open),
        iceTransportPolicy === "relay",
      ) as unknown as RTCPeerConnection,
    now: () => 0,
    today: () => 1_000_000,
    socketPhase: () => place.isLive === false ? "closed" as never : "open",
    fetch: () => Promise.resolve(place.isThere !== false),
    microphone: () => Promise.resolve(finding("ok", "mic")),
    hasOpus: () => true,
  };
  return { examination: new Examination(parts), asked };
}

async function verdict(place: Place) {
  const { examination } = at(place);
  await examination.look();
  return verdictOf(examination.findings.value);
}

Deno.test("the quickest way that is open is the verdict", async () => {
  assert.equal(await verdict({ open: ["udp", "tcp"] }), "well");
  assert.equal(await verdict({ open: ["tcp", "turn"], turn: SERVERS }), "slower");
  assert.equal(await verdict({ open: ["turn"], turn: SERVERS }), "turned");
  assert.equal(await verdict({ open: [], turn: SERVERS }), "closed");
  assert.equal(await verdict({ open: ["turn"] }), "closed"); // there is no TURN server
});

Deno.test("without the live line or the web nothing else is said", async () => {
  assert.equal(await verdict({ open: ["udp"], isLive: false }), "no_live");
  assert.equal(await verdict({ open: ["udp"], isThere: false }), "no_live");
});

Deno.test("who has looked too often is told so, and not that anything is closed", async () => {
  const refusal = new CommandError({ code: "too_many", message: "One moment." });
  const { examination } = at({ open: ["udp"], refusal });
  await examination.look();
  assert.equal(verdictOf(examination.findings.value), "unknown");
  assert.equal(examination.findings.value.live?.facts["message"], "One moment.");
});

Deno.test("a way that is open says how long it takes and where; one that is closed, where it was tried", async () => {
  const { examination } = at({ open: ["udp"] });
  await examination.look();
  const { udp, tcp } = examination.findings.value;
  const there = { address: "203.0.113.7", offered: "203.0.113.7", port: "8081" };
  assert.deepEqual(udp?.facts, { ms: 42, ...there });
  assert.deepEqual(tcp, finding("warn", "tcp_closed", there));
  assert.equal("turn" in examination.findings.value, false);
});

Deno.test("every trial that was begun is ended", async () => {
  const { examination, asked } = at({ open: ["tcp"] });
  await examination.look();
  const count = (type: string) => asked.filter((each) => each === type).length;
  assert.equal(count("trial.end"), count("trial.begin"));
});

Deno.test("one way is tried again and the others stay as they were found", async () => {
  const { examination } = at({ open: ["udp"] });
  await examination.look();
  const before = examination.findings.value.tcp;
  await examination.again("udp");
  assert.equal(examination.findings.value.udp?.state, "ok");
  assert.equal(examination.findings.value.tcp, before);
});

Deno.test("clocks that differ by more than half a minute are told by how much", async () => {
  for (const [aheadMs, state] of [[10_000, "ok"], [-90_000, "warn"]] as const) {
    const { examination } = at({ open: [], aheadMs });
    await examination.look();
    const { clock } = examination.findings.value;
    assert.deepEqual([clock?.state, clock?.facts["seconds"]], [state, Math.abs(aheadMs) / 1_000]);
  }
});

Deno.test("what is not tried is struck from an offer, and nothing else", () => {
  assert.equal(struck(OFFER, "udp").includes(" tcp "), false);
  assert.equal(struck(OFFER, "tcp").includes(" udp "), false);
  assert.equal(struck(OFFER, "turn"), struck(OFFER, "udp"));
  assert.equal(struck(OFFER, "udp").split("\r\n").length, OFFER.split("\r\n").length - 1);
});

Deno.test("another address is tried in place of those that are told, at the same port", () => {
  const offer = aimed(struck(OFFER, "udp"), "198.51.100.4");
  assert.deepEqual(placesIn(offer), { addresses: ["198.51.100.4"], port: "8081" });
  assert.equal(aimed(OFFER, undefined), OFFER);
});

Deno.test("of the addresses tried this machine's own is told only where there is no other", () => {
  assert.deepEqual(placesIn(OFFER), { addresses: ["203.0.113.7"], port: "8081" });
  const alone = "a=candidate:1 1 udp 1 127.0.0.1 8081 typ host\r\n";
  assert.deepEqual(placesIn(alone).addresses, ["127.0.0.1"]);
});

Deno.test("an address of a home or an office is near, one of the street is not", () => {
  for (const address of ["10.1.2.3", "172.16.0.1", "192.168.1.5", "127.0.0.1", "::1", "fd00::2"]) {
    assert.ok(isNear(address), address);
  }
  for (const address of ["203.0.113.7", "172.32.0.1", "2001:db8::1", "", "a.b.c.d"]) {
    assert.equal(isNear(address), false, address);
  }
});
