import assert from "node:assert/strict";
import { CommandError } from "../socket.ts";
import type { Message } from "../wire.ts";
import { Outbox, WAITING_MAX } from "./outbox.ts";

class Server {
  readonly asked: Record<string, unknown>[] = [];
  refusal: CommandError | null = null;
  readonly delivered: Message[] = [];
  readonly outbox = new Outbox((_type, fields) => {
    this.asked.push(fields);
    if (this.refusal) return Promise.reject(this.refusal);
    return Promise.resolve({ message: { id: "1", nonce: fields["nonce"] } });
  }, (message) => this.delivered.push(message));
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
