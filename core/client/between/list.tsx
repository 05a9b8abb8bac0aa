/** The conversations, the last spoken in first, each with what was said last. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { clock, date, isSameDay } from "../format.ts";
import { t } from "../i18n.ts";
import { Link } from "../kit/button.tsx";
import { isBlocked, isUnread, type World } from "../world.ts";
import { lineOf } from "../text/body.tsx";
import { Words } from "../text/words.tsx";
import type { Conversation, Message } from "../wire.ts";
import { Faces } from "./faces.tsx";
import { lastFirst, othersOf, titleOf } from "./names.ts";

/** Ids are times: milliseconds since this moment, and a counter. */
const EPOCH_MS = 1_420_070_400_000n;
const COUNTER_BITS = 22n;

export function ConversationList({ open }: { readonly open: string }) {
  const { store } = useApp();
  const said = useLastWords();
  const world = store.world.value;
  return (
    <ul class="scroll talks one-column">
      {lastFirst(world, open).map((each) => (
        <Entry
          key={each.id}
          conversation={each}
          said={said.get(each.id)}
          isOpen={each.id === open}
        />
      ))}
    </ul>
  );
}

interface EntryProps {
  readonly conversation: Conversation;
  readonly said: Message | undefined;
  readonly isOpen: boolean;
}

function Entry({ conversation, said, isOpen }: EntryProps) {
  const { store } = useApp();
  const world = store.world.value;
  const others = othersOf(conversation, world);
  const unread = isUnread(world, conversation) && !isOpen;
  const at = timeOf(conversation.last_message_id);
  const here = others.length === 1 ? world.here.has(others[0]?.id ?? "") : undefined;
  return (
    <li>
      <Link
        to={`/d/${conversation.id}`}
        class={`it ${unread ? "unread" : ""}`}
        current={isOpen}
      >
        <Faces accounts={others} {...(here === undefined ? {} : { here })} />
        <span class="grow">
          <span class="row">
            <b class="two-lines grow">
              <bdi>{titleOf(conversation, world)}</bdi>
            </b>
            {at && <time class="xs muted num" dateTime={at}>{shortly(at)}</time>}
          </span>
          <span class="sm muted trunc" dir="auto">
            <Words text={lastWords(said, conversation, world)} />
          </span>
        </span>
        {unread && (
          <span class="new">
            <span class="sr">{t("unread")}</span>
          </span>
        )}
      </Link>
    </li>
  );
}

function lastWords(
  said: Message | undefined,
  conversation: Conversation,
  world: World,
): string {
  if (conversation.last_message_id === null) return t("between.nothing");
  if (!said) return "";
  if (isBlocked(world, said.author_id)) return t("between.hidden", { n: 1 });
  const name = world.accounts.get(said.author_id)?.display_name ?? "";
  if (said.kind === "pin") return t("message.pinned_by", { name });
  const text = lineOf(said, world);
  if (said.author_id === world.me) return t("between.said_by_me", { text });
  return conversation.kind === "direct" ? text : t("between.said_by", { name, text });
}

/** By conversation: asked for once, then kept up with. */
function useLastWords(): ReadonlyMap<string, Message> {
  const app = useApp();
  const [said, keep] = useState<ReadonlyMap<string, Message>>(new Map());
  const put = (message: Message) =>
    keep((before) => new Map(before).set(message.channel_id, message));
  useEffect(() => {
    app.command("conversation.list").then(({ messages }) => {
      (messages as readonly Message[]).forEach(put);
    }).catch(() => {}); // the list stands without it
    const heard = (message: Message) => {
      if (app.store.world.peek().conversations.has(message.channel_id)) put(message);
    };
    return app.on("message.posted", heard);
  }, []);
  return said;
}

function timeOf(id: string | null): string | null {
  if (id === null) return null;
  return new Date(Number((BigInt(id) >> COUNTER_BITS) + EPOCH_MS)).toISOString();
}

function shortly(at: string): string {
  return isSameDay(at, new Date().toISOString()) ? clock(at) : date(at);
}
