/** What is between people: the conversations, and the one that is open. */

import "../app/first.ts";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { BackToRooms, PanelHead } from "../app/frame.tsx";
import { listed, loadWords, t } from "../i18n.ts";
import { Button, IconButton } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { Empty, Skeleton } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import { isPhone, showAside, showsAside } from "../prefs.ts";
import { isBlocked } from "../world.ts";
import { Chat } from "../text/chat.tsx";
import type { Account, Conversation } from "../wire.ts";
import BeginDialog from "./begin.tsx";
import ConversationMenu from "./conversation_menu.tsx";
import { Faces } from "./faces.tsx";
import { ConversationList } from "./list.tsx";
import { channelOf, othersOf, titleOf } from "./names.ts";

await loadWords("between");

export default function Between(
  { id, target }: { readonly id: string; readonly target: string | null },
) {
  const { store } = useApp();
  const [isBeginning, begin] = useState(false);
  const conversation = store.conversations.value.get(id);
  const choose = (
    <Empty icon="chat" title={t("between.choose")} text={t("between.choose_text")}>
      <Button tone="primary" icon="pen" onPress={() => begin(true)}>{t("between.new")}</Button>
    </Empty>
  );
  const isListEmpty = store.conversations.value.size === 0;
  return (
    <main
      class={id ? "panel main between one" : "panel main between"}
      id="main"
      tabIndex={-1}
      aria-label={t("between")}
    >
      <section class="talkers" aria-label={t("between.list")}>
        <PanelHead title={t("between")}>
          <IconButton
            icon="pen"
            opens="dialog"
            label={t("between.new")}
            onPress={() => begin(true)}
          />
        </PanelHead>
        {isListEmpty && isPhone.value ? choose : <ConversationList open={id} />}
      </section>
      <div class="talk">
        {conversation && <Open key={id} conversation={conversation} target={target} />}
        {!conversation && id && <Unknown key={id} id={id} />}
        {!id && choose}
      </div>
      {isBeginning && <BeginDialog onClose={() => begin(false)} />}
    </main>
  );
}

/** One beyond those that the page was given, or none of mine. */
function Unknown({ id }: { readonly id: string }) {
  const app = useApp();
  const [isGone, end] = useState(false);
  useEffect(() => {
    app.command("channel.get", { channel: id }).then(({ conversation }) => {
      if (!conversation) return end(true);
      app.store.apply({ event: "conversation.changed", data: conversation }, Date.now());
    }).catch(() => end(true));
  }, []);
  if (!isGone) return <Skeleton label={t("loading")} />;
  return <Empty icon="lock" title={t("lost.title")} text={t("lost.text")} />;
}

interface OpenProps {
  readonly conversation: Conversation;
  readonly target: string | null;
}

function Open({ conversation, target }: OpenProps) {
  const { store } = useApp();
  const world = store.world.value;
  const [isAdding, add] = useState(false);
  const [anchor, open] = useState<Element | null>(null);
  const others = othersOf(conversation, world);
  const other = conversation.kind === "direct" ? others[0] : undefined;
  const isAlone = conversation.member_ids.length < 2;
  const hasBlocked = !!other && isBlocked(world, other.id);
  const title = titleOf(conversation, world);
  const isGroup = conversation.kind === "group";
  return (
    <>
      <PanelHead
        start={
          <>
            <BackToRooms to="/d" />
            <span class="no-phone">
              <Faces accounts={others} />
            </span>
          </>
        }
        title={title}
        detail={isGroup
          ? listed([...others.map((one) => one.display_name), t("between.and_you")])
          : other && `@${other.handle}`}
      >
        {isGroup && (
          <IconButton
            icon="plus"
            opens="dialog"
            label={t("between.add")}
            onPress={() => add(true)}
          />
        )}
        {isGroup && (
          <IconButton
            icon="users"
            label={t("members")}
            pressed={showsAside.value}
            onPress={() => showAside(!showsAside.value)}
          />
        )}
        <IconButton
          icon="more"
          opens="menu"
          label={t("between.more")}
          onPress={(event) => open(event.currentTarget as Element)}
        />
      </PanelHead>
      <p class="whoreads xs">
        <Icon name="lock" />
        <span>
          {isGroup
            ? t("between.who_reads", { n: conversation.member_ids.length })
            : t("between.who_reads_two")}
        </span>
      </p>
      <Chat
        channel={channelOf(conversation, world, !isAlone && !hasBlocked)}
        address={`/d/${conversation.id}`}
        target={target}
        notice={
          <>
            {isAlone && <p class="asks hint">{t("between.only_you")}</p>}
            {other && hasBlocked && <Blocked other={other} />}
            {other && !hasBlocked && <FirstWords conversation={conversation} other={other} />}
          </>
        }
      />
      {isAdding && <BeginDialog group={conversation} onClose={() => add(false)} />}
      {anchor && (
        <ConversationMenu
          conversation={conversation}
          anchor={anchor}
          onClose={() => open(null)}
        />
      )}
    </>
  );
}

function Blocked({ other }: { readonly other: Account }) {
  const app = useApp();
  const unblock = () =>
    app.command("privacy.unblock", { account: other.id })
      .catch((error) => toast({ text: error.message, tone: "bad" }));
  return (
    <div class="asks row wrap">
      <span class="grow">{t("between.blocked", { name: other.display_name })}</span>
      <Button size="s" onPress={() => void unblock()}>{t("between.unblock")}</Button>
    </div>
  );
}

/** Somebody has written, and I have not: to answer is a choice. */
function FirstWords(
  { conversation, other }: { readonly conversation: Conversation; readonly other: Account },
) {
  const app = useApp();
  const [isAnswering, answer] = useState(false);
  const { window, status } = app.conversation(conversation.id);
  const { messages, hasOlder } = window.value;
  const me = app.store.world.value.me;
  const isFirst = status.value === "ready" && !hasOlder && messages.length > 0 &&
    messages.every((message) => message.author_id !== me);
  if (!isFirst || isAnswering) return null;
  const block = () =>
    app.command("privacy.block", { account: other.id })
      .catch((error) => toast({ text: error.message, tone: "bad" }));
  return (
    <div class="asks row wrap">
      <span class="grow">{t("between.first", { name: other.display_name })}</span>
      <Button
        size="s"
        tone="soft"
        onPress={() => {
          answer(true);
          document.querySelector<HTMLElement>(".talk .compose textarea")?.focus();
        }}
      >
        {t("between.answer")}
      </Button>
      <Button size="s" tone="ghost" onPress={() => app.router.navigate("/d")}>
        {t("between.not_now")}
      </Button>
      <Button size="s" tone="ghost" onPress={() => void block()}>{t("between.block")}</Button>
    </div>
  );
}
