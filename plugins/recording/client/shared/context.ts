/** What every component of the plugin needs: the page, the words, and what is known. */

import type { Account, ClientSalon } from "@salon/client";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Library } from "./library.ts";
import type { Orders } from "../order/orders.ts";
import { RECORD } from "./wire.ts";
import type { Say } from "./words.ts";

export interface Recording {
  readonly salon: ClientSalon;
  readonly t: Say;
  readonly library: Library;
  readonly orders: Orders;
}

const Here = createContext<Recording | null>(null);
export const RecordingProvider = Here.Provider;

export function useRecording(): Recording {
  const found = useContext(Here);
  if (!found) throw new Error("recording is rendered outside of its provider");
  return found;
}

export function account({ salon }: Recording, id: string | null): Account | undefined {
  return salon.store.accounts.value.get(id ?? "");
}

export function nameOf(recording: Recording, id: string | null): string {
  return account(recording, id)?.display_name ?? recording.t("unknown");
}

export function mayRecord({ salon }: Recording): boolean {
  return salon.may(RECORD);
}

/** Asks, and says what went wrong at the edge of the page. True when it was done. */
export async function attempt(
  { salon }: Recording,
  command: string,
  fields: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  try {
    await salon.command(command, fields);
    return true;
  } catch (error) {
    salon.toast({ text: sentence(error), tone: "bad" });
    return false;
  }
}

export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
