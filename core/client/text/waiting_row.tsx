/** A message that waits to be sent, or was not. */

import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Avatar, hueClass } from "../kit/avatar.tsx";
import { Button } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { fileParts, Files } from "./files_later.tsx";
import type { Waiting } from "./outbox.ts";

/** A message of mine that the server has not confirmed: dimmed, waiting, or not sent. */
export default function WaitingRow({ waiting }: { readonly waiting: Waiting }) {
  const app = useApp();
  const { store, outbox, drafts } = app;
  const me = store.me.value;
  const edit = () => {
    outbox.takeBack(waiting.nonce);
    drafts.set(waiting.channel, waiting.text);
    fileParts.value?.trayOf(app, waiting.channel).restore(waiting.files);
    dispatchEvent(new CustomEvent("salon:draft"));
  };
  return (
    <li class={`msg first wait ${hueClass(me?.hue)}`} data-nonce={waiting.nonce}>
      <Avatar account={me} />
      <div>
        <div class="by">
          <b>
            <bdi>{me?.display_name}</bdi>
          </b>
          {waiting.isWaiting && (
            <span class="xs muted row">
              <Icon name="clock" />
              {t("message.waiting")}
            </span>
          )}
        </div>
        <div class="tx pend" dir="auto">{waiting.text}</div>
        <Files files={waiting.files} />
        {waiting.refusal && (
          <div class="row xs wrap failed" role="alert">
            <span class="err">
              <Icon name="warn" />
              {t("message.not_sent")}
            </span>
            <span class="muted">{waiting.refusal.message}</span>
            <Button size="s" icon="refresh" onPress={() => outbox.retry(waiting.nonce)}>
              {t("again")}
            </Button>
            <Button size="s" tone="ghost" onPress={edit}>{t("message.edit")}</Button>
            <Button size="s" tone="ghost" onPress={() => outbox.takeBack(waiting.nonce)}>
              {t("message.delete")}
            </Button>
          </div>
        )}
      </div>
    </li>
  );
}
