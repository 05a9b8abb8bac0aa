import assert from "node:assert/strict";
import { CommandError } from "@salon/client";
import { Keeper } from "./keeper.ts";

interface Asked {
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A line whose next answers are given; without one it answers with a moment. */
function line(...answers: (Error | undefined)[]) {
  const asked: Asked[] = [];
  const told: string[] = [];
  const command = (type: string, fields: Readonly<Record<string, unknown>> = {}) => {
    asked.push({ type, fields });
    const failure = answers.shift();
    return failure ? Promise.reject(failure) : Promise.resolve({ moment: { id: "7" } });
  };
  return { asked, told, command, toast: ({ text }: { text: string }) => void told.push(text) };
}

const GOAL = { kind: "goal", side: "home", minute: 38, added: 0, text: "", card: null } as const;
const settled = () => new Promise((go) => setTimeout(go));
const lost = () => new CommandError({ code: "lost", message: "The line broke." });

Deno.test("an entry is told at once, with its minute and a nonce", async () => {
  const server = line();
  const keeper = new Keeper(server, "5");
  const nonce = keeper.enter(GOAL);
  await settled();
  assert.deepEqual(server.asked, [{
    type: "sports_rooms.moment",
    fields: { room: "5", nonce, kind: "goal", side: "home", minute: 38, added: 0 },
  }]);
  assert.deepEqual(keeper.waiting.value, []);
});

Deno.test("an entry without a line waits and is told again with the same nonce", async () => {
  const server = line(lost());
  const keeper = new Keeper(server, "5", 0);
  keeper.enter(GOAL);
  await Promise.resolve();
  assert.equal(keeper.waiting.value.length, 1);
  while (keeper.waiting.value.length > 0) await settled();
  assert.equal(keeper.waiting.value.length, 0);
  assert.equal(server.asked.length, 2);
  assert.deepEqual(server.asked[0]?.fields, server.asked[1]?.fields);
});

Deno.test("an entry that is refused is said and gone", async () => {
  const server = line(new CommandError({ code: "denied", message: "You do not." }));
  const keeper = new Keeper(server, "5");
  keeper.enter(GOAL);
  await settled();
  assert.deepEqual(server.told, ["You do not."]);
  assert.deepEqual(keeper.waiting.value, []);
});

Deno.test("a name given while the entry is on its way arrives with it or after it", async () => {
  const server = line();
  const keeper = new Keeper(server, "5");
  const nonce = keeper.enter(GOAL);
  await keeper.change(nonce, { text: "9 Le Goff" });
  await settled();
  const told = server.asked.map(({ fields }) => fields["text"]);
  assert.equal(told.at(-1), "9 Le Goff");
});

Deno.test("an entry that is taken back on its way is taken back on arrival", async () => {
  const server = line();
  const keeper = new Keeper(server, "5");
  await keeper.takeBack(keeper.enter(GOAL));
  await settled();
  assert.deepEqual(server.asked.at(-1), {
    type: "sports_rooms.undo",
    fields: { room: "5", moment: "7" },
  });
});

Deno.test("an entry that has arrived is corrected by its id", async () => {
  const server = line();
  const keeper = new Keeper(server, "5");
  const nonce = keeper.enter(GOAL);
  await settled();
  await keeper.change(nonce, { text: "Own goal" });
  assert.deepEqual(server.asked.at(-1), {
    type: "sports_rooms.correct",
    fields: { room: "5", moment: "7", text: "Own goal" },
  });
});
