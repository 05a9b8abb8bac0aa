/** Beside a channel: its threads, or one of them. */

import "../app/first.ts";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { loadWords, t } from "../i18n.ts";
import { Button, IconButton, Link } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { Icon } from "../kit/icon.tsx";
import { Menu, MenuItem } from "../kit/menu.tsx";
import { NameDialog } from "../kit/name_dialog.tsx";
import { Empty, Skeleton } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import { isUnread, mayAt } from "../world.ts";
import { Chat } from "../text/chat.tsx";
import { MessageRow } from "../text/message.tsx";
import { useSignal } from "@preact/signals";
import type { Channel, Message, Thread } from "../wire.ts";
import { channelOfThread, repliesOf } from "./names.ts";
import { useQuestion } from "./question.ts";

await loadWords("between");

const NAME_MAX = 64;

export interface ThreadAsideProps {
  readonly channel: Channel;
  /** Empty: the list of threads. */
  readonly id: string;
  readonly target: string | null;
}

export default function ThreadAside({ channel, id, target }: ThreadAsideProps) {
  const { store } = useApp();
  const thread = store.threads.value.get(id);
  return (
    <aside class="panel aside threads" aria-label={t(id ? "thread.title" : "threads")}>
      {!id && <ThreadList channel={channel} />}
      {id && !thread && <Unknown key={id} channel={channel} id={id} />}
      {thread && <Open key={id} channel={channel} thread={thread} target={target} />}
    </aside>
  );
}

function Head(
  { channel, title, detail, children }: {
    readonly channel: Channel;
    readonly title: string;
    readonly detail?: string;
    readonly children?: preact.ComponentChildren;
  },
) {
  const { router } = useApp();
  return (
    <header class="head">
      <div class="grow">
        <h2 class="display trunc">
          <bdi>{title}</bdi>
        </h2>
        {detail && <span class="xs muted trunc">{detail}</span>}
      </div>
      {children}
      <IconButton
        icon="x"
        label={t("close")}
        onPress={() => router.navigate(`/c/${channel.slug}`)}
      />
    </header>
  );
}

/** An archived one, one beyond those that the page was given, or none. */
function Unknown({ channel, id }: { readonly channel: Channel; readonly id: string }) {
  const app = useApp();
  const [isGone, end] = useState(false);
  useEffect(() => {
    app.command("channel.get", { channel: id }).then(({ thread }) => {
      if (!thread) return end(true);
      app.store.apply({ event: "thread.changed", data: thread }, Date.now());
    }).catch(() => end(true));
  }, []);
  return (
    <>
      <Head channel={channel} title={t("thread.title")} />
      {isGone
        ? <Empty icon="lock" title={t("lost.title")} text={t("lost.text")} />
        : <Skeleton label={t("loading")} />}
    </>
  );
}

// -- one thread

interface OpenProps {
  readonly channel: Channel;
  readonly thread: Thread;
  readonly target: string | null;
}

function Open({ channel, thread, target }: OpenProps) {
  const app = useApp();
  const [anchor, open] = useState<Element | null>(null);
  const root = useRoot(channel, thread);
  const [isAlso, showAlso] = useState(false);
  const posted = (words: string) => {
    if (isAlso && words) app.outbox.post(channel.id, words, root?.id ?? null);
    showAlso(false);
  };
  const follows = app.store.followed.value.has(thread.id);
  const follow = () =>
    app.command("thread.follow", { thread: thread.id, follows: !follows })
      .catch((error) => toast({ text: error.message, tone: "bad" }));
  return (
    <>
      <Head
        channel={channel}
        title={thread.name}
        detail={t("thread.in", { channel: channel.name })}
      >
        <IconButton
          icon="bell"
          label={t("thread.follow")}
          pressed={follows}
          onPress={() => void follow()}
        />
        <IconButton
          icon="more"
          opens="menu"
          label={t("thread.more")}
          onPress={(event) => open(event.currentTarget as Element)}
        />
      </Head>
      {root && <Root channel={channel} root={root} />}
      <Chat
        channel={channelOfThread(thread, channel)}
        address={`/c/${channel.slug}/t/${thread.id}`}
        target={target}
        notice={
          <>
            {thread.archived && <p class="asks hint">{t("thread.archived_hint")}</p>}
            {mayAt(app.store.world.value, "message.post", channel.overwrites) && (
              <label class="also xs">
                <input
                  type="checkbox"
                  checked={isAlso}
                  onChange={(event) => showAlso(event.currentTarget.checked)}
                />
                {t("thread.also", { channel: channel.name })}
              </label>
            )}
          </>
        }
        onPosted={posted}
      />
      {anchor && (
        <ThreadMenu
          channel={channel}
          thread={thread}
          anchor={anchor}
          onClose={() => open(null)}
        />
      )}
    </>
  );
}

/** The message it was started from, if it was. */
function useRoot(channel: Channel, thread: Thread): Message | null {
  const app = useApp();
  const [root, keep] = useState<Message | null>(null);
  useEffect(() => {
    app.command("message.history", { channel: channel.id, around: thread.id, limit: 1 })
      .then(({ messages }) => {
        const found = (messages as readonly Message[]).find((each) => each.id === thread.id);
        keep(found ?? null);
      }).catch(() => {}); // the thread stands without it
  }, []);
  return root;
}

/** It stands on top. */
function Root({ channel, root }: { readonly channel: Channel; readonly root: Message }) {
  const active = useSignal("");
  const nothing = () => {};
  return (
    <ol class="root">
      <MessageRow
        message={root}
        first
        quoted={null}
        active={active}
        isTarget={false}
        address={`/c/${channel.slug}`}
        hasThreads={false}
        reactions={undefined}
        cards={undefined}
        onReact={nothing}
        onReply={nothing}
        onEdit={nothing}
        onAsk={nothing}
      />
    </ol>
  );
}

interface MenuProps {
  readonly channel: Channel;
  readonly thread: Thread;
  readonly anchor: Element;
  readonly onClose: () => void;
}

function ThreadMenu(props: MenuProps) {
  const { channel, thread, anchor, onClose } = props;
  const app = useApp();
  const world = app.store.world.value;
  const { asked, ask, menuClosed } = useQuestion<"name" | "delete">(onClose);
  const isHost = mayAt(world, "thread.manage", channel.overwrites);
  const mayChange = isHost || thread.started_by === world.me;
  const archive = () =>
    app.command("thread.edit", { thread: thread.id, archived: !thread.archived })
      .catch((error) => toast({ text: error.message, tone: "bad" }));
  if (asked === "name") return <Rename {...props} />;
  if (asked === "delete") return <DeleteDialog {...props} />;
  return (
    <Menu label={t("thread.more")} anchor={anchor} onClose={menuClosed}>
      <MenuItem
        icon="link"
        onPress={() => {
          const address = `${location.origin}/c/${channel.slug}/t/${thread.id}`;
          void navigator.clipboard.writeText(address);
          toast({ text: t("copied") });
        }}
      >
        {t("message.copy_link")}
      </MenuItem>
      {mayChange && (
        <>
          <MenuItem icon="pen" onPress={() => ask("name")}>{t("thread.rename")}</MenuItem>
          <MenuItem icon={thread.archived ? "undo" : "check"} onPress={() => void archive()}>
            {t(thread.archived ? "thread.open_again" : "thread.archive")}
          </MenuItem>
        </>
      )}
      {isHost && (
        <MenuItem icon="trash" tone="danger" onPress={() => ask("delete")}>
          {t("thread.delete")}
        </MenuItem>
      )}
    </Menu>
  );
}

function Rename({ thread, onClose }: MenuProps) {
  const app = useApp();
  return (
    <NameDialog
      title={t("thread.rename")}
      label={t("thread.about")}
      max={NAME_MAX}
      name={thread.name}
      send={(name) => app.command("thread.edit", { thread: thread.id, name })}
      onClose={onClose}
    />
  );
}

function DeleteDialog({ channel, thread, onClose }: MenuProps) {
  const app = useApp();
  const remove = async () => {
    await app.command("thread.delete", { thread: thread.id });
    onClose();
    app.router.navigate(`/c/${channel.slug}`, "replace");
  };
  return (
    <Dialog title={t("thread.delete_title", { name: thread.name })} onClose={onClose}>
      <Form
        send={remove}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("keep")}</Button>
            <Submit tone="danger">{t("thread.delete")}</Submit>
          </DialogFoot>
        }
      >
        <p class="muted">{t("thread.delete_text")}</p>
      </Form>
    </Dialog>
  );
}

// -- the list

function ThreadList({ channel }: { readonly channel: Channel }) {
  const app = useApp();
  const { store } = app;
  const [isStarting, start] = useState(false);
  useEffect(() => {
    void meet(app, channel, false);
    void meet(app, channel, true);
  }, [channel.id]);
  const here = [...store.threads.value.values()]
    .filter((thread) => thread.parent_id === channel.id)
    .sort((a, b) => Number(BigInt(lastOf(b)) - BigInt(lastOf(a)) > 0n) * 2 - 1);
  const open = here.filter((thread) => !thread.archived);
  const archived = here.filter((thread) => thread.archived);
  const mayStart = mayAt(store.world.value, "thread.create", channel.overwrites);
  return (
    <>
      <Head
        channel={channel}
        title={t("threads")}
        detail={t("thread.in", { channel: channel.name })}
      >
        {mayStart && (
          <IconButton
            icon="plus"
            opens="dialog"
            label={t("thread.start")}
            onPress={() => start(true)}
          />
        )}
      </Head>
      <div class="scroll">
        {open.length === 0 && (
          <Empty icon="thread" title={t("thread.none")} text={t("thread.none_text")}>
            {mayStart && (
              <Button
                tone="primary"
                onPress={() => start(true)}
              >
                {t("thread.start")}
              </Button>
            )}
          </Empty>
        )}
        <Entries channel={channel} threads={open} />
        {archived.length > 0 && <h3>{t("thread.archived")}</h3>}
        <Entries channel={channel} threads={archived} />
      </div>
      {isStarting && <StartDialog channel={channel} onClose={() => start(false)} />}
    </>
  );
}

function Entries(
  { channel, threads }: { readonly channel: Channel; readonly threads: readonly Thread[] },
) {
  const { store } = useApp();
  if (threads.length === 0) return null;
  return (
    <ul class="talks one-column">
      {threads.map((thread) => {
        const isNew = store.followed.value.has(thread.id) && isUnread(store.world.value, thread);
        return (
          <li key={thread.id}>
            <Link to={`/c/${channel.slug}/t/${thread.id}`} class={isNew ? "it unread" : "it"}>
              <Icon name="thread" />
              <span class="grow">
                <b class="two-lines">
                  <bdi>{thread.name}</bdi>
                </b>
                <span class="sm muted">{repliesOf(thread)}</span>
              </span>
              {isNew && (
                <span class="new">
                  <span class="sr">{t("unread")}</span>
                </span>
              )}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

function StartDialog(
  { channel, onClose }: { readonly channel: Channel; readonly onClose: () => void },
) {
  const app = useApp();
  const start = async (name: string) => {
    const fields = { channel: channel.id, name };
    const { thread } = await app.command("thread.start", fields) as { thread: Thread };
    app.store.apply({ event: "thread.changed", data: thread }, Date.now());
    app.router.navigate(`/c/${channel.slug}/t/${thread.id}?reply`);
  };
  return (
    <NameDialog
      title={t("thread.start")}
      label={t("thread.about")}
      max={NAME_MAX}
      submit={t("thread.start")}
      icon="thread"
      send={start}
      onClose={onClose}
    />
  );
}

async function meet(
  app: ReturnType<typeof useApp>,
  channel: Channel,
  archived: boolean,
): Promise<void> {
  const fields = { channel: channel.id, archived };
  const { threads } = await app.command("thread.list", fields).catch(() => ({ threads: [] }));
  for (const data of threads as readonly Thread[]) {
    app.store.apply({ event: "thread.changed", data }, Date.now());
  }
}

function lastOf(thread: Thread): string {
  return thread.last_message_id ?? thread.id;
}
