import assert from "node:assert/strict";
import { hueClass, initials } from "./avatar.tsx";

Deno.test("initials are those of the first and the last word, in any script", () => {
  assert.equal(initials("Inès Marchetti"), "IM");
  assert.equal(initials("ada"), "A");
  assert.equal(initials("نور الهاشمي"), "نا");
  assert.equal(initials("😀 Smith"), "😀S");
  assert.equal(initials("  "), "?");
});

Deno.test("a hue that is not one of the eight falls back to the first", () => {
  assert.equal(hueClass(8), "who-8");
  assert.equal(hueClass(99), "who-1");
  assert.equal(hueClass(undefined), "who-1");
});
