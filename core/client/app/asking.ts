/** Asking the server for something and showing what became of it. */

import { useEffect, useState } from "preact/hooks";
import { toast } from "../kit/toast.tsx";
import { CommandError } from "../socket.ts";
import type { Refusal } from "../wire.ts";
import { useApp } from "./app.ts";

export interface Asked<T> {
  readonly answer: T | null;
  readonly refusal: Refusal | null;
  readonly again: () => void;
}

/**
 * Asks when the view appears and whenever the line comes back without an answer. `fields` stay the
 * same as long as the view stands.
 */
export function useAnswer<T>(
  type: string,
  fields: Readonly<Record<string, unknown>> = {},
): Asked<T> {
  const app = useApp();
  const [answer, take] = useState<T | null>(null);
  const [refusal, refuse] = useState<Refusal | null>(null);
  const isOpen = app.socket.phase.value === "open";
  const again = () => {
    app.command(type, fields).then(
      (result) => (take(result as T), refuse(null)),
      (error) => error.code !== "lost" && refuse(error),
    );
  };
  useEffect(() => {
    if (isOpen) again();
  }, [isOpen, type]);
  return { answer, refusal, again };
}

export interface Doing {
  readonly isBusy: boolean;
  readonly refusal: Refusal | null;
  /** Runs the work; true when it was done. A refusal stays until the next run. */
  readonly run: (work: () => Promise<unknown>) => Promise<boolean>;
}

export function useDoing(): Doing {
  const [isBusy, setBusy] = useState(false);
  const [refusal, refuse] = useState<Refusal | null>(null);
  const run = async (work: () => Promise<unknown>) => {
    setBusy(true);
    refuse(null);
    try {
      await work();
      return true;
    } catch (error) {
      refuse(asRefusal(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, refusal, run };
}

/** For small things without a place of their own for the refusal. */
export function orToast(work: Promise<unknown>): Promise<boolean> {
  return work.then(() => true, (error) => {
    toast({ text: asRefusal(error).message, tone: "bad" });
    return false;
  });
}

function asRefusal(error: unknown): Refusal {
  if (!(error instanceof CommandError)) throw error;
  return error;
}
