/** Cards under a message: what its links lead to. They come after the words and never move them. */

import { useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { IconButton } from "../kit/button.tsx";
import { showsCards } from "../prefs.ts";
import { mayAt } from "../world.ts";
import type { LinkCard, Message } from "../wire.ts";

export interface LinkCardsProps {
  readonly message: Message;
  readonly cards: readonly LinkCard[];
}

export function LinkCards({ message, cards }: LinkCardsProps) {
  const app = useApp();
  const { store } = app;
  const overwrites = store.channels.value.get(message.channel_id)?.overwrites ?? [];
  const mayRemove = message.author_id === store.me.value?.id ||
    mayAt(store.world.value, "message.manage", overwrites);
  if (!showsCards.value) return null;
  return (
    <ul class="link-cards" aria-label={t("card.all")}>
      {cards.map(({ url, title, description, site }) => (
        <li key={url}>
          <div class="grow">
            <span class="xs muted trunc">
              <bdi>{site || hostOf(url)}</bdi>
            </span>
            <a href={url} target="_blank" rel="noopener noreferrer nofollow ugc" dir="auto">
              {title}
            </a>
            {description && <p class="sm" dir="auto">{description}</p>}
          </div>
          {mayRemove && (
            <IconButton
              small
              icon="x"
              label={t("card.remove", { title })}
              onPress={() => void orToast(app.command("card.remove", { message: message.id, url }))}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
