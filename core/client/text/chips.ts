/** The look of reactions, which is fetched with the first one. */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { styledLater } from "../app/styles.ts";
import type { ReactionsProps } from "./reactions.tsx";

export const chips = signal<ComponentType<ReactionsProps> | null>(null);

export async function fetchChips() {
  const [module] = await Promise.all([import("./reactions.tsx"), styledLater()]);
  chips.value = module.Reactions;
  return module;
}
