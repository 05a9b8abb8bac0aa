/**
 * What a change of cards makes of a window, and their look, which is fetched with the first one; those
 * of rooms of ours need no server: who is in them is known here.
 */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { styledLater } from "../app/styles.ts";
import { loadWords } from "../i18n.ts";
import type { LinkCard } from "../wire.ts";
import type { Window } from "./history.ts";
import type { LinkCardsProps } from "./link_cards.tsx";
import type { RoomCardsProps } from "./room_cards.tsx";

export const linkCards = signal<ComponentType<LinkCardsProps> | null>(null);

export const roomCards = signal<ComponentType<RoomCardsProps> | null>(null);

/** The rooms that a message links to, by the pieces of their addresses; fetches what shows them. */
export function leadsTo(html: string): readonly string[] {
  const slugs = slugsIn(html, location.origin);
  if (slugs.length > 0 && !roomCards.peek()) void fetchRoomCards().catch(() => {});
  return slugs;
}

export function slugsIn(html: string, origin: string): readonly string[] {
  return html.split(`href="${origin}/`).slice(1).flatMap((piece) => {
    const [where, slug, ...rest] = piece.slice(0, piece.indexOf('"')).split("/");
    return slug && rest.length === 0 && (where === "r" || where === "listen") ? [slug] : [];
  });
}

async function fetchRoomCards(): Promise<void> {
  const [module] = await Promise.all([
    import("./room_cards.tsx"),
    styledLater(),
    loadWords("writing"),
  ]);
  roomCards.value = module.RoomCards;
}

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
