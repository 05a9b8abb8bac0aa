import assert from "node:assert/strict";
import type { Room } from "../wire.ts";
import { EMPTY, stateKey, type World } from "../world.ts";
import {
  inLine,
  inOrder,
  isChatClosed,
  isInCharge,
  isShut,
  leads,
  listensAt,
  missing,
  partOf,
  seenIn,
  type StageState,
} from "./stage.ts";

const room = { id: "9", kind: "stage", overwrites: [] } as unknown as Room;
const stage: StageState = {
  is_open: true,
  hands_open: true,
  chat_open: true,
  closes_at: null,
  host_id: "1",
  cohost_ids: ["2"],
  speaker_ids: ["4", "3"],
  hand_ids: ["5"],
  invited: [],
};

function world(me: string, changed: Partial<StageState> = {}, permissions: string[] = []): World {
  const state = { ...stage, ...changed };
  return {
    ...EMPTY,
    me,
    permissions: new Set(permissions),
    roomStates: new Map([[stateKey("9", "stage"), state]]),
  };
}

Deno.test("everybody has one part", () => {
  const parts = ["1", "2", "3", "5", "6"].map((id) => partOf(stage, id));
  assert.deepEqual(parts, ["host", "cohost", "speaker", "hand", "listener"]);
});

Deno.test("hosts stand first and speakers as they came up", () => {
  const people = ["3", "5", "2", "4", "1"].map((account_id) => ({ account_id }));
  assert.deepEqual(inOrder(stage, people).map((each) => each.account_id), ["1", "2", "4", "3"]);
});

Deno.test("hands stand in their order, those alone who are here", () => {
  const people = ["1", "8", "5"].map((account_id) => ({ account_id }));
  const line = inLine({ ...stage, hand_ids: ["5", "7", "8"] }, people);
  assert.deepEqual(line.map((each) => each.account_id), ["5", "8"]);
});

Deno.test("a green room is dark from outside, and lit for who has a part", () => {
  const people = new Map([["1", { room_id: "9", account_id: "1", joined_at: "" }]]);
  const seen = (me: string, isOpen: boolean) =>
    seenIn({ ...world(me, { is_open: isOpen }), participants: people as never }, room).length;
  assert.deepEqual([seen("6", false), seen("3", false), seen("6", true)], [0, 1, 1]);
});

Deno.test("a closed chat is the hosts' own", () => {
  const rooms = new Map([["9", room]]);
  const isClosed = (me: string, isOpen: boolean) =>
    isChatClosed({ ...world(me, { chat_open: isOpen }), rooms }, { room_id: "9" });
  assert.deepEqual([isClosed("6", false), isClosed("2", false), isClosed("6", true)], [
    true,
    false,
    false,
  ]);
  assert.equal(
    isChatClosed({ ...world("6", { chat_open: false }), rooms }, { room_id: null }),
    false,
  );
});

Deno.test("a listener comes in without a microphone", () => {
  assert.equal(listensAt(world("6"), room), true);
  assert.equal(listensAt(world("3"), room), false);
  assert.equal(listensAt(world("6"), { ...room, kind: "talk" }), false);
});

Deno.test("who keeps rooms leads, and others only with a part", () => {
  assert.equal(leads(world("6"), room, stage), false);
  assert.equal(leads(world("2"), room, stage), true);
  assert.equal(leads(world("6", {}, ["room.manage"]), room, stage), true);
});

Deno.test("a co-host has a say over all but hosts, the host over all", () => {
  const over = (me: string) => ["1", "2", "3", "6"].map((id) => isInCharge(world(me), room, id));
  assert.deepEqual(over("1"), [true, true, true, true]);
  assert.deepEqual(over("2"), [false, false, true, true]);
  assert.deepEqual(over("3"), [false, false, false, false]);
});

Deno.test("before it opens the door is shut for all who have no part", () => {
  assert.equal(isShut(world("6", { is_open: false }), room), true);
  assert.equal(isShut(world("4", { is_open: false }), room), false);
  assert.equal(isShut(world("6"), room), false);
});

Deno.test("who has a part and has not come in is missing, and nobody else", () => {
  const here = [{ account_id: "1" }, { account_id: "3" }, { account_id: "6" }];
  assert.deepEqual(missing(stage, here), ["2", "4"]);
  assert.deepEqual(missing({ ...stage, host_id: null, cohost_ids: [] }, here), ["4"]);
});
