/** An entry of the sidebar. */

import type { ComponentChildren } from "preact";
import { Link } from "../kit/button.tsx";
import { Icon, type IconName } from "../kit/icon.tsx";
import { useApp } from "./app.ts";

export interface NavLinkProps {
  readonly to: string;
  readonly icon: IconName;
  readonly children: ComponentChildren;
  /** A sign after the words. */
  readonly end?: ComponentChildren;
  /** A number at the end; nothing is shown for zero. */
  readonly count?: number;
  /** Said with the number: "3 mentions". */
  readonly countLabel?: string;
  readonly unread?: boolean;
  readonly label?: string;
  /** Given: whether it is the page shown; otherwise the address tells. */
  readonly current?: boolean;
}

export function NavLink(props: NavLinkProps) {
  const path = useApp().router.path.value.split("?")[0] ?? "";
  const isCurrent = props.current ??
    (path === props.to || (props.to !== "/" && path.startsWith(`${props.to}/`)));
  return (
    <Link
      to={props.to}
      class={props.unread && !isCurrent ? "ch unread" : "ch"}
      current={isCurrent}
      {...(props.label ? { label: props.label } : {})}
    >
      <Icon name={props.icon} />
      <span class="two-lines grow">{props.children}</span>
      {props.end}
      {!!props.count && <span class="count" aria-label={props.countLabel}>{props.count}</span>}
    </Link>
  );
}
