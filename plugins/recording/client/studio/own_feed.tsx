/** One's own feed of a show for members: its addresses, each shown once, and the way to revoke them. */

import { Button, Dialog, DialogFoot, Form, List, ListRow, relative, Submit } from "@salon/client";
import { useEffect, useState } from "preact/hooks";
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
  const { salon, t } = useRecording();
  const [addresses, take] = useState<readonly Address[]>([]);
  const [made, tell] = useState("");
  const fetch = async () => {
    const { addresses } = await salon.command("recording.addresses");
    take((addresses as readonly Address[]).filter(({ show_id }) => show_id === show.id));
  };
  useEffect(() => void fetch().catch(() => {}), []);
  const make = async () => {
    const { url } = await salon.command("recording.make_address", { show: show.id });
    tell(String(url));
    await fetch();
  };
  return (
    <Dialog title={t("own_feed", { show: show.title })} onClose={onClose}>
      <Form
        send={make}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("close")}</Button>
            <Submit>{t("make_address")}</Submit>
          </DialogFoot>
        }
      >
        <p class="sm muted">{t("own_feed_text", { show: show.title })}</p>
        {made && <NewAddress url={made} />}
        {addresses.length > 0 && (
          <List label={t("own_addresses")}>
            {addresses.map((address) => (
              <AddressRow key={address.id} address={address} onGone={fetch} />
            ))}
          </List>
        )}
      </Form>
    </Dialog>
  );
}

function NewAddress({ url }: { readonly url: string }) {
  const { salon, t } = useRecording();
  const copy = () =>
    void navigator.clipboard.writeText(url).then(() =>
      salon.toast({ text: t("copied"), icon: "copy" })
    );
  return (
    <div class="note warn recording-address" role="status">
      <div class="grow">
        <b>{t("new_address")}</b>
        <code>{url}</code>
      </div>
      <Button size="s" icon="copy" onPress={copy}>{t("copy_address")}</Button>
    </div>
  );
}

function AddressRow(
  { address, onGone }: { readonly address: Address; readonly onGone: () => Promise<void> },
) {
  const recording = useRecording();
  const { t } = recording;
  const made = relative(address.made_at);
  const asked = address.fetched_at
    ? t("address_fetched", { when: relative(address.fetched_at) })
    : t("address_unused");
  const revoke = async () => {
    await attempt(recording, "recording.revoke_address", { address: address.id });
    await onGone();
  };
  return (
    <ListRow
      title={t("address_made", { when: made })}
      detail={asked}
      end={
        <button
          type="button"
          class="btn s danger"
          aria-label={t("revoke_which", { when: made })}
          onClick={() => void revoke()}
        >
          {t("revoke")}
        </button>
      }
    />
  );
}
