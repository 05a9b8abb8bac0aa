/** In the row of a message: the way to its thread, which begins with the first press. */

import { type App, useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { loadWords, t } from "../i18n.ts";
import { IconButton } from "../kit/button.tsx";
import { lineOf } from "../text/body.tsx";
import type { Message } from "../wire.ts";
import { mayIn } from "./names.ts";

await loadWords("between");

const NAME_MAX = 64;

export default function ThreadButton(
  { message, address }: { readonly message: Message; readonly address: string },
) {
  const app = useApp();
  if (!mayThread(app, message)) return null;
  return (
    <IconButton
      small
      icon="thread"
      label={t(app.store.threads.value.has(message.id) ? "thread.title" : "thread.start")}
      class="branch"
      onPress={() => orToast(toThread(app, message, address))}
    />
  );
}

/** Whether there is a thread to go to, or one may be started. */
export function mayThread({ store }: App, message: Message): boolean {
  return store.threads.value.has(message.id) ||
    mayIn(store.world.value, "thread.create", message.channel_id);
}

export async function toThread(app: App, message: Message, address: string): Promise<void> {
  const isThere = app.store.threads.peek().has(message.id);
  if (!isThere) await start(app, message);
  app.router.navigate(`${address}/t/${message.id}${isThere ? "" : "?reply"}`);
}

/** It is called by how its message begins, until somebody names it better. */
async function start(app: App, message: Message): Promise<void> {
  const words = lineOf(message, app.store.world.peek());
  const name = [...words].slice(0, NAME_MAX).join("") || t("thread.title");
  const fields = { channel: message.channel_id, message: message.id, name };
  const { thread } = await app.command("thread.start", fields);
  app.store.apply({ event: "thread.changed", data: thread }, Date.now());
}
