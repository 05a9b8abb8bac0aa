import assert from "node:assert/strict";
import {
  BACKOFF_MS,
  CommandError,
  DIAL_WITHIN_MS,
  type Line,
  PING_ANSWER_MS,
  Socket,
} from "./socket.ts";
import type { EventFrame, Hello } from "./wire.ts";

/** The far end of a line, and a clock that only moves when it is told. */
class FakeServer {
  readonly sockets: FakeSocket[] = [];
  readonly events: EventFrame[] = [];
  readonly hellos: Hello[] = [];
  ticket: string | null | Error = "t";
  nowMs = 0;
  #timers = new Map<number, { atMs: number; call: () => void }>();
  #next = 1;

  isUrgent = false;
  readonly socket = new Socket(this.line(), {
    isUrgent: () => this.isUrgent,
    onHello: (hello) => this.hellos.push(hello),
    onEvent: (frame) => this.events.push(frame),
  });

  line(): Line {
    return {
      address: "ws://here/socket",
      ticket: () =>
        this.ticket instanceof Error ? Promise.reject(this.ticket) : Promise.resolve(this.ticket),
      open: () => {
        const socket = new FakeSocket();
        this.sockets.push(socket);
        return socket as unknown as WebSocket;
      },
      after: (ms, call) => {
        const timer = this.#next++;
        this.#timers.set(timer, { atMs: this.nowMs + ms, call });
        return () => void this.#timers.delete(timer);
      },
      now: () => this.nowMs,
      chance: () => 0.5,
    };
  }

  /** Lets time go by and everything that waits for it happen. */
  async pass(ms: number): Promise<void> {
    const until = this.nowMs + ms;
    for (;;) {
      await settled();
      const due = [...this.#timers].filter(([, t]) => t.atMs <= until)
        .sort(([, a], [, b]) => a.atMs - b.atMs)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.nowMs = Math.max(this.nowMs, due[1].atMs);
      due[1].call();
    }
    this.nowMs = until;
    await settled();
  }

  get last(): FakeSocket {
    const socket = this.sockets.at(-1);
    assert.ok(socket, "nobody has dialled");
    return socket;
  }

  async open(hello: Partial<Hello> = {}): Promise<FakeSocket> {
    if (this.sockets.length === 0) this.socket.start();
    await this.pass(0);
    const socket = this.last;
    socket.onopen?.();
    socket.answer(socket.sent.at(-1)!.id, { epoch: "e", seq: 10, heartbeat_s: 25, ...hello });
    await settled();
    return socket;
  }
}

class FakeSocket {
  readonly sent: { id: number; type: string; [field: string]: unknown }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((frame: { data: string }) => void) | null = null;
  onclose: ((closing: { code: number }) => void) | null = null;
  isClosed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.isClosed = true;
  }

  tell(frame: unknown): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  answer(id: number, result: unknown): void {
    this.tell({ id, ok: true, result });
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await Promise.resolve();
}

Deno.test("the first frame is hello with the ticket", async () => {
  const server = new FakeServer();
  const socket = await server.open();
  assert.equal(socket.sent[0]?.type, "hello");
  assert.equal(socket.sent[0]?.["ticket"], "t");
  assert.equal(server.socket.phase.value, "open");
  assert.equal(server.hellos.length, 1);
});

Deno.test("an ended session is told and not dialled again", async () => {
  const server = new FakeServer();
  server.ticket = null;
  server.socket.start();
  await server.pass(60_000);
  assert.equal(server.socket.phase.value, "signed_out");
  assert.equal(server.sockets.length, 0);
});

Deno.test("a server out of reach is tried again with growing pauses", async () => {
  const server = new FakeServer();
  server.ticket = new Error("refused");
  server.socket.start();
  await server.pass(0);
  assert.equal(server.socket.lostAt.value, 0);
  server.ticket = "t";
  await server.pass((BACKOFF_MS[1] ?? 0) + 1);
  assert.equal(server.sockets.length, 1);
});

Deno.test("each command gets its own answer, in whatever order they come", async () => {
  const server = new FakeServer();
  const socket = await server.open();
  const first = server.socket.command("a");
  const second = server.socket.command("b");
  const [a, b] = socket.sent.slice(-2);
  socket.answer(b!.id, { said: "b" });
  socket.answer(a!.id, { said: "a" });
  assert.deepEqual(await Promise.all([first, second]), [{ said: "a" }, { said: "b" }]);
});

Deno.test("a refusal keeps its code, its sentence and the plugin's name", async () => {
  const server = new FakeServer();
  const socket = await server.open();
  const asked = server.socket.command("message.post");
  const error = { code: "denied", message: "Not that word.", plugin: "moderation" };
  socket.tell({ id: socket.sent.at(-1)!.id, ok: false, error });
  await assert.rejects(asked, (refused: CommandError) => {
    assert.equal(refused.code, "denied");
    assert.equal(refused.message, "Not that word.");
    assert.equal(refused.plugin, "moderation");
    return true;
  });
});

Deno.test("a command whose line breaks fails as lost", async () => {
  const server = new FakeServer();
  const socket = await server.open();
  const asked = server.socket.command("message.post");
  socket.onclose?.({ code: 1006 });
  await assert.rejects(asked, { code: "lost" });
  await assert.rejects(server.socket.command("ping"), { code: "lost" });
});

Deno.test("after a break it comes back and goes on from the last event seen", async () => {
  const server = new FakeServer();
  const socket = await server.open();
  socket.tell({ event: "message.posted", seq: 12, data: {} });
  socket.onclose?.({ code: 1006 });
  assert.equal(server.socket.phase.value, "lost");
  await server.open({ resumed: true, seq: 12 });
  const hello = server.last.sent[0];
  assert.deepEqual([hello?.["epoch"], hello?.["seq"]], ["e", 12]);
  assert.equal(server.socket.phase.value, "open");
});

Deno.test("an event that comes twice is told once, and gaps are no reason to stop", async () => {
  const server = new FakeServer();
  const socket = await server.open();
  for (const seq of [11, 11, 15]) socket.tell({ event: "x", seq, data: {} });
  socket.tell({ event: "typing.started", data: {} });
  assert.deepEqual(server.events.map((frame) => frame.seq), [11, 15, undefined]);
});

Deno.test("a ping without an answer makes a new line", async () => {
  const server = new FakeServer();
  const socket = await server.open();
  await server.pass(25_000);
  assert.equal(socket.sent.at(-1)?.type, "ping");
  await server.pass(PING_ANSWER_MS + 1);
  assert.equal(socket.isClosed, true);
  assert.equal(server.sockets.length, 2);
});

Deno.test("answered pings keep the line", async () => {
  const server = new FakeServer();
  const socket = await server.open();
  for (let beat = 0; beat < 3; beat++) {
    await server.pass(25_000);
    socket.answer(socket.sent.at(-1)!.id, { seq: 10 });
    await server.pass(1_000);
  }
  assert.equal(server.sockets.length, 1);
});

Deno.test("a server that stops is waited for, and says so until it is back", async () => {
  const server = new FakeServer();
  const socket = await server.open();
  socket.tell({ event: "server.stopping", data: { spread_s: 0 } });
  socket.onclose?.({ code: 1001 });
  assert.equal(server.socket.phase.value, "restarting");
  await server.open();
  assert.equal(server.socket.phase.value, "open");
});

for (const [isUrgent, waitMs] of [[false, 4_000], [true, 0]] as const) {
  const how = isUrgent ? "those in rooms come back at once" : "each page has its own moment";
  Deno.test(`after a restart ${how}`, async () => {
    const server = new FakeServer();
    server.isUrgent = isUrgent;
    const socket = await server.open();
    socket.tell({ event: "server.stopping", data: { spread_s: 8 } });
    socket.onclose?.({ code: 1001 });
    await server.pass(waitMs - 1);
    assert.equal(server.sockets.length, 1);
    await server.pass(1);
    assert.equal(server.sockets.length, 2);
  });
}

Deno.test("a server that lets nobody else in is asked again when it said", async () => {
  const server = new FakeServer();
  server.ticket = new CommandError({ code: "unavailable", message: "", retry_after_s: 7 });
  server.socket.start();
  await server.pass(0);
  server.ticket = "t";
  await server.pass(6_999);
  assert.equal(server.sockets.length, 0);
  await server.pass(1);
  assert.equal(server.sockets.length, 1);
});

Deno.test("whoever floods comes back slowly", async () => {
  const server = new FakeServer();
  const socket = await server.open();
  socket.onclose?.({ code: 4429 });
  await server.pass(5_000);
  assert.equal(server.sockets.length, 1);
  await server.pass(5_000);
  assert.equal(server.sockets.length, 2);
});

Deno.test("what an old line still says is not heard", async () => {
  const server = new FakeServer();
  const old = await server.open();
  server.socket.reconnect();
  await server.pass(0);
  old.tell({ event: "x", seq: 99, data: {} });
  assert.equal(server.events.length, 0);
});

Deno.test("whoever sits in a room is brought back without long pauses", async () => {
  const server = new FakeServer();
  server.isUrgent = true;
  const socket = await server.open();
  server.ticket = new Error("refused");
  socket.onclose?.({ code: 1006 });
  await server.pass(30_000);
  server.ticket = "t";
  await server.pass(1_000);
  assert.equal(server.sockets.length, 2);
});

Deno.test("a dial that hangs is given up for a new one", async () => {
  const server = new FakeServer();
  server.socket.start();
  await server.pass(0);
  const hanging = server.last;
  await server.pass(DIAL_WITHIN_MS + 1);
  assert.equal(hanging.isClosed, true);
  assert.equal(server.sockets.length, 2);
  await server.open();
  assert.equal(server.socket.phase.value, "open");
});

Deno.test("a server that opens the line and says nothing is given up too", async () => {
  const server = new FakeServer();
  server.socket.start();
  await server.pass(0);
  server.last.onopen?.();
  await server.pass(DIAL_WITHIN_MS + 1);
  assert.equal(server.sockets.length, 2);
});
