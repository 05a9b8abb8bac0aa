/** Runs beside the sound: says when what is heard begins to be louder than the threshold, and ends. */

const QUIET_S = 0.3;

registerProcessor(
  "gate",
  class extends AudioWorkletProcessor {
    constructor({ processorOptions }) {
      super();
      this.threshold = processorOptions.threshold;
      this.isOpen = null;
      this.openUntil = 0;
      this.isStopped = false;
      this.port.onmessage = () => this.isStopped = true;
    }

    process([[samples]]) {
      if (samples && loudness(samples) >= this.threshold) this.openUntil = currentTime + QUIET_S;
      const isOpen = currentTime < this.openUntil;
      if (isOpen !== this.isOpen) this.port.postMessage(this.isOpen = isOpen);
      return !this.isStopped;
    }
  },
);

function loudness(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}
