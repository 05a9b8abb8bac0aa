/**
 * What is done with messages now and then: hidden words, code, pins, former texts, many at once, slow
 * mode, commands. Fetched with it.
 */

import type { Text } from "../i18n.ts";

export const enWriting = {
  "code.copy": "Copy",
  "spoiler.show": "Hidden words. Show them",
} as const satisfies Readonly<Record<string, Text>>;
