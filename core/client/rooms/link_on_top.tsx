/** A link that stands on top of a room for everybody who sees it, and who leads the room sets. */

import "../app/first.ts";
import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { loadWords, t } from "../i18n.ts";
import { Button, IconButton } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { Icon } from "../kit/icon.tsx";
import type { Room } from "../wire.ts";

await loadWords("voice");

const TITLE_MAX = 100;
const URL_MAX = 2_048;

/** Its name, and where it leads: what a link is called is whoever set it's word, the site is not. */
export default function LinkOnTop({ room }: { readonly room: Room }) {
  const { host } = new URL(room.pinned_url);
  const site = host.startsWith("www.") ? host.slice("www.".length) : host;
  return (
    <p class="ontop">
      <Icon name="link" />
      <a href={room.pinned_url} target="_blank" rel="noopener noreferrer nofollow">
        <bdi class="trunc">{room.pinned_title || site}</bdi>
        {room.pinned_title && <span class="xs muted trunc" aria-hidden="true">{site}</span>}
        <span class="sr">, {t("top.new", { site })}</span>
      </a>
    </p>
  );
}

export function PinButton({ room }: { readonly room: Room }) {
  const [isOpen, open] = useState(false);
  return (
    <>
      <IconButton
        icon="link"
        label={t(room.pinned_url ? "top.change" : "top.pin")}
        opens="dialog"
        onPress={() => open(true)}
      />
      {isOpen && <LinkDialog room={room} onClose={() => open(false)} />}
    </>
  );
}

export function LinkDialog(
  { room, onClose }: { readonly room: Room; readonly onClose: () => void },
) {
  const app = useApp();
  const [url, writeUrl] = useState(room.pinned_url);
  const [title, writeTitle] = useState(room.pinned_title);
  const set = async (pinned_url: string) => {
    await app.command("room.edit", { room: room.id, pinned_url, pinned_title: title.trim() });
    onClose();
  };
  return (
    <Dialog title={t("top.on")} onClose={onClose}>
      <Form
        send={() => set(url.trim())}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("cancel")}</Button>
            <span class="grow" />
            {room.pinned_url && (
              <Button tone="danger" onPress={() => void set("")}>{t("top.remove")}</Button>
            )}
            <Submit icon="link">{t("top.save")}</Submit>
          </DialogFoot>
        }
      >
        <TextField
          label={t("top.url")}
          name="pinned_url"
          value={url}
          onInput={writeUrl}
          max={URL_MAX}
          placeholder="https://"
        />
        <TextField
          label={t("top.name")}
          hint={t("top.name_hint")}
          name="pinned_title"
          value={title}
          onInput={writeTitle}
          max={TITLE_MAX}
        />
      </Form>
    </Dialog>
  );
}
