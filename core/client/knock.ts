/** Short wooden sounds, made here: to try the speaker, and when somebody comes or goes. */

import { audioContext } from "./capturing.ts";

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
  pitches.forEach((hz, at) => knock(context, context.currentTime + 0.16 * at, hz, loudness));
}

function knock(audio: AudioContext, at: number, hz: number, loudness: number): void {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.setValueAtTime(hz, at);
  tone.frequency.exponentialRampToValueAtTime(0.38 * hz, at + 0.09);
  volume.gain.setValueAtTime(loudness, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.14);
  tone.connect(volume).connect(audio.destination);
  tone.start(at);
  tone.stop(at + 0.15);
}
