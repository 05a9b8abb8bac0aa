/** A menu whose entry asks something first: the menu goes, the question stays. */

import { useRef, useState } from "preact/hooks";

export interface Question<K extends string> {
  readonly asked: K | null;
  readonly ask: (what: K) => void;
  /** What the menu calls as it closes, before its entry is carried out. */
  readonly menuClosed: () => void;
}

export function useQuestion<K extends string>(onClose: () => void): Question<K> {
  const [asked, set] = useState<K | null>(null);
  const isAsking = useRef(false);
  return {
    asked,
    ask: (what) => {
      isAsking.current = true;
      set(what);
    },
    menuClosed: () => void setTimeout(() => isAsking.current || onClose()),
  };
}
