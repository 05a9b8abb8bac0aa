import assert from "node:assert/strict";
import type { EventFrame, Message } from "../wire.ts";
import { Conversation } from "./conversation.ts";

const ME = "1";

function message(id: string, text = `line ${id}`): Message {
  return {
    id,
    channel_id: "30",
    author_id: "2",
    text,
    html: `<p>${text}</p>`,
    posted_at: "2026-11-30T12:00:00.000Z",
    edited_at: null,
    reply_to_id: null,
    nonce: null,
    shown_as: null,
    kind: "text",
    pinned_at: null,
    files: [],
    mentions: null,
  };
}

function page(...messages: readonly Message[]): Record<string, unknown> {
  return { messages, replies: [], reactions: {}, cards: {}, has_older: false, has_newer: false };
}

function frame(event: string, data: unknown): EventFrame {
  return { event, data } as EventFrame;
}

Deno.test("what happens while a page is on its way is in it, though the page is older", async () => {
  let answer = (_page: Record<string, unknown>) => {};
  const asked = new Promise<Record<string, unknown>>((resolve) => answer = resolve);
  const conversation = new Conversation("30", () => asked);
  conversation.visit(null, null);
  conversation.hear(frame("message.posted", message("12")), ME);
  conversation.hear(frame("message.edited", message("10", "better")), ME);
  conversation.hear(frame("message.deleted", { id: "11", channel_id: "30" }), ME);
  answer(page(message("10"), message("11")));
  await asked;
  await Promise.resolve();
  const said = conversation.window.value.messages.map(({ id, text }) => [id, text]);
  assert.deepEqual(said, [["10", "better"], ["12", "line 12"]]);
});
