/** Where sound comes out: of the speaker that was chosen while it is there, else of the system's. */

import { computed, signal } from "@preact/signals";
import { speakerDevice } from "./prefs.ts";

/** Before a microphone was allowed, browsers tell that there are speakers and not which. */
const there = signal<readonly string[]>([]);

export const isSpeakerGone = computed(() =>
  there.value.some(Boolean) && speakerDevice.value !== "" &&
  !there.value.includes(speakerDevice.value)
);
export const speaker = computed(() => isSpeakerGone.value ? "" : speakerDevice.value);

export function speakersAre(devices: readonly MediaDeviceInfo[]): void {
  const speakers = devices.filter(({ kind }) => kind === "audiooutput");
  there.value = speakers.map(({ deviceId }) => deviceId);
}

/** Browsers without a choice use the system's. */
export async function routeToSpeaker(element: HTMLAudioElement): Promise<void> {
  if (!("setSinkId" in element)) return;
  try {
    await element.setSinkId(speaker.peek());
  } catch {
    await element.setSinkId("").catch(() => {}); // it has just gone, or is not allowed any more
  }
}
