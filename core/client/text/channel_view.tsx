/** A text channel: its head, its conversation, and who is here. */

import { BackToRooms, PanelHead } from "../app/frame.tsx";
import { t } from "../i18n.ts";
import { IconButton } from "../kit/button.tsx";
import { showAside, showsAside } from "../prefs.ts";
import type { Channel } from "../wire.ts";
import { Chat } from "./chat.tsx";

export function ChannelView(
  { channel, target }: { readonly channel: Channel; readonly target: string | null },
) {
  const address = `/c/${channel.slug}`;
  return (
    <main class="panel main" id="main" tabIndex={-1} aria-label={channel.name}>
      <PanelHead start={<BackToRooms />} title={channel.name} detail={channel.topic}>
        <IconButton
          icon="users"
          label={t("members")}
          pressed={showsAside.value}
          onPress={() => showAside(!showsAside.value)}
        />
      </PanelHead>
      <Chat key={channel.id} channel={channel} address={address} target={target} />
    </main>
  );
}
