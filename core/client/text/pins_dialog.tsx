/** What is pinned in a channel, the newest pin first. */

import "../app/first.ts";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { orToast, useAnswer } from "../app/asking.ts";
import { moment } from "../format.ts";
import { loadWords, t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Empty, Skeleton } from "../kit/place.tsx";
import { mayAt } from "../world.ts";
import type { Channel, Message } from "../wire.ts";
import HiddenRow from "../between/hidden.tsx";
import { isBlocked } from "../world.ts";
import { lineOf, MessageBody } from "./body.tsx";

await loadWords("writing");

const CHANGES = ["message.pinned", "message.unpinned", "message.deleted", "messages.deleted"];

export default function PinsDialog(
  { channel, address, onClose }: {
    readonly channel: Channel;
    readonly address: string;
    readonly onClose: () => void;
  },
) {
  const app = useApp();
  const { answer, refusal, again } = useAnswer<{ messages: readonly Message[] }>("message.pins", {
    channel: channel.id,
  });
  useEffect(() => {
    const ends = CHANGES.map((event) =>
      app.on(event, (data) => data.channel_id === channel.id && again())
    );
    return () => ends.forEach((end) => end());
  }, [channel.id]);
  const go = (message: Message) => {
    onClose();
    app.router.navigate(`${address}/m/${message.id}`);
  };
  return (
    <Dialog title={t("pins.title")} onClose={onClose} class="wide">
      {refusal && <p class="err" role="alert">{refusal.message}</p>}
      {!answer && !refusal && <Skeleton label={t("loading")} lines={3} />}
      {answer?.messages.length === 0 && (
        <Empty icon="pin" title={t("pins.none")} text={t("pins.none_text")} />
      )}
      <ul class="texts" aria-label={t("pins.title")}>
        {answer?.messages.map((message) => (
          <Pin
            key={message.id}
            message={message}
            channel={channel}
            onGo={() => go(message)}
          />
        ))}
      </ul>
      <DialogFoot>
        <Button onPress={onClose}>{t("close")}</Button>
      </DialogFoot>
    </Dialog>
  );
}

function Pin(
  { message, channel, onGo }: {
    readonly message: Message;
    readonly channel: Channel;
    readonly onGo: () => void;
  },
) {
  const app = useApp();
  const { store } = app;
  const author = store.accounts.value.get(message.author_id);
  const [isRevealed, reveal] = useState(false);
  if (!isRevealed && isBlocked(store.world.value, message.author_id)) {
    return (
      <li>
        <HiddenRow count={1} onShow={() => reveal(true)} />
      </li>
    );
  }
  return (
    <li>
      <span class="row">
        <Avatar account={author} size="xs" />
        <b>
          <bdi>{message.shown_as ?? author?.display_name}</bdi>
        </b>
        <span class="xs muted">{moment(message.posted_at)}</span>
      </span>
      {message.html
        ? <MessageBody html={message.html} />
        : <p dir="auto">{lineOf(message, store.world.value)}</p>}
      <span class="row">
        <Button size="s" onPress={onGo}>{t("pins.go")}</Button>
        {mayAt(store.world.value, "message.pin", channel.overwrites) && (
          <Button
            size="s"
            tone="ghost"
            onPress={() => void orToast(app.command("message.unpin", { message: message.id }))}
          >
            {t("message.unpin")}
          </Button>
        )}
      </span>
    </li>
  );
}
