/** What a change of cards makes of a window, and their look, which is fetched with the first one. */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { styledLater } from "../app/styles.ts";
import { loadWords } from "../i18n.ts";
import type { LinkCard } from "../wire.ts";
import type { Window } from "./history.ts";
import type { LinkCardsProps } from "./link_cards.tsx";

export const linkCards = signal<ComponentType<LinkCardsProps> | null>(null);

export async function fetchCards(): Promise<void> {
  const [module] = await Promise.all([
    import("./link_cards.tsx"),
    styledLater(),
    loadWords("writing"),
  ]);
  linkCards.value = module.LinkCards;
}

/** The cards that a message has now; none take it out. */
export function carded(window: Window, message: string, all: readonly LinkCard[]): Window {
  const cards = new Map(window.cards);
  if (all.length > 0) cards.set(message, all);
  else cards.delete(message);
  return { ...window, cards };
}
