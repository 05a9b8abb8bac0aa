/** For those who manage messages: what one said before, and what was deleted in a channel. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { orToast, useAnswer } from "../app/asking.ts";
import { moment, relative } from "../format.ts";
import { t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Skeleton } from "../kit/place.tsx";
import { lineOf } from "./body.tsx";
import { typed } from "./names.ts";
import type { Channel, DeletedMessage, FormerText, Message } from "../wire.ts";

export function FormerDialog(
  { message, onClose }: { readonly message: Message; readonly onClose: () => void },
) {
  const world = useApp().store.world.value;
  const { answer, refusal } = useAnswer<{ former_texts: readonly FormerText[] }>(
    "message.former_texts",
    { message: message.id },
  );
  return (
    <Dialog title={t("former.show")} onClose={onClose} class="wide">
      {refusal && <p class="err" role="alert">{refusal.message}</p>}
      {!answer && !refusal && <Skeleton label={t("loading")} lines={3} />}
      <ol class="texts" tabIndex={0} aria-label={t("former.show")}>
        <li>
          <span class="xs muted">{t("former.now")}</span>
          <p dir="auto">{typed(message.text, world)}</p>
        </li>
        {answer?.former_texts.map(({ text, written_at, replaced_at }) => (
          <li key={replaced_at}>
            <span class="xs muted">
              {t("former.from_to", { from: moment(written_at), until: moment(replaced_at) })}
            </span>
            <p dir="auto">{typed(text, world)}</p>
          </li>
        ))}
      </ol>
      {answer?.former_texts.length === 0 && <p class="muted">{t("former.none")}</p>}
      <DialogFoot>
        <Button onPress={onClose}>{t("close")}</Button>
      </DialogFoot>
    </Dialog>
  );
}

interface DeletedPage {
  readonly messages: readonly DeletedMessage[];
  readonly has_older: boolean;
}

export function DeletedDialog(
  { channel, onClose }: { readonly channel: Channel; readonly onClose: () => void },
) {
  const app = useApp();
  const { answer, refusal } = useAnswer<DeletedPage>("message.list_deleted", {
    channel: channel.id,
  });
  const [older, add] = useState<DeletedPage | null>(null);
  const messages = [...answer?.messages ?? [], ...older?.messages ?? []];
  const more = () =>
    orToast(
      app.command("message.list_deleted", { channel: channel.id, before: messages.at(-1)?.id })
        .then((found) => {
          const page = found as unknown as DeletedPage;
          add({ ...page, messages: [...older?.messages ?? [], ...page.messages] });
        }),
    );
  return (
    <Dialog title={t("deleted.title", { room: channel.name })} onClose={onClose} class="wide">
      {refusal && <p class="err" role="alert">{refusal.message}</p>}
      {!answer && !refusal && <Skeleton label={t("loading")} lines={3} />}
      {answer && messages.length === 0 && <p class="muted">{t("deleted.none")}</p>}
      <ol class="texts" tabIndex={0} aria-label={t("deleted.title", { room: channel.name })}>
        {messages.map((message) => <Deleted key={message.id} message={message} />)}
      </ol>
      <DialogFoot>
        {(older ?? answer)?.has_older && <Button onPress={() => void more()}>{t("more")}</Button>}
        <Button onPress={onClose}>{t("close")}</Button>
      </DialogFoot>
    </Dialog>
  );
}

function Deleted({ message }: { readonly message: DeletedMessage }) {
  const { store } = useApp();
  const author = store.accounts.value.get(message.author_id);
  const by = store.accounts.value.get(message.deleted_by ?? "");
  const when = relative(message.deleted_at);
  return (
    <li>
      <span class="row">
        <Avatar account={author} size="xs" />
        <b>
          <bdi>{message.shown_as ?? author?.display_name ?? t("deleted.somebody")}</bdi>
        </b>
        <span class="xs muted">{moment(message.posted_at)}</span>
      </span>
      <p dir="auto">
        {typed(message.text, store.world.value) || lineOf(message, store.world.value)}
      </p>
      <span class="xs muted">
        {message.deleted_by === message.author_id
          ? t("deleted.by_author", { when })
          : t("deleted.by", { name: by?.display_name ?? t("deleted.somebody"), when })}
      </span>
    </li>
  );
}
