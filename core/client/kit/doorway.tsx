/** A doorway is a room: lit when somebody is in it. */

import { Picture } from "./avatar.tsx";
import { Icon, type IconName } from "./icon.tsx";

export function Doorway(
  { icon = "door", lit = false, size = "m" }: {
    readonly icon?: IconName;
    readonly lit?: boolean;
    readonly size?: "xs" | "s" | "m" | "l" | "xl";
  },
) {
  return (
    <span class={`door ${size === "m" ? "" : size} ${lit ? "lit" : ""}`} aria-hidden="true">
      <Icon name={icon} />
    </span>
  );
}

export function Logo({ out = false }: { readonly out?: boolean }) {
  return (
    <svg class={out ? "logo out" : "logo"} viewBox="0 0 40 44" aria-hidden="true">
      <path class="wall-part" d="M4 44V20a16 16 0 0 1 32 0v24z" />
      <path class="lamp-part" d="M11 44V21a9 9 0 0 1 18 0v23z" />
      <path class="floor-part" d="M11 44l9-14 9 14z" />
      <circle class="bulb-part" cx="20" cy="21" r="3.6" />
    </svg>
  );
}

/** What stands for the community: its icon, or the open door. */
export function Mark({ icon }: { readonly icon: string | null }) {
  return icon
    ? (
      <span class="logo picture" aria-hidden="true">
        <Picture id={icon} />
      </span>
    )
    : <Logo />;
}

/** Somebody is talking: moving bars, beside words that say so. */
export function TalkingBars() {
  return (
    <span class="bars" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}
