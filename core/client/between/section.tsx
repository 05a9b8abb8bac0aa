/** In the list of the house: the conversations that were last spoken in. */

import "../app/first.ts";
import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { loadWords, t } from "../i18n.ts";
import { IconButton, Link } from "../kit/button.tsx";
import { isUnread } from "../world.ts";
import type { Conversation } from "../wire.ts";
import BeginDialog from "./begin.tsx";
import { Faces } from "./faces.tsx";
import { lastFirst, othersOf, titleOf } from "./names.ts";

await loadWords("between");

const SHOWN = 5;

export default function BetweenSection() {
  const { router, store } = useApp();
  const [isBeginning, begin] = useState(false);
  const world = store.world.value;
  const route = router.route.value;
  const all = lastFirst(world, route.view === "between" ? route.id : "");
  const shown = all.filter((each, at) => at < SHOWN || isUnread(world, each));
  return (
    <section>
      <h2>
        <Link to="/d" class="trunc plainlink">{t("between")}</Link>
        <IconButton
          small
          icon="plus"
          opens="dialog"
          label={t("between.new")}
          onPress={() => begin(true)}
        />
      </h2>
      <ul>
        {shown.map((each) => <Entry key={each.id} conversation={each} />)}
        {shown.length < all.length && (
          <li>
            <Link to="/d" class="ch">{t("more")}</Link>
          </li>
        )}
      </ul>
      {isBeginning && <BeginDialog onClose={() => begin(false)} />}
    </section>
  );
}

function Entry({ conversation }: { readonly conversation: Conversation }) {
  const { router, store } = useApp();
  const world = store.world.value;
  const route = router.route.value;
  const isCurrent = route.view === "between" && route.id === conversation.id;
  const unread = isUnread(world, conversation) && !isCurrent;
  const name = titleOf(conversation, world);
  return (
    <li>
      <Link
        to={`/d/${conversation.id}`}
        class={unread ? "ch unread" : "ch"}
        current={isCurrent}
        {...(unread ? { label: t("channel.unread", { name }) } : {})}
      >
        <Faces accounts={othersOf(conversation, world)} small />
        <span class="two-lines grow">
          <bdi>{name}</bdi>
        </span>
      </Link>
    </li>
  );
}
