/** Chooses messages of what stands in the page, and deletes them at once. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { moment } from "../format.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { lineOf } from "./body.tsx";
import type { DialogsProps } from "./dialogs.tsx";
import { Words } from "./words.tsx";

const AT_ONCE_MAX = 100;

export function SeveralDialog({ message, channel, conversation, onClose }: DialogsProps) {
  const app = useApp();
  const { world } = app.store;
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set([message.id]));
  const [isBusy, work] = useState(false);
  const messages = conversation.window.value.messages;
  const here = messages.filter(({ id }) => chosen.has(id)).map(({ id }) => id);
  const name = (id: string) => world.value.accounts.get(id)?.display_name ?? "…";
  const toggle = (id: string) => {
    const now = new Set(here);
    if (!now.delete(id)) now.add(id);
    choose(now);
  };
  const theirs = () =>
    choose(new Set(messages.filter((m) => m.author_id === message.author_id).map(({ id }) => id)));
  const remove = async () => {
    work(true);
    const fields = { channel: channel.id, messages: here };
    if (await orToast(app.command("message.delete_many", fields))) onClose();
    work(false);
  };
  return (
    <Dialog title={t("several.title")} onClose={onClose} class="wide">
      <p class="muted">{t("several.text", { most: AT_ONCE_MAX })}</p>
      <ul class="texts" aria-label={t("several.title")}>
        {messages.map((one) => (
          <li key={one.id}>
            <label class="row">
              <input
                type="checkbox"
                checked={chosen.has(one.id)}
                onChange={() => toggle(one.id)}
              />
              <b>
                <bdi>{one.shown_as ?? name(one.author_id)}</bdi>
              </b>
              <span class="grow trunc" dir="auto">
                {one.kind === "pin"
                  ? t("message.pinned_by", { name: name(one.author_id) })
                  : <Words text={lineOf(one, world.value)} />}
              </span>
              <span class="xs muted">{moment(one.posted_at)}</span>
            </label>
          </li>
        ))}
      </ul>
      <DialogFoot>
        <Button onPress={theirs}>{t("several.all_of", { name: name(message.author_id) })}</Button>
        <Button onPress={onClose}>{t("cancel")}</Button>
        <Button
          tone="danger"
          disabled={isBusy || here.length === 0 || here.length > AT_ONCE_MAX}
          onPress={() => void remove()}
        >
          {t("several.delete", { n: here.length })}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
