/**
 * The devices of this machine, from when somebody is in a room or chooses among them. Their names and
 * ids are known once a microphone has been allowed; until then nothing is said to be gone.
 */

import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { speakerDevice } from "./prefs.ts";
import { isSpeakerGone } from "./speaker.ts";

const all = signal<readonly MediaDeviceInfo[]>([]);
export const devices: ReadonlySignal<readonly MediaDeviceInfo[]> = all;

export async function lookForDevices(): Promise<void> {
  all.value = await navigator.mediaDevices?.enumerateDevices() ?? [];
}

effect(() => {
  const chosen = speakerDevice.value;
  const ids = all.value.filter(({ kind }) => kind === "audiooutput").map((each) => each.deviceId);
  isSpeakerGone.value = chosen !== "" && ids.some(Boolean) && !ids.includes(chosen);
});
navigator.mediaDevices?.addEventListener("devicechange", () => void lookForDevices());
void lookForDevices();
