/**
 * The voice gate: a microphone is open while it hears something louder than a threshold.
 *
 * A worklet listens to a copy of the track and says when to open and to close, so that nothing stands
 * in the way of the track itself: the gate adds no delay. It opens with the first block of samples
 * that is loud enough (3 ms) and closes when 300 ms were quiet. Fetched when somebody wants one.
 */

// @ts-types="./built_file.d.ts"
import worklet from "./gate.worklet.js";
import { audioContext } from "./capturing.ts";

let isThere: Promise<void> | null = null;

/** Calls back with true and false until the function that is promised is called. */
export async function gate(
  heard: MediaStreamTrack,
  threshold: number,
  tell: (isOpen: boolean) => void,
): Promise<() => void> {
  const context = audioContext();
  isThere ??= context.audioWorklet.addModule(new URL(worklet, import.meta.url));
  await isThere;
  const source = context.createMediaStreamSource(new MediaStream([heard]));
  const node = new AudioWorkletNode(context, "gate", {
    numberOfOutputs: 0,
    processorOptions: { threshold },
  });
  let isStopped = false;
  node.port.onmessage = ({ data }) => isStopped || tell(data);
  source.connect(node);
  return () => {
    isStopped = true;
    source.disconnect();
    node.port.postMessage("stop");
  };
}
