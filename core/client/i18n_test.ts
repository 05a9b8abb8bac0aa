import assert from "node:assert/strict";
import { fill, loadWords, t, type Text } from "./i18n.ts";
import { en as enHouse } from "./words/en.ts";
import { enBetween } from "./words/en_between.ts";
import { enAttention } from "./words/en_attention.ts";
import { enLater } from "./words/en_later.ts";
import { enErrors } from "./words/en_errors.ts";
import { enFiles } from "./words/en_files.ts";
import { enSettings } from "./words/en_settings.ts";
import { enStage } from "./words/en_stage.ts";
import { enSearch } from "./words/en_search.ts";
import { enVoice } from "./words/en_voice.ts";
import { enWriting } from "./words/en_writing.ts";
import { fr as frHouse } from "./words/fr.ts";
import { frBetween } from "./words/fr_between.ts";
import { frAttention } from "./words/fr_attention.ts";
import { frLater } from "./words/fr_later.ts";
import { frErrors } from "./words/fr_errors.ts";
import { frFiles } from "./words/fr_files.ts";
import { frSettings } from "./words/fr_settings.ts";
import { frStage } from "./words/fr_stage.ts";
import { frSearch } from "./words/fr_search.ts";
import { frVoice } from "./words/fr_voice.ts";
import { frWriting } from "./words/fr_writing.ts";

const en = {
  ...enHouse,
  ...enBetween,
  ...enLater,
  ...enAttention,
  ...enFiles,
  ...enSearch,
  ...enVoice,
  ...enSettings,
  ...enStage,
  ...enWriting,
  ...enErrors,
};
const fr: Readonly<Record<string, Text>> = {
  ...frHouse,
  ...frBetween,
  ...frLater,
  ...frAttention,
  ...frFiles,
  ...frSearch,
  ...frVoice,
  ...frSettings,
  ...frStage,
  ...frWriting,
  ...frErrors,
};

function names(text: Text): string[] {
  const forms = typeof text === "string" ? [text] : [text.one, text.other];
  const found = forms.flatMap((form) => [...form.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!));
  return [...new Set(found)].sort();
}

Deno.test("both languages have the same keys, in the same parts", () => {
  assert.deepEqual(Object.keys(frHouse).sort(), Object.keys(enHouse).sort());
  assert.deepEqual(Object.keys(fr).sort(), Object.keys(en).sort());
});

Deno.test("both languages fill the same names into each text", () => {
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    assert.deepEqual(names(fr[key] ?? ""), names(en[key]), key);
  }
});

Deno.test("French puts a no-break space before its high punctuation", () => {
  for (const [key, text] of Object.entries(fr)) {
    const forms = typeof text === "string" ? [text] : [text.one, text.other];
    for (const form of forms) assert.doesNotMatch(form, /[^\u00a0]:|[^\u202f][;!?]|'/, key);
  }
});

Deno.test("nothing is shouted and nobody is addressed as vous", () => {
  for (const text of [...Object.values(en), ...Object.values(fr)]) {
    assert.doesNotMatch(JSON.stringify(text), /!|\bvous\b|\bvotre\b/i);
  }
});

Deno.test("the number chooses the form, by the rules of the language", () => {
  const people: Text = { one: "{n} person", other: "{n} people" };
  assert.equal(fill(people, "en", { n: 1 }), "1 person");
  assert.equal(fill(people, "en", { n: 0 }), "0 people");
  assert.equal(fill({ one: "{n} personne", other: "{n} personnes" }, "fr", { n: 0 }), "0 personne");
});

Deno.test("numbers are written as the reader writes them", () => {
  assert.equal(fill("{n} here", "en", { n: 1234 }), "1,234 here");
});

Deno.test("parts that are fetched at the same time are all there", async () => {
  await Promise.all([loadWords("voice"), loadWords("settings"), loadWords("errors")]);
  assert.equal(t("voice.mute"), enVoice["voice.mute"]);
  assert.equal(t("set.profile"), enSettings["set.profile"]);
});

Deno.test("a name that is not given stays visible instead of vanishing", () => {
  assert.equal(fill("Hello {name}", "en", {}), "Hello {name}");
});

Deno.test("no word stands in two parts", () => {
  const each = [
    enHouse,
    enBetween,
    enLater,
    enFiles,
    enAttention,
    enSearch,
    enVoice,
    enSettings,
    enStage,
    enWriting,
    enErrors,
  ]
    .flatMap((part) => Object.keys(part));
  assert.equal(each.length, Object.keys(en).length);
});
