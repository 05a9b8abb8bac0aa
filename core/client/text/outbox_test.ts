import assert from "node:assert/strict";
import { CommandError } from "../socket.ts";
import type { Message } from "../wire.ts";
import { Outbox, WAITING_MAX } from "./outbox.ts";
import { Shelf } from "./shelf.ts";
import { storage } from "./shelf_test.ts";

class Server {
  readonly asked: Record<string, unknown>[] = [];
  refusal: CommandError | null = null;
  readonly delivered: Message[] = [];
  readonly pauses: number[] = [];
  readonly outbox = new Outbox(
    (_type, fields) => {
      this.asked.push(fields);
      if (this.refusal) return Promise.reject(this.refusal);
      return Promise.resolve({ message: { id: "1", nonce: fields["nonce"] } });
    },
    (message) => this.delivered.push(message),
    (ms) => {
      this.pauses.push(ms);
      this.refusal = null;
      return Promise.resolve();
    },
  );
}

const LOST = new CommandError({ code: "lost", message: "" });
const DENIED = new CommandError({ code: "denied", message: "Not that word." });

async function settled(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await Promise.resolve();
}

Deno.test("what is written stands at once and goes when it is delivered", async () => {
  const { outbox, delivered } = new Server();
  outbox.post("30", "hello", null);
  assert.equal(outbox.waiting.value[0]?.text, "hello");
  await settled();
  assert.equal(outbox.waiting.value.length, 0);
  assert.equal(delivered.length, 1);
});

Deno.test("what the line swallowed waits, and is sent again with the same nonce", async () => {
  const server = new Server();
  server.refusal = LOST;
  server.outbox.post("30", "hello", null);
  await settled();
  assert.equal(server.outbox.waiting.value[0]?.isWaiting, true);
  server.refusal = null;
  await server.outbox.flush();
  assert.equal(server.outbox.waiting.value.length, 0);
  assert.equal(server.asked[0]?.["nonce"], server.asked[1]?.["nonce"]);
});

Deno.test("a refused message keeps its words and the reason until it is tried again", async () => {
  const server = new Server();
  server.refusal = DENIED;
  server.outbox.post("30", "hello", null);
  await settled();
  const kept = server.outbox.waiting.value[0];
  assert.equal(kept?.text, "hello");
  assert.equal(kept?.refusal?.message, "Not that word.");
  await server.outbox.flush();
  assert.equal(server.asked.length, 1); // a refusal is not sent again by itself
  server.refusal = null;
  server.outbox.retry(kept?.nonce ?? "");
  await settled();
  assert.equal(server.outbox.waiting.value.length, 0);
});

Deno.test("a message seen among the events no longer waits", async () => {
  const server = new Server();
  server.refusal = LOST;
  server.outbox.post("30", "hello", null);
  await settled();
  server.outbox.arrived(String(server.asked[0]?.["nonce"]));
  assert.equal(server.outbox.waiting.value.length, 0);
});

Deno.test("an answer says what it answers", async () => {
  const server = new Server();
  server.outbox.post("30", "yes", "12");
  await settled();
  assert.equal(server.asked[0]?.["reply_to"], "12");
});

Deno.test("only so much waits; what is more stays with its author", async () => {
  const server = new Server();
  server.refusal = LOST;
  for (let n = 0; n < WAITING_MAX; n++) assert.equal(server.outbox.post("30", `${n}`, null), true);
  assert.equal(server.outbox.post("30", "one more", null), false);
  await settled();
  assert.equal(server.outbox.waiting.value.length, WAITING_MAX);
});

Deno.test("messages go one after the other, in the order in which they were written", async () => {
  const server = new Server();
  server.refusal = LOST;
  for (const text of ["one", "two"]) server.outbox.post("30", text, null);
  await settled();
  assert.equal(server.asked.length, 1); // the line is down: the second is not tried
  assert.ok(server.outbox.waiting.value.every((one) => one.isWaiting));
  server.refusal = null;
  const flushed = server.outbox.flush();
  server.outbox.post("30", "three", null);
  await flushed;
  assert.deepEqual(server.asked.slice(1).map(({ text }) => text), ["one", "two", "three"]);
});

Deno.test("a refusal does not hold up what was written after it", async () => {
  const server = new Server();
  server.refusal = DENIED;
  server.outbox.post("30", "bad", null);
  await settled();
  server.refusal = null;
  server.outbox.post("30", "good", null);
  await settled();
  assert.deepEqual(server.outbox.waiting.value.map(({ text }) => text), ["bad"]);
});

Deno.test("a pace is waited for by itself, slow mode is said", async () => {
  const server = new Server();
  server.refusal = new CommandError({ code: "too_many", message: "Slowly.", retry_after_s: 2 });
  server.outbox.post("30", "hello", null);
  await settled();
  assert.deepEqual([server.pauses, server.outbox.waiting.value.length], [[2_000], 0]);
  const slow = { code: "too_many", reason: "slow_mode", message: "Wait.", retry_after_s: 2 };
  server.refusal = new CommandError(slow);
  server.outbox.post("30", "hello", null);
  await settled();
  assert.equal(server.outbox.waiting.value[0]?.refusal?.message, "Wait.");
});

Deno.test("what waits is sent after a reload, once, with its nonce; a refusal keeps its words", async () => {
  const disk = storage();
  const before = new Server();
  before.refusal = LOST;
  before.outbox.post("30", "early", null);
  before.outbox.keepIn(new Shelf(disk, "7"));
  await settled();
  before.refusal = DENIED;
  before.outbox.retry(before.outbox.waiting.value[0]!.nonce);
  await settled();
  before.refusal = LOST;
  before.outbox.post("30", "late", "12");
  await settled();

  const after = new Server();
  after.outbox.keepIn(new Shelf(disk, "7"));
  assert.deepEqual(after.outbox.waiting.value.map(({ text }) => text), ["early", "late"]);
  await settled();
  assert.deepEqual(after.asked.map(({ text, reply_to }) => [text, reply_to]), [["late", "12"]]);
  assert.equal(after.asked[0]?.["nonce"], before.asked.at(-1)?.["nonce"]);
  const [kept] = after.outbox.waiting.value;
  assert.deepEqual([kept?.text, kept?.refusal?.message], ["early", "Not that word."]);
  assert.equal(new Shelf(disk, "7").waiting().length, 1);
});
