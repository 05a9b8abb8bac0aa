/** What every component of the plugin needs, and how it asks the server. */

import { type ClientSalon, CommandError, type Refusal } from "@salon/client";
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { Say } from "./words.ts";

export interface Bots {
  readonly salon: ClientSalon;
  readonly t: Say;
}

const Here = createContext<Bots | null>(null);
export const BotsProvider = Here.Provider;

export function useBots(): Bots {
  const found = useContext(Here);
  if (!found) throw new Error("bots is rendered outside of its provider");
  return found;
}

export interface Answer<T> {
  readonly answer: T | null;
  readonly refusal: string | null;
  readonly again: () => Promise<void>;
}

/** Asks when the view appears, and again when it is told to. */
export function useAnswer<T>(type: string): Answer<T> {
  const { salon } = useBots();
  const [answer, take] = useState<T | null>(null);
  const [refusal, refuse] = useState<string | null>(null);
  const again = async () => {
    try {
      take(await salon.command(type) as T);
      refuse(null);
    } catch (error) {
      refuse(sentence(error));
    }
  };
  useEffect(() => void again(), [type]);
  return { answer, refusal, again };
}

export interface Doing {
  readonly isBusy: boolean;
  readonly refusal: Pick<Refusal, "message" | "field"> | null;
  readonly run: (work: () => Promise<unknown>) => Promise<void>;
}

/** Runs one thing at a time; a refusal stays until the next run. */
export function useDoing(): Doing {
  const [isBusy, setBusy] = useState(false);
  const [refusal, refuse] = useState<Pick<Refusal, "message" | "field"> | null>(null);
  const run = async (work: () => Promise<unknown>) => {
    setBusy(true);
    refuse(null);
    try {
      await work();
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      refuse(error);
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, refusal, run };
}

export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
