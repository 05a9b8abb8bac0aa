/**
 * The words of the page in the reader's language.
 *
 * `t("room.here", { n: 3 })` fills `{n}` and, where a text has two forms, chooses by the number
 * `n` and the rules of the language. Both languages have the same keys: the compiler and a test
 * hold them to it.
 */

import { signal } from "@preact/signals";
import type { en } from "./words/en.ts";
import type { enBetween } from "./words/en_between.ts";
import type { enPeople } from "./words/en_people.ts";
import type { enLater } from "./words/en_later.ts";
import type { enFiles } from "./words/en_files.ts";
import type { enSearch } from "./words/en_search.ts";
import type { enAttention } from "./words/en_attention.ts";
import type { enSettings } from "./words/en_settings.ts";
import type { enStage } from "./words/en_stage.ts";
import type { enTopics } from "./words/en_topics.ts";
import type { enVoice } from "./words/en_voice.ts";
import type { enWriting } from "./words/en_writing.ts";

export type Language = "en" | "fr";
export type Text = string | { readonly one: string; readonly other: string };
export type Words = Readonly<Record<string, Text>>;
export type Key =
  | keyof typeof en
  | keyof typeof enBetween
  | keyof typeof enPeople
  | keyof typeof enLater
  | keyof typeof enFiles
  | keyof typeof enSearch
  | keyof typeof enAttention
  | keyof typeof enSettings
  | keyof typeof enStage
  | keyof typeof enTopics
  | keyof typeof enVoice
  | keyof typeof enWriting;
export type Values = Readonly<Record<string, string | number>>;

/**
 * `later`: what no first paint says, fetched after it with the look of all that comes on demand.
 * `voice`: the words of the voice bar, fetched with it, as those of `search` and `files` are. `settings`: those
 * of settings and administration, fetched when these are opened. `writing`: those of what is done
 * with messages now and then. `attention`: those of reactions, mentions, the inbox and levels.
 * `errors`: what the server refuses, fetched when it does. `between`: conversations
 * between people, and threads. `topics`: what rooms are about, and opening one.
 */
export type Part =
  | "house"
  | "between"
  | "people"
  | "later"
  | "files"
  | "search"
  | "voice"
  | "settings"
  | "stage"
  | "topics"
  | "writing"
  | "attention"
  | "errors";

/** Files of their own: a reader fetches one language, and of it what they open. */
const WORDS: Readonly<Record<Language, Readonly<Record<Part, () => Promise<Words>>>>> = {
  en: {
    house: async () => (await import("./words/en.ts")).en,
    between: async () => (await import("./words/en_between.ts")).enBetween,
    people: async () => (await import("./words/en_people.ts")).enPeople,
    later: async () => (await import("./words/en_later.ts")).enLater,
    search: async () => (await import("./words/en_search.ts")).enSearch,
    voice: async () => (await import("./words/en_voice.ts")).enVoice,
    files: async () => (await import("./words/en_files.ts")).enFiles,
    settings: async () => (await import("./words/en_settings.ts")).enSettings,
    stage: async () => (await import("./words/en_stage.ts")).enStage,
    topics: async () => (await import("./words/en_topics.ts")).enTopics,
    writing: async () => (await import("./words/en_writing.ts")).enWriting,
    attention: async () => (await import("./words/en_attention.ts")).enAttention,
    errors: async () => (await import("./words/en_errors.ts")).enErrors,
  },
  fr: {
    house: async () => (await import("./words/fr.ts")).fr,
    between: async () => (await import("./words/fr_between.ts")).frBetween,
    people: async () => (await import("./words/fr_people.ts")).frPeople,
    later: async () => (await import("./words/fr_later.ts")).frLater,
    search: async () => (await import("./words/fr_search.ts")).frSearch,
    voice: async () => (await import("./words/fr_voice.ts")).frVoice,
    files: async () => (await import("./words/fr_files.ts")).frFiles,
    settings: async () => (await import("./words/fr_settings.ts")).frSettings,
    stage: async () => (await import("./words/fr_stage.ts")).frStage,
    topics: async () => (await import("./words/fr_topics.ts")).frTopics,
    writing: async () => (await import("./words/fr_writing.ts")).frWriting,
    attention: async () => (await import("./words/fr_attention.ts")).frAttention,
    errors: async () => (await import("./words/fr_errors.ts")).frErrors,
  },
};

export const LANGUAGES: readonly { readonly value: Language; readonly label: string }[] = [
  { value: "en", label: "English" },
  { value: "fr", label: "Français" },
];

const CHOICE = "salon.language";

/** Read by everything that shows words; changes when they are there. */
export const language = signal<Language>("en");
const parts = new Set<Part>(["house"]);
let words: Words = {};

/** The choice made on this device, else the browser's, else the community's. */
export function startLanguage(community: string): Promise<void> {
  const wishes = [stored(CHOICE), ...navigator.languages, community];
  return loadLanguage(wishes.map(asLanguage).find((wish) => wish !== null) ?? "en");
}

export async function chooseLanguage(choice: Language): Promise<void> {
  await loadLanguage(choice);
  localStorage.setItem(CHOICE, choice);
}

/** Done when the words of the language are there that was wanted last. */
let settled: Promise<void> = Promise.resolve();

export function loadLanguage(wanted: Language): Promise<void> {
  return settled = fetchLanguage(wanted);
}

async function fetchLanguage(wanted: Language): Promise<void> {
  const loaded = await Promise.all([...parts].map((part) => WORDS[wanted][part]()));
  words = Object.assign({}, ...loaded);
  language.value = wanted;
  document.documentElement.lang = wanted;
}

export async function loadWords(part: Part): Promise<void> {
  parts.add(part);
  await settled.catch(() => {}); // else its words would be put in place of these
  const loaded = await WORDS[language.value][part]();
  words = { ...words, ...loaded }; // those of now: other parts may have come meanwhile
}

/** Nothing is rendered before its words are there, so that a key is never seen. */
export function t(key: Key, values: Values = {}): string {
  return known(key, values) ?? key;
}

/** Like `t`, for a key that was made of something received; null when there are no words for it. */
export function known(key: string, values: Values): string | null {
  const text = Object.hasOwn(words, key) ? words[key] : undefined;
  return text === undefined ? null : fill(text, language.value, values);
}

/** A `t` for words of one's own: what a plugin gets for its strings. */
export function translator<K extends string>(
  words: Readonly<Record<Language, Readonly<Record<K, Text>>>>,
): (key: K, values?: Values) => string {
  return (key, values = {}) => knownIn(words, key, values) ?? key;
}

/** Like `known`, in words of one's own. */
export function knownIn(
  all: Readonly<Record<Language, Words>>,
  key: string,
  values: Values,
): string | null {
  const text = [all[language.value], all.en].find((words) => words && Object.hasOwn(words, key));
  return text?.[key] === undefined ? null : fill(text[key], language.value, values);
}

export function fill(text: Text, inLanguage: Language, values: Values): string {
  const chosen = typeof text === "string" ? text : text[form(inLanguage, values["n"])];
  return chosen.replace(
    /\{(\w+)\}/g,
    (whole, name: string) => shown(values[name], inLanguage) ?? whole,
  );
}

/** Joins names as the language does: "Ada, Ben and Cleo". */
export function listed(names: readonly string[]): string {
  return new Intl.ListFormat(language.value, { type: "conjunction" }).format(names);
}

function form(inLanguage: Language, n: string | number | undefined): "one" | "other" {
  return new Intl.PluralRules(inLanguage).select(Number(n ?? 0)) === "one" ? "one" : "other";
}

function shown(value: string | number | undefined, inLanguage: Language): string | undefined {
  return typeof value === "number" ? value.toLocaleString(inLanguage) : value;
}

function asLanguage(wish: string | null): Language | null {
  const short = wish?.slice(0, 2).toLowerCase();
  return short === "en" || short === "fr" ? short : null;
}

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage is refused in some private windows
  }
}
