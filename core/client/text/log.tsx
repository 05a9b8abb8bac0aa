/**
 * The scrolling log. It keeps the reader's place: what is added above or taken away never moves
 * the message under the eyes, and a reader at the end stays there.
 */

import { Component, createRef } from "preact";
import type { ComponentChildren } from "preact";
import { keepFocus } from "../kit/layers.ts";

/** Older messages are asked for this long before the reader meets the end of what is there. */
const FETCH_AHEAD_PX = 600;
const AT_END_PX = 48;

export interface LogProps {
  readonly label: string;
  readonly children: ComponentChildren;
  /** Changes with what is shown, so that the place is kept over exactly those changes. */
  readonly contents: unknown;
  /** Whether the last message there is stands at the end of the log. */
  readonly isWhole: boolean;
  readonly onNearTop: () => void;
  readonly onNearEnd: () => void;
  readonly onFollow: (isFollowing: boolean) => void;
  /** Where to stand when the log appears or `visit` changes: a row's selector, or the end. */
  readonly start: string | null;
  /** Filled with the log while it stands, for those who send the reader to its end. */
  readonly handle: { current: Log | null };
  readonly visit: number;
}

interface Anchor {
  readonly element: Element;
  readonly topPx: number;
}

/** Where the reader and the focus are before something changes. */
interface Place {
  readonly anchor: Anchor | null;
  readonly rows: readonly HTMLElement[];
  readonly focused: number;
}

export class Log extends Component<LogProps> {
  readonly #box = createRef<HTMLDivElement>();
  readonly #list = createRef<HTMLOListElement>();
  #had: Element | null = null; // the row that had the focus last
  #isAtEnd = true;
  #sizes: ResizeObserver | null = null;
  #frame = 0;

  override componentDidMount(): void {
    this.#sizes = new ResizeObserver(() => this.#isAtEnd && this.#toEnd());
    if (this.#box.current) this.#sizes.observe(this.#box.current);
    if (this.#list.current) this.#sizes.observe(this.#list.current);
    this.props.handle.current = this;
    this.#begin();
  }

  override componentWillUnmount(): void {
    this.props.handle.current = null;
    this.#sizes?.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  override getSnapshotBeforeUpdate(): Place {
    const rows = this.#rows();
    return {
      anchor: this.#isAtEnd ? null : this.#firstInView(),
      rows,
      focused: rows.findIndex((row) => row === this.#had),
    };
  }

  override componentDidUpdate(before: LogProps, _state: unknown, place: Place): void {
    if (before.visit !== this.props.visit) return this.#begin();
    if (before.contents === this.props.contents) return;
    const { anchor, rows, focused } = place;
    if (rows[focused]?.isConnected === false) {
      const still = (row: HTMLElement) => row.isConnected;
      keepFocus(rows.slice(focused).find(still) ?? rows.findLast(still) ?? this.#box.current);
    }
    if (this.#isAtEnd && this.props.isWhole) this.#toEnd();
    else if (anchor?.element.isConnected) this.#restore(anchor);
    this.#look();
  }

  /** Go to the newest, after the press of a button. */
  toEnd(): void {
    this.#isAtEnd = true;
    this.#toEnd();
  }

  #begin(): void {
    const box = this.#box.current;
    if (!box) return;
    const target = this.props.start ? box.querySelector(this.props.start) : null;
    if (!target) return this.toEnd();
    const offset = target.getBoundingClientRect().top - box.getBoundingClientRect().top;
    box.scrollTop += offset - box.clientHeight / 3;
    this.#isAtEnd = this.#isNearEnd(AT_END_PX);
    this.props.onFollow(this.#isAtEnd && this.props.isWhole);
  }

  #firstInView(): Anchor | null {
    const box = this.#box.current;
    if (!box) return null;
    const edge = box.getBoundingClientRect().top;
    for (const element of this.#list.current?.children ?? []) {
      const { top, bottom } = element.getBoundingClientRect();
      if (bottom > edge && "id" in (element as HTMLElement).dataset) return { element, topPx: top };
    }
    return null;
  }

  #restore({ element, topPx }: Anchor): void {
    const box = this.#box.current;
    if (box) box.scrollTop += element.getBoundingClientRect().top - topPx;
  }

  #toEnd(): void {
    const box = this.#box.current;
    if (box) box.scrollTop = box.scrollHeight;
  }

  #rows(): readonly HTMLElement[] {
    return [...this.#list.current?.querySelectorAll<HTMLElement>("li[data-id]") ?? []];
  }

  #isNearEnd(px: number): boolean {
    const box = this.#box.current;
    return !box || box.scrollHeight - box.scrollTop - box.clientHeight < px;
  }

  readonly #scrolled = (): void => {
    if (this.#frame) return; // once per frame is enough
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#isAtEnd = this.#isNearEnd(AT_END_PX);
      this.props.onFollow(this.#isAtEnd && this.props.isWhole);
      this.#look();
    });
  };

  #look(): void {
    const box = this.#box.current;
    if (!box) return;
    if (box.scrollTop < FETCH_AHEAD_PX) this.props.onNearTop();
    if (!this.props.isWhole && this.#isNearEnd(FETCH_AHEAD_PX)) this.props.onNearEnd();
  }

  readonly #moved = (event: KeyboardEvent): void => {
    const rows = this.#rows();
    const at = rows.findIndex((row) => row === event.target);
    if (at < 0 && event.target !== this.#box.current) return; // it is for a button in a row
    const last = rows.length - 1;
    const to = at < 0 ? { Home: 0, End: last } : {
      ArrowUp: at - 1,
      ArrowDown: at + 1,
      Home: 0,
      End: last,
    };
    const next = rows[to[event.key as keyof typeof to] ?? -1];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };

  override render({ label, children }: LogProps) {
    return (
      <div
        ref={this.#box}
        class="scroll"
        role="log"
        aria-label={label}
        aria-live="off"
        tabIndex={0}
        onScroll={this.#scrolled}
        onKeyDown={this.#moved}
        onFocusCapture={({ target }) => this.#had = (target as Element).closest("li[data-id]")}
      >
        <ol class="log" ref={this.#list}>{children}</ol>
      </div>
    );
  }
}
