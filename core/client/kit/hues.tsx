/** The eight hues a member may choose from. */

import { useId } from "preact/hooks";
import { hueClass } from "./avatar.tsx";

const HUES = [1, 2, 3, 4, 5, 6, 7, 8] as const;

export function HuePicker(
  { label, names, value, onChange }: {
    readonly label: string;
    readonly names: (hue: number) => string;
    readonly value: number;
    readonly onChange: (hue: number) => void;
  },
) {
  const name = useId();
  return (
    <fieldset class="field">
      <legend class="lab">{label}</legend>
      <div class="hues">
        {HUES.map((hue) => (
          <label key={hue} class={hueClass(hue)}>
            <input
              type="radio"
              name={name}
              aria-label={names(hue)}
              checked={hue === value}
              onChange={() => onChange(hue)}
            />
            <span aria-hidden="true">Aa</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
