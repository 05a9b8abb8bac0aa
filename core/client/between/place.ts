/** Where something was said, whatever kind of place it is: what it is called, and the way there. */

import { useEffect } from "preact/hooks";
import { type App, useApp } from "../app/app.ts";
import { loadWords } from "../i18n.ts";
import type { World } from "../world.ts";
import { titleOf } from "./names.ts";

await loadWords("between");

export interface Place {
  readonly name: string;
  readonly address: string;
  /** A conversation without a name of its own is called after who is in it. */
  readonly isOfPeople: boolean;
}

export function placeOf(world: World, id: string): Place | undefined {
  const named = (name: string, address: string) => ({ name, address, isOfPeople: false });
  const room = world.rooms.get(id);
  if (room) return named(room.name, `/r/${room.slug}`);
  const channel = world.channels.get(id);
  if (channel) return named(channel.name, `/c/${channel.slug}`);
  const conversation = world.conversations.get(id);
  if (conversation) {
    const name = titleOf(conversation, world);
    return { name, address: `/d/${id}`, isOfPeople: !conversation.name };
  }
  const thread = world.threads.get(id);
  const parent = world.channels.get(thread?.parent_id ?? "");
  return thread && parent && named(thread.name, `/c/${parent.slug}/t/${id}`);
}

const asked = new WeakMap<App, Set<string>>();

/** The place, as soon as it is known: threads and conversations beyond those that the page was given. */
export function usePlace(id: string): Place | undefined {
  const app = useApp();
  const place = placeOf(app.store.world.value, id);
  useEffect(() => {
    if (!place) void meet(app, id);
  }, [id, !place]);
  return place;
}

async function meet(app: App, id: string): Promise<void> {
  const known = asked.get(app) ?? new Set();
  asked.set(app, known);
  if (known.has(id)) return;
  known.add(id);
  try {
    const { conversation, thread } = await app.command("channel.get", { channel: id });
    const found = conversation
      ? { event: "conversation.changed", data: conversation }
      : { event: "thread.changed", data: thread };
    if (found.data) app.store.apply(found, Date.now());
  } catch {
    known.delete(id); // asked again when it is shown again
  }
}
