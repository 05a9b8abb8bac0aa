import assert from "node:assert/strict";
import { Store } from "./store.ts";
import { Strangers } from "./strangers.ts";
import type { Account } from "./wire.ts";

const account = (id: string) => ({ id, display_name: `Number ${id}` }) as Account;

/** A page that knows nobody, and what it asks of a server that knows everybody. */
function page() {
  const asked: string[][] = [];
  const calls: (() => void)[] = [];
  const says = { isThere: true };
  const store = new Store();
  const strangers = new Strangers(
    (_, { ids }) => {
      asked.push(ids as string[]);
      const accounts = (ids as string[]).map(account);
      return says.isThere ? Promise.resolve({ accounts }) : Promise.reject(new Error("lost"));
    },
    (accounts) => store.meet(accounts),
    (_, call) => calls.push(call),
  );
  store.meet([]);
  store.onStranger = strangers.want;
  const soon = async () => {
    calls.splice(0).forEach((call) => call());
    await new Promise((done) => setTimeout(done));
  };
  return { asked, says, soon, get: (id: string) => store.accounts.value.get(id) };
}

Deno.test("who is looked for and not known is asked for once, with all the others", async () => {
  const { asked, soon, get } = page();
  for (const id of ["7", "8", "7", "", "server"]) assert.equal(get(id), undefined);
  await soon();
  assert.deepEqual(asked, [["7", "8"]]);
  assert.equal(get("8")?.display_name, "Number 8");
  await soon();
  assert.equal(asked.length, 1);
});

Deno.test("more than fit into one answer are asked for one answer after the other", async () => {
  const { asked, soon, get } = page();
  for (let id = 1; id <= 250; id++) get(String(id));
  for (let turn = 0; turn < 3; turn++) await soon();
  assert.deepEqual(asked.map((ids) => ids.length), [100, 100, 50]);
  assert.ok(get("250"));
});

Deno.test("what is not answered is asked again, later", async () => {
  const { says, soon, get } = page();
  says.isThere = false;
  get("7");
  await soon();
  assert.equal(get("7"), undefined);
  says.isThere = true;
  await soon();
  assert.ok(get("7"));
});
