/** What one place says of a permission: refused, as everywhere, or allowed. */

import { useId } from "preact/hooks";
import { type Key, t } from "../i18n.ts";
import { Icon, type IconName } from "../kit/icon.tsx";
import type { Category, Channel, Overwrite, Room } from "../wire.ts";

export type Said = "deny" | "same" | "allow";

const SAID: readonly { readonly value: Said; readonly icon: IconName; readonly words: Key }[] = [
  { value: "deny", icon: "x", words: "roles.deny" },
  { value: "same", icon: "minus", words: "roles.same" },
  { value: "allow", icon: "check", words: "roles.allow" },
];

/** What is allowed and what is refused; of the rest nothing is said. */
export interface Exception {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** What a place says of a role or of somebody, as it is kept. */
export function saidOf(
  place: Category | Channel | Room,
  { kind, id }: { readonly kind: Overwrite["target"]; readonly id: string },
): Overwrite | undefined {
  return place.overwrites.find((each) => each.target === kind && each.target_id === id);
}

export function saidIn(exception: Exception | undefined, permission: string): Said {
  if (exception?.allow.includes(permission)) return "allow";
  return exception?.deny.includes(permission) ? "deny" : "same";
}

export function saying(
  exception: Exception | undefined,
  permission: string,
  said: Said,
): Exception {
  const others = (names: readonly string[] = []) => names.filter((name) => name !== permission);
  return {
    allow: [...others(exception?.allow), ...(said === "allow" ? [permission] : [])],
    deny: [...others(exception?.deny), ...(said === "deny" ? [permission] : [])],
  };
}

export function ThreeWay(
  { legend, said, onChange }: {
    readonly legend: string;
    readonly said: Said;
    readonly onChange: (said: Said) => void;
  },
) {
  const name = useId();
  return (
    <fieldset class="three">
      <legend class="sr">{legend}</legend>
      {SAID.map(({ value, icon, words }) => (
        <label key={value} class={value} title={t(words)}>
          <input
            type="radio"
            name={name}
            aria-label={t(words)}
            checked={said === value}
            onChange={() => onChange(value)}
          />
          <Icon name={icon} />
        </label>
      ))}
    </fieldset>
  );
}
