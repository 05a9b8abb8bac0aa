import assert from "node:assert/strict";
import {
  fits,
  hasFilters,
  hasKind,
  marked,
  partsOf,
  toggled,
  valueOf,
  withFilter,
  withNames,
  wordsOf,
} from "./line.ts";

Deno.test("words and filters are told apart, in English and in French", () => {
  assert.deepEqual(
    partsOf('café from:ines dans:"what we saw" https://a.example'),
    [
      { filter: null, value: "café", text: "café" },
      { filter: "from", value: "ines", text: "from:ines" },
      { filter: "in", value: "what we saw", text: 'dans:"what we saw"' },
      { filter: null, value: "//a.example", text: "https://a.example" },
    ],
  );
  assert.deepEqual(wordsOf("Half-time from:ines Été"), ["half", "time", "ete"]);
  assert.deepEqual(hasFilters("half time"), false);
  assert.deepEqual(hasFilters("après:2026-11-01"), true);
});

Deno.test("a filter is set, replaced and taken away, and the rest of the line stays", () => {
  assert.deepEqual(withFilter("half time", "from", "ines"), "from:ines half time");
  assert.deepEqual(withFilter("de:ines half time", "from", "Ada Ben"), 'from:"Ada Ben" half time');
  assert.deepEqual(withFilter('from:"Ada Ben" half time', "from", null), "half time");
  assert.deepEqual(valueOf('half in:"what we saw"', "in"), "what we saw");
});

Deno.test("kinds are wanted beside each other, and no more", () => {
  assert.equal(toggled("avec:image tea", "file"), "has:file avec:image tea");
  assert.equal(toggled("has:file avec:image tea", "picture"), "has:file tea");
  assert.equal(hasKind("avec:Image", "picture"), true);
  assert.equal(hasKind("image", "picture"), false);
});

Deno.test("names are marked without case and accents", () => {
  assert.deepEqual(marked("Le CAFÉ ouvert", ["cafe"]), [
    { text: "Le ", is_hit: false },
    { text: "CAFÉ", is_hit: true },
    { text: " ouvert", is_hit: false },
  ]);
  assert.deepEqual(marked("", ["x"]), []);
  assert.deepEqual(fits("Café du théâtre", ["theatre", "cafe"]), true);
  assert.deepEqual(fits("Café", ["the"]), false);
});

Deno.test("an emoji's name is a piece by itself, marked when a part of it was looked for", () => {
  const pieces = [
    { text: "A :", is_hit: false },
    { text: "leaf", is_hit: true },
    { text: ": fell", is_hit: false },
  ];
  assert.deepEqual(withNames(pieces, (text) => text === ":leaf:"), [
    { text: "A ", is_hit: false },
    { text: ":leaf:", is_hit: true },
    { text: " fell", is_hit: false },
  ]);
});
