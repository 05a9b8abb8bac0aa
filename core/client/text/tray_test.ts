import assert from "node:assert/strict";
import type { HandedFile } from "../wire.ts";
import { AT_ONCE, FILES_MAX, Tray } from "./tray.ts";

const LARGEST = 1_000;

function content(name: string, size = 10): File {
  return new File([new Uint8Array(size)], name);
}

function handed(name: string): HandedFile {
  return {
    id: name,
    name,
    kind: "other",
    media_type: "",
    size_bytes: 1,
    width: null,
    height: null,
    moves: false,
    description: "",
  };
}

class Server {
  readonly asked: string[] = [];
  readonly waiting = new Map<string, (file: HandedFile) => void>();
  readonly failing = new Map<string, (refusal: unknown) => void>();
  readonly aborted: string[] = [];
  tooMany = 0;
  readonly forgotten: string[] = [];
  readonly tray = new Tray({
    send: (file, progress, signal) => {
      this.asked.push(file.name);
      progress(.5);
      signal.addEventListener("abort", () => this.aborted.push(file.name));
      return new Promise((resolve, reject) => {
        this.waiting.set(file.name, resolve);
        this.failing.set(file.name, reject);
      });
    },
    largestBytes: () => Promise.resolve(LARGEST),
    tooLarge: () => ({ code: "invalid", reason: "file_large", message: "Too large." }),
    onTooMany: () => this.tooMany += 1,
    preview: (file) => file.name.endsWith(".png") ? `blob:${file.name}` : null,
    forget: (preview) => this.forgotten.push(preview),
  });
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await Promise.resolve();
}

Deno.test("files go two at a time, and the message when all are there", async () => {
  const server = new Server();
  server.tray.add(["a", "b", "c"].map((name) => content(name)));
  await settled();
  assert.deepEqual(server.asked, ["a", "b"]);
  assert.equal(server.asked.length, AT_ONCE);
  assert.equal(server.tray.isReady.value, false);
  assert.equal(server.tray.hold(), true);
  assert.equal(server.tray.chosen.value[0]?.sent, .5);
  for (const name of ["a", "b", "c"]) {
    server.waiting.get(name)?.(handed(name));
    await settled();
  }
  assert.equal(server.tray.isReady.value, true);
  assert.deepEqual(server.tray.take().map(({ id }) => id), ["a", "b", "c"]);
  assert.equal(server.tray.isEmpty, true);
  assert.equal(server.tray.isHeld.value, false);
});

Deno.test("a file that is too large is refused before a byte of it goes", async () => {
  const server = new Server();
  server.tray.add([content("huge", LARGEST + 1), content("small")]);
  await settled();
  assert.deepEqual(server.asked, ["small"]);
  assert.equal(server.tray.chosen.value[0]?.refusal?.reason, "file_large");
  assert.equal(server.tray.hasFailed.value, true);
});

Deno.test("a file that failed is tried again, and stays out of the message until then", async () => {
  const server = new Server();
  server.tray.add([content("a")]);
  await settled();
  server.failing.get("a")?.({ code: "unavailable", message: "No room." });
  await settled();
  assert.equal(server.tray.chosen.value[0]?.state, "failed");
  assert.equal(server.tray.isReady.value, false);
  server.tray.retry(server.tray.chosen.value[0]!.key);
  await settled();
  server.waiting.get("a")?.(handed("a"));
  await settled();
  assert.equal(server.tray.isReady.value, true);
  assert.deepEqual(server.asked, ["a", "a"]);
});

Deno.test("a file that is taken back stops, and makes room for the next", async () => {
  const server = new Server();
  server.tray.add([content("a.png"), content("b"), content("c")]);
  await settled();
  server.tray.remove(server.tray.chosen.value[0]!.key);
  assert.deepEqual(server.aborted, ["a.png"]);
  assert.deepEqual(server.forgotten, ["blob:a.png"]);
  server.failing.get("a.png")?.(null);
  await settled();
  assert.deepEqual(server.asked, ["a.png", "b", "c"]);
  assert.deepEqual(server.tray.chosen.value.map(({ name }) => name), ["b", "c"]);
});

Deno.test("more files than a message takes are said and left out", async () => {
  const server = new Server();
  server.tray.add(Array.from({ length: FILES_MAX + 2 }, (_, n) => content(String(n))));
  await settled();
  assert.equal(server.tray.chosen.value.length, FILES_MAX);
  assert.equal(server.tooMany, 1);
});

Deno.test("files of a message that was not sent come back with what was said of them", () => {
  const server = new Server();
  server.tray.restore([{ ...handed("a"), description: "A beach" }]);
  assert.equal(server.tray.isReady.value, true);
  assert.equal(server.tray.take()[0]?.description, "A beach");
});
