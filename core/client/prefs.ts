/** What this device remembers: kept in the browser's storage, never sent. */

import { computed, effect, type Signal, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";
export type TalkMode = "voice" | "push";
export type NoiseFilter = "off" | "browser" | "strong";
export interface TalkKey {
  readonly code: string;
  readonly name: string;
}
/** Whether the person has been asked, by us, before the browser asks. */
export type MicWish = "unasked" | "talk" | "listen";

export const theme = kept<Theme>("salon.theme", "system");
export const talkMode = kept<TalkMode>("salon.talk", "voice");
/** What is held to talk: where the key lies, and what stands on it ("" is the space bar). */
export const talkKey = kept<TalkKey>("salon.talk_key", { code: "Space", name: "" });
export const micWish = kept<MicWish>("salon.mic", "unasked");
export const micDevice = kept<string>("salon.mic_device", "");
export const speakerDevice = kept<string>("salon.speaker_device", "");
/** What is taken away from what the microphone hears, and evened out. */
export const echoCancelled = kept<boolean>("salon.echo", true);
export const noiseFilter = kept<NoiseFilter>("salon.noise", "browser");
export const levelEvened = kept<boolean>("salon.level", true);
/** Below this level of the meter, 0 to 1, the microphone is closed; 0: never. */
export const gateLevel = kept<number>("salon.gate", 0);
/** Whether letters alone are keys; software that is spoken to types them. Episodes' pages ask too. */
export const lettersAreKeys = kept<boolean>("salon.letters", true);
/** Whether links have cards on this device, where the community has them. */
export const showsCards = kept<boolean>("salon.cards", true);
/** Whether somebody who comes into the room, or goes, is heard to. */
export const chimes = kept<boolean>("salon.chimes", true);
/** Whether the screen of this device stays on in a room. */
export const keepsScreenOn = kept<boolean>("salon.screen_on", false);
export const arrivesMuted = kept<boolean>("salon.arrive_muted", true);
const keepsAside = kept<boolean>("salon.aside", true);
/** How loud each person is for me, 0 to 1.5; absent means as they are. */
export const volumes = kept<Readonly<Record<string, number>>>("salon.volumes", {});
/** The same of people I have blocked; absent means silent. */
export const blockedVolumes = kept<Readonly<Record<string, number>>>("salon.blocked_volumes", {});

/** Beside the room where there is space for it, and remembered; over the room elsewhere. */
const hasSpace = mediaSignal("(min-width: 981px)", true);
/** A list covers the page, and a page the list. */
export const isPhone = mediaSignal("(max-width: 640px)", false);
const coversRoom = signal(false);
export const asideCovers = computed(() => !hasSpace.value && coversRoom.value);
export const showsAside = computed(() => hasSpace.value ? keepsAside.value : coversRoom.value);

export function showAside(shows: boolean): void {
  if (hasSpace.value) keepsAside.value = shows;
  else coversRoom.value = shows;
}

/** A panel that covers the room goes when one goes elsewhere. */
export function uncoverRoom(): void {
  coversRoom.value = false;
}

export function mediaSignal(query: string, otherwise: boolean): Signal<boolean> {
  const media = globalThis.matchMedia?.(query);
  const matches = signal(media?.matches ?? otherwise);
  media?.addEventListener("change", () => matches.value = media.matches);
  return matches;
}

export function kept<T>(key: string, otherwise: T): Signal<T> {
  const value = signal<T>(read(key, otherwise));
  effect(() => write(key, value.value, otherwise));
  return value;
}

function read<T>(key: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(key);
    const value = text === null ? otherwise : JSON.parse(text);
    return typeof value === typeof otherwise && value !== null ? value : otherwise;
  } catch {
    return otherwise; // storage refused, or written by something else
  }
}

function write<T>(key: string, value: T, otherwise: T): void {
  try {
    if (value === otherwise) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // storage refused or full: the choice lasts as long as the page
  }
}
