/** What every component of the plugin needs: the page, the words, the queue, and short questions. */

import type { Account, ClientSalon } from "@salon/client";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Cases } from "../queue/cases.ts";
import type { Case } from "./wire.ts";
import type { Say } from "./words.ts";

export interface Moderation {
  readonly salon: ClientSalon;
  readonly t: Say;
  readonly cases: Cases;
}

const Here = createContext<Moderation | null>(null);
export const ModerationProvider = Here.Provider;

export function useModeration(): Moderation {
  const found = useContext(Here);
  if (!found) throw new Error("moderation is rendered outside of its provider");
  return found;
}

export function account({ salon }: Moderation, id: string | null): Account | undefined {
  return salon.store.accounts.value.get(id ?? "");
}

export function nameOf(moderation: Moderation, id: string): string {
  return account(moderation, id)?.display_name ?? moderation.t("gone");
}

export function placeOf({ salon, t }: Moderation, channelId: string): string {
  return salon.store.channels.value.get(channelId)?.name ?? t("place_hidden");
}

/** Where a case comes from; of a conversation not whose it is. */
export function placeOfCase(moderation: Moderation, one: Case): string {
  return one.is_between ? moderation.t("place_between") : placeOf(moderation, one.channel_id);
}

/** Where a message stands in the app; undefined when the reader cannot see the place. */
export function addressOf(
  { salon }: Moderation,
  channelId: string,
  messageId: string,
): string | undefined {
  const channel = salon.store.channels.value.get(channelId);
  const room = salon.store.rooms.value.get(channelId);
  if (room) return `/r/${room.slug}/m/${messageId}`;
  return channel && `/c/${channel.slug}/m/${messageId}`;
}

/** Takes a decision back, and says how that went at the edge of the page. True when it was done. */
export async function undo({ salon, t }: Moderation, caseId: string): Promise<boolean> {
  try {
    await salon.command("moderation.undo", { case: caseId });
    salon.toast({ text: t("undone") });
    return true;
  } catch (error) {
    salon.toast({ text: sentence(error), tone: "bad" });
    return false;
  }
}

export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
