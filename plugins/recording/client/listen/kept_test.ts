import assert from "node:assert/strict";
import { heardUntil, keep, type Shelf } from "./kept.ts";

function shelf(first: string | null = null): Shelf & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>(first === null ? [] : [["salon.heard", first]]);
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
  };
}

Deno.test("one goes on where one stopped, in each episode", () => {
  const own = shelf();
  keep("lift", 542.7, 2_856, own);
  keep("bread", 60, 2_280, own);
  assert.equal(heardUntil("lift", own), 542);
  assert.equal(heardUntil("bread", own), 60);
  assert.equal(heardUntil("else", own), 0);
});

Deno.test("what has hardly begun or is nearly over begins anew", () => {
  const own = shelf();
  keep("lift", 542, 2_856, own);
  keep("lift", 2_850, 2_856, own);
  assert.equal(heardUntil("lift", own), 0);
  keep("lift", 4, 2_856, own);
  assert.equal(heardUntil("lift", own), 0);
});

Deno.test("of too many the oldest gives way", () => {
  const own = shelf();
  for (let n = 0; n < 60; n++) keep(`e${n}`, 100, 2_856, own);
  assert.equal(heardUntil("e9", own), 0);
  assert.equal(heardUntil("e10", own), 100);
});

Deno.test("nonsense and a browser that keeps nothing are as if nothing was heard", () => {
  for (const wrong of ["{", "7", '[["lift"]]', '[["lift", "x"], null]', '{"lift": 4}']) {
    assert.equal(heardUntil("lift", shelf(wrong)), 0);
  }
  keep("lift", 100, 2_856, null);
  assert.equal(heardUntil("lift", null), 0);
});
