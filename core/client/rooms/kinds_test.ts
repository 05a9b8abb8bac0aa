import assert from "node:assert/strict";
import { kindChoices } from "./kinds.ts";

const match = {
  kind: "sports_rooms.match",
  title: "Match",
  without: "",
  plugin: "sports_rooms",
  running: true,
  permission: "sports_rooms.keep_score",
  hint: {},
};

Deno.test("one plugin's kind can be chosen beside the core's", () => {
  assert.deepEqual(kindChoices([match], () => true).map((each) => each.value), [
    "talk",
    "stage",
    "sports_rooms.match",
  ]);
});

Deno.test("a kind is not offered while its plugin does not run", () => {
  assert.equal(kindChoices([{ ...match, running: false }], () => true).length, 2);
});

Deno.test("a kind is offered to those who may open it", () => {
  assert.equal(kindChoices([match], () => false).length, 2);
  assert.equal(kindChoices([{ ...match, permission: null }], () => false).length, 3);
});
