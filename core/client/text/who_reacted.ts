/**
 * The names of those who left a picture under a message: the first ones, and how many more. Whom I have
 * blocked is one of these.
 */

import "../app/first.ts";
import type { App } from "../app/app.ts";
import { listed, loadWords, t } from "../i18n.ts";
import { isBlocked } from "../world.ts";

const SHOWN = 8;

export async function whoReacted(app: App, message: string, emoji: string): Promise<string> {
  const [answer] = await Promise.all([
    app.command("reaction.people", { message, emoji }),
    loadWords("attention"),
  ]);
  const ids = answer["account_ids"] as readonly string[];
  const world = app.store.world.peek();
  const names = ids
    .filter((id) => !isBlocked(world, id))
    .flatMap((id) => world.accounts.get(id)?.display_name ?? [])
    .slice(0, SHOWN);
  if (names.length === 0) return t("reaction.people_unnamed", { n: ids.length });
  const more = ids.length - names.length;
  return more > 0 ? t("reaction.people_more", { names: names.join(", "), n: more }) : listed(names);
}
