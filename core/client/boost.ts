/**
 * Makes somebody louder than they are: an audio element plays what it is given, or less of it.
 *
 * Their sound goes through a gain to an element of its own, which comes out of the speaker that was
 * chosen like any other. The slot's own element is silent meanwhile and goes on: Chromium gives no
 * samples of a far track that no element plays. Fetched when somebody is first raised over 100 %.
 */

import { audioContext } from "./capturing.ts";
import { routeToSpeaker } from "./speaker.ts";

export class Boost {
  readonly #source: MediaStreamAudioSourceNode;
  readonly #gain: GainNode;
  readonly #element = document.createElement("audio");

  constructor(stream: MediaStream) {
    const context = audioContext();
    void context.resume();
    const out = context.createMediaStreamDestination();
    this.#source = context.createMediaStreamSource(stream);
    this.#gain = context.createGain();
    this.#source.connect(this.#gain).connect(out);
    this.#element.dataset["boost"] = "";
    this.#element.hidden = true;
    this.#element.srcObject = out.stream;
    document.body.append(this.#element);
    this.useSpeaker();
    this.#element.play().catch(() => {}); // starts with the next press in the page
  }

  /** `volume` over 1: so many times as loud. */
  set(volume: number, isDeaf: boolean): void {
    this.#gain.gain.value = volume;
    this.#element.muted = isDeaf;
  }

  useSpeaker(): void {
    void routeToSpeaker(this.#element);
  }

  end(): void {
    this.#source.disconnect();
    this.#element.srcObject = null;
    this.#element.remove();
  }
}
