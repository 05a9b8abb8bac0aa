import assert from "node:assert/strict";
import type { Passage } from "../../shared/wire.ts";
import { restoredBy, stateOf, struckBy, type Window, withoutCut } from "./strike.ts";

const line = (start_s: number, end_s: number): Passage => ({
  id: String(start_s),
  account_id: "1",
  start_s,
  end_s,
  text: "So what",
});
const LINES = [line(1, 2), line(2.43, 3.51), line(4, 5), line(20, 22)];
const WHOLE: Window = { start_s: 0, end_s: 30, cuts: [] };

const strike = (number: number, part: Window): Window => ({
  ...part,
  cuts: withoutCut([...part.cuts, struckBy(number, LINES, [part])], { start_s: 99, end_s: 99 }),
});
const restore = (number: number, part: Window): Window => ({
  ...part,
  cuts: withoutCut(part.cuts, restoredBy(number, LINES)),
});
const states = (part: Window) => LINES.map((each) => stateOf(each, [part]));

Deno.test("a line that is struck is cut out, and no other", () => {
  const part = strike(1, WHOLE);
  assert.deepEqual(part.cuts, [{ start_s: 2.4, end_s: 3.6 }]);
  assert.deepEqual(states(part), ["heard", "struck", "heard", "heard"]);
});

Deno.test("restoring a line leaves nothing behind", () => {
  assert.deepEqual(restore(1, strike(1, WHOLE)).cuts, []);
});

Deno.test("the pause between two struck lines goes with them, and comes back", () => {
  const both = strike(2, strike(1, WHOLE));
  assert.deepEqual(both.cuts, [{ start_s: 2.4, end_s: 5 }]);
  const one = restore(2, both);
  assert.deepEqual(states(one), ["heard", "struck", "heard", "heard"]);
  assert.deepEqual(one.cuts, [{ start_s: 2.4, end_s: 3.5 }]);
});

Deno.test("a long silence between struck lines stays: it may be somebody else's", () => {
  assert.equal(strike(3, strike(2, WHOLE)).cuts.length, 2);
});

Deno.test("a line in the middle of what was cut by hand is restored out of it", () => {
  const part = restore(1, { ...WHOLE, cuts: [{ start_s: 0, end_s: 10 }] });
  assert.deepEqual(states(part), ["struck", "heard", "struck", "heard"]);
});

Deno.test("a line outside of every part is neither struck nor heard", () => {
  const part = { start_s: 3.6, end_s: 30, cuts: [] };
  assert.deepEqual(states(part), ["outside", "outside", "heard", "heard"]);
});

Deno.test("a line that one of two parts still holds is heard", () => {
  const cut = { ...WHOLE, cuts: [{ start_s: 0, end_s: 3.6 }] };
  assert.equal(stateOf(LINES[0]!, [cut, { start_s: 0, end_s: 2.2, cuts: [] }]), "heard");
});
