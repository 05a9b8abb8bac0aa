/** A round button of the voice bar, with an icon and a spoken label. */

import { Icon, type IconName } from "../kit/icon.tsx";

export interface VoiceButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly look?: string;
  readonly disabled?: boolean;
  /** Given: the button is a toggle. */
  readonly pressed?: boolean;
  readonly opens?: "menu" | "dialog";
  readonly onPress: (event: MouseEvent) => void;
}

/** It keeps the focus while it cannot be pressed. */
export function VoiceButton(props: VoiceButtonProps) {
  return (
    <button
      type="button"
      class={`vbtn ${props.look ?? ""}`}
      aria-label={props.label}
      title={props.label}
      aria-pressed={props.pressed}
      aria-haspopup={props.opens}
      aria-disabled={props.disabled}
      onClick={(event) => props.disabled || props.onPress(event)}
    >
      <Icon name={props.icon} />
    </button>
  );
}
