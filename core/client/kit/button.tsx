/** What is pressed: a button with words, and a round one with an icon and a spoken label. */

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.tsx";

export type Tone = "plain" | "primary" | "soft" | "ghost" | "danger" | "leave";

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onPress?: () => void;
  readonly tone?: Tone;
  readonly size?: "s" | "m" | "lg";
  readonly icon?: IconName;
  readonly type?: "button" | "submit";
  readonly disabled?: boolean;
  /** Work is under way: the button keeps its width, shows it, and cannot be pressed again. */
  readonly busy?: boolean;
}

/** It keeps the focus while it cannot be pressed: a `disabled` button would lose it. */
export function Button(props: ButtonProps) {
  const { tone = "plain", size = "m", type = "button" } = props;
  const isOff = props.disabled || props.busy;
  return (
    <button
      type={type}
      class={`btn ${tone === "plain" ? "" : tone} ${size === "m" ? "" : size}`}
      aria-disabled={isOff}
      aria-busy={props.busy}
      onClick={(event) => isOff ? event.preventDefault() : props.onPress?.()}
    >
      {props.busy ? <span class="spin" /> : props.icon && <Icon name={props.icon} />}
      {props.children}
    </button>
  );
}

export interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onPress: (event: MouseEvent) => void;
  readonly small?: boolean;
  /** Given: the button is a toggle. */
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly class?: string;
  /** It opens a menu or a dialog. */
  readonly opens?: "menu" | "dialog";
}

export function IconButton(props: IconButtonProps) {
  const classes = `ib ${props.small ? "s" : ""} ${props.pressed ? "on" : ""} ${props.class ?? ""}`;
  return (
    <button
      type="button"
      class={classes}
      aria-label={props.label}
      title={props.label}
      aria-pressed={props.pressed}
      aria-haspopup={props.opens}
      disabled={props.disabled}
      onClick={props.onPress}
    >
      <Icon name={props.icon} />
    </button>
  );
}

/** A link inside the app; the router follows it without leaving the page. */
export function Link(
  props: {
    readonly to: string;
    readonly class?: string;
    readonly current?: boolean;
    readonly label?: string;
    /** It leads out of here: the browser's Back does not come here again. */
    readonly back?: boolean;
    readonly children: ComponentChildren;
  },
) {
  return (
    <a
      href={props.to}
      class={props.class}
      data-app
      data-back={props.back}
      aria-current={props.current ? "page" : undefined}
      aria-label={props.label}
    >
      {props.children}
    </a>
  );
}
