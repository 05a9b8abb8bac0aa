/** A page that the browser kept while one was elsewhere, and shows again on the way back. */

import { effect, untracked } from "@preact/signals";
import { sayLeft } from "../rooms/leaving.ts";
import type { App } from "./app.ts";

/** `roomId`: the room that was left with the page. The way back is offered once it leads in. */
export function goOn(app: App, roomId: string | null): void {
  app.socket.reconnect();
  const room = app.store.rooms.peek().get(roomId ?? "");
  if (!room) return;
  const stop = effect(() => {
    if (app.socket.phase.value !== "open") return;
    queueMicrotask(() => stop());
    untracked(() => sayLeft(app, room));
  });
}
