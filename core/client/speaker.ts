/** Where sound comes out: of the speaker that was chosen while it is there, else of the system's. */

import { computed, signal } from "@preact/signals";
import { speakerDevice } from "./prefs.ts";

/** Whether it was unplugged; `devices.ts` finds out, while somebody is in a room. */
export const isSpeakerGone = signal(false);
export const speaker = computed(() => isSpeakerGone.value ? "" : speakerDevice.value);

/** Browsers without a choice use the system's. */
export async function routeToSpeaker(element: HTMLAudioElement): Promise<void> {
  if (!("setSinkId" in element)) return;
  try {
    await element.setSinkId(speaker.peek());
  } catch {
    await element.setSinkId("").catch(() => {}); // it has just gone, or is not allowed any more
  }
}
