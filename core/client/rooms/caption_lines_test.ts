import assert from "node:assert/strict";
import type { Caption } from "../wire.ts";
import { after, nameOf } from "./caption_lines.ts";

function said(account: string, text: string, isFinal = true): Caption {
  return { account_id: account, text, language: "en", is_final: isFinal, translated_from: null };
}

function texts(lines: readonly Caption[]): string[] {
  return lines.map(({ text }) => text);
}

Deno.test("two lines stand there, the newest last", () => {
  const lines = [said("1", "one"), said("2", "two"), said("1", "three")];
  assert.deepEqual(texts(after([], lines)), ["two", "three"]);
});

Deno.test("a line that was not final gives way to its speaker's next, and to nobody else's", () => {
  let lines = after([], [said("1", "So", false)]);
  lines = after(lines, [said("2", "Yes", false)]);
  lines = after(lines, [said("1", "So what I", false)]);
  assert.deepEqual(texts(lines), ["Yes", "So what I"]);
  lines = after(lines, [said("1", "So what I mean.")]);
  lines = after(lines, [said("1", "Is", false)]);
  assert.deepEqual(texts(lines), ["So what I mean.", "Is"]);
});

Deno.test("a long line stands alone", () => {
  const lines = after([said("1", "short")], [said("2", "long ".repeat(20))]);
  assert.equal(lines.length, 1);
});

Deno.test("a language is named for the reader, and an unknown one by its tag", () => {
  assert.equal(nameOf("fr", "en"), "French");
  assert.equal(nameOf("fr", "fr"), "français");
  assert.equal(nameOf("not a tag", "en"), "not a tag");
});
