import assert from "node:assert/strict";
import { isShutOut, setVolume, VOLUME_MAX, volumeOf } from "./loudness.ts";
import { blockedVolumes, volumes } from "./prefs.ts";
import type { Privacy } from "./wire.ts";

const OPEN: Privacy = {
  blocked: [],
  first_messages: "everyone",
  shows_presence: true,
  shows_typing: true,
  shows_name_outside: false,
};
const BLOCKS: Privacy = { ...OPEN, blocked: ["7"] };

/** What an earlier run has left is kept as a browser would. */
function forget(): void {
  volumes.value = {};
  blockedVolumes.value = {};
}

Deno.test("somebody I block is silent, however loud they were, until I raise them again", () => {
  forget();
  assert.equal(volumeOf("7", OPEN), 1);
  setVolume("7", OPEN, 0.8);
  assert.equal(volumeOf("7", BLOCKS), 0);
  assert.equal(isShutOut("7", BLOCKS), true);
  assert.equal(volumeOf("8", BLOCKS), 1);
  setVolume("7", BLOCKS, 0.4);
  assert.equal(volumeOf("7", BLOCKS), 0.4);
  assert.equal(isShutOut("7", BLOCKS), false);
});

Deno.test("unblocked, they are as loud as before", () => {
  forget();
  setVolume("9", OPEN, 0.6);
  setVolume("9", { ...OPEN, blocked: ["9"] }, 0.1);
  assert.equal(volumeOf("9", OPEN), 0.6);
});

Deno.test("somebody can be made half as loud again, and what was kept wrong does no harm", () => {
  forget();
  setVolume("9", OPEN, 1.5);
  assert.equal(volumeOf("9", OPEN), VOLUME_MAX);
  volumes.value = { "8": 40, "9": -1, "10": "loud" as unknown as number };
  assert.deepEqual(["8", "9", "10"].map((id) => volumeOf(id, OPEN)), [VOLUME_MAX, 0, 0]);
});
