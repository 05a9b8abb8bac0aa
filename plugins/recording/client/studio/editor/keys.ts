/** Keys of the editor, while nobody types. */

import { useEffect } from "preact/hooks";

export interface Keys {
  readonly i: () => void;
  readonly o: () => void;
  readonly x: () => void;
  readonly k: () => void;
  readonly c: () => void;
  readonly Escape: () => void;
  readonly undo: () => void;
  readonly redo: () => void;
}

const TYPED_INTO = "input:not([type='range']), textarea, select, [contenteditable], dialog *";

export function useKeys(keys: Keys): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if ((event.target as Element).closest?.(TYPED_INTO)) return;
      const name = nameOf(event);
      const act = name && keys[name];
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });
}

function nameOf(event: KeyboardEvent): keyof Keys | undefined {
  const key = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && key === "z") return event.shiftKey ? "redo" : "undo";
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  if (event.key === "Escape") return "Escape";
  return (["i", "o", "x", "k", "c"] as const).find((each) => each === key);
}
