import assert from "node:assert/strict";
import { Microphone } from "./microphone.ts";
import { noiseFilter } from "./prefs.ts";

/** A device that answers when it is told to. */
class Device {
  readonly asked: { wish: MediaTrackConstraints; give: () => FakeTrack }[] = [];
  #told = () => {};

  constructor() {
    Object.defineProperty(navigator, "mediaDevices", {
      configurable: true,
      value: { getUserMedia: ({ audio }: { audio: MediaTrackConstraints }) => this.#asked(audio) },
    });
  }

  #asked(wish: MediaTrackConstraints): Promise<unknown> {
    return new Promise((resolve) => {
      const give = () => {
        const track = new FakeTrack();
        resolve({ getAudioTracks: () => [track] });
        return track;
      };
      this.asked.push({ wish, give });
      this.#told();
    });
  }

  async isAsked(time: number): Promise<void> {
    while (this.asked.length <= time) await new Promise<void>((told) => this.#told = told);
  }

  /** Hands out the track of one of the times that it is asked, once it is. */
  async give(time: number): Promise<FakeTrack> {
    await this.isAsked(time);
    return this.asked[time]!.give();
  }
}

class FakeTrack extends EventTarget {
  readyState = "live";
  stop(): void {
    this.readyState = "ended";
  }
  clone(): FakeTrack {
    return new FakeTrack();
  }
}

class QuietContext {
  readonly audioWorklet = { addModule: () => Promise.reject(new Error("no worklets")) };
  resume = () => Promise.resolve();
  close = () => Promise.resolve();
  createMediaStreamSource = () => ({ connect() {}, disconnect() {} });
  createAnalyser = () => ({ fftSize: 0, getFloatTimeDomainData() {} });
}

Object.assign(globalThis, { AudioContext: QuietContext, MediaStream: class {} });

Deno.test("who asks while a microphone is on its way gets that one", async () => {
  const device = new Device();
  const microphone = new Microphone();
  const [first, second] = [microphone.open(), microphone.open()];
  const track = await device.give(0);
  assert.equal(await first, track);
  assert.equal(await second, track);
  assert.equal(microphone.state.value, "on");
  microphone.close();
  assert.equal(track.readyState, "ended");
});

Deno.test("what was chosen last is heard, whichever microphone comes first", async () => {
  const device = new Device();
  const microphone = new Microphone();
  noiseFilter.value = "off";
  const before = microphone.open();
  await device.isAsked(0);
  noiseFilter.value = "browser";
  const after = microphone.reopen();
  const wanted = await device.give(1);
  assert.deepEqual(device.asked.map(({ wish }) => wish.noiseSuppression), [false, true]);
  assert.equal(await after, wanted);
  const late = await device.give(0);
  assert.equal(await before, wanted);
  assert.equal(late.readyState, "ended");
  assert.equal(wanted.readyState, "live");
  microphone.close();
});

Deno.test("a microphone that comes after it was closed is given up", async () => {
  const device = new Device();
  const microphone = new Microphone();
  const asked = microphone.open();
  await device.isAsked(0);
  microphone.close();
  const late = await device.give(0);
  assert.equal(await asked, null);
  assert.equal(late.readyState, "ended");
  assert.equal(microphone.state.value, "off");
});

Deno.test("a device is not asked for a microphone that was given up before it could be", async () => {
  const device = new Device();
  const microphone = new Microphone();
  const asked = microphone.open();
  microphone.close();
  assert.equal(await asked, null);
  assert.equal(device.asked.length, 0);
});

Deno.test("where the strong filter cannot be had the browser's stands in, and it is said", async () => {
  const device = new Device();
  const microphone = new Microphone();
  noiseFilter.value = "strong";
  const asked = microphone.open();
  const unfiltered = await device.give(0);
  const track = await device.give(1);
  const wishes = device.asked.map(({ wish }) => wish.noiseSuppression);
  assert.deepEqual(wishes, [false, true]);
  assert.equal(await asked, track);
  assert.equal(unfiltered.readyState, "ended");
  assert.equal(microphone.filterFailed.value, true);
  microphone.hearFor("music");
  const forMusic = microphone.open();
  await device.give(2);
  await forMusic;
  assert.equal(microphone.filterFailed.value, false);
  assert.equal(device.asked[2]!.wish.noiseSuppression, false);
  microphone.close();
  noiseFilter.value = "browser";
});
