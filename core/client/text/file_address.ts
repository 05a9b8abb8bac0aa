/** Where the content of a file is. */

import type { HandedFile } from "../wire.ts";

/** `size` is of a picture; "" is the full one. */
export function addressOf(
  file: Pick<HandedFile, "id" | "name">,
  size: "" | "medium" | "small" = "",
): string {
  const query = size && `?size=${size}`;
  return `/f/${file.id}/${encodeURIComponent(file.name)}${query}`;
}
