/**
 * The line of a search as the page reads it: which filters stand in it, and the line with one of them
 * changed. The server reads it by the same rules (`salon/domain/search.py`) and decides.
 */

import { plainly } from "../plainly.ts";

export type Filter = "from" | "in" | "has" | "before" | "after" | "mentions";

export interface Part {
  /** Null: words. */
  readonly filter: Filter | null;
  readonly value: string;
  /** As it stands in the line. */
  readonly text: string;
}

const FILTERS: Readonly<Record<string, Filter>> = {
  from: "from",
  de: "from",
  par: "from",
  in: "in",
  dans: "in",
  has: "has",
  avec: "has",
  contient: "has",
  before: "before",
  avant: "before",
  after: "after",
  apres: "after",
  depuis: "after",
  mentions: "mentions",
  mention: "mentions",
  mentionne: "mentions",
};
const PART = /(?:([\p{L}\p{N}_]{2,9}):)?(?:"([^"]*)"?|([^\s"]+))/gu;
const WORD = /[\p{L}\p{N}]+/gu;

export function partsOf(line: string): readonly Part[] {
  return [...line.normalize("NFC").matchAll(PART)].map(([text, name, quoted, plain]) => {
    const value = quoted ?? plain ?? "";
    const filter = name ? FILTERS[plainly(name)] ?? null : null;
    return { filter, value, text };
  });
}

/** The value of a filter, or null. */
export function valueOf(line: string, filter: Filter): string | null {
  return partsOf(line).find((part) => part.filter === filter)?.value ?? null;
}

/** The line with this value of the filter alone; null takes the filter away. */
export function withFilter(line: string, filter: Filter, value: string | null): string {
  const kept = partsOf(line).filter((part) => part.filter !== filter).map((part) => part.text);
  const quoted = value !== null && /[\s"]/.test(value) ? `"${value.replaceAll('"', "")}"` : value;
  return [...(quoted === null ? [] : [`${filter}:${quoted}`]), ...kept].join(" ");
}

const KINDS = {
  link: ["link", "links", "lien", "liens"],
  file: ["file", "files", "fichier", "fichiers"],
  picture: ["picture", "pictures", "image", "images", "photo", "photos"],
} as const;

/** What a message has beside its words. */
export type Kind = keyof typeof KINDS;

export function hasKind(line: string, kind: Kind): boolean {
  return partsOf(line).some((part) => isKind(part, kind));
}

/** The line with this kind wanted, or no more. */
export function toggled(line: string, kind: Kind): string {
  const kept = partsOf(line).filter((part) => !isKind(part, kind)).map((part) => part.text);
  return (hasKind(line, kind) ? kept : [`has:${kind}`, ...kept]).join(" ");
}

function isKind({ filter, value }: Part, kind: Kind): boolean {
  return filter === "has" && (KINDS[kind] as readonly string[]).includes(plainly(value));
}

/** The words outside of filters, without case and accents. */
export function wordsOf(line: string): readonly string[] {
  return partsOf(line).filter((part) => part.filter === null)
    .flatMap((part) => plainly(part.text).match(WORD) ?? []);
}

export function hasFilters(line: string): boolean {
  return partsOf(line).some((part) => part.filter !== null);
}

/** Whether all the words stand somewhere in the text. */
export function fits(text: string, words: readonly string[]): boolean {
  const said = plainly(text);
  return words.every((word) => said.includes(word));
}

export interface Piece {
  readonly text: string;
  readonly is_hit: boolean;
}

const NAMED = /(:\w+:)/;

/** Pieces in which each name of an emoji is one by itself, marked if a part of it is. */
export function withNames(pieces: readonly Piece[], isName: (text: string) => boolean) {
  const letters = pieces.flatMap(({ text, is_hit }) => [...text].map((text) => ({ text, is_hit })));
  const parts = pieces.map(({ text }) => text).join("").split(NAMED);
  return parts.flatMap((part) => {
    const own = letters.splice(0, [...part].length);
    return isName(part) ? [{ text: part, is_hit: own.some((one) => one.is_hit) }] : joined(own);
  });
}

/** A name in pieces, with what was looked for marked. */
export function marked(name: string, words: readonly string[]): readonly Piece[] {
  const letters = [...name];
  const hit = letters.map(() => false);
  const places: number[] = []; // of each plain letter, the one it was made of
  const plain = letters.map((letter, at) => {
    const made = plainly(letter);
    for (let n = 0; n < made.length; n++) places.push(at);
    return made;
  }).join("");
  for (const word of words) {
    for (let at = plain.indexOf(word); at >= 0; at = plain.indexOf(word, at + word.length)) {
      for (let n = at; n < at + word.length; n++) hit[places[n] ?? 0] = true;
    }
  }
  return joined(letters.map((text, at) => ({ text, is_hit: hit[at] ?? false })));
}

/** Those that follow each other and are marked alike as one. */
function joined(letters: readonly Piece[]): readonly Piece[] {
  const pieces: { text: string; is_hit: boolean }[] = [];
  for (const { text, is_hit } of letters) {
    const last = pieces.at(-1);
    if (last?.is_hit === is_hit) last.text += text;
    else pieces.push({ text, is_hit });
  }
  return pieces;
}
