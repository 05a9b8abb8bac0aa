/** The plugin's own words, in the language of the page. */

import type { ClientSalon, Language, Text } from "@salon/client";
import { en, type Key } from "./words_en.ts";
import { fr } from "./words_fr.ts";

export type Say = (key: Key, values?: Readonly<Record<string, string | number>>) => string;

export function sayIn(salon: ClientSalon): Say {
  const words: Record<Language, Record<Key, Text>> = { en, fr };
  return salon.strings(words);
}
