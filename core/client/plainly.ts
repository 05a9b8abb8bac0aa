/** Texts without case and accents, so that "cafe" finds "Café". */

import type { Account } from "./wire.ts";

export function plainly(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

const known = new WeakMap<Account, string>();

/** Handle and name of somebody, each word after a space. Worked out once: there may be ten thousand. */
export function wordsOf(account: Account): string {
  let words = known.get(account);
  if (words === undefined) {
    words = ` ${plainly(`${account.handle} ${account.display_name}`).replace(/\s+/g, " ")}`;
    known.set(account, words);
  }
  return words;
}

/** Whether a word of somebody's handle or name begins so. */
export function isCalled(account: Account, begun: string): boolean {
  return wordsOf(account).includes(` ${begun}`);
}
