import assert from "node:assert/strict";
import { endOfPause, nextVoice, pathOf, type Swing, swingOf, type Turn } from "./shape.ts";

const TURNS: readonly Turn[] = [[0, 0, 4_000], [1, 3_500, 6_000], [0, 8_000, 9_000]];

/** 100 ms a pixel. */
function swing(...heights: number[]): Swing {
  return { heights, pixelMs: 100 };
}

Deno.test("a pixel is as high as the sound swings to either side", () => {
  const found = swingOf({ sample_rate: 48_000, samples_per_pixel: 480, data: [-100, 20, -1, 90] });
  assert.deepEqual(found, { heights: [100, 90], pixelMs: 10 });
});

Deno.test("the picture has as many bars as fit, each as high as the loudest in it", () => {
  assert.equal(pathOf(swing(10, 128, 64, 0), 2), "M250.0 0.0v64.0M750.0 16.0v32.0");
  assert.equal(pathOf(swing(), 100), "");
});

Deno.test("a long pause ends a breath before somebody goes on", () => {
  const paused = swing(90, ...Array(30).fill(0), 90);
  assert.equal(endOfPause(paused, 1_000), 2_850);
  assert.equal(endOfPause(paused, 50), null);
  assert.equal(endOfPause(paused, 200), null); // a breath after somebody spoke
  assert.equal(endOfPause(paused, 2_900), null);
});

Deno.test("a pause as people make it stays", () => {
  assert.equal(endOfPause(swing(90, ...Array(10).fill(0), 90), 600), null);
});

Deno.test("the next voice is of somebody who does not speak now", () => {
  assert.equal(nextVoice(TURNS, 1_000), 3_500);
  assert.equal(nextVoice(TURNS, 3_700), null);
  assert.equal(nextVoice(TURNS, 5_000), 8_000);
  assert.equal(nextVoice(TURNS, 7_000), 8_000);
  assert.equal(nextVoice([], 0), null);
});
