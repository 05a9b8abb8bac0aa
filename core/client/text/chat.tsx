/** The history of one channel with its composer; in a channel and in a room alike. */

import { useComputed, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { lazily } from "../app/lazily.tsx";
import { clock, day } from "../format.ts";
import { listed, t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Empty, Skeleton } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import { isBlocked, isUnread, readable, writersIn } from "../world.ts";
import type { Channel, Message } from "../wire.ts";
import { Composer } from "./composer.tsx";
import type { Conversation } from "./conversation.ts";
import type { Asking } from "./dialogs.tsx";
import { canShow } from "./files_later.tsx";
import { Log } from "./log.tsx";
import { MessageRow } from "./message.tsx";
import { type Row, rows } from "./rows.ts";

const HiddenRow = lazily(
  async () => ({ default: (await import("../between/inline.ts")).HiddenRow }),
  "dialog",
);
const Pill = lazily(() => import("./pill.tsx"), "dialog");
const Dialogs = lazily(() => import("./dialogs.tsx"), "dialog");
/** Fetched before it is needed: when something waits, the line may be gone. */
export const fetchWaitingRow = () => import("./waiting_row.tsx");
const WaitingRow = lazily(fetchWaitingRow, "dialog");

/** What a key does with the message that has the focus. */
const ACTS: Readonly<Record<string, string>> = {
  "+": "react",
  r: "answer",
  t: "branch",
  e: "change",
};
const READ_AFTER_MS = 400;
const WRITERS_SHOWN = 3;

export interface ChatProps {
  readonly channel: Channel;
  /** The address of the channel or room, for links to messages. */
  readonly address: string;
  /** The message the address names, if any. */
  readonly target: string | null;
  /** Whether threads are started here. */
  readonly hasThreads?: boolean;
  /** What is to be known before one writes. */
  readonly notice?: ComponentChildren;
  readonly onPosted?: (words: string) => void;
}

export function Chat(props: ChatProps) {
  const { channel, address, target } = props;
  const app = useApp();
  const conversation = app.conversation(channel.id);
  const log = useRef<Log>(null);
  const [reply, answer] = useState<Message | null>(null);
  const [editing, edit] = useState<Message | null>(null);
  useVisit(conversation, channel, target);
  useReading(conversation, channel);
  const done = () => {
    answer(null);
    edit(null);
  };
  // the same functions each time: a row that did not change is not rendered again
  const toReply = useCallback((message: Message) => (edit(null), answer(message)), []);
  const toEdit = useCallback((message: Message) => (answer(null), edit(message)), []);
  const toReact = useCallback(
    (message: Message, emoji: string) => {
      conversation.react(message.id, emoji)
        .catch((error) => toast({ text: error.message, tone: "bad" }));
    },
    [conversation],
  );
  const [asked, show] = useState<{ what: Asking; message: Message } | null>(null);
  const ask = useCallback((what: Asking, message: Message) => show({ what, message }), []);
  const hasMore = conversation.missed.value > 0 || conversation.window.value.hasNewer;
  const toEnd = () => void conversation.toEnd().then(() => log.current?.toEnd());
  const editLast = () => {
    const me = app.store.world.value.me;
    const mine = conversation.window.value.messages.findLast((m) => m.author_id === me);
    if (mine) edit(mine);
  };
  return (
    <>
      <div class="chat">
        <History
          conversation={conversation}
          channel={channel}
          address={address}
          target={target}
          hasThreads={props.hasThreads ?? false}
          log={log}
          onReact={toReact}
          onReply={toReply}
          onEdit={toEdit}
          onAsk={ask}
        />
        {hasMore && <Pill conversation={conversation} onPress={toEnd} />}
      </div>
      <Writers channelId={channel.id} />
      {props.notice}
      <Composer
        channel={channel}
        reply={reply}
        editing={editing}
        onDone={done}
        onEditLast={editLast}
        onPosted={(words) => (toEnd(), props.onPosted?.(words))}
      />
      {asked && (
        <Dialogs
          {...asked}
          channel={channel}
          conversation={conversation}
          onClose={() => show(null)}
        />
      )}
    </>
  );
}

interface HistoryProps extends ChatProps {
  readonly conversation: Conversation;
  readonly log: { current: Log | null };
  readonly onReact: (message: Message, emoji: string) => void;
  readonly onReply: (message: Message) => void;
  readonly onEdit: (message: Message) => void;
  readonly onAsk: (what: Asking, message: Message) => void;
}

function History(props: HistoryProps) {
  const { conversation, channel } = props;
  const app = useApp();
  const { outbox, store } = app;
  const window = conversation.window.value;
  const waiting = outbox.waiting.value.filter((one) => one.channel === channel.id);
  const active = useActiveRow();
  const [revealed, reveal] = useState<ReadonlySet<string>>(new Set());
  if (conversation.status.value === "failed") return <Failed conversation={conversation} />;
  if (conversation.status.value === "loading" || !canShow(window.messages)) {
    if (app.isOffline()) {
      return <Empty icon="wifi-off" title={t("net.not_kept")} text={t("net.not_kept_text")} />;
    }
    return <Skeleton label={t("loading")} lines={6} />;
  }
  if (window.messages.length === 0 && waiting.length === 0) return <Start channel={channel} />;
  const line = conversation.newSince.value;
  const isHidden = ({ id, author_id }: Message) =>
    isBlocked(store.world.value, author_id) && !revealed.has(id);
  const shown = rows(window.messages, line, store.world.value.me, isHidden);
  const hasLine = shown.some((row) => row.kind === "new");
  const known = new Map(window.messages.map((message) => [message.id, message]));
  const quotedBy = ({ reply_to_id: id }: Message) =>
    id === null ? null : known.get(id) ?? window.quoted.get(id);
  return (
    <div class="fill" {...active.handlers}>
      <Log
        handle={props.log}
        label={t("log.label", { room: channel.name })}
        contents={`${
          window.messages[0]?.id
        }-${window.messages.length}-${waiting.length}-${shown.length}-${window.reactions.size}-${window.cards.size}`}
        visit={conversation.arrivals.value}
        isWhole={!window.hasNewer}
        start={props.target ? `[data-id="${props.target}"]` : hasLine ? ".rule.new" : null}
        onNearTop={() => void conversation.older()}
        onNearEnd={() => void conversation.newer()}
        onFollow={(isFollowing) => conversation.follow(isFollowing)}
      >
        {!window.hasOlder && (
          <li class="begin xs muted">{t("channel.begin", { room: channel.name })}</li>
        )}
        {shown.map((row) =>
          row.kind === "message"
            ? (
              <MessageRow
                key={row.key}
                message={row.message}
                first={row.first}
                quoted={quotedBy(row.message)}
                active={active.id}
                isTarget={props.target === row.message.id}
                address={props.address}
                reactions={window.reactions.get(row.message.id)}
                cards={window.cards.get(row.message.id)}
                onReact={props.onReact}
                hasThreads={props.hasThreads ?? false}
                onReply={props.onReply}
                onEdit={props.onEdit}
                onAsk={props.onAsk}
              />
            )
            : row.kind === "hidden"
            ? (
              <li key={row.key} class="hid">
                <HiddenRow
                  count={row.ids.length}
                  onShow={() => reveal(new Set([...revealed, ...row.ids]))}
                />
              </li>
            )
            : <Line key={row.key} row={row} />
        )}
        {waiting.map((one) => <WaitingRow key={one.nonce} waiting={one} />)}
      </Log>
    </div>
  );
}

function Line({ row }: { readonly row: Exclude<Row, { kind: "message" | "hidden" }> }) {
  if (row.kind === "day") return <li class="rule">{day(row.at)}</li>;
  return <li class="rule new">{t("log.new", { time: clock(row.at) })}</li>;
}

function Failed({ conversation }: { readonly conversation: Conversation }) {
  const refusal = conversation.refusal.value;
  if (refusal?.code === "denied" || refusal?.code === "not_found") {
    return <Empty icon="lock" title={t("denied.title")} text={t("denied.text")} />;
  }
  return (
    <Empty icon="warn" title={t("log.failed")} text={refusal?.message}>
      <Button icon="refresh" onPress={() => conversation.refresh()}>{t("again")}</Button>
    </Empty>
  );
}

function Start({ channel }: { readonly channel: Channel }) {
  return (
    <Empty
      icon="text"
      accent
      title={t("channel.start", { room: channel.name })}
      text={t("channel.start_text")}
    />
  );
}

function Writers({ channelId }: { readonly channelId: string }) {
  const { store } = useApp();
  const [, tick] = useState(0);
  const ids = writersIn(store.world.value, channelId, Date.now());
  useEffect(() => {
    if (ids.length === 0) return;
    const timer = setTimeout(() => tick((n) => n + 1), 1_000); // they go when they stop
    return () => clearTimeout(timer);
  });
  const names = ids.flatMap((id) => store.accounts.value.get(id)?.display_name ?? []);
  const few = names.length <= WRITERS_SHOWN;
  return (
    <div class="typing" role="status" aria-live="off">
      {names.length > 0 && (
        <span class="dots" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
      )}
      {names.length > 0 && (
        <span class="trunc">
          {few ? t("typing", { n: names.length, names: listed(names) }) : t("typing_many")}
        </span>
      )}
    </div>
  );
}

/** Begins a visit when the channel or the message in the address changes. */
function useVisit(conversation: Conversation, channel: Channel, target: string | null): void {
  const { store } = useApp();
  useEffect(() => {
    const world = store.world.peek();
    const isNew = isUnread(world, readable(world, channel.id) ?? channel);
    const lastRead = world.reads.get(channel.id) ?? null;
    conversation.visit(isNew ? lastRead : null, target);
  }, [conversation, target]);
}

/** Who has the end of the log before their eyes has read it. */
function useReading(conversation: Conversation, channel: Channel): void {
  const app = useApp();
  const last = conversation.window.value.messages.at(-1);
  const isWhole = !conversation.window.value.hasNewer;
  const [, look] = useState(0);
  useEffect(() => {
    const again = () => look((n) => n + 1);
    document.addEventListener("visibilitychange", again);
    return () => document.removeEventListener("visibilitychange", again);
  }, []);
  const isFollowing = conversation.following.value;
  useEffect(() => {
    if (!last || !isWhole || !isFollowing || document.visibilityState !== "visible") return;
    const timer = setTimeout(() => {
      const now = app.store.world.peek();
      const there = readable(now, channel.id);
      if (!there || !isUnread(now, there)) return;
      app.command("read.move", { channel: channel.id, message: last.id }).catch(() => {});
    }, READ_AFTER_MS);
    return () => clearTimeout(timer);
  }, [last?.id, isWhole, isFollowing, channel.last_message_id, document.visibilityState]);
}

/** The row under the pointer or with the focus. */
function useActiveRow() {
  const id = useSignal("");
  const current = useComputed(() => id.value);
  const rowOf = (event: Event) =>
    event.target instanceof Element ? event.target.closest<HTMLElement>("li[data-id]") : null;
  const set = (event: Event) => {
    const row = rowOf(event);
    if (isMenuOpen()) return; // it belongs to the row it was opened on
    if (row?.dataset["id"]) id.value = row.dataset["id"];
  };
  const handlers = {
    onPointerOver: (event: PointerEvent) => event.pointerType === "mouse" && set(event),
    onPointerLeave: (event: PointerEvent) => {
      if (event.pointerType === "mouse" && !isMenuOpen()) id.value = "";
    },
    onFocusCapture: (event: FocusEvent) => set(event),
    onKeyDown: (event: KeyboardEvent) => {
      const row = rowOf(event);
      const act = ACTS[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey || event.target !== row) return;
      requestAnimationFrame(() => row?.querySelector<HTMLElement>(`.acts .${act}`)?.click());
      event.preventDefault();
    },
  };
  return { id: current, handlers };
}

function isMenuOpen(): boolean {
  return document.querySelector(".acts .menu") !== null;
}
