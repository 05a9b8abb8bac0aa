import { audioContext } from "../microphone.ts";

/** A short sound to try the speaker with: two soft wooden knocks. */
export async function playKnock(): Promise<void> {
  const context = audioContext();
  await context.resume();
  const start = context.currentTime;
  for (const at of [0, 0.16]) knock(context, start + at);
}

function knock(audio: AudioContext, at: number): void {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.setValueAtTime(420, at);
  tone.frequency.exponentialRampToValueAtTime(160, at + 0.09);
  volume.gain.setValueAtTime(0.25, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.14);
  tone.connect(volume).connect(audio.destination);
  tone.start(at);
  tone.stop(at + 0.15);
}
