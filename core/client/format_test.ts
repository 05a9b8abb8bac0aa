import assert from "node:assert/strict";
import { clock, moment, relative } from "./format.ts";

function readBy(languages: readonly string[], call: () => void): void {
  const before = Object.getOwnPropertyDescriptor(navigator, "languages");
  Object.defineProperty(navigator, "languages", { value: languages, configurable: true });
  try {
    call();
  } finally {
    if (before) Object.defineProperty(navigator, "languages", before);
    else Reflect.deleteProperty(navigator, "languages");
  }
}

const NOW_MS = Date.parse("2026-11-24T18:24:00Z");
const EVENING = "2026-11-24T18:24:00"; // without a zone: the reader's own

Deno.test("English of no country has 24 hours, whatever the browser speaks", () => {
  for (const languages of [["fr-FR", "fr"], ["en"], ["de"], []]) {
    readBy(languages, () => {
      assert.equal(clock(EVENING), "18:24");
      assert.equal(moment(EVENING), "24 Nov 2026, 18:24");
    });
  }
});

Deno.test("an American browser has its own clock, in every kind of time", () => {
  readBy(["en-US", "en"], () => {
    assert.match(clock(EVENING), /^06:24\sPM$/);
    assert.match(moment(EVENING), /^Nov 24, 2026, 6:24\sPM$/);
  });
});

Deno.test("what was just now is said to be now, and no more than that", () => {
  const before = (seconds: number) =>
    relative(new Date(NOW_MS - seconds * 1_000).toISOString(), NOW_MS);
  assert.deepEqual([5, 29, 60, 3_600].map(before), ["now", "now", "1 minute ago", "1 hour ago"]);
});
