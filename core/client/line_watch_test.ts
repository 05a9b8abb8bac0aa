import assert from "node:assert/strict";
import { packetsIn, STALL_MS, StallWatch } from "./line_watch.ts";

Deno.test("a line that keeps receiving is not stalled", () => {
  const watch = new StallWatch(0);
  for (let ms = 0; ms <= 10_000; ms += 250) assert.equal(watch.isStalled(ms, ms), false);
});

Deno.test("1.5 s without a packet is a stall", () => {
  const watch = new StallWatch(0);
  watch.isStalled(100, 0);
  assert.equal(watch.isStalled(100, STALL_MS - 1), false);
  assert.equal(watch.isStalled(100, STALL_MS), true);
});

Deno.test("one packet begins the time anew", () => {
  const watch = new StallWatch(0);
  watch.isStalled(100, 0);
  watch.isStalled(101, STALL_MS - 1);
  assert.equal(watch.isStalled(101, STALL_MS + 100), false);
});

Deno.test("a line that never receives anything stalls too", () => {
  const watch = new StallWatch(0);
  watch.isStalled(0, 0);
  assert.equal(watch.isStalled(0, STALL_MS), true);
});

Deno.test("packets are counted over all transports, whatever else a report holds", () => {
  const report = new Map<string, unknown>([
    ["a", { type: "transport", packetsReceived: 7 }],
    ["b", { type: "transport", packetsReceived: 3 }],
    ["c", { type: "inbound-rtp", packetsReceived: 40 }],
  ]);
  assert.equal(packetsIn(report as unknown as RTCStatsReport), 10);
});
