import assert from "node:assert/strict";
import { takeOffer } from "./connection.ts";
import { JUDGED_PACKETS, REPEAT_MS, Repeats, RepeatWatch } from "./repeats.ts";

const STEP_MS = 4_000;

/** A speaker who is always heard; each step loses the share that is asked for. */
class Speaker {
  packets = 0;
  lost = 0;
  nowMs = 0;
  readonly #watch = new RepeatWatch();

  /** Whether the watch wants repeats after another 4 s. */
  after(loss: number): boolean {
    this.nowMs += STEP_MS;
    this.packets += JUDGED_PACKETS;
    this.lost += loss * JUDGED_PACKETS;
    return this.#watch.isNeeded({ packets: this.packets, lost: this.lost }, this.nowMs);
  }

  constructor() {
    this.#watch.isNeeded({ packets: 0, lost: 0 }, 0);
  }
}

Deno.test("a line that loses nothing, or hardly anything, repeats nothing", () => {
  const speaker = new Speaker();
  for (const loss of [0, 0.01, 0, 0.015]) assert.equal(speaker.after(loss), false);
});

Deno.test("a packet that is lost in a pause decides nothing", () => {
  const watch = new RepeatWatch();
  watch.isNeeded({ packets: 0, lost: 0 }, 0);
  assert.equal(watch.isNeeded({ packets: 3, lost: 1 }, STEP_MS), false);
});

Deno.test("where packets are lost they are repeated, until none was lost for a while", () => {
  const speaker = new Speaker();
  assert.equal(speaker.after(0.1), true);
  const calmSteps = Math.ceil(REPEAT_MS / STEP_MS);
  for (let step = 1; step < calmSteps; step++) assert.equal(speaker.after(0), true);
  assert.equal(speaker.after(0), false);
});

Deno.test("as much loss as before changes nothing, however much it is", () => {
  const speaker = new Speaker();
  for (let step = 0; step < 20; step++) assert.equal(speaker.after(0.3), true);
});

/** A connection as far as it decides what is sent. */
class FakeConnection {
  signalingState = "stable";
  remoteDescription = { sdp: offer("111 63") };
  localDescription;
  readonly taken: (string | undefined)[] = [];
  readonly answers: (string | undefined)[] = [];

  constructor(answered: string) {
    this.localDescription = { sdp: offer(answered) };
  }

  async setRemoteDescription(description: { sdp: string }): Promise<void> {
    await Promise.resolve(); // like a browser's, it is not there at once
    this.remoteDescription = description;
    this.taken.push(description.sdp.split("\r\n")[1]);
  }

  getTransceivers(): readonly [] {
    return [];
  }

  createAnswer(): Promise<unknown> {
    return Promise.resolve({ type: "answer", sdp: "a=fmtp:111 minptime=10" });
  }

  setLocalDescription(answer: { sdp?: string }): Promise<void> {
    this.answers.push(answer.sdp);
    return Promise.resolve();
  }
}

function offer(order: string): string {
  return [
    "v=0",
    `m=audio 9 UDP/TLS/RTP/SAVPF ${order}`,
    "a=mid:mic",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63",
    "a=mid:s0",
    "",
  ].join("\r\n");
}

function report(packets: number, lost: number): RTCStatsReport {
  return new Map<string, unknown>([
    ["out", { type: "outbound-rtp", packetsSent: packets }],
    // The share is the worst listener's too; only the count is of this line alone.
    ["there", { type: "remote-inbound-rtp", packetsLost: lost, fractionLost: 0.5 }],
  ]) as unknown as RTCStatsReport;
}

function follower(connection: FakeConnection) {
  const repeats = new Repeats(takeOffer);
  return (packets: number, lost: number, nowMs: number) => {
    repeats.follow(report(packets, lost), connection as unknown as RTCPeerConnection, nowMs);
    return new Promise((resolve) => setTimeout(resolve)); // until what it began is done
  };
}

Deno.test("the microphone's line alone changes, once when repeats begin and once at their end", async () => {
  const connection = new FakeConnection("111 63");
  const follow = follower(connection);
  await follow(0, 0, 0);
  await follow(200, 20, 4_000);
  await follow(250, 25, 5_000);
  await follow(400, 25, 8_000);
  assert.deepEqual(connection.taken, ["m=audio 9 UDP/TLS/RTP/SAVPF 63 111"]);
  await follow(2_000, 25, 4_000 + 2 * REPEAT_MS);
  assert.deepEqual(connection.taken[1], "m=audio 9 UDP/TLS/RTP/SAVPF 111 63");
  assert.equal(connection.remoteDescription.sdp, offer("111 63"));
});

Deno.test("an offer that came meanwhile is brought into the order that is needed", async () => {
  const connection = new FakeConnection("111 63");
  const follow = follower(connection);
  await follow(0, 0, 0);
  await follow(200, 20, 4_000);
  connection.remoteDescription = { sdp: offer("111 63") };
  await follow(250, 20, 5_000);
  assert.equal(connection.taken.length, 2);
});

Deno.test("a browser that took no RED is left as it is", async () => {
  const connection = new FakeConnection("111");
  const follow = follower(connection);
  await follow(0, 0, 0);
  await follow(200, 100, 4_000);
  assert.deepEqual(connection.taken, []);
});

Deno.test("music stays in stereo when repeats begin", async () => {
  const connection = new FakeConnection("111 63");
  connection.remoteDescription.sdp += "a=fmtp:111 minptime=10;stereo=1\r\n";
  const follow = follower(connection);
  await follow(0, 0, 0);
  await follow(200, 20, 4_000);
  assert.deepEqual(connection.answers, ["a=fmtp:111 minptime=10;stereo=1"]);
});

Deno.test("repeats that begin while the server moves a line take the new offer, not the old one", async () => {
  const connection = new FakeConnection("111 63");
  const moved = offer("111 63").replace("mid:mic", "mid:mic\r\na=ice-ufrag:new");
  const follow = follower(connection);
  await follow(0, 0, 0);
  const moving = takeOffer(connection as unknown as RTCPeerConnection, () => moved);
  await Promise.all([follow(200, 20, 4_000), moving]);
  assert.match(
    connection.remoteDescription.sdp,
    /UDP\/TLS\/RTP\/SAVPF 63 111\r\na=mid:mic\r\na=ice-ufrag:new/,
  );
});
