import assert from "node:assert/strict";
import { ASLEEP_MS, SleepWatch } from "./sleep_watch.ts";

Deno.test("a page that did not run for a while slept, and is awake again at the next look", () => {
  const watch = new SleepWatch(0);
  assert.equal(watch.sleptMs(1_000), 0);
  assert.equal(watch.sleptMs(1_000 + ASLEEP_MS), ASLEEP_MS);
  assert.equal(watch.sleptMs(2_000 + ASLEEP_MS), 0);
});
