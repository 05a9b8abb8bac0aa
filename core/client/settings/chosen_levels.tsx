/** The channels of which I want to be told otherwise than of the others. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { lazily } from "../app/lazily.tsx";
import { loadWords, t } from "../i18n.ts";
import { Doorway } from "../kit/doorway.tsx";
import { Icon } from "../kit/icon.tsx";
import type { Channel, Level } from "../wire.ts";

const LevelMenu = lazily(async () => {
  await loadWords("attention");
  return import("../text/level_menu.tsx");
}, "dialog");

export function ChosenLevels() {
  const { levels, store } = useApp();
  const all = [...levels.value.values()].flatMap((level) => {
    const channel = store.channels.value.get(level.channel_id);
    return channel && !channel.room_id ? [{ level, channel }] : [];
  });
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("notify.rooms")}</h2>
      </div>
      {all.length === 0 && <p class="muted sm">{t("notify.rooms_none")}</p>}
      <ul class="rows">
        {all.map((one) => <Chosen key={one.channel.id} {...one} />)}
      </ul>
    </section>
  );
}

function Chosen({ channel, level }: { readonly channel: Channel; readonly level: Level }) {
  const [anchor, openAt] = useState<Element | null>(null);
  return (
    <li>
      <Doorway icon="text" size="xs" />
      <b class="grow sm trunc">{channel.name}</b>
      <button
        type="button"
        class="btn s"
        aria-haspopup="menu"
        onClick={(event) => openAt(event.currentTarget)}
      >
        {t(`notify.${level.level}`)}
        <span class="sr">, {channel.name}</span>
        <Icon name="down" />
      </button>
      {anchor && <LevelMenu channel={channel} anchor={anchor} onClose={() => openAt(null)} />}
    </li>
  );
}
