/** Which links of a message lead to a room of ours. */

import assert from "node:assert/strict";
import { slugsIn } from "./cards.ts";

const OURS = "https://salon.example.org";
const link = (to: string) => `<p>Come: <a href="${to}" rel="nofollow">here</a></p>`;

Deno.test("a link to a room or to its page for listening leads to the room", () => {
  const html = link(`${OURS}/r/kitchen`) + link(`${OURS}/listen/after-the-match`);
  assert.deepEqual(slugsIn(html, OURS), ["kitchen", "after-the-match"]);
});

Deno.test("a link to a message in a room, to a channel or to another server leads to none", () => {
  const others = [
    `${OURS}/r/kitchen/m/7`,
    `${OURS}/c/general`,
    "https://other.example/r/kitchen",
    OURS,
  ];
  assert.deepEqual(slugsIn(others.map(link).join(""), OURS), []);
  assert.deepEqual(slugsIn(`${OURS}/r/kitchen as plain words`, OURS), []);
});
