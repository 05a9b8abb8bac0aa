import assert from "node:assert/strict";
import { QualityWatch, STALL_MS, StallWatch, WEAK_AFTER_MS } from "./line_watch.ts";

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

const GOOD = { lost: 0, roundTripS: 0.03 };

Deno.test("a good line has the full meter", () => {
  const watch = new QualityWatch();
  watch.judge({ ...GOOD, received: 0 }, 0);
  assert.deepEqual(watch.judge({ ...GOOD, received: 50 }, 1_000), { quality: 7, isWeak: false });
});

Deno.test("loss shows in the meter at once and makes the line weak after a while", () => {
  const watch = new QualityWatch();
  let lost = 0;
  let judged = watch.judge({ received: 0, lost, roundTripS: 0.03 }, 0);
  for (let s = 1; s * 1_000 <= WEAK_AFTER_MS; s++) {
    lost += 10;
    judged = watch.judge({ received: s * 40, lost, roundTripS: 0.03 }, s * 1_000);
    assert.ok(judged.quality < 3);
    assert.equal(judged.isWeak, false);
  }
  judged = watch.judge({ received: 240, lost: lost + 10, roundTripS: 0.03 }, WEAK_AFTER_MS + 1_000);
  assert.equal(judged.isWeak, true);
});

Deno.test("a slow line is weak, and one good second makes it good again", () => {
  const watch = new QualityWatch();
  watch.judge({ received: 0, lost: 0, roundTripS: 0.5 }, 0);
  assert.equal(watch.judge({ received: 50, lost: 0, roundTripS: 0.5 }, WEAK_AFTER_MS).isWeak, true);
  assert.equal(watch.judge({ ...GOOD, received: 99 }, WEAK_AFTER_MS + 1).isWeak, false);
});
