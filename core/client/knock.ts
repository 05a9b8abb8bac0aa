/** Short wooden sounds, made here: to try the speaker, and when somebody comes or goes. */

import { audioContext } from "./capturing.ts";
import { routeToSpeaker, speaker } from "./speaker.ts";

const KNOCK_HZ = 420;
const HIGH_HZ = 560;

/** Two soft knocks, to try the speaker with. */
export const playKnock = (): Promise<void> => play([KNOCK_HZ, KNOCK_HZ], 0.25);

/** Upwards, and downwards. */
export const playComing = (): Promise<void> => play([KNOCK_HZ, HIGH_HZ], 0.12);
export const playGoing = (): Promise<void> => play([HIGH_HZ, KNOCK_HZ], 0.12);

async function play(pitches: readonly number[], loudness: number): Promise<void> {
  const context = audioContext();
  await context.resume();
  const out = await ears(context);
  pitches.forEach((hz, at) => knock(context, out, context.currentTime + 0.16 * at, hz, loudness));
}

let element: HTMLAudioElement | null = null;
let toElement: MediaStreamAudioDestinationNode | null = null;

/** A context plays on the system's speaker, an element on the one that was chosen. */
async function ears(context: AudioContext): Promise<AudioNode> {
  if (speaker.peek() === "") return context.destination;
  element ??= new Audio();
  toElement ??= context.createMediaStreamDestination();
  element.srcObject ??= toElement.stream;
  await routeToSpeaker(element);
  await element.play();
  return toElement;
}

function knock(
  audio: AudioContext,
  out: AudioNode,
  at: number,
  hz: number,
  loudness: number,
): void {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.setValueAtTime(hz, at);
  tone.frequency.exponentialRampToValueAtTime(0.38 * hz, at + 0.09);
  volume.gain.setValueAtTime(loudness, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.14);
  tone.connect(volume).connect(out);
  tone.start(at);
  tone.stop(at + 0.15);
}
