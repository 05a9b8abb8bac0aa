/**
 * What lies over the page: menus, dialogs, a panel over the room. Back closes the topmost before it
 * goes to another place.
 *
 * An open layer stands on an entry of the history of its own, whose state says how deep it lies. A
 * layer that closes by itself leaves its entry behind, because taking one away is not immediate: the
 * next layer or place takes it over, and Back goes past it.
 */

import { useLayoutEffect, useRef } from "preact/hooks";

const open: (() => void)[] = [];
let stood = 0; // the depth of the entry after the last move

/** How many layers the entry of the history was made for. */
export function depth(): number {
  return Number(history.state?.depth ?? 0);
}

/** The page shows another place: nothing of the last one stays open. */
export function arrived(): void {
  closeDownTo(0);
  stood = depth();
}

/** After a move within one place: closes what Back has left. True when Back has to go on. */
export function movedWithin(): boolean {
  const before = stood;
  stood = depth();
  return stood < before && !closeDownTo(stood);
}

function closeDownTo(count: number): boolean {
  const closing = open.splice(count).reverse();
  closing.forEach((close) => close());
  return closing.length > 0;
}

/** While `isOpen`, Back calls `close` instead of going away. */
export function useLayer(close: () => void, isOpen = true): void {
  const latest = useRef(close);
  latest.current = close;
  useLayoutEffect(() => {
    if (!isOpen) return;
    const layer = () => latest.current();
    open.push(layer);
    if (depth() < open.length) history.pushState({ ...history.state, depth: open.length }, "");
    stood = depth();
    return () => {
      const at = open.indexOf(layer);
      if (at >= 0) open.splice(at, 1);
    };
  }, [isOpen]);
}

/** What had the focus has gone: it goes on in this place, or at the beginning of the view. */
export function keepFocus(place?: Element | null): void {
  if (document.activeElement !== document.body) return;
  const next = place ?? document.getElementById("main");
  (next as HTMLElement | null)?.focus({ preventScroll: true });
}
