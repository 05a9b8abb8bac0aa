/** A text channel: its head, its conversation, and who is here. */

import { useState } from "preact/hooks";
import { BackToRooms, PanelHead } from "../app/frame.tsx";
import { lazily } from "../app/lazily.tsx";
import { loadWords, t } from "../i18n.ts";
import { IconButton, Link } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { showAside, showsAside } from "../prefs.ts";
import type { Channel } from "../wire.ts";
import { Chat } from "./chat.tsx";

const LevelMenu = lazily(async () => {
  await loadWords("attention");
  return import("./level_menu.tsx");
}, "dialog");
const ChannelMenu = lazily(async () => {
  await loadWords("attention");
  return import("./channel_menu.tsx");
}, "dialog");
const Pins = lazily(() => import("./pins_dialog.tsx"), "dialog");

export function ChannelView(
  { channel, target }: { readonly channel: Channel; readonly target: string | null },
) {
  const [isOpen, open] = useState(false);
  const [anchor, choose] = useState<Element | null>(null);
  const [more, unfold] = useState<Element | null>(null);
  const address = `/c/${channel.slug}`;
  return (
    <main class="panel main" id="main" tabIndex={-1} aria-label={channel.name}>
      <PanelHead start={<BackToRooms />} title={channel.name} detail={channel.topic}>
        <span class="row no-phone">
          <Link to={`${address}/t`} class="ib" label={t("threads")}>
            <Icon name="thread" />
          </Link>
          <IconButton
            icon="bell"
            label={t("level")}
            opens="menu"
            onPress={(event) => choose(event.currentTarget as Element)}
          />
          {anchor && <LevelMenu channel={channel} anchor={anchor} onClose={() => choose(null)} />}
          <IconButton
            icon="pin"
            label={t("pins.title")}
            opens="dialog"
            onPress={() => open(true)}
          />
        </span>
        <span class="only-phone">
          <IconButton
            icon="more"
            label={t("message.more")}
            opens="menu"
            onPress={(event) => unfold(event.currentTarget as Element)}
          />
        </span>
        {more && <ChannelMenu channel={channel} anchor={more} onClose={() => unfold(null)} />}
        <IconButton
          icon="users"
          label={t("members")}
          pressed={showsAside.value}
          onPress={() => showAside(!showsAside.value)}
        />
      </PanelHead>
      {isOpen && <Pins channel={channel} address={address} onClose={() => open(false)} />}
      <Chat key={channel.id} channel={channel} address={address} target={target} hasThreads />
    </main>
  );
}
