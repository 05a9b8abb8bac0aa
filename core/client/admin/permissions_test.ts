import assert from "node:assert/strict";
import { EMPTY, type World } from "../world.ts";
import type { Role } from "../wire.ts";
import { atPlace, endsUp } from "./permissions.ts";

const ME = { id: "1", role_ids: [] } as never;
const EVERYONE: Role = {
  id: "10",
  name: "everyone",
  position: 0,
  permissions: ["channel.view"],
  hue: null,
  mentionable: false,
  needs_second_step: false,
};
const COOK: Role = { ...EVERYONE, id: "11", position: 1, permissions: ["message.post"] };
const WORLD: World = {
  ...EMPTY,
  me: "1",
  community: { ...EMPTY.community, everyone_role_id: "10" },
  accounts: new Map([["1", ME]]),
  roles: new Map([["10", EVERYONE], ["11", COOK]]),
};
const ALL = { target: "role", target_id: "10" } as const;

Deno.test("a role ends up with what it and everyone hold", () => {
  const cook = { id: "", role_ids: ["11"] };
  assert.equal(endsUp(WORLD, cook, [], "message.post"), "everywhere");
  assert.equal(endsUp(WORLD, { id: "", role_ids: [] }, [], "message.post"), "nowhere");
});

Deno.test("what is refused to a place's viewers is refused with all the rest", () => {
  const shut = { ...ALL, allow: [], deny: ["channel.view"] };
  const cook = { id: "", role_ids: ["11"] };
  assert.equal(endsUp(WORLD, cook, [shut], "message.post"), "unseen");
  assert.equal(endsUp(WORLD, cook, [shut], "channel.view"), "refused");
  const open = { target: "role", target_id: "11", allow: ["channel.view"], deny: [] } as const;
  assert.equal(endsUp(WORLD, cook, [shut, open], "message.post"), "everywhere");
});

Deno.test("a person's own exception has the last word", () => {
  const person = { id: "7", role_ids: ["11"] };
  const hers = { target: "account", target_id: "7", allow: [], deny: ["message.post"] } as const;
  assert.equal(endsUp(WORLD, person, [hers], "message.post"), "refused");
  const his = { ...hers, target_id: "8", allow: ["message.pin"], deny: [] };
  assert.equal(endsUp(WORLD, { id: "8", role_ids: [] }, [his], "message.pin"), "here");
});

Deno.test("what is held everywhere or not at all has no place at a place", () => {
  const permissions = [{ name: "administrator", label: "" }, { name: "message.post", label: "" }];
  const groups = atPlace([{ title: "A", permissions }, {
    title: "B",
    permissions: permissions.slice(0, 1),
  }]);
  assert.deepEqual(groups, [{ title: "A", permissions: permissions.slice(1) }]);
});
