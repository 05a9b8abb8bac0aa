/** Names for what a message names by id, as they are now: in its pills, and where one types. */

import { isOfMe } from "../world.ts";
import type { World } from "../world.ts";
import type { Role } from "../wire.ts";

/** Stands where somebody is not known here: erased, or a place that is not open to the reader. */
const UNKNOWN = "…";

/** Writes the names into the pills of a rendered message. */
export function nameMentions(root: ParentNode, world: World): void {
  for (const pill of root.querySelectorAll<HTMLElement>(".mention")) {
    const { account, role, channel, all } = pill.dataset;
    if (account) {
      pill.textContent = `@${world.accounts.get(account)?.display_name ?? UNKNOWN}`;
      pill.role = "button";
      pill.tabIndex = 0;
    }
    if (role) pill.textContent = `@${world.roles.get(role)?.name ?? UNKNOWN}`;
    if (channel) nameChannel(pill, world, channel);
    pill.classList.toggle("to-me", account === world.me || isOfMe(world, role ?? null) || !!all);
  }
}

function nameChannel(pill: HTMLElement, world: World, id: string): void {
  const channel = world.channels.get(id);
  pill.textContent = `#${channel?.name ?? UNKNOWN}`;
  if (!channel || pill.tagName === "A") return;
  const link = document.createElement("a");
  link.className = "mention";
  link.href = `/${channel.room_id ? "r" : "c"}/${channel.slug}`;
  link.dataset["app"] = "";
  link.textContent = pill.textContent;
  pill.replaceWith(link);
}

/** The text as it was typed: `@handle`, `@name-of-a-role`, `#channel`, `:emoji:` instead of ids. */
export function typed(text: string, world: World): string {
  return text.replace(/<(@[!&]?|#)(\d{1,20})>/g, (whole, sign: string, id: string) => {
    const name = sign === "#"
      ? world.channels.get(id)?.slug
      : sign === "@&"
      ? roleWord(world.roles.get(id))
      : world.accounts.get(id)?.handle;
    return name ? `${sign[0]}${name}` : whole;
  }).replace(
    /<a?:(\w+):(\d{1,20})>/g,
    (_, name: string, id: string) => `:${world.emoji.get(id)?.name ?? name}:`,
  );
}

/** What is typed for a role: its name in small letters, with dashes; as the server reads it. */
export function roleWord(role: Role | undefined): string {
  return role?.name.toLowerCase().replace(/[^\p{L}\p{N}_]+/gu, "-").replace(/^-|-$/g, "") ?? "";
}
