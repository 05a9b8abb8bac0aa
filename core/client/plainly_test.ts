import assert from "node:assert/strict";
import { isCalled, plainly, wordsOf } from "./plainly.ts";
import type { Account } from "./wire.ts";

function called(handle: string, display_name: string): Account {
  return { handle, display_name } as Account;
}

Deno.test("case and accents do not matter", () => {
  assert.equal(plainly("Éloïse ÀÇ"), "eloise ac");
});

Deno.test("somebody is found by how each word of handle and name begins", () => {
  const eloise = called("elo.m", "Éloïse  de\u00a0Montréal");
  for (const begun of ["", "elo", "eloise", "de", "mon"]) assert.ok(isCalled(eloise, begun), begun);
  for (const begun of ["loise", "treal", "x"]) assert.ok(!isCalled(eloise, begun), begun);
});

Deno.test("a changed name is another account, and read anew", () => {
  const before = called("ada", "Ada");
  assert.equal(wordsOf(before), wordsOf(before));
  assert.ok(isCalled({ ...before, display_name: "Countess" }, "count"));
});
