/** The words of en_writing.ts in French. */

import type { Text } from "../i18n.ts";
import type { enWriting } from "./en_writing.ts";

export const frWriting: Readonly<Record<keyof typeof enWriting, Text>> = {
  "code.copy": "Copier",
  "spoiler.show": "Mots masqués. Les montrer",
};
