/**
 * What asks for me: mentions and replies, the newest first, each with what was said around it and a
 * field to answer. On a narrow page the list and what is open stand one after the other.
 */

import "../app/first.ts";
import { useEffect, useState } from "preact/hooks";
import { useAccount } from "../app/acquaintance.ts";
import { type App, useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { BackToRooms, PanelHead } from "../app/frame.tsx";
import { Slot } from "../app/slot.tsx";
import { usePlace } from "../between/place.ts";
import { clock, isSameDay, moment } from "../format.ts";
import { type Key, t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button, Link } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { Empty, Skeleton } from "../kit/place.tsx";
import { lineOf } from "../text/body.tsx";
import { Words } from "../text/words.tsx";
import type { Message } from "../wire.ts";
import { Case, nameOf } from "./case.tsx";

export interface Entry {
  readonly message: Message;
  readonly reason: "account" | "reply" | "role" | "here" | "everyone";
  readonly unread: boolean;
}

type Filter = "all" | "mentions" | "replies";
const FILTERS: readonly Filter[] = ["all", "mentions", "replies"];

export default function Inbox({ message }: { readonly message: string | null }) {
  const app = useApp();
  const { entries, older, refusal, again } = useEntries(app);
  const [filter, show] = useState<Filter>("all");
  const shown = entries?.filter(({ reason }) =>
    filter === "all" || (reason === "reply") === (filter === "replies")
  );
  const open = entries?.find((entry) => entry.message.id === message);
  const unread = entries?.filter((entry) => isUnread(app, entry)) ?? [];
  const done = (which: readonly Entry[]) =>
    orToast(app.command("inbox.done", { messages: which.map((entry) => entry.message.id) }));
  return (
    <main
      class="panel main inbox"
      id="main"
      tabIndex={-1}
      aria-label={t("inbox.title")}
      data-open={open ? "" : undefined}
      onKeyDown={(event) => {
        const isTyping = event.target instanceof HTMLTextAreaElement;
        if (event.key === "e" && !isTyping && open && isUnread(app, open)) void done([open]);
      }}
    >
      <PanelHead
        big
        title={t("inbox.title")}
        start={<BackToRooms to={open ? "/inbox" : "/rooms"} />}
      >
        <div class="tabs no-phone" role="group" aria-label={t("inbox.title")}>
          {FILTERS.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={each === filter}
              onClick={() => show(each)}
            >
              {t(`inbox.${each}` as Key)}
            </button>
          ))}
        </div>
        {unread.length > 0 && (
          <span class="no-phone">
            <Button
              tone="ghost"
              icon="check"
              onPress={() => void done(unread.slice(0, DONE_MAX))}
            >
              {t("inbox.done_all")}
            </Button>
          </span>
        )}
      </PanelHead>
      <div class="waiting">
        <Slot place="inbox-waiting" props={{}} />
      </div>
      {refusal && (
        <Empty icon="warn" title={refusal}>
          <Button icon="refresh" onPress={again}>{t("again")}</Button>
        </Empty>
      )}
      {!shown && !refusal && <Skeleton label={t("loading")} lines={5} />}
      {shown?.length === 0 && (
        <Empty icon="inbox" title={t("inbox.empty")} text={t("inbox.empty_text")} />
      )}
      {shown && shown.length > 0 && (
        <div class="split">
          <section class="scroll entries" aria-label={t("inbox.title")}>
            <ul>
              {shown.map((entry) => (
                <EntryRow key={entry.message.id} entry={entry} isOpen={entry === open} />
              ))}
            </ul>
            {older && <Button tone="ghost" onPress={older}>{t("inbox.older")}</Button>}
          </section>
          {!open && (
            <div class="nothing-open">
              <Empty icon="inbox" title={t("inbox.choose")} text={t("inbox.choose_text")} />
            </div>
          )}
          {open && (
            <Case
              key={open.message.id}
              entry={open}
              onDone={isUnread(app, open) ? () => void done([open]) : null}
            />
          )}
        </div>
      )}
    </main>
  );
}

const DONE_MAX = 100;

/** The list says it once; what happens since is in the page's own count. */
function isUnread(app: App, { message }: Entry): boolean {
  return app.unread.value.has(message.id);
}

function EntryRow({ entry, isOpen }: { readonly entry: Entry; readonly isOpen: boolean }) {
  const app = useApp();
  const { message, reason } = entry;
  const author = useAccount(message.author_id);
  const room = nameOf(usePlace(message.channel_id));
  const isNew = isUnread(app, entry);
  const at = isSameDay(message.posted_at, new Date().toISOString())
    ? clock(message.posted_at)
    : moment(message.posted_at);
  return (
    <li>
      <Link to={`/inbox/${message.id}`} class={isNew ? "entry new" : "entry"} current={isOpen}>
        <Avatar account={author} />
        <span class="grow">
          <span class="row">
            <b class="trunc">
              <bdi>{message.shown_as ?? author?.display_name}</bdi>
            </b>
            {isNew && <span class="sr">{t("inbox.unread")}</span>}
            <time class="xs muted num ago" dateTime={message.posted_at}>{at}</time>
          </span>
          <span class="two-lines sm" dir="auto">
            <Words text={lineOf(message, app.store.world.value)} />
          </span>
          <span class="why">
            <Icon name={reason === "reply" ? "reply" : "text"} />
            {t(`inbox.${reason}` as Key, { room })}
          </span>
        </span>
      </Link>
    </li>
  );
}

/** All that is loaded; anew when something new asks for me. */
function useEntries(app: App) {
  const [entries, know] = useState<readonly Entry[] | null>(null);
  const [before, goOn] = useState<string | null>(null);
  const [refusal, refuse] = useState<string | null>(null);
  const [turn, again] = useState(0);
  const newest = [...app.unread.value.keys()].at(-1);
  const load = (from: string | null, known: readonly Entry[]) =>
    app.command("inbox.list", from ? { before: from } : {}).then(
      (answer) => {
        know([...known, ...answer["entries"] as readonly Entry[]]);
        goOn(answer["before"] as string | null);
        refuse(null);
      },
      (error) => refuse(error.message),
    );
  useEffect(() => void load(null, []), [newest, turn]);
  return {
    entries,
    older: before && (() => void load(before, entries ?? [])),
    refusal: entries ? null : refusal,
    again: () => again((n) => n + 1),
  };
}
