/** One message in the log. */

import { type ReadonlySignal, useComputed } from "@preact/signals";
import { useState } from "preact/hooks";
import { useAccount } from "../app/acquaintance.ts";
import { useApp } from "../app/app.ts";
import { lazily } from "../app/lazily.tsx";
import { clock, moment } from "../format.ts";
import { t } from "../i18n.ts";
import { Avatar, hueClass } from "../kit/avatar.tsx";
import { IconButton, Link } from "../kit/button.tsx";
import { LiveCard } from "../rooms/sidebar.tsx";
import { isBlocked, isForMe } from "../world.ts";
import type { LinkCard, Message, Reaction } from "../wire.ts";
import { lineOf, MessageBody } from "./body.tsx";
import { leadsTo, linkCards, roomCards } from "./cards.ts";
import { chips } from "./chips.ts";
import type { Asking } from "./dialogs.tsx";
import { Files } from "./files_later.tsx";
import { Words } from "./words.tsx";

const inline = () => import("../between/inline.ts");
const EmojiPicker = lazily(() => import("./emoji_picker.tsx"), "dialog");
const ThreadLine = lazily(async () => ({ default: (await inline()).ThreadLine }), "dialog");
const ThreadButton = lazily(async () => ({ default: (await inline()).ThreadButton }), "dialog");
const MessageMenu = lazily(() => import("./message_menu.tsx"), "dialog");

/** A name that is on its way. */
const UNKNOWN = "…";

export interface MessageRowProps {
  readonly message: Message;
  /** Begins a group: has a face, a name and a time of its own. */
  readonly first: boolean;
  readonly quoted: Message | null | undefined;
  /** The row with the pointer or the focus: it shows what can be done. */
  readonly active: ReadonlySignal<string>;
  readonly isTarget: boolean;
  readonly address: string;
  readonly reactions: readonly Reaction[] | undefined;
  readonly cards: readonly LinkCard[] | undefined;
  readonly onReact: (message: Message, emoji: string) => void;
  /** Whether threads are started here. */
  readonly hasThreads: boolean;
  readonly onReply: (message: Message) => void;
  readonly onEdit: (message: Message) => void;
  readonly onAsk: (what: Asking, message: Message) => void;
}

export function MessageRow(props: MessageRowProps) {
  const { message, first, active } = props;
  const { store } = useApp();
  const isActive = useComputed(() => active.value === message.id).value;
  const author = useAccount(message.author_id);
  const Chips = chips.value;
  const Cards = linkCards.value;
  const Rooms = roomCards.value;
  const thread = useComputed(() => store.threads.value.get(message.id)).value;
  const isMine = isForMe(message, store.world.value);
  const classes = ["msg", first && "first", isMine && "ment", props.isTarget && "target"];
  const name = message.shown_as ?? author?.display_name ?? UNKNOWN;
  if (message.kind === "pin") return <PinLine {...props} name={name} />;
  return (
    <li
      class={`${classes.filter(Boolean).join(" ")} ${hueClass(author?.hue)}`}
      data-id={message.id}
      data-by={message.author_id}
      tabIndex={isActive ? 0 : -1}
      aria-label={t("message.by", { name, time: clock(message.posted_at) })}
    >
      {message.reply_to_id !== null && <Quote quoted={props.quoted} address={props.address} />}
      {first ? <Avatar account={author} /> : <Time at={message.posted_at} />}
      <div>
        {first && (
          <div class="by">
            <b>
              <bdi>{name}</bdi>
            </b>
            {author?.kind === "bot" && <span class="pill">{t("person.bot")}</span>}
            <Time at={message.posted_at} />
          </div>
        )}
        {message.html && <MessageBody html={message.html} />}
        <Files files={message.files} />
        {message.edited_at && (
          <span class="xs muted" title={moment(message.edited_at)}>{t("message.edited")}</span>
        )}
        {leadsTo(message.html).length > 0 && Rooms && <Rooms html={message.html} Card={LiveCard} />}
        {props.cards && Cards && <Cards message={message} cards={props.cards} />}
        {props.reactions && Chips && (
          <Chips
            message={message.id}
            all={props.reactions}
            onReact={(emoji) => props.onReact(message, emoji)}
          />
        )}
        {props.hasThreads && thread && <ThreadLine thread={thread} address={props.address} />}
      </div>
      {isActive && <Actions {...props} />}
    </li>
  );
}

/** Says who pinned what. */
function PinLine({ message, name, address }: MessageRowProps & { readonly name: string }) {
  return (
    <li class="rule" data-id={message.id} tabIndex={-1}>
      <Link to={`${address}/m/${message.reply_to_id}`}>{t("message.pinned_by", { name })}</Link>
    </li>
  );
}

function Time({ at }: { readonly at: string }) {
  return <time dateTime={at} title={moment(at)}>{clock(at)}</time>;
}

/** `quoted` undefined: it is not known here any more, it was deleted. */
function Quote(
  { quoted, address }: {
    readonly quoted: Message | null | undefined;
    readonly address: string;
  },
) {
  const { store } = useApp();
  const author = useAccount(quoted?.author_id);
  if (!quoted) {
    return (
      <div class="quote">
        <span>{t("message.quote_gone")}</span>
      </div>
    );
  }
  return (
    <Link to={`${address}/m/${quoted.id}`} class="quote">
      <Avatar account={author} size="xs" />
      <b data-by={quoted.author_id}>
        <bdi>{quoted.shown_as ?? author?.display_name}</bdi>
      </b>
      <span class="trunc" dir="auto">
        {isBlocked(store.world.value, quoted.author_id)
          ? UNKNOWN
          : <Words text={lineOf(quoted, store.world.value)} />}
      </span>
    </Link>
  );
}

function Actions(props: MessageRowProps) {
  const { message } = props;
  const { store } = useApp();
  const [anchor, open] = useState<Element | null>(null);
  const [picker, pickBy] = useState<Element | null>(null);
  const isMine = message.author_id === store.me.value?.id;
  return (
    <div class="acts" role="toolbar" aria-label={t("message.actions")}>
      <IconButton
        small
        icon="smile"
        label={t("message.react")}
        opens="dialog"
        class="react"
        onPress={(event) => pickBy(event.currentTarget as Element)}
      />
      <IconButton
        small
        icon="reply"
        label={t("message.reply")}
        class="answer"
        onPress={() => props.onReply(message)}
      />
      {props.hasThreads && <ThreadButton {...props} />}
      {isMine && (
        <IconButton
          small
          icon="pen"
          label={t("message.edit")}
          class="change"
          onPress={() => props.onEdit(message)}
        />
      )}
      <IconButton
        small
        icon="more"
        label={t("message.more")}
        opens="menu"
        class="more"
        onPress={(event) => open(event.currentTarget as Element)}
      />
      {picker && (
        <EmojiPicker
          anchor={picker}
          onPick={(emoji) => props.onReact(message, emoji)}
          onClose={() => pickBy(null)}
        />
      )}
      {anchor && <MessageMenu {...props} anchor={anchor} onClose={() => open(null)} />}
    </div>
  );
}
