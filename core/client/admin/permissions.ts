/** All permissions in groups, with their names in the reader's language; those of plugins last. */

import { useEffect, useState } from "preact/hooks";
import { type App, useApp } from "../app/app.ts";
import { useAnswer } from "../app/asking.ts";
import { type Key, loadWords, t } from "../i18n.ts";
import { mayAt, type World } from "../world.ts";
import type { Overwrite } from "../wire.ts";

export interface Permission {
  readonly name: string;
  readonly label: string;
}

export interface PermissionGroup {
  readonly title: string;
  readonly permissions: readonly Permission[];
}

interface Listed {
  readonly name: string;
  readonly title: string;
}

const GROUPS: readonly (readonly [Key, readonly string[]])[] = [
  ["roles.of_places", ["channel.view", "channel.manage"]],
  ["roles.of_words", [
    "message.post",
    "message.attach",
    "message.hurry",
    "message.pin",
    "message.manage",
    "reaction.add",
    "mention.everyone",
    "thread.create",
    "thread.manage",
  ]],
  ["roles.of_voices", ["room.join", "room.speak", "room.open", "room.manage", "room.publish"]],
  ["roles.of_people", [
    "member.invite",
    "member.time_out",
    "member.kick",
    "member.suspend",
    "member.ban",
    "member.manage",
    "role.manage",
  ]],
  ["roles.of_house", ["emoji.manage", "server.manage", "audit.view", "administrator"]],
];

/** What means nothing at one place: it is held everywhere or not at all. */
const ONLY_EVERYWHERE: ReadonlySet<string> = new Set([
  "administrator",
  "audit.view",
  "emoji.manage",
  "member.invite",
  "member.time_out",
  "member.kick",
  "member.suspend",
  "member.ban",
  "member.manage",
  "room.open",
  "server.manage",
]);

/** Null until they are there. */
export function usePermissions(): readonly PermissionGroup[] | null {
  const app = useApp();
  const { answer } = useAnswer<{ permissions: readonly Listed[] }>("permission.list");
  const [hasWords, know] = useState(false);
  useEffect(() => void loadWords("errors").finally(() => know(true)), []);
  return answer && hasWords ? grouped(app, answer.permissions) : null;
}

export function atPlace(groups: readonly PermissionGroup[]): readonly PermissionGroup[] {
  return groups
    .map(({ title, permissions }) => ({
      title,
      permissions: permissions.filter(({ name }) => !ONLY_EVERYWHERE.has(name)),
    }))
    .filter(({ permissions }) => permissions.length > 0);
}

function grouped(app: App, listed: readonly Listed[]): readonly PermissionGroup[] {
  const left = new Map(listed.map(({ name, title }) => [name, title]));
  const take = (name: string): Permission => {
    const label = app.refusals.say("may.", name) ?? left.get(name) ?? name;
    left.delete(name);
    return { name, label };
  };
  const own = GROUPS.map(([key, names]) => ({ title: t(key), permissions: names.map(take) }));
  const byPlugin = Map.groupBy([...left.keys()], (name) => name.split(".")[0] ?? name);
  const added = [...byPlugin].map(([plugin, names]) => ({
    title: titleOf(app, plugin),
    permissions: names.map(take),
  }));
  return [...own, ...added];
}

/** What its pages are called; a plugin without a page has its name alone. */
function titleOf(app: App, plugin: string): string {
  const pages = [...app.slots.of("admin"), ...app.slots.of("page"), ...app.slots.of("settings")];
  const page = pages.find((each) => each.plugin === plugin && each.title);
  return page?.title?.() ?? plugin.replaceAll("_", " ");
}

/** What it comes to at a place, and why: as everywhere or only there; refused there, held nowhere. */
export type End = "everywhere" | "here" | "refused" | "nowhere" | "unseen";

/** What somebody with these roles ends up with at a place that says this. */
export function endsUp(
  world: World,
  who: { readonly id: string; readonly role_ids: readonly string[] },
  overwrites: readonly Overwrite[],
  permission: string,
): End {
  const held = [world.community.everyone_role_id, ...who.role_ids]
    .flatMap((id) => world.roles.get(id)?.permissions ?? []);
  const known = world.accounts.get(world.me);
  if (!known) return "nowhere";
  const shown: World = {
    ...world,
    me: who.id,
    accounts: new Map([[who.id, { ...known, role_ids: who.role_ids }]]),
    permissions: new Set(held),
  };
  if (permission !== "channel.view" && !mayAt(shown, "channel.view", overwrites)) return "unseen";
  const isHeld = mayAt(shown, permission, []);
  if (mayAt(shown, permission, overwrites)) return isHeld ? "everywhere" : "here";
  return isHeld ? "refused" : "nowhere";
}

/** Whether a place says of everybody what its category says. */
export function isInStep(
  place: { readonly overwrites: readonly Overwrite[] },
  category: { readonly overwrites: readonly Overwrite[] },
): boolean {
  const said = ({ overwrites }: { readonly overwrites: readonly Overwrite[] }) =>
    overwrites.map(({ target, target_id, allow, deny }) =>
      JSON.stringify([target, target_id, [...allow].sort(), [...deny].sort()])
    ).sort().join();
  return said(place) === said(category);
}
