/** One's own feed of a show for members: its addresses, each shown once, and the way to revoke them. */

import { Button, OwnAddresses } from "@salon/client";
import { useState } from "preact/hooks";
import { attempt, useRecording } from "../shared/context.ts";
import type { Address, Show } from "../shared/wire.ts";

/** The way to a show: its page, or for members what their podcast app asks for. */
export function ShowLink({ show }: { readonly show: Show }) {
  const { t } = useRecording();
  const [isOpen, open] = useState(false);
  if (!show.for_members) return <a class="btn ghost" href={show.url}>{show.title}</a>;
  return (
    <>
      <Button tone="ghost" icon="key" onPress={() => open(true)}>
        {t("own_feed", { show: show.title })}
      </Button>
      {isOpen && <OwnFeed show={show} onClose={() => open(false)} />}
    </>
  );
}

function OwnFeed(
  { show, onClose }: { readonly show: Show; readonly onClose: () => void },
) {
  const recording = useRecording();
  const { salon, t } = recording;
  const known = async () => {
    const { addresses } = await salon.command("recording.addresses");
    return (addresses as readonly Address[]).filter(({ show_id }) => show_id === show.id);
  };
  const make = async () =>
    String((await salon.command("recording.make_address", { show: show.id }))["url"]);
  return (
    <OwnAddresses
      title={t("own_feed", { show: show.title })}
      text={t("own_feed_text", { show: show.title })}
      known={known}
      make={make}
      revoke={(address) => attempt(recording, "recording.revoke_address", { address })}
      onClose={onClose}
    />
  );
}
