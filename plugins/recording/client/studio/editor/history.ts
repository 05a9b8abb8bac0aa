/** What can be undone and done again: the last hundred drafts. */

import { useState } from "preact/hooks";

const STEPS_MAX = 100;

export interface History<T> {
  readonly past: readonly T[];
  readonly now: T;
  readonly future: readonly T[];
  /** What the last change was of: changes of one and the same field become one step. */
  readonly of: string;
}

export function begun<T>(now: T): History<T> {
  return { past: [], now, future: [], of: "" };
}

export function after<T>(history: History<T>, now: T, of = ""): History<T> {
  if (now === history.now) return history;
  const isSame = of !== "" && of === history.of;
  const past = isSame ? history.past : [...history.past, history.now].slice(-STEPS_MAX);
  return { past, now, future: [], of };
}

export function undone<T>({ past, now, future }: History<T>): History<T> {
  const before = past.at(-1);
  if (before === undefined) return { past, now, future, of: "" };
  return { past: past.slice(0, -1), now: before, future: [now, ...future], of: "" };
}

export function redone<T>({ past, now, future }: History<T>): History<T> {
  const [next, ...rest] = future;
  if (next === undefined) return { past, now, future, of: "" };
  return { past: [...past, now], now: next, future: rest, of: "" };
}

export function useHistory<T>(first: () => T) {
  const [history, set] = useState(() => begun(first()));
  return {
    now: history.now,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    /** `of` names a field that is typed into. */
    change: (how: (now: T) => T, of?: string) =>
      set((before) => after(before, how(before.now), of)),
    undo: () => set(undone),
    redo: () => set(redone),
  };
}
