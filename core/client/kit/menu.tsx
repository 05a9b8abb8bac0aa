/**
 * A menu beside what opened it; on a phone a sheet from below. Arrow keys move; Escape, Back and a
 * press elsewhere close; the focus goes back to the opener. A slider takes the keys to its ends, and
 * those to the sides; buttons in a row above the items come before them.
 */

import { type ComponentChildren, createContext } from "preact";
import { useContext, useLayoutEffect, useRef } from "preact/hooks";
import { Icon, type IconName } from "./icon.tsx";
import { useLayer } from "./layers.ts";

const GAP_PX = 6;

/** Closes the menu around an item. Outside of a menu it does nothing. */
const Close = createContext<() => void>(() => {});

export interface MenuProps {
  readonly label: string;
  readonly anchor: Element;
  readonly onClose: () => void;
  /** What stands above the items and is none, as a slider. */
  readonly head?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Menu({ label, anchor, onClose, head, children }: MenuProps) {
  const box = useRef<HTMLDivElement>(null);
  useLayer(onClose);
  useLayoutEffect(() => {
    const menu = box.current;
    if (!menu) return;
    menu.showPopover();
    place(menu, anchor.getBoundingClientRect());
    items(menu).find((each) => each.matches("[role]"))?.focus();
    return () => {
      if (anchor instanceof HTMLElement && anchor.isConnected) anchor.focus();
    };
  }, [anchor]);
  return (
    <div
      ref={box}
      class="menu"
      popover="auto"
      onBeforeToggle={(event) => event.newState === "closed" && onClose()} // at once, not a task later
      onKeyDown={(event) => box.current && moveFocus(box.current, event)}
    >
      {head}
      <div role="menu" aria-label={label}>
        <Close.Provider value={onClose}>{children}</Close.Provider>
      </div>
    </div>
  );
}

export interface MenuItemProps {
  readonly children: ComponentChildren;
  readonly onPress: () => void;
  readonly icon?: IconName;
  readonly tone?: "plain" | "warn" | "danger";
}

export function MenuItem({ children, onPress, icon, tone = "plain" }: MenuItemProps) {
  const close = useContext(Close);
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      class={`mi ${tone === "danger" ? "dang" : tone === "warn" ? "warn" : ""}`}
      onClick={() => {
        close();
        onPress();
      }}
    >
      {icon && <Icon name={icon} />}
      <span class="grow trunc">{children}</span>
    </button>
  );
}

export function MenuLine() {
  return <div class="sep" role="separator" />;
}

function items(menu: HTMLElement): HTMLElement[] {
  const those = '[role="menuitem"]:not(:disabled), input, [role="group"] > button';
  return [...menu.querySelectorAll<HTMLElement>(those)];
}

function moveFocus(menu: HTMLElement, event: KeyboardEvent): void {
  const all = items(menu);
  const at = all.indexOf(document.activeElement as HTMLElement);
  const to = {
    ArrowDown: (at + 1) % all.length,
    ArrowUp: (at - 1 + all.length) % all.length,
    Home: 0,
    End: all.length - 1,
  }[event.key];
  if (event.key === "Tab") menu.hidePopover();
  const isSliders = ["Home", "End"].includes(event.key) && document.activeElement?.matches("input");
  if (to === undefined || isSliders) return;
  event.preventDefault();
  all[to]?.focus();
}

/** Puts something that lies over the page beside what opened it. */
export function place(menu: HTMLElement, at: DOMRect): void {
  const { width, height } = menu.getBoundingClientRect();
  const isBelow = at.bottom + GAP_PX + height <= innerHeight || at.top < height + GAP_PX;
  const top = isBelow
    ? Math.min(at.bottom + GAP_PX, innerHeight - height)
    : at.top - height - GAP_PX;
  const atEnd = document.documentElement.dir === "rtl" ? at.left : at.right - width;
  menu.style.setProperty("top", `${Math.max(0, top)}px`);
  menu.style.setProperty("left", `${Math.max(8, Math.min(atEnd, innerWidth - width - 8))}px`);
}
