/** Who left which picture under a message; hosts can take them all away. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { loadWords, t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { mayAt } from "../world.ts";
import type { Channel, Message, Reaction } from "../wire.ts";
import type { Conversation } from "./conversation.ts";
import { Reacted } from "./own_emoji.tsx";
import { whoReacted } from "./who_reacted.ts";

await loadWords("attention");

export function ReactionsDialog({ message, channel, conversation, onClose }: {
  readonly message: Message;
  readonly channel: Channel;
  readonly conversation: Conversation;
  readonly onClose: () => void;
}) {
  const app = useApp();
  const all = conversation.window.value.reactions.get(message.id) ?? [];
  const mayClear = mayAt(app.store.world.value, "message.manage", channel.overwrites);
  const clear = async () => {
    if (await orToast(app.command("reaction.clear", { message: message.id }))) onClose();
  };
  return (
    <Dialog title={t("emoji.title")} onClose={onClose}>
      <ul class="rows">
        {all.map((one) => <Left key={one.emoji} message={message} reaction={one} />)}
      </ul>
      {mayClear && all.length > 0 && (
        <DialogFoot>
          <Button icon="trash" onPress={() => void clear()}>{t("reaction.clear")}</Button>
        </DialogFoot>
      )}
    </Dialog>
  );
}

function Left(
  { message, reaction }: { readonly message: Message; readonly reaction: Reaction },
) {
  const app = useApp();
  const [names, know] = useState("");
  useEffect(() => {
    whoReacted(app, message.id, reaction.emoji).then(know, () => {});
  }, [reaction.count]);
  return (
    <li>
      <span>
        <Reacted emoji={reaction.emoji} />
      </span>
      <div class="grow">{names}</div>
      <span class="muted num">{reaction.count}</span>
    </li>
  );
}
