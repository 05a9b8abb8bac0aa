import assert from "node:assert/strict";
import { nameFor } from "./own_emoji.tsx";

Deno.test("an emoji is named after its file, in small plain letters", () => {
  assert.equal(nameFor("Fête au Village.png", new Set()), "fete_au_village");
  assert.equal(nameFor("party-parrot.v2.gif", new Set()), "party_parrot_v2");
});

Deno.test("a name is long enough, short enough and no other's", () => {
  assert.equal(nameFor("é.png", new Set()), "emoji_e");
  assert.equal(nameFor("日本.png", new Set()), "emoji");
  assert.equal(nameFor("a".repeat(80), new Set()).length, 29);
  assert.equal(nameFor("tea.png", new Set(["tea", "tea2"])), "tea3");
});
