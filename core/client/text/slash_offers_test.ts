import assert from "node:assert/strict";
import { matching, ownOffers, typedIn } from "./slash_offers.ts";

function offers(maySlow = true) {
  const asked: unknown[] = [];
  const made = ownOffers({
    post: (text) => void asked.push(text),
    command: (type, fields) => (asked.push([type, fields]), Promise.resolve({})),
    channel: "30",
    maySlow,
  });
  return { asked, made };
}

Deno.test("a slash offers all, letters those that begin so, a space only the one of that name", () => {
  const { made } = offers();
  const names = (text: string) => matching(made, text).map(({ name }) => name);
  assert.deepEqual(names("/"), ["spoiler", "nick", "slow"]);
  assert.deepEqual(names("/S"), ["spoiler", "slow"]);
  assert.deepEqual(names("/slow 10"), ["slow"]);
  assert.deepEqual(names("/s 10"), []);
  assert.deepEqual(names("/shrug"), []);
  assert.deepEqual(names("/\nx"), []);
  assert.deepEqual(names("and/or"), []);
});

Deno.test("what stands behind the name is its first argument", () => {
  assert.deepEqual(typedIn("/spoiler he  wins "), { name: "spoiler", rest: "he  wins " });
  assert.deepEqual(typedIn("/"), { name: "", rest: "" });
});

Deno.test("the page's own commands do what their fields say", async () => {
  const { asked, made } = offers();
  const [spoiler, nick, slow] = made;
  await spoiler?.run({ words: "he wins" });
  await nick?.run({ display_name: "Ada" });
  await slow?.run({ slow_mode_s: 10 });
  assert.deepEqual(asked, [
    "||he wins||",
    ["account.edit", { display_name: "Ada" }],
    ["channel.edit", { slow_mode_s: 10, channel: "30" }],
  ]);
  assert.equal(offers(false).made.some(({ name }) => name === "slow"), false);
});
