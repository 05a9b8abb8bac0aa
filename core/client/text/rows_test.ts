import assert from "node:assert/strict";
import type { Message } from "../wire.ts";
import { GROUP_MS, rows } from "./rows.ts";

const NOON_MS = new Date(2026, 2, 4, 12).getTime();

function message(id: number, afterMs: number, changes: Partial<Message> = {}): Message {
  return {
    id: String(id),
    channel_id: "30",
    author_id: "1",
    text: "",
    html: "",
    posted_at: new Date(NOON_MS + afterMs).toISOString(),
    edited_at: null,
    reply_to_id: null,
    nonce: null,
    shown_as: null,
    kind: "text",
    pinned_at: null,
    files: [],
    mentions: null,
    ...changes,
  };
}

function shape(messages: Message[], newSince: string | null = null, me = "9"): string {
  return rows(messages, newSince, me)
    .map((row) => row.kind === "message" ? (row.first ? "M" : "m") : row.kind)
    .join(" ");
}

Deno.test("messages of one author within five minutes stand under one name", () => {
  assert.equal(shape([message(1, 0), message(2, GROUP_MS - 1)]), "day M m");
});

Deno.test("a new name stands after a pause, another author, an answer, another name of a bot", () => {
  assert.equal(shape([message(1, 0), message(2, GROUP_MS)]), "day M M");
  assert.equal(shape([message(1, 0), message(2, 1, { author_id: "2" })]), "day M M");
  assert.equal(shape([message(1, 0), message(2, 1, { reply_to_id: "1" })]), "day M M");
  assert.equal(shape([message(1, 0), message(2, 1, { shown_as: "News" })]), "day M M");
});

Deno.test("each day has its line and begins a group", () => {
  assert.equal(shape([message(1, 0), message(2, 13 * 3_600_000)]), "day M day M");
});

Deno.test("the unread line stands before the first message that is new, and begins a group", () => {
  assert.equal(shape([message(1, 0), message(2, 1), message(3, 2)], "1"), "day M new M m");
});

Deno.test("what I wrote myself is never new", () => {
  assert.equal(shape([message(1, 0), message(2, 1)], "1", "1"), "day M m");
});

Deno.test("without something unread there is no line", () => {
  assert.equal(shape([message(1, 0)], null), "day M");
  assert.equal(shape([], "1"), "");
});

Deno.test("what is hidden is one line, and a new name stands after it", () => {
  const hidden = { author_id: "2" };
  const all = [message(1, 0), message(2, 1, hidden), message(3, 2, hidden), message(4, 3)];
  const shown = rows(all, null, "9", ({ author_id }) => author_id === "2");
  assert.deepEqual(shown.map((row) => row.kind), ["day", "message", "hidden", "message"]);
  assert.deepEqual(shown[2], { kind: "hidden", key: "hidden-2", ids: ["2", "3"] });
  assert.equal(shown[3]?.kind === "message" && shown[3].first, true);
});
