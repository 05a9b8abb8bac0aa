import assert from "node:assert/strict";
import type { Channel, Conversation, Room, Thread } from "../wire.ts";
import { EMPTY, type World } from "../world.ts";
import { mayIn } from "./names.ts";

const DENIED = [
  { target: "account", target_id: "1", allow: [], deny: ["message.manage"] },
] as const;

const WORLD: World = {
  ...EMPTY,
  me: "1",
  permissions: new Set(["message.manage"]),
  channels: new Map([
    ["10", { id: "10", overwrites: [] } as unknown as Channel],
    ["11", { id: "11", overwrites: DENIED } as unknown as Channel],
  ]),
  rooms: new Map([["12", { id: "12", overwrites: DENIED } as unknown as Room]]),
  threads: new Map([["13", { id: "13", parent_id: "11" } as Thread]]),
  conversations: new Map([["14", { id: "14", member_ids: ["1", "2"] } as unknown as Conversation]]),
};

Deno.test("a thread is like its channel, a chat like its room", () => {
  const may = (id: string) => mayIn(WORLD, "message.manage", id);
  assert.deepEqual(["10", "11", "12", "13"].map(may), [true, false, false, false]);
});

Deno.test("in a conversation nobody may more than the others, not even the owner", () => {
  const owner = { ...WORLD, permissions: new Set(["*"]) };
  assert.equal(mayIn(owner, "message.manage", "11"), true);
  assert.equal(mayIn(owner, "message.manage", "14"), false);
  assert.equal(mayIn(owner, "message.post", "14"), true);
});
