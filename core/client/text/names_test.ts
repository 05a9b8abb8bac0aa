import assert from "node:assert/strict";
import { EMPTY, type World } from "../world.ts";
import { found, ofCode } from "./emoji.ts";
import { roleWord, typed } from "./names.ts";

const OWLS = {
  id: "3",
  name: "Night Owls (é)",
  position: 1,
  permissions: [],
  hue: null,
  mentionable: true,
  needs_second_step: false,
};
const WORLD = {
  ...EMPTY,
  accounts: new Map([["7", { id: "7", handle: "ada" }]]),
  roles: new Map([["3", OWLS]]),
  emoji: new Map([["5", { id: "5", name: "tea", moves: false }]]),
  channels: new Map([["9", { id: "9", slug: "general" }]]),
} as unknown as World;

Deno.test("what is named by id is changed as it was typed, and what nobody knows stays", () => {
  assert.equal(typed("<@7> <@!7> <@&3> <#9>", WORLD), "@ada @ada @night-owls-é #general");
  assert.equal(typed("<@8> <#8> <@&8> @here", WORLD), "<@8> <#8> <@&8> @here");
});

Deno.test("an emoji is changed by its name of now, one that is gone by its former one", () => {
  assert.equal(typed("<:cup:5><a:gone:6> <:a b:5>", WORLD), ":tea::gone: <:a b:5>");
});

Deno.test("a role is typed in small letters with dashes", () => {
  assert.equal(roleWord(OWLS), "night-owls-é");
  assert.equal(roleWord(undefined), "");
});

Deno.test("a picture is found by each of its words, without accents, names first", () => {
  const all = [
    { emoji: "🍵", name: "thé", words: "the boisson tasse tea", codes: ["tea"] },
    { emoji: "☕", name: "boisson chaude", words: "boisson chaude the cafe", codes: [] },
  ];
  const hits = (words: string) => found([{ group: 4, all }], words).map(({ emoji }) => emoji);
  assert.deepEqual(hits("Thé"), ["🍵", "☕"]);
  assert.deepEqual(hits("boisson chau"), ["☕"]);
  assert.deepEqual(hits("velo"), []);
  assert.deepEqual(hits("tea"), ["🍵"]);
  assert.equal(ofCode([{ group: 4, all }], "tea"), "🍵");
  assert.equal(ofCode([{ group: 4, all }], "te"), undefined);
});
