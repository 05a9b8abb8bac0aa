import assert from "node:assert/strict";
import { language } from "./i18n.ts";
import { bytes } from "./sizes.ts";

Deno.test("sizes have the unit that people say, in their language", () => {
  assert.equal(bytes(0), "0 bytes");
  assert.equal(bytes(999), "999 bytes");
  assert.equal(bytes(48_213), "48 kB");
  assert.equal(bytes(2_400_000), "2.4 MB");
  assert.equal(bytes(7_000_000_000_000_000), "7,000 TB");
  language.value = "fr";
  assert.equal(bytes(2_400_000).replace(/\s/g, " "), "2,4 Mo");
  language.value = "en";
});
