import assert from "node:assert/strict";
import type { Account, Room } from "../wire.ts";
import { EMPTY, stateKey, type World } from "../world.ts";
import { keeperOf } from "./keepers.ts";

const room = { id: "9", kind: "stage", temporary: false, opened_by: "1" } as unknown as Room;

function person(id: string, more: Partial<Account> = {}): [string, Account] {
  const plain = { id, kind: "person", state: "active", role_ids: [], is_owner: false };
  return [id, { ...plain, ...more } as unknown as Account];
}

const world: World = {
  ...EMPTY,
  me: "8",
  accounts: new Map([
    person("1", { is_owner: true }),
    person("2", { role_ids: ["20"] }),
    person("3", { role_ids: ["20"] }),
    person("4"),
    person("5", { kind: "bot", role_ids: ["20"] }),
    person("8", { role_ids: ["20"] }),
  ]),
  roles: new Map([["20", { id: "20", permissions: ["room.manage"] } as never]]),
  here: new Set(["3", "4", "5", "8"]),
};

Deno.test("who is asked about a door keeps rooms, is here if anybody is, and is never oneself", () => {
  assert.equal(keeperOf(world, room)?.id, "3");
  assert.equal(keeperOf({ ...world, here: new Set() }, room)?.id, "2");
  const privacy = { ...world.privacy, blocked: ["2", "3"] };
  assert.equal(keeperOf({ ...world, privacy }, room)?.id, "1");
});

Deno.test("who leads a stage, or has opened a room on the spot, is asked first", () => {
  const roomStates = new Map([[stateKey("9", "stage"), { host_id: "4" }]]);
  assert.equal(keeperOf({ ...world, roomStates }, room)?.id, "4");
  const onTheSpot = { ...room, kind: "talk", temporary: true, opened_by: "4" };
  assert.equal(keeperOf(world, onTheSpot as Room)?.id, "4");
});
