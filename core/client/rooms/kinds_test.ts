import assert from "node:assert/strict";
import { kindChoices } from "./kinds.ts";

const match = {
  kind: "sports_rooms.match",
  title: "Match",
  without: "",
  plugin: "sports_rooms",
  running: true,
};

Deno.test("one plugin's kind can be chosen beside the core's", () => {
  assert.deepEqual(kindChoices([match]).map((each) => each.value), ["talk", "sports_rooms.match"]);
});

Deno.test("there is nothing to choose while no plugin's kind runs", () => {
  assert.deepEqual(kindChoices([{ ...match, running: false }]), []);
});
