/** The lines of captions that stand there: the last of two speakers, or two of one. */

import type { Caption } from "../wire.ts";

type Line = Pick<Caption, "account_id" | "language" | "text" | "is_final">;

const SHOWN_MAX = 2;
const ALONE_FROM = 80; // characters: a longer one needs both lines of the strip

/** What stands there after more was said: a line that was not final gives way to its speaker's next. */
export function after<C extends Line>(shown: readonly C[], said: readonly C[]): readonly C[] {
  let lines = shown;
  for (const caption of said) {
    const kept = lines.filter((line) => line.is_final || !isOfSame(line, caption));
    lines = [...kept, caption].slice(-SHOWN_MAX);
  }
  const last = lines.at(-1);
  return last && last.text.length >= ALONE_FROM ? [last] : lines;
}

function isOfSame(one: Line, other: Line): boolean {
  return one.account_id === other.account_id && one.language === other.language;
}

/** What a language is called in the reader's own, or its tag. */
export function nameOf(tag: string, reader: string): string {
  try {
    return new Intl.DisplayNames([reader], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
