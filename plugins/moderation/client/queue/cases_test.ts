import assert from "node:assert/strict";
import type { ClientSalon } from "@salon/client";
import { Cases } from "./cases.ts";

/** A page whose server answers when it is told to, with what it is told. */
function page() {
  const asked: Record<string, unknown>[] = [];
  const answers: ((outcome: Record<string, unknown> | Error) => void)[] = [];
  const salon = {
    command: (_type: string, fields: Record<string, unknown>) => {
      asked.push(fields);
      return new Promise((resolve, reject) => {
        answers.push((outcome) => outcome instanceof Error ? reject(outcome) : resolve(outcome));
      });
    },
  } as unknown as ClientSalon;
  const answer = async (outcome: Record<string, unknown> | Error) => {
    answers.shift()?.(outcome);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { cases: new Cases(salon), asked, answer };
}

function found(...ids: string[]) {
  const cases = ids.map((id) => ({ id }));
  return { cases, has_more: true, open_count: ids.length, open_since: null };
}

Deno.test("changes while a question is under way lead to one more question", async () => {
  const { cases, asked, answer } = page();
  cases.changed({ case: "1", state: "open", open_count: 1 });
  cases.changed({ case: "2", state: "open", open_count: 2 });
  cases.changed({ case: "3", state: "open", open_count: 3 });
  assert.equal(cases.count.value, 3);
  assert.equal(asked.length, 1);
  await answer(found("1"));
  assert.equal(asked.length, 2);
  await answer(found("3", "2", "1"));
  assert.deepEqual(cases.open.value?.map(({ id }) => id), ["3", "2", "1"]);
  assert.equal(asked.length, 2);
});

Deno.test("older cases come after those that are known", async () => {
  const { cases, asked, answer } = page();
  void cases.load();
  await answer(found("9", "8"));
  void cases.older();
  assert.deepEqual(asked.at(-1), { before: "8" });
  await answer({ ...found("7"), has_more: false });
  assert.deepEqual(cases.open.value?.map(({ id }) => id), ["9", "8", "7"]);
  assert.equal(cases.hasMore.value, false);
});

Deno.test("a question that fails is told, and the next one may succeed", async () => {
  const { cases, answer } = page();
  void cases.load();
  await answer(new Error("The line is lost."));
  assert.equal(cases.problem.value, "The line is lost.");
  void cases.load();
  await answer(found("1"));
  assert.equal(cases.problem.value, null);
  assert.equal(cases.open.value?.length, 1);
});
