/**
 * The strong noise filter: RNNoise in WebAssembly, in a worklet beside the sound.
 *
 * The device's track goes in, and one with the voice alone comes out: what is sent, what the meter
 * shows and what opens the voice gate. RNNoise works on frames of 480 samples at 48 kHz, one frame
 * behind: 10 ms, and 10.7 ms until a frame is full of the worklet's blocks of 128.
 *
 * Each track has an audio context of its own: the rate is not the page's choice, and closing it is
 * what ends the package's worklet, which never listens to its port. All of this is fetched when
 * somebody wants it; whatever is missing (WebAssembly, worklets, a file, the policy, the rate) is a
 * rejection, and the browser's own filter stands in.
 */

import { loadRnnoise, RnnoiseWorkletNode } from "@sapphi-red/web-noise-suppressor";
// @ts-types="./built_file.d.ts"
import plain from "@sapphi-red/web-noise-suppressor/rnnoise.wasm";
// @ts-types="./built_file.d.ts"
import simd from "@sapphi-red/web-noise-suppressor/rnnoise_simd.wasm";
// @ts-types="./built_file.d.ts"
import worklet from "@sapphi-red/web-noise-suppressor/rnnoiseWorklet.js";

const RATE_HZ = 48_000;
const THERE_WITHIN_MS = 8_000;

export interface Filtered {
  readonly track: MediaStreamTrack;
  /** Ends the filter and its track; the track that went in goes on. */
  readonly stop: () => void;
}

let wasm: Promise<ArrayBuffer> | null = null;

/** Rejects when there is no filter after a while. */
export async function filtered(source: MediaStreamTrack): Promise<Filtered> {
  const context = new AudioContext({ sampleRate: RATE_HZ });
  try {
    const track = await soon(connected(context, source));
    return { track, stop: () => void context.close() };
  } catch (error) {
    void context.close();
    throw error;
  }
}

async function connected(
  context: AudioContext,
  source: MediaStreamTrack,
): Promise<MediaStreamTrack> {
  const [wasmBinary] = await Promise.all([
    wasm ??= fetched().catch((error) => {
      wasm = null; // the next one tries again
      throw error;
    }),
    context.audioWorklet.addModule(at(worklet)),
    context.resume(),
  ]);
  const filter = new RnnoiseWorkletNode(context, { maxChannels: 1, wasmBinary });
  filter.channelCount = 1;
  filter.channelCountMode = "explicit";
  const out = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
  context.createMediaStreamSource(new MediaStream([source])).connect(filter).connect(out);
  // A telephone call takes the sound away, and does not give it back by itself.
  context.onstatechange = () => context.state !== "closed" && void context.resume();
  return out.stream.getAudioTracks()[0]!;
}

/** Compiled once here, because the worklet would only be silent about what it cannot compile. */
async function fetched(): Promise<ArrayBuffer> {
  const binary = await loadRnnoise({ url: at(plain), simdUrl: at(simd) });
  await WebAssembly.compile(binary);
  return binary;
}

function at(file: string): string {
  return new URL(file, import.meta.url).href;
}

function soon<T>(result: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error("the filter did not begin"));
    const timer = setTimeout(late, THERE_WITHIN_MS);
    result.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
