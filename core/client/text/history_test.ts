import assert from "node:assert/strict";
import type { Message } from "../wire.ts";
import {
  deleted,
  edited,
  isUnknown,
  NOTHING,
  opened,
  posted,
  quoting,
  type Window,
  WINDOW_MAX,
  withNewer,
  withOlder,
} from "./history.ts";
import { reacted, toggled } from "./reacting.ts";

function message(id: number, changes: Partial<Message> = {}): Message {
  return {
    id: String(id),
    channel_id: "30",
    author_id: "1",
    text: `line ${id}`,
    html: `<p>line ${id}</p>`,
    posted_at: new Date(id * 1_000).toISOString(),
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

function messages(from: number, to: number): Message[] {
  return Array.from({ length: to - from + 1 }, (_, at) => message(from + at));
}

function answer(from: number, to: number, older = true, newer = false) {
  return {
    messages: messages(from, to),
    replies: [],
    reactions: {},
    cards: {},
    has_older: older,
    has_newer: newer,
  };
}

function ids(window: Window): string[] {
  return window.messages.map((one) => one.id);
}

function full(): Window {
  return opened(answer(1, WINDOW_MAX));
}

Deno.test("older messages go before, newer ones after, and none twice", () => {
  const middle = opened(answer(50, 60, true, true));
  const joined = withNewer(withOlder(middle, answer(48, 50)), answer(60, 62));
  assert.deepEqual(ids(joined), messages(48, 62).map((one) => one.id));
});

Deno.test("ids are compared as numbers although they are strings", () => {
  const window = withOlder(opened(answer(99, 101)), answer(8, 10));
  assert.deepEqual(ids(window), ["8", "9", "10", "99", "100", "101"]);
});

Deno.test("loading older messages takes away the newest and says that some are missing", () => {
  const window = withOlder(opened(answer(1_000, 999 + WINDOW_MAX)), answer(950, 999));
  assert.equal(window.messages.length, WINDOW_MAX);
  assert.equal(window.messages[0]?.id, "950");
  assert.equal(window.hasNewer, true);
});

Deno.test("loading newer messages takes away the oldest and says that some are missing", () => {
  const window = withNewer(opened(answer(1, WINDOW_MAX, false, true)), answer(241, 290));
  assert.equal(window.messages.length, WINDOW_MAX);
  assert.equal(window.messages.at(-1)?.id, "290");
  assert.equal(window.hasOlder, true);
});

Deno.test("a posted message stands at the end", () => {
  assert.deepEqual(ids(posted(opened(answer(1, 2)), message(3), true)), ["1", "2", "3"]);
  assert.deepEqual(ids(posted(NOTHING, message(3), true)), ["3"]);
});

Deno.test("the same message heard twice stands once", () => {
  const once = posted(opened(answer(1, 2)), message(3), true);
  assert.equal(posted(once, message(3), true), once);
});

Deno.test("a full window that is followed drops its oldest for a new message", () => {
  const window = posted(full(), message(500), true);
  assert.equal(window.messages.length, WINDOW_MAX);
  assert.equal(window.messages.at(-1)?.id, "500");
  assert.equal(window.hasOlder, true);
});

Deno.test("a full window read further up keeps what is under the eyes", () => {
  const before = full();
  const window = posted(before, message(500), false);
  assert.equal(window.messages, before.messages);
  assert.equal(window.hasNewer, true);
});

Deno.test("a new message does not jump over a gap", () => {
  const before = opened(answer(1, 5, false, true));
  assert.equal(posted(before, message(500), true), before);
});

Deno.test("an edit replaces the message and its quotation", () => {
  const page = { ...answer(2, 3), replies: [message(1)] };
  const changed = message(1, { text: "better" });
  assert.equal(edited(opened(page), changed).quoted.get("1")?.text, "better");
  const shown = edited(opened(answer(1, 2)), changed);
  assert.equal(shown.messages[0]?.text, "better");
});

Deno.test("a deletion takes the message and its quotation; an unknown id changes nothing", () => {
  const window = opened({ ...answer(2, 3), replies: [message(1)] });
  assert.equal(deleted(window, ["1"]).quoted.size, 0);
  assert.deepEqual(ids(deleted(window, ["2"])), ["3"]);
  assert.equal(deleted(window, ["77"]), window);
});

Deno.test("a picture of mine is there at once, and not twice when the server tells of it", () => {
  const window = toggled(opened(answer(1, 3)), "2", "👏", true);
  assert.deepEqual(window.reactions.get("2"), [{ emoji: "👏", count: 1, mine: true }]);
  const change = {
    channel_id: "30",
    message_id: "2",
    added: [{ emoji: "👏", account_id: "7" }],
    removed: [],
    counts: [{ emoji: "👏", count: 2 }],
  };
  const told = reacted(window, change, "7");
  assert.deepEqual(told.reactions.get("2"), [{ emoji: "👏", count: 2, mine: true }]);
  const gone = reacted(told, { ...change, added: [], counts: [] }, "7");
  assert.deepEqual(gone.reactions.size, 0);
  assert.deepEqual(reacted(window, { ...change, message_id: "99" }, "7"), window);
});

Deno.test("what a new message answers far up is learnt, and forgotten when it is deleted", () => {
  const window = posted(opened(answer(50, 60)), message(61, { reply_to_id: "2" }), true);
  assert.deepEqual([isUnknown(window, "2"), isUnknown(window, "55")], [true, false]);
  const known = quoting(window, [message(2)]);
  assert.equal(isUnknown(known, "2"), false);
  assert.equal(deleted(known, ["2", "3"]).quoted.size, 0);
});
