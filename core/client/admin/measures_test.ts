import assert from "node:assert/strict";
import {
  costOf,
  type Look,
  paceBetween,
  reasons,
  roomPaces,
  together,
  type WorkerMeasures,
  workerPaces,
  worst,
} from "./measures.ts";

const WORKER: WorkerMeasures = {
  port: 8081,
  has_tcp: true,
  is_there: true,
  is_apart: true,
  restarts: 0,
  at_s: 100,
  cpu_s: 10,
  memory_bytes: 1,
  peers: 1,
  received: 1_000,
  forwarded: 5_000,
  dropped: { junk: 10, muted: 5 },
};
const LATER: WorkerMeasures = {
  ...WORKER,
  at_s: 102,
  cpu_s: 10.02,
  received: 1_200,
  forwarded: 7_000,
  dropped: { junk: 16, muted: 5 },
};

const files = { kept_bytes: 0, most_bytes: 1, free_bytes: 1, disk_bytes: 1 };

function look(atMs: number, workers: readonly WorkerMeasures[], received = 0): Look {
  const room = { room_id: "1", people: 2, received, forwarded: 0, dropped: {}, loss_worst: null };
  return {
    atMs,
    measures: { started_at: "", workers, rooms: [room], worst: [], lines: [], files },
  };
}

Deno.test("two looks make a pace, by the worker's own clock", () => {
  const paces = workerPaces(look(0, [WORKER]), look(9_999, [LATER]));
  const pace = paces.get(8081)!;
  assert.deepEqual({ ...pace, cpu: pace.cpu.toFixed(3) }, {
    received: 100,
    forwarded: 1_000,
    dropped: 3,
    cpu: "0.010",
  });
  assert.equal(Math.round(costOf(pace)!), 10);
});

Deno.test("the first look tells no pace", () => {
  assert.equal(workerPaces(undefined, look(0, [WORKER])).size, 0);
});

Deno.test("a worker that was replaced, or is away, has no pace until the next look", () => {
  const replaced = { ...LATER, restarts: 1 };
  const away = { ...WORKER, is_there: false };
  for (const after of [replaced, away, { ...LATER, received: 0 }, WORKER]) {
    assert.equal(workerPaces(look(0, [WORKER]), look(1, [after])).size, 0);
  }
  assert.equal(workerPaces(look(0, [away]), look(1, [WORKER])).size, 0);
});

Deno.test("a room's pace goes by when the answers came", () => {
  const paces = roomPaces(look(1_000, [], 50), look(3_000, [], 250));
  assert.equal(paces.get("1")?.received, 100);
});

Deno.test("workers together do what each does; of none of them nothing is known", () => {
  const pace = paceBetween(WORKER, LATER, 2)!;
  assert.equal(together([pace, pace])?.forwarded, 2_000);
  assert.equal(together([]), null);
});

Deno.test("what a packet costs is not said of a few packets", () => {
  assert.equal(costOf({ received: 1, forwarded: 2, dropped: 0, cpu: 0.01 }), null);
  assert.equal(costOf(null), null);
});

Deno.test("reasons are added up over all places, the most frequent first", () => {
  assert.deepEqual(reasons([WORKER.dropped, { muted: 100 }]), [["muted", 105], ["junk", 10]]);
});

Deno.test("the worst of what is known", () => {
  assert.equal(worst(null, 0.1, 0.3), 0.3);
  assert.equal(worst(null, null), null);
});
