/** Cards under a message: what its links lead to. They come after the words and never move them. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { mayIn } from "../between/names.ts";
import { t } from "../i18n.ts";
import { IconButton } from "../kit/button.tsx";
import { showsCards } from "../prefs.ts";
import type { LinkCard, Message } from "../wire.ts";
import { addressOf } from "./file_address.ts";

export interface LinkCardsProps {
  readonly message: Message;
  readonly cards: readonly LinkCard[];
}

export function LinkCards({ message, cards }: LinkCardsProps) {
  const app = useApp();
  const world = app.store.world.value;
  if (!showsCards.value || !world.community.link_cards) return null;
  const mayRemove = message.author_id === world.me ||
    mayIn(world, "message.manage", message.channel_id);
  const remove = (url: string) =>
    void orToast(app.command("card.remove", { message: message.id, url }));
  return (
    <ul class="link-cards" aria-label={t("card.all")}>
      {cards.map((card) => (
        <li key={card.url}>
          {card.picture_id && <Picture key={card.picture_id} id={card.picture_id} />}
          <div class="grow">
            <span class="xs muted trunc">
              <bdi>{card.site || hostOf(card.url)}</bdi>
            </span>
            <a href={card.url} target="_blank" rel="noopener noreferrer nofollow ugc" dir="auto">
              {card.title}
            </a>
            {card.description && <p class="sm" dir="auto">{card.description}</p>}
          </div>
          {mayRemove && (
            <IconButton
              small
              icon="x"
              label={t("card.remove", { title: card.title })}
              onPress={() => remove(card.url)}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

/** What it shows, the words beside it say: nothing is read out. One that has gone leaves its place. */
function Picture({ id }: { readonly id: string }) {
  const [isGone, end] = useState(false);
  if (isGone) return null;
  const address = addressOf({ id, name: "card.webp" });
  return <img src={address} alt="" loading="lazy" decoding="async" onError={() => end(true)} />;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
