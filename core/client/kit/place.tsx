/** What stands where nothing else can: an empty place, a wait, a failure. Each offers one thing. */

import { Component, type ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon.tsx";

export const SKELETON_AFTER_MS = 150;

export interface EmptyProps {
  readonly title: string;
  readonly text?: ComponentChildren;
  /** An icon in a circle, or anything else that stands for the place. */
  readonly icon?: IconName;
  readonly picture?: ComponentChildren;
  readonly accent?: boolean;
  /** It is all there is in the view: its title is the page's. */
  readonly isPage?: boolean;
  readonly children?: ComponentChildren;
}

export function Empty({ title, text, icon, picture, accent, isPage, children }: EmptyProps) {
  return (
    <div class="cen">
      {picture ?? (icon && (
        <span class={accent ? "bigi ac" : "bigi"}>
          <Icon name={icon} />
        </span>
      ))}
      {isPage ? <h1 class="display">{title}</h1> : <h2 class="display">{title}</h2>}
      {text && <p>{text}</p>}
      {children && <div class="row">{children}</div>}
    </div>
  );
}

/** Grey lines in the shape of what comes, after 150 ms: shorter waits show nothing. */
export function Skeleton(
  { label, lines = 5 }: { readonly label: string; readonly lines?: number },
) {
  const [isShown, show] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => show(true), SKELETON_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div role="status" aria-label={label}>
      {isShown && Array.from({ length: lines }, (_, line) => (
        <div key={line} class="skl">
          <i class="o" />
          <div>
            <i />
            <i />
            <i />
          </div>
        </div>
      ))}
    </div>
  );
}

export function Note(
  { tone = "info", icon, children }: {
    readonly tone?: "info" | "warn" | "rec" | "ok";
    readonly icon?: IconName;
    readonly children: ComponentChildren;
  },
) {
  return (
    <div class={tone === "info" ? "note" : `note ${tone}`}>
      {icon && <Icon name={icon} />}
      <div>{children}</div>
    </div>
  );
}

export interface BoundaryProps {
  /** Who is inside, for the console and for `fallback`. */
  readonly name: string;
  readonly fallback?: (again: () => void) => ComponentChildren;
  readonly children: ComponentChildren;
}

/** Contains what fails inside: one named place is empty, the page around it lives. */
export class Boundary extends Component<BoundaryProps, { failed: boolean }> {
  override state = { failed: false };

  static override getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    console.error(`${this.props.name} failed`, error);
  }

  override render(): ComponentChildren {
    if (!this.state.failed) return this.props.children;
    return this.props.fallback?.(() => this.setState({ failed: false })) ?? null;
  }
}
