import assert from "node:assert/strict";
import { kindChoices } from "./kinds.ts";

const match = {
  kind: "sports_rooms.match",
  title: "Match",
  without: "",
  plugin: "sports_rooms",
  running: true,
  permission: "sports_rooms.keep_score",
};

Deno.test("one plugin's kind can be chosen beside the core's", () => {
  assert.deepEqual(kindChoices([match], () => true).map((each) => each.value), [
    "talk",
    "sports_rooms.match",
  ]);
});

Deno.test("there is nothing to choose while no plugin's kind runs", () => {
  assert.deepEqual(kindChoices([{ ...match, running: false }], () => true), []);
});

Deno.test("a kind is offered to those who may open it", () => {
  assert.deepEqual(kindChoices([match], () => false), []);
  assert.equal(kindChoices([{ ...match, permission: null }], () => false).length, 2);
});
