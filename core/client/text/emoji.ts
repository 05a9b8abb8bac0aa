/** The pictures of Unicode with their names in the reader's language, fetched when one looks for one. */

import type { Language } from "../i18n.ts";
import { plainly } from "../plainly.ts";
import { kept } from "../prefs.ts";

export interface Emoji {
  readonly emoji: string;
  readonly name: string;
  /** What it is looked for by: name and other words, without case and accents. */
  readonly words: string;
  /** What is typed for it elsewhere too, between colons: `wave`. */
  readonly codes: readonly string[];
}

export interface EmojiGroup {
  readonly group: number;
  readonly all: readonly Emoji[];
}

/** Groups of the data: 2 has parts of pictures only, those without a group are none. */
const PARTS = 2;
export const GROUPS = [0, 1, 3, 4, 5, 6, 7, 8, 9] as const;

interface Kept {
  readonly unicode: string;
  readonly label: string;
  readonly tags?: readonly string[];
  readonly group?: number;
  readonly order?: number;
  readonly codes?: string | readonly string[];
}

const LOAD: Readonly<Record<Language, () => Promise<{ default: readonly Kept[] }>>> = {
  en: () => import("emojibase-data/en/compact.json", { with: { type: "json" } }),
  fr: () => import("emojibase-data/fr/compact.json", { with: { type: "json" } }),
};

const known = new Map<Language, Promise<readonly EmojiGroup[]>>();

export function emojiIn(language: Language): Promise<readonly EmojiGroup[]> {
  const loaded = known.get(language) ?? LOAD[language]().then((module) => grouped(module.default));
  known.set(language, loaded);
  loaded.catch(() => known.delete(language)); // asked again the next time
  return loaded;
}

function grouped(all: readonly Kept[]): readonly EmojiGroup[] {
  const inOrder = all
    .filter(({ group }) => group !== undefined && group !== PARTS)
    .toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0));
  const byGroup = Map.groupBy(inOrder, ({ group }) => group);
  return GROUPS.map((group) => ({ group, all: (byGroup.get(group) ?? []).map(asEmoji) }));
}

function asEmoji({ unicode, label, tags = [], codes = [] }: Kept): Emoji {
  const typed = [codes].flat();
  const words = plainly([label, ...tags, ...typed].join(" "));
  return { emoji: unicode, name: label, words, codes: typed };
}

/** Those with all these words; whose name begins so come first. */
export function found(groups: readonly EmojiGroup[], typed: string): readonly Emoji[] {
  const wanted = plainly(typed).split(/\s+/).filter(Boolean);
  const fits = groups.flatMap(({ all }) => all)
    .filter(({ words }) => wanted.every((word) => words.includes(word)));
  const begins = ({ words }: Emoji) => words.startsWith(wanted[0] ?? "");
  return [...fits.filter(begins), ...fits.filter((one) => !begins(one))];
}

/** The picture for which this is typed between colons. */
export function ofCode(groups: readonly EmojiGroup[], code: string): string | undefined {
  return groups.flatMap(({ all }) => all).find(({ codes }) => codes.includes(code))?.emoji;
}

/** The pictures left most recently, the last one first. */
export const recentEmoji = kept<readonly string[]>("salon.emoji", [
  "👍",
  "❤️",
  "😂",
  "🎉",
  "👏",
  "🙏",
]);
const RECENT_MAX = 16;

export function rememberEmoji(emoji: string): void {
  const others = recentEmoji.value.filter((one) => one !== emoji);
  recentEmoji.value = [emoji, ...others].slice(0, RECENT_MAX);
}
