/**
 * The community's own emoji as pictures: in texts, under messages, and wherever one chooses. Fetched
 * with the first one that is shown; until then a text has its name.
 */

import "../app/first.ts";
import type { ComponentChildren } from "preact";
import { useApp } from "../app/app.ts";
import { styledLater } from "../app/styles.ts";
import type { World } from "../world.ts";
import type { Emoji } from "../wire.ts";

const NAMED = /(:\w+:)/;
const OWN = /^\d+$/;
/** Stands for one that was removed. */
const GONE = "…";

/** Puts pictures into the places for them in a rendered message; one that is gone stays its name. */
export async function showEmoji(body: Element, world: World): Promise<void> {
  await styledLater();
  for (const place of body.querySelectorAll<HTMLElement>(".emoji[data-emoji]")) {
    const emoji = world.emoji.get(place.dataset["emoji"] ?? "");
    if (!emoji) continue;
    const picture = document.createElement("img");
    Object.assign(picture, facts(emoji), { title: nameOf(emoji) });
    picture.className = "emoji";
    picture.draggable = false;
    place.replaceWith(picture);
  }
}

/** `isNamed`: its name stands beside it. */
export function EmojiPicture(
  { emoji, isNamed = false }: { readonly emoji: Emoji; readonly isNamed?: boolean },
) {
  const { src, alt } = facts(emoji);
  return <img class="emoji" src={src} alt={isNamed ? "" : alt} draggable={false} />;
}

/** A line of words with pictures in the places of names, such as `:leaf:`. */
export function pictured(text: string, all: ReadonlyMap<string, Emoji>): ComponentChildren {
  const byName = named(all);
  return text.split(NAMED).map((part, at) => {
    const emoji = byName.get(part);
    return emoji ? <EmojiPicture key={at} emoji={emoji} /> : part;
  });
}

/** What a reaction is: a sign of Unicode, or the id of an emoji. */
export function Reacted({ emoji }: { readonly emoji: string }) {
  const own = useApp().store.emoji.value.get(emoji);
  if (own) return <EmojiPicture emoji={own} />;
  return <>{OWN.test(emoji) ? GONE : emoji}</>;
}

/** What is said of it. */
export function spoken(emoji: string, world: World): string {
  const own = world.emoji.get(emoji);
  if (own) return nameOf(own);
  return OWN.test(emoji) ? GONE : emoji;
}

/** Each by what is said of it. */
export function named(all: ReadonlyMap<string, Emoji>): ReadonlyMap<string, Emoji> {
  return new Map([...all.values()].map((emoji) => [nameOf(emoji), emoji]));
}

export function nameOf({ name }: Emoji): string {
  return `:${name}:`;
}

/** The small picture stands still. */
function facts(emoji: Emoji): { readonly src: string; readonly alt: string } {
  const isMoving = emoji.moves && !matchMedia("(prefers-reduced-motion: reduce)").matches;
  const query = isMoving ? "" : "?size=small";
  return { src: `/f/${emoji.id}/${emoji.name}.webp${query}`, alt: nameOf(emoji) };
}
