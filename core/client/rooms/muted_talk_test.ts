import assert from "node:assert/strict";
import { MutedTalk } from "./muted_talk.ts";

const EVERY_MS = 50;

/** Loud and still by turns, each so long; returns after how long somebody was reminded, each time. */
function reminded(loudMs: number, stillMs: number, lastsMs: number): number[] {
  const talk = new MutedTalk();
  const times: number[] = [];
  for (let at = 0; at < lastsMs; at += EVERY_MS) {
    const isLoud = at % (loudMs + stillMs) < loudMs;
    if (talk.isTalk(isLoud ? 0.7 : 0.1, at)) times.push(at);
  }
  return times;
}

Deno.test("who talks for a second and a half is reminded, with pauses between their words", () => {
  assert.deepEqual(reminded(400, 150, 5_000), [1_500]);
  assert.deepEqual(reminded(1_000, 0, 5_000), [1_500]);
});

Deno.test("a minute later they are reminded again, not sooner", () => {
  assert.deepEqual(reminded(400, 150, 70_000).length, 2);
});

Deno.test("keys, a cough and silence are no talk", () => {
  assert.deepEqual(reminded(50, 150, 20_000), []);
  assert.deepEqual(reminded(600, 2_000, 20_000), []);
  assert.deepEqual(reminded(0, 1_000, 20_000), []);
});
