/** Contains what fails inside: one named place is empty, the page around it lives. */

import { Component, type ComponentChildren } from "preact";

export interface BoundaryProps {
  /** Who is inside, for the console and for `fallback`. */
  readonly name: string;
  readonly fallback?: (again: () => void) => ComponentChildren;
  readonly children: ComponentChildren;
}

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
