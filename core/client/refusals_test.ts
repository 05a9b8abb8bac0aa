import assert from "node:assert/strict";
import { language, loadWords, type Text } from "./i18n.ts";
import { Refusals } from "./refusals.ts";
import { CommandError } from "./socket.ts";
import type { Refusal } from "./wire.ts";

async function said(refusal: Refusal & Record<string, unknown>, all = new Refusals()) {
  language.value = "fr";
  await loadWords("errors");
  return (await all.inWords(new CommandError(refusal))).message;
}

Deno.test("a reason is said in the reader's language, with the facts that came", async () => {
  const refusal = { code: "invalid", reason: "long", message: "At most 4000.", most: 4000 };
  assert.equal(await said(refusal), "C’est trop long\u00a0: 4\u202f000 caractères au plus.");
});

Deno.test("a permission is called by its name, and a wait is said in seconds or minutes", async () => {
  const denied = { code: "denied", message: "No.", reason: "no_permission" };
  assert.match(await said({ ...denied, permission: "message.post" }), /Écrire des messages/);
  assert.match(await said({ ...denied, permission: "theirs.lend" }), /theirs\.lend/);
  const pace = { code: "too_many", message: "No.", reason: "pace" };
  assert.match(await said({ ...pace, retry_after_s: 2.2 }), /dans 3\s?secondes\.$/);
  assert.match(await said({ ...pace, retry_after_s: 900 }), /dans 15\s?minutes\.$/);
});

Deno.test("a code with one sentence needs no reason", async () => {
  const refusal = { code: "internal", message: "Something.", request_id: "abc" };
  assert.match(await said(refusal), /le numéro abc\.$/);
});

Deno.test("a plugin's reason is said in the plugin's words, and its times as the reader writes them", async () => {
  const all = new Refusals();
  const words: Record<string, Text> = {
    "error.out": "Fermé jusqu’au {until}",
    "may.lend": "Prêter",
  };
  all.learn(
    "theirs",
    (key, values) =>
      (words[key] as string | undefined)?.replace("{until}", String(values["until"])) ?? null,
  );
  const refusal = { code: "denied", message: "Out.", plugin: "theirs" };
  const until = "2026-12-02T10:01:00Z";
  assert.match(
    await said({ ...refusal, reason: "theirs.out", until }, all),
    /^Fermé.*2 déc\. 2026/,
  );
  const lent = { ...refusal, reason: "no_permission", permission: "theirs.lend" };
  assert.match(await said(lent, all), /Prêter/);
});

Deno.test("what there are no words for stays as the server said it", async () => {
  const refusal = { code: "denied", message: "Not that word." };
  assert.equal(await said(refusal), "Not that word.");
  assert.equal(await said({ ...refusal, reason: "theirs.word" }), "Not that word.");
  assert.equal(await said({ ...refusal, reason: "constructor" }), "Not that word.");
});

Deno.test("what was said anew keeps its code, reason, field and facts", async () => {
  const asked = new CommandError({
    code: "conflict",
    reason: "room_full",
    message: "",
    field: "x",
  });
  const error = await new Refusals().inWords(asked);
  assert.deepEqual([error.code, error.reason, error.field], ["conflict", "room_full", "x"]);
});
