import assert from "node:assert/strict";
import type { Level, Message } from "../wire.ts";
import { EMPTY } from "../world.ts";
import { isAloud, isOnScreen } from "./notices.ts";

const NOW = Date.parse("2026-01-01T12:00:00Z");
const named = { account_ids: ["1"], role_ids: [], everyone: false, here: false, answered_id: null };
const said = {
  id: "9",
  channel_id: "5",
  author_id: "2",
  kind: "text",
  mentions: null,
} as unknown as Message;
const toMe = { ...said, mentions: named } as Message;
const world = { ...EMPTY, me: "1" };

function level(chosen: Level["level"], muted_until: string | null = null): Level {
  return { channel_id: "5", level: chosen, muted_until };
}

Deno.test("who is named is told, and of the rest who wants everything or is written to", () => {
  assert.ok(isAloud(toMe, world, undefined, NOW));
  assert.ok(!isAloud(said, world, undefined, NOW));
  assert.ok(isAloud(said, world, level("everything"), NOW));
  const between = { ...world, conversations: new Map([["5", {} as never]]) };
  assert.ok(isAloud(said, between, undefined, NOW));
  assert.ok(!isAloud(said, between, level("mentions"), NOW));
});

Deno.test("nothing is told of oneself, of who is blocked, and of what is to be quiet", () => {
  assert.ok(!isAloud({ ...toMe, author_id: "1" }, world, level("everything"), NOW));
  const blocking = { ...world, privacy: { ...world.privacy, blocked: ["2"] } };
  assert.ok(!isAloud(toMe, blocking, level("everything"), NOW));
  assert.ok(!isAloud(toMe, world, level("nothing"), NOW));
  assert.ok(!isAloud(toMe, world, level("everything", "2026-01-01T12:30:00Z"), NOW));
  assert.ok(isAloud(toMe, world, level("everything", "2026-01-01T11:30:00Z"), NOW));
});

Deno.test("a place is on the screen with its threads and its messages, and no place like it", () => {
  assert.ok(isOnScreen("/c/tea", "/c/tea"));
  assert.ok(isOnScreen("/c/tea", "/c/tea/m/7"));
  assert.ok(isOnScreen("/c/tea", "/c/tea?reply"));
  assert.ok(!isOnScreen("/c/tea", "/c/teapots"));
  assert.ok(!isOnScreen("/c/tea/t/3", "/c/tea"));
});
