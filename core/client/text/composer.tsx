/** Where one writes: grows with the words, sends with Enter, edits and replies in place. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { lazily } from "../app/lazily.tsx";
import type { Router } from "../app/router.ts";
import { loadWords, t } from "../i18n.ts";
import { IconButton } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { toast } from "../kit/toast.tsx";
import { isChatClosed } from "../stage/stage.ts";
import { isTimedOut, mayAt } from "../world.ts";
import type { Channel, Message } from "../wire.ts";
import { fileParts } from "./files_later.tsx";
import { typed } from "./names.ts";

const About = lazily(() => import("./about.tsx"), "dialog");
const Slash = lazily(() => import("./slash.tsx"), "dialog");
const NameList = lazily(async () => {
  await loadWords("attention");
  return import("./name_list.tsx");
}, "dialog");
const EmojiPicker = lazily(() => import("./emoji_picker.tsx"), "dialog");
const TimeOut = lazily(() => import("./time_out.tsx"), "dialog");
const SlowMode = lazily(() => import("./slow_mode.tsx"), "dialog");

export const TEXT_MAX = 4_000;
const COUNT_FROM = TEXT_MAX - 200;
const TYPING_EVERY_MS = 3_000;

export interface ComposerProps {
  readonly channel: Channel;
  readonly reply: Message | null;
  readonly editing: Message | null;
  readonly onDone: () => void;
  readonly onEditLast: () => void;
  readonly onPosted: (words: string) => void;
}

export function Composer(props: ComposerProps) {
  const { store } = useApp();
  const me = store.me.value;
  if (isTimedOut(me, Date.now())) return <TimeOut />;
  if (!mayAt(store.world.value, "message.post", props.channel.overwrites)) {
    return <Closed text={t("composer.read_only")} />;
  }
  if (isChatClosed(store.world.value, props.channel)) {
    return <Closed text={t("composer.chat_closed")} />;
  }
  return <Open key={props.channel.id} {...props} />;
}

function Closed({ text }: { readonly text: string }) {
  return (
    <div class="compose closed" aria-disabled="true">
      <span class="grow" dir="auto">{text}</span>
      <Icon name="lock" />
    </div>
  );
}

function Open(props: ComposerProps) {
  const { channel, reply, editing } = props;
  const app = useApp();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, write] = useDraft(channel.id, editing);
  const [picker, pickBy] = useState<Element | null>(null);
  const noteTyping = useTyping(channel.id);
  useGrowth(field, text);
  useLayoutEffect(() => { // before the next key
    if (reply || editing) field.current?.focus({ preventScroll: true });
  }, [reply?.id, editing?.id]);
  const isAsked = isAskedFor(channel, app.router);
  useLayoutEffect(() => {
    if (isAsked) field.current?.focus({ preventScroll: true });
  }, [isAsked]);

  const rest = TEXT_MAX - [...text].length;
  const attach = fileParts.value;
  const tray = editing ? undefined : attach?.trayOf(app, channel.id);
  const send = () => {
    const words = text.trim();
    const hasFiles = tray ? !tray.isEmpty : editing?.files.length;
    if ((!words && !hasFiles) || rest < 0 || tray?.hold()) return;
    if (editing) void edit(editing, words);
    else if (app.outbox.isFull) return void toast({ text: t("composer.too_many"), tone: "bad" });
    else {
      app.outbox.post(channel.id, words, reply?.id ?? null, tray?.take());
      props.onPosted(words);
    }
    write("");
    props.onDone();
  };
  const edit = (message: Message, words: string) =>
    app.command("message.edit", { message: message.id, text: words })
      .catch((error) => toast({ text: error.message, tone: "bad" }));
  const pressed = (event: KeyboardEvent) => {
    const isTouch = matchMedia("(pointer: coarse)").matches;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !isTouch) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape" && (reply || editing)) {
      event.stopPropagation();
      if (editing) write("");
      props.onDone();
    } else if (event.key === "ArrowUp" && text === "") {
      event.preventDefault();
      props.onEditLast();
    }
  };
  const insert = (emoji: string) => {
    const area = field.current;
    const own = app.store.emoji.value.get(emoji);
    area?.setRangeText(
      own ? `:${own.name}:` : emoji,
      area.selectionStart,
      area.selectionEnd,
      "end",
    );
    if (area) write(area.value);
    setTimeout(() => area?.focus()); // after the picker has given its own back
  };
  const mayAttach = !editing &&
    mayAt(app.store.world.value, "message.attach", channel.overwrites);
  const label = editing ? t("composer.edit_label") : t("composer.label", { room: channel.name });
  const isSlow = channel.slow_mode_s > 0 && !editing &&
    !mayAt(app.store.world.value, "message.hurry", channel.overwrites);
  return (
    <>
      {/[@#]|:[\p{L}\p{N}+]/u.test(text) && (
        <NameList
          field={field}
          text={text}
          channel={channel}
          onWrite={write}
        />
      )}
      {!editing && text.startsWith("/") && (
        <Slash
          channel={channel}
          text={text}
          field={field}
          onDone={() => write("")}
        />
      )}
      <form
        class="composer"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        {(reply ?? editing) && (
          <About {...props} onCancel={() => (editing && write(""), props.onDone())} />
        )}
        {isSlow && <SlowMode channel={channel} />}
        {attach && tray && <attach.TrayView tray={tray} onReady={send} />}
        <div class="compose">
          {mayAttach &&
            (attach ? <attach.AttachButton channelId={channel.id} /> : <span class="ib" />)}
          <textarea
            ref={field}
            rows={1}
            dir="auto"
            value={text}
            placeholder={label}
            aria-label={label}
            aria-invalid={rest < 0 ? true : undefined}
            aria-describedby={rest < TEXT_MAX - COUNT_FROM ? "composer-rest" : undefined}
            onInput={(event) => {
              write(event.currentTarget.value);
              if (!editing) noteTyping();
            }}
            onKeyDown={pressed}
          />
          {rest < TEXT_MAX - COUNT_FROM && (
            <span
              id="composer-rest"
              class={rest < 0 ? "rest xs num over" : "rest xs num"}
              role="status"
            >
              {rest < 0 ? t("composer.too_long", { n: -rest }) : t("composer.rest", { n: rest })}
            </span>
          )}
          <IconButton
            icon="smile"
            label={t("composer.emoji")}
            opens="dialog"
            onPress={(event) => pickBy(event.currentTarget as Element)}
          />
          <button
            class="ib go"
            type="submit"
            aria-label={t(editing ? "save" : "composer.send")}
            title={t(editing ? "save" : "composer.send")}
          >
            <Icon name={editing ? "check" : "send"} />
          </button>
        </div>
      </form>
      {picker && (
        <EmojiPicker
          anchor={picker}
          onPick={insert}
          onClose={() => pickBy(null)}
        />
      )}
    </>
  );
}

/** Whether the address asks to write here: a notice was answered, a thread was started. */
function isAskedFor(channel: Channel, router: Router): boolean {
  if (!router.path.value.endsWith("?reply")) return false;
  const route = router.route.value;
  return route.view !== "channel" || !route.thread || route.thread === channel.id;
}

/** What is written and not sent, kept on the device; an edit begins with the message. */
function useDraft(channelId: string, editing: Message | null) {
  const { drafts, store } = useApp();
  const [text, set] = useState(drafts.get(channelId));
  useEffect(() => {
    set(editing ? typed(editing.text, store.world.peek()) : drafts.get(channelId));
  }, [editing?.id]);
  useEffect(() => {
    const restore = () => set(drafts.get(channelId));
    addEventListener("salon:draft", restore);
    return () => removeEventListener("salon:draft", restore);
  }, [channelId]);
  const write = (words: string) => {
    if (!editing) drafts.set(channelId, words);
    set(words);
  };
  return [text, write] as const;
}

function useTyping(channelId: string): () => void {
  const app = useApp();
  const last = useRef(0);
  return () => {
    const now = Date.now();
    if (now - last.current < TYPING_EVERY_MS) return;
    last.current = now;
    app.command("typing.start", { channel: channelId }).catch(() => {}); // a courtesy, not a promise
  };
}

function useGrowth(field: { current: HTMLTextAreaElement | null }, text: string): void {
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.setProperty("block-size", "auto");
    area.style.setProperty("block-size", `${area.scrollHeight}px`);
  }, [text]);
}
