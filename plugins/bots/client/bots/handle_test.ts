import assert from "node:assert/strict";
import { suggestedHandle } from "./handle.ts";

Deno.test("a name of several words is joined by dashes", () => {
  assert.equal(suggestedHandle("Quiz night!"), "quiz-night");
});

Deno.test("letters of every alphabet stay", () => {
  assert.equal(suggestedHandle(" Café № 3 "), "café-3");
});

Deno.test("a long name is cut, without a dash at its end", () => {
  assert.equal(suggestedHandle(`${"a".repeat(31)} night`), "a".repeat(31));
});

Deno.test("a name without letters suggests nothing", () => {
  assert.equal(suggestedHandle("!?"), "");
});
