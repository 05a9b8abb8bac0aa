/**
 * What shows files, fetched after the first paint, or sooner with the first message that has some.
 * The log waits for it then, so that nothing moves when it comes.
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import { styledLater } from "../app/styles.ts";
import { loadWords } from "../i18n.ts";
import type { HandedFile, Message } from "../wire.ts";

type Parts = typeof import("./file_parts.ts");

const fetched = signal<Parts | null>(null);
const hasFailed = signal(false);

/** Null until it is there. */
export const fileParts: ReadonlySignal<Parts | null> = fetched;

/** Tried again with the next file when the line was down; names only are shown until then. */
export async function fetchFileParts(): Promise<void> {
  try {
    const parts = import("./file_parts.ts");
    await Promise.all([parts, loadWords("files"), styledLater()]);
    fetched.value = await parts;
  } catch {
    hasFailed.value = true;
  }
}

/** Whether these messages can be shown with all that is in them. */
export function canShow(messages: readonly Message[]): boolean {
  if (fetched.value || hasFailed.value || !messages.some(({ files }) => files.length)) return true;
  void fetchFileParts();
  return false;
}

export function Files({ files }: { readonly files: readonly HandedFile[] }) {
  if (files.length === 0) return null;
  const View = fetched.value?.Files;
  if (View) return <View files={files} />;
  return <p class="xs muted">{files.map(({ name }) => name).join(", ")}</p>;
}
