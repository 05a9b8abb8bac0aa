/** Topics to follow: on Home, and what a room is about. */

import "../app/first.ts";
import { useState } from "preact/hooks";
import { type App, useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { loadWords, t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { peopleIn } from "../world.ts";
import type { Tag } from "../wire.ts";
import { tagsOf } from "./tags.ts";

await loadWords("topics");

const FIRST_MAX = 12;

/** Those one follows first, then those with people in their rooms. */
export function TopicsToFollow() {
  const app = useApp();
  const tags = tagsOf(app);
  const [showsAll, showAll] = useState(false);
  const live = liveBy(app);
  const order = (tag: Tag) =>
    (tags.followed.value.has(tag.id) ? 1_000 : 0) + (live.get(tag.id) ?? 0);
  const all = [...tags.shown()].sort((a, b) => order(b) - order(a));
  if (all.length === 0) return null;
  const shown = showsAll ? all : all.slice(0, FIRST_MAX);
  return (
    <section aria-label={t("topics.title")}>
      <div class="hh">
        <h2 class="display">{t("topics.title")}</h2>
      </div>
      <p class="sm muted">{t("topics.text")}</p>
      <ul class="tags">
        {shown.map((tag) => (
          <li key={tag.id}>
            <Follow tag={tag} live={live.get(tag.id) ?? 0} />
          </li>
        ))}
        {shown.length < all.length && (
          <li>
            <Button size="s" onPress={() => showAll(true)}>
              {t("topics.all", { n: all.length })}
            </Button>
          </li>
        )}
      </ul>
    </section>
  );
}

/** What a room or an event is about. */
export function TopicsOf({ ids }: { readonly ids: readonly string[] }) {
  const tags = tagsOf(useApp()).of(ids);
  if (tags.length === 0) return null;
  return (
    <ul class="tags" aria-label={t("topics.of_room")}>
      {tags.map((tag) => (
        <li key={tag.id}>
          <Follow tag={tag} live={0} />
        </li>
      ))}
    </ul>
  );
}

function Follow({ tag, live }: { readonly tag: Tag; readonly live: number }) {
  const app = useApp();
  const follows = tagsOf(app).followed.value.has(tag.id);
  const set = () => void orToast(app.command("tag.follow", { tag: tag.id, follows: !follows }));
  return (
    <button
      type="button"
      class="tag"
      aria-pressed={follows}
      title={t(follows ? "topics.unfollow" : "topics.follow")}
      onClick={set}
    >
      <Icon name={follows ? "check" : "plus"} />
      <bdi class="trunc">{tag.name}</bdi>
      {live > 0 && <span class="num">{t("topics.live", { n: live })}</span>}
    </button>
  );
}

/** In how many rooms with people something is talked about. */
function liveBy(app: App): ReadonlyMap<string, number> {
  const { rooms, world } = app.store;
  const live = new Map<string, number>();
  for (const room of rooms.value.values()) {
    if (peopleIn(world.value, room.id).length === 0) continue;
    for (const tag of tagsOf(app).of(room.tag_ids)) live.set(tag.id, (live.get(tag.id) ?? 0) + 1);
  }
  return live;
}
