import assert from "node:assert/strict";
import { lineAt } from "./lines.ts";

const LINES = [{ fromMs: 0, toMs: 900 }, { fromMs: 1_000, toMs: 5_000 }, {
  fromMs: 2_000,
  toMs: 3_000,
}];

Deno.test("the line that is said is the last that has begun, while it lasts", () => {
  assert.equal(lineAt(LINES, 0), LINES[0]);
  assert.equal(lineAt(LINES, 950), undefined);
  assert.equal(lineAt(LINES, 1_500), LINES[1]);
  assert.equal(lineAt(LINES, 2_500), LINES[2]);
  assert.equal(lineAt(LINES, 60_000), undefined);
  assert.equal(lineAt([], 5), undefined);
});
