/** One entry of the inbox: what was said around it, the way there, and a field to answer. */

import { useEffect, useState } from "preact/hooks";
import { useAccount } from "../app/acquaintance.ts";
import { useApp } from "../app/app.ts";
import { mayIn } from "../between/names.ts";
import { type Place, usePlace } from "../between/place.ts";
import { clock, moment } from "../format.ts";
import { t } from "../i18n.ts";
import { hueClass } from "../kit/avatar.tsx";
import { Button, IconButton, Link } from "../kit/button.tsx";
import { Doorway } from "../kit/doorway.tsx";
import { Icon } from "../kit/icon.tsx";
import { Skeleton } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import { Face } from "../people/face.tsx";
import { isForMe } from "../world.ts";
import { lineOf, MessageBody } from "../text/body.tsx";
import type { Message } from "../wire.ts";
import type { Entry } from "./inbox.tsx";

const AROUND = 7;

export function Case(
  { entry, onDone }: { readonly entry: Entry; readonly onDone: (() => void) | null },
) {
  const app = useApp();
  const { message } = entry;
  const place = usePlace(message.channel_id);
  const around = useAround(message);
  if (!place) return null;
  const { world } = app.store;
  const { name } = place;
  return (
    <section class="case" aria-label={name}>
      <header class="head">
        <Doorway icon="text" />
        <b class="semi grow trunc">
          <bdi>{name}</bdi>
        </b>
        {onDone && <Button tone="ghost" icon="check" onPress={onDone}>{t("inbox.done")}</Button>}
        <Link
          to={`${place.address}/m/${message.id}`}
          class="btn"
          label={t("inbox.open", { room: nameOf(place) })}
        >
          <span class="no-phone">{t("inbox.open", { room: nameOf(place) })}</span>
          <span class="only-phone">
            <Icon name="right" />
          </span>
        </Link>
      </header>
      <div class="scroll" tabIndex={0}>
        {around === null && <Skeleton label={t("loading")} lines={4} />}
        <ol class="log">
          {around?.map((one) => <Said key={one.id} message={one} />)}
        </ol>
      </div>
      {mayIn(world.value, "message.post", message.channel_id) && (
        <Answer message={message} room={name} />
      )}
    </section>
  );
}

/** As it stands in a sentence. */
export function nameOf(place: Place | undefined): string {
  return place && !place.isOfPeople ? place.name : t("inbox.between");
}

function Said({ message }: { readonly message: Message }) {
  const { store } = useApp();
  const author = useAccount(message.author_id);
  const world = store.world.value;
  const name = message.shown_as ?? author?.display_name ?? "";
  if (message.kind === "pin") return <li class="rule">{t("message.pinned_by", { name })}</li>;
  const isMine = isForMe(message, world);
  return (
    <li
      class={`msg first ${isMine ? "ment" : ""} ${hueClass(author?.hue)}`}
      data-by={message.author_id}
    >
      <Face account={author} />
      <div>
        <div class="by">
          <b>
            <bdi>{name}</bdi>
          </b>
          <time dateTime={message.posted_at} title={moment(message.posted_at)}>
            {clock(message.posted_at)}
          </time>
        </div>
        {message.html
          ? <MessageBody html={message.html} />
          : <p dir="auto">{lineOf(message, world)}</p>}
      </div>
    </li>
  );
}

function Answer({ message, room }: { readonly message: Message; readonly room: string }) {
  const app = useApp();
  const [text, write] = useState("");
  const author = useAccount(message.author_id);
  const label = t("composer.label", { room });
  const send = () => {
    const words = text.trim();
    if (!words) return;
    if (!app.outbox.post(message.channel_id, words, message.id)) {
      return void toast({ text: t("composer.too_many"), tone: "bad" });
    }
    write("");
    app.command("inbox.done", { messages: [message.id] }).catch(() => {}); // it was answered
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="compose">
        <textarea
          rows={1}
          dir="auto"
          value={text}
          aria-label={label}
          placeholder={t("composer.replying", { name: author?.display_name ?? "" })}
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        <IconButton icon="send" class="go" label={t("composer.send")} onPress={send} />
      </div>
    </form>
  );
}

/** The message with three before and after it; null until they are there. */
function useAround(message: Message): readonly Message[] | null {
  const app = useApp();
  const [around, know] = useState<readonly Message[] | null>(null);
  useEffect(() => {
    const fields = { channel: message.channel_id, around: message.id, limit: AROUND };
    app.command("message.history", fields)
      .then((answer) => know(answer["messages"] as readonly Message[]), () => know([message]));
  }, [message.id]);
  return around;
}
