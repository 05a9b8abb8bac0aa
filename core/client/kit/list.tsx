/** Rows of things, and tabs over a panel. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { keepFocus } from "./layers.ts";

/** When what had the focus goes, the row now in its place gets it, else the list or the view. */
export function List(
  { label, children }: { readonly label?: string; readonly children: ComponentChildren },
) {
  const list = useRef<HTMLUListElement>(null);
  const had = useRef<Element | null>(null);
  const at = useRef(0);
  useEffect(() => {
    if (!had.current || had.current.isConnected) return;
    had.current = null;
    const rows = list.current?.children;
    const next = rows?.[Math.min(at.current, rows.length - 1)];
    keepFocus(next?.querySelector("button") ?? list.current);
  });
  useEffect(() => () => void setTimeout(keepFocus), []);
  return (
    <ul
      class="rows"
      aria-label={label}
      tabIndex={-1}
      ref={list}
      onFocusCapture={({ target, currentTarget }) => {
        had.current = target as Element;
        at.current = [...currentTarget.children].findIndex((row) => row.contains(had.current));
      }}
    >
      {children}
    </ul>
  );
}

export interface ListRowProps {
  readonly title: ComponentChildren;
  readonly detail?: ComponentChildren;
  /** Before the words: an avatar, a doorway, an icon. */
  readonly start?: ComponentChildren;
  /** After the words: buttons. */
  readonly end?: ComponentChildren;
  /** The title is a sentence, and is shown to its end. */
  readonly isSentence?: boolean;
}

export function ListRow({ title, detail, start, end, isSentence }: ListRowProps) {
  return (
    <li>
      {start}
      <div class="grow">
        <b class={isSentence ? "" : "trunc"}>
          <bdi>{title}</bdi>
        </b>
        {detail && <span class="detail">{detail}</span>}
      </div>
      {end}
    </li>
  );
}

export interface TabsProps<K extends string> {
  readonly label: string;
  readonly tabs: readonly { readonly key: K; readonly title: ComponentChildren }[];
  readonly value: K;
  readonly onChange: (key: K) => void;
}

/** The tabs' own row; the panel below names its tab by `aria-label`. */
export function Tabs<K extends string>({ label, tabs, value, onChange }: TabsProps<K>) {
  const row = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = tabs.findIndex((tab) => tab.key === value);
    const to = (at + step + tabs.length) % tabs.length;
    const next = tabs[to];
    if (next) onChange(next.key);
    row.current?.querySelectorAll("button")[to]?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} ref={row} onKeyDown={move}>
      {tabs.map((tab) => (
        <button
          key={tab.key}
          type="button"
          role="tab"
          aria-selected={tab.key === value}
          tabIndex={tab.key === value ? 0 : -1}
          onClick={() => onChange(tab.key)}
        >
          {tab.title}
        </button>
      ))}
    </div>
  );
}
