/** Going in: the two questions that may come before it are asked in one place. */

import { signal } from "@preact/signals";
import type { App } from "../app/app.ts";
import { micWish } from "../prefs.ts";

/** What is asked before a door opens; `RoomQuestions` shows it. */
export type Question =
  | { readonly ask: "microphone"; readonly roomId: string }
  | { readonly ask: "move"; readonly roomId: string };

export const question = signal<Question | null>(null);

/** One who speaks elsewhere is asked first; then, once per device, whether to use the microphone. */
export function enterRoom(app: App, roomId: string, hasAgreed = false): void {
  const elsewhere = app.voice.roomId.value !== null && app.voice.roomId.value !== roomId;
  if (elsewhere && !app.voice.muted.value && !hasAgreed) {
    question.value = { ask: "move", roomId };
    return;
  }
  if (micWish.value === "unasked") {
    question.value = { ask: "microphone", roomId };
    return;
  }
  question.value = null;
  void app.voice.join(roomId);
}
