/**
 * What is known of a sound beside it: how far it swings, and who speaks when. From the first come a
 * finer picture and where nothing is heard, from the second the way to the next voice.
 */

/** As audiowaveform writes it, version 2: for each pixel the least and the greatest sample. */
interface Peaks {
  readonly sample_rate: number;
  readonly samples_per_pixel: number;
  readonly data: readonly number[];
}

/** Who of the names, from when to when, in milliseconds. */
export type Turn = readonly [voice: number, fromMs: number, toMs: number];

export interface Swing {
  /** Of each pixel, 0 to 128. */
  readonly heights: readonly number[];
  readonly pixelMs: number;
}

const QUIET = 2; // of 128: noise of a room, after levels were made even
const PAUSE_MS = 1_200; // a shorter one is how people talk
const BREATH_MS = 250; // what is left at either end of one
const LEAST = 3;

export function swingOf(peaks: Peaks): Swing {
  const heights: number[] = [];
  for (let at = 0; at + 1 < peaks.data.length; at += 2) {
    heights.push(Math.max(Math.abs(peaks.data[at] ?? 0), Math.abs(peaks.data[at + 1] ?? 0)));
  }
  return { heights, pixelMs: peaks.samples_per_pixel / peaks.sample_rate * 1_000 };
}

/** The picture as a path in a box of 1,000 by 64, of so many bars at most. */
export function pathOf({ heights }: Swing, most: number): string {
  const count = Math.min(most, heights.length);
  const loudest = Math.max(1, ...heights);
  const drawn: string[] = [];
  for (let n = 0; n < count; n++) {
    const first = Math.floor(n * heights.length / count);
    const last = Math.max(first + 1, Math.floor((n + 1) * heights.length / count));
    const height = Math.max(LEAST, Math.max(...heights.slice(first, last)) / loudest * 64);
    const x = ((n + 0.5) * 1_000 / count).toFixed(1);
    drawn.push(`M${x} ${((64 - height) / 2).toFixed(1)}v${height.toFixed(1)}`);
  }
  return drawn.join("");
}

/** Where somebody goes on, when nothing is heard at a moment and for a while; else null. */
export function endOfPause({ heights, pixelMs }: Swing, atMs: number): number | null {
  const isQuiet = (pixel: number) => (heights[pixel] ?? QUIET) < QUIET;
  const here = Math.floor(atMs / pixelMs);
  if (!isQuiet(here)) return null;
  let first = here;
  while (first > 0 && isQuiet(first - 1)) first--;
  let last = here;
  while (last < heights.length && isQuiet(last)) last++;
  if ((last - first) * pixelMs < PAUSE_MS || atMs < first * pixelMs + BREATH_MS) return null;
  const endMs = last * pixelMs - BREATH_MS;
  return endMs > atMs + pixelMs ? endMs : null;
}

/** When somebody begins who does not speak at a moment; null when nobody does. */
export function nextVoice(turns: readonly Turn[], atMs: number): number | null {
  const speaking = new Set(
    turns.filter(([, fromMs, toMs]) => fromMs <= atMs && atMs < toMs).map(([voice]) => voice),
  );
  const next = turns.find(([voice, fromMs]) => fromMs > atMs && !speaking.has(voice));
  return next?.[1] ?? null;
}

export async function ask<T>(address: string): Promise<T | null> {
  try {
    const answer = await fetch(address, { credentials: "omit" });
    return answer.ok ? await answer.json() as T : null;
  } catch { // the player does without
    return null;
  }
}

export async function askForSwing(address: string): Promise<Swing | null> {
  const peaks = await ask<Peaks>(address);
  return peaks && swingOf(peaks);
}
