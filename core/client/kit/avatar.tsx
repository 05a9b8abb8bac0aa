/**
 * A person is a circle: their picture, or initials on a tint of their hue. A machine is a rounded
 * square.
 */

import type { Account } from "../wire.ts";
import { Icon } from "./icon.tsx";

export interface AvatarProps {
  readonly account:
    | Pick<Account, "display_name" | "hue" | "kind"> & Partial<Pick<Account, "avatar_id" | "state">>
    | undefined;
  readonly size?: "xs" | "sm" | "md" | "lg" | "xl";
  readonly talking?: boolean;
  /** Given: a dot tells whether the person is here. */
  readonly here?: boolean;
  /** Of somebody who is here: how they are so otherwise. */
  readonly absent?: "away" | "busy" | undefined;
}

export function Avatar({ account, size = "md", talking, here, absent }: AvatarProps) {
  const isBot = account?.kind === "bot";
  const name = account?.state === "deleted" ? "" : account?.display_name ?? "";
  const classes = `av ${size === "md" ? "" : size} ${isBot ? "bot" : ""} ${talking ? "talk" : ""}`;
  return (
    <span class={`${classes} ${hueClass(account?.hue)}`} aria-hidden="true">
      <span class="face">
        {isBot ? <Icon name="bot" /> : initials(name)}
        {account?.avatar_id && <Picture id={account.avatar_id} isLarge={size === "xl"} />}
      </span>
      {here !== undefined && <i class={`st ${here ? absent ?? "" : "off"}`} />}
    </span>
  );
}

/** The square picture of somebody or of the community, on what stands for them without it. */
export function Picture({ id, isLarge }: { readonly id: string; readonly isLarge?: boolean }) {
  const size = isLarge ? "" : "?size=small";
  return <img src={`/f/${id}/picture.webp${size}`} alt="" decoding="async" draggable={false} />;
}

export function hueClass(hue: number | undefined): string {
  return `who-${hue && hue >= 1 && hue <= 8 ? hue : 1}`;
}

/** Two letters at most: of the first and the last word. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = [...(words[0] ?? "?")][0] ?? "?";
  const last = words.length > 1 ? [...(words.at(-1) ?? "")][0] ?? "" : "";
  return (first + last).toLocaleUpperCase();
}
