/** At a message the thread that began with it: how many answers it has, and whether some are new. */

import { useApp } from "../app/app.ts";
import { loadWords, t } from "../i18n.ts";
import { Link } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { isUnread } from "../world.ts";
import type { Thread } from "../wire.ts";
import { repliesOf } from "./names.ts";

await loadWords("between");

export default function ThreadLine(
  { thread, address }: { readonly thread: Thread; readonly address: string },
) {
  const { store } = useApp();
  const isNew = store.followed.value.has(thread.id) && isUnread(store.world.value, thread);
  return (
    <Link to={`${address}/t/${thread.id}`} class="replies xs">
      <Icon name="thread" />
      <span class={isNew ? "semi" : ""}>{repliesOf(thread)}</span>
      {isNew && <span class="sr">, {t("unread")}</span>}
    </Link>
  );
}
