import assert from "node:assert/strict";
import { Drafts } from "./drafts.ts";
import type { Waiting } from "./outbox.ts";
import { DRAFTS_MAX, Shelf } from "./shelf.ts";

export function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    clear: () => kept.clear(),
    getItem: (key) => kept.get(key) ?? null,
    key: (at) => [...kept.keys()][at] ?? null,
    removeItem: (key) => void kept.delete(key),
    setItem: (key, value) => void kept.set(key, value),
  };
}

const ONE: Waiting = {
  nonce: "a",
  channel: "30",
  text: "hello",
  replyTo: null,
  writtenAt: "2026-11-30T10:00:00.000Z",
  refusal: null,
  isWaiting: true,
  files: [],
};

Deno.test("what waits comes back in the order in which it was written, for its account alone", () => {
  const disk = storage();
  const shelf = new Shelf(disk, "7");
  shelf.keep({ ...ONE, nonce: "b", writtenAt: "2026-11-30T10:00:01.000Z" });
  shelf.keep(ONE);
  assert.deepEqual(new Shelf(disk, "7").waiting().map(({ nonce }) => nonce), ["a", "b"]);
  assert.deepEqual(new Shelf(disk, "77").waiting(), []);
  shelf.drop("a");
  assert.deepEqual(shelf.waiting().map(({ nonce }) => nonce), ["b"]);
});

Deno.test("what something else wrote there is passed over", () => {
  const disk = storage();
  for (const [at, text] of ["", "null", "7", "{", "[]", '{"nonce":1}'].entries()) {
    disk.setItem(`salon.shelf.7.waiting.${at}`, text);
    disk.setItem(`salon.shelf.7.draft.${at}`, text);
  }
  const shelf = new Shelf(disk, "7");
  assert.deepEqual([shelf.waiting(), shelf.drafts().size], [[], 0]);
});

Deno.test("where storage is refused what is written lasts as long as the page", () => {
  const refuse = () => {
    throw new DOMException("refused");
  };
  const shelf = new Shelf(
    { ...storage(), setItem: refuse, getItem: refuse, removeItem: refuse, key: refuse },
    "7",
  );
  shelf.keep(ONE);
  shelf.keepDraft("30", "half a", 1);
  shelf.drop("a");
  shelf.clear();
  assert.deepEqual(shelf.waiting(), []);
});

Deno.test("drafts stay by channel, the ones left longest ago make room, sent ones go", () => {
  const disk = storage();
  const shelf = new Shelf(disk, "7");
  for (let n = 0; n <= DRAFTS_MAX; n++) shelf.keepDraft(`${n}`, `draft ${n}`, n);
  assert.equal(shelf.drafts().size, DRAFTS_MAX);
  assert.equal(shelf.drafts().has("0"), false);
  shelf.keepDraft("1", " ", 100);
  assert.equal(shelf.drafts().has("1"), false);
});

Deno.test("a draft of before comes back, but not over what is being written now", () => {
  const disk = storage();
  const shelf = new Shelf(disk, "7");
  shelf.keepDraft("30", "of before", 1);
  shelf.keepDraft("31", "of before", 1);
  const drafts = new Drafts();
  drafts.set("31", "of now");
  drafts.keepIn(shelf);
  assert.deepEqual([drafts.get("30"), drafts.get("31")], ["of before", "of now"]);
  drafts.set("30", "");
  assert.deepEqual([...shelf.drafts()], [["31", "of now"]]);
});

Deno.test("nothing stays of who signs out, and all of others", () => {
  const disk = storage();
  const [mine, theirs] = [new Shelf(disk, "7"), new Shelf(disk, "8")];
  for (const shelf of [mine, theirs]) {
    shelf.keep(ONE);
    shelf.keepDraft("30", "half a", 1);
  }
  mine.clear();
  assert.deepEqual([mine.waiting().length, mine.drafts().size], [0, 0]);
  assert.deepEqual([theirs.waiting().length, theirs.drafts().size], [1, 1]);
});
