import assert from "node:assert/strict";
import {
  judging,
  type LineJudgement,
  type LineSample,
  QualityWatch,
  sampleOf,
} from "./line_quality.ts";

const STILL: LineSample = {
  received: 0,
  lost: 0,
  told: 0,
  numbered: 0,
  played: 0,
  concealed: 0,
  sent: 0,
  sentLost: 0,
  roundTripS: 0.03,
};
const PACKETS_PER_S = 50;

/** What is counted in a second of somebody talking to us and of us talking to them. */
interface Second {
  readonly lost?: number;
  readonly skipped?: number;
  readonly sentLost?: number;
  readonly concealed?: number;
  readonly isSilent?: boolean;
  readonly roundTripS?: number | null;
}

/** Judges second by second, from second 0 on; returns what was said at the end. */
function judged(...seconds: Second[]): LineJudgement {
  const watch = new QualityWatch();
  let sample = STILL;
  let last = watch.judge(sample, 0);
  seconds.forEach((second, index) => {
    const packets = second.isSilent ? 0 : PACKETS_PER_S;
    sample = {
      received: sample.received + packets - (second.lost ?? 0),
      lost: sample.lost + (second.lost ?? 0),
      told: sample.told + packets - (second.skipped ?? 0),
      numbered: sample.numbered + packets,
      played: sample.played + packets * 960 - (second.concealed ?? 0),
      concealed: sample.concealed + (second.concealed ?? 0),
      sent: sample.sent + packets,
      sentLost: sample.sentLost + (second.sentLost ?? 0),
      roundTripS: second.roundTripS === undefined ? 0.03 : second.roundTripS,
    };
    last = watch.judge(sample, (index + 1) * 1_000);
  });
  return last;
}

const seconds = (count: number, second: Second = {}): Second[] => Array(count).fill(second);

Deno.test("of a line on which nobody talks nothing is known, however short the way", () => {
  const silence = judged(...seconds(30, { isSilent: true }));
  assert.deepEqual(silence, { quality: "unknown", steps: 0, isUp: false });
});

Deno.test("one word is too little to call a line good", () => {
  assert.equal(judged({}, ...seconds(3, { isSilent: true })).quality, "unknown");
});

Deno.test("a line on which all comes is good and has the full meter", () => {
  assert.deepEqual(judged(...seconds(5)), { quality: "good", steps: 7, isUp: false });
});

Deno.test("what was known of a line stays known for a while after the last word", () => {
  const silence = (count: number) => judged(...seconds(5), ...seconds(count, { isSilent: true }));
  assert.equal(silence(10).quality, "good");
  assert.equal(silence(20).quality, "unknown");
});

Deno.test("a hundredth lost is no reason to worry anybody", () => {
  assert.equal(judged(...seconds(5, { lost: 1 })).quality, "good");
});

Deno.test("a tenth lost makes a line weak, a third makes it poor, in either direction", () => {
  assert.deepEqual(judged(...seconds(5, { lost: 5 })), { quality: "weak", steps: 3, isUp: false });
  assert.equal(judged(...seconds(5, { lost: 16 })).quality, "poor");
  assert.equal(judged(...seconds(5, { sentLost: 5 })).quality, "weak");
  assert.deepEqual(judged(...seconds(5, { sentLost: 16 })), {
    quality: "poor",
    steps: 1,
    isUp: true,
  });
});

Deno.test("one second of loss is not called weak, and a line that recovers is good again", () => {
  assert.equal(judged(...seconds(5), { lost: 10 }).quality, "good");
  assert.equal(judged(...seconds(5, { lost: 16 }), ...seconds(6)).quality, "good");
});

Deno.test("what a speaker's line loses does not make the listener's bad", () => {
  const second = { lost: 10, skipped: 10, concealed: 10 * 960 };
  assert.equal(judged(...seconds(5, second)).quality, "good");
  assert.equal(judged(...seconds(5, { ...second, lost: 16 })).quality, "weak");
});

Deno.test("a report of the server that got lost makes no loss the speaker's", () => {
  const watch = new QualityWatch();
  const later = { received: 225, lost: 25, played: 240_000 };
  watch.judge({ ...STILL, told: 50, numbered: 50 }, 0);
  assert.equal(watch.judge({ ...STILL, ...later, told: 50, numbered: 300 }, 5_000).quality, "weak");
});

Deno.test("what came since the server's report is no number that it left free", () => {
  const watch = new QualityWatch();
  const later = { ...STILL, received: 225, lost: 25, played: 240_000 };
  watch.judge(STILL, 0);
  watch.note({ ...later, told: 240, numbered: 240 });
  assert.equal(watch.judge({ ...later, told: 240, numbered: 252 }, 5_000).quality, "weak");
});

Deno.test("what comes too late to be heard counts like what never comes", () => {
  assert.equal(judged(...seconds(5, { concealed: 6 * 960 })).quality, "weak");
});

Deno.test("a long way makes a line weak also while nobody talks, unless it was one moment", () => {
  const slow = { isSilent: true, roundTripS: 0.5 };
  assert.equal(judged(...seconds(7, slow)).quality, "weak");
  assert.equal(judged(...seconds(7, { ...slow, roundTripS: 2 })).quality, "poor");
  assert.equal(judged(...seconds(5), slow, ...seconds(2)).quality, "good");
});

Deno.test("a browser that does not know the way is judged by what comes", () => {
  assert.equal(judged(...seconds(5, { roundTripS: null })).quality, "good");
});

Deno.test("counts that go backwards do no harm", () => {
  const watch = new QualityWatch();
  watch.judge({ ...STILL, received: 500, lost: 50, sentLost: 9 }, 0);
  assert.equal(
    watch.judge({ ...STILL, received: 700, played: 96_000, sent: 200 }, 4_000).quality,
    "good",
  );
});

Deno.test("the loss of our own packets is the server's count and not its share", () => {
  const report = new Map<string, unknown>([
    ["b", {
      type: "inbound-rtp",
      packetsReceived: 40,
      packetsLost: 2,
      remoteId: "h",
      jitterBufferEmittedCount: 38_400,
      concealedSamples: 9_000,
      silentConcealedSamples: 8_000,
    }],
    ["c", { type: "inbound-rtp", packetsReceived: 2 }],
    ["d", { type: "outbound-rtp", packetsSent: 60 }],
    ["e", { type: "remote-inbound-rtp", packetsLost: 3, fractionLost: 0.1 }],
    ["h", { type: "remote-outbound-rtp", packetsSent: 41 }],
    ["f", { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.04 }],
    ["g", { type: "candidate-pair", currentRoundTripTime: 9 }],
  ]);
  const line = {
    received: 42,
    lost: 2,
    told: 41,
    numbered: 42,
    played: 40_320, // the second browser does not count what it plays
    concealed: 1_000,
    sent: 60,
    sentLost: 3,
    roundTripS: 0.04,
  };
  assert.deepEqual(sampleOf(report as unknown as RTCStatsReport), line);
});

Deno.test("each fourth report is judged", () => {
  const judge = judging();
  const report = new Map() as unknown as RTCStatsReport;
  const qualities = [0, 1, 2, 3, 4].map((each) => judge(report, each * 250)?.quality);
  assert.deepEqual(qualities, ["unknown", undefined, undefined, undefined, "unknown"]);
});
