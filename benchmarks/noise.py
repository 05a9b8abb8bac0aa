"""What "Only my voice" does in a real Chromium: its delay, its CPU, the noise that it takes away.

A page is in a room with speech and noise as its microphone. What comes from the device and what is
sent are recorded side by side.
"""

import asyncio
import base64
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from _figures import Figure, NotPossible, at_least, at_most, figure, note, publish, scaled
from _server import busy_s, scratch, serving

from salon.testing import Person
from salon.testing.browser import QUIET_PREFERENCES, Browsers, Visitor, chromium, speech
from salon.testing.hearing import RATE_HZ, Samples, read_wave, write_wave

ROOM = "/r/kitchen-table"
TEXT = """The kettle is on the stove and the window stands open to the garden. Yesterday a small
blue boat came round the point with four people and two dogs."""
NOISE_RMS = 0.02
PAUSE_S = 1.5
LISTEN_S = 12
SETTLE_MS = 2_000
FRAME = RATE_HZ // 50
DELAY_MAX = RATE_HZ // 5
DELAY_MS, CPU_SHARE, QUIETER_DB = 60.0, 0.05, 15.0

# What the device gives and what is sent last, both as samples in one context.
TAP = """
(() => {
  const media = navigator.mediaDevices;
  const ask = media.getUserMedia.bind(media);
  media.getUserMedia = async (wish) => {
    const stream = await ask(wish);
    window.benchDevice = stream.getAudioTracks()[0].clone();
    return stream;
  };
  const replace = RTCRtpSender.prototype.replaceTrack;
  RTCRtpSender.prototype.replaceTrack = function (track) {
    if (track) window.benchSent = track;
    return replace.call(this, track);
  };
  const source = `registerProcessor("two", class extends AudioWorkletProcessor {
    process([device, sent]) {
      const quiet = new Float32Array(128);
      this.port.postMessage([device[0] ?? quiet, sent[0] ?? quiet].map((side) => side.slice()));
      return true;
    }
  });`;
  window.benchListen = async (seconds) => {
    const context = new AudioContext({sampleRate: 48000});
    const module = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
    await context.audioWorklet.addModule(module);
    const node = new AudioWorkletNode(context, "two", {numberOfInputs: 2});
    [benchDevice, benchSent].forEach((track, side) =>
      context.createMediaStreamSource(new MediaStream([track])).connect(node, 0, side));
    const blocks = [];
    const wanted = Math.ceil(seconds * 48000 / 128);
    await new Promise((done) => node.port.onmessage = ({data}) =>
      blocks.push(data) === wanted && done());
    await context.close();
    return [0, 1].map((side) => {
      const all = Int16Array.from(blocks.slice(0, wanted).flatMap((pair) => [...pair[side]]),
        (value) => Math.max(-32768, Math.min(32767, Math.round(value * 32768))));
      let text = "";
      for (const byte of new Uint8Array(all.buffer)) text += String.fromCharCode(byte);
      return btoa(text);
    });
  };
})();
"""


async def measure() -> Sequence[Figure]:
    if chromium() is None:
        raise NotPossible("chromium is not installed")
    seconds = scaled(LISTEN_S)
    async with scratch() as folder, serving(folder) as (_, owner), Browsers() as browsers:
        microphone = await asyncio.to_thread(write_microphone, folder)
        plain = await talking(browsers, owner, microphone, "off")
        plain_share = await cpu_share(plain, seconds)
        await plain.page.get_by_role("button", name="Leave").first.click()
        await browsers.leave()
        filtered = await talking(browsers, owner, microphone, "strong")
        share = await cpu_share(filtered, seconds)
        device, sent = await both(filtered, seconds)
    note(f"CPU without {plain_share:.3f}, with {share:.3f}")
    pauses_db = [pause_db(each) for each in (device, sent)]
    note(f"pauses at {pauses_db[0]:.1f} dB before, {pauses_db[1]:.1f} dB after")
    return [
        figure("delay added", delay_ms(device, sent), "ms", ("60 ms", DELAY_MS), at_most(1)),
        figure(
            "CPU added, share of a core",
            share - plain_share,
            "",
            ("a twentieth", CPU_SHARE),
            at_most(1),
        ),
        figure(
            "noise taken from the pauses",
            pauses_db[0] - pauses_db[1],
            "dB",
            ("15 dB", QUIETER_DB),
            at_least(1),
        ),
    ]


def write_microphone(folder: Path) -> Path:
    said = read_wave(speech(folder / "said.wav", TEXT))
    paused = np.concatenate([said, np.zeros(round(PAUSE_S * RATE_HZ))])
    noise = np.random.default_rng(1).normal(0.0, NOISE_RMS, len(paused))
    return write_wave(folder / "microphone.wav", paused + noise)


async def talking(browsers: Browsers, person: Person, microphone: Path, noise: str) -> Visitor:
    """Return somebody in the room who is heard."""
    browser = await browsers.browser(microphone=microphone)
    preferences = QUIET_PREFERENCES | {"salon.noise": noise}
    visitor = await Visitor.open(browser, person.url, preferences=preferences, locale="en-GB")
    await visitor.page.context.add_init_script(TAP)
    await visitor.sign_in(person.handle, person.password, at=ROOM)
    await visitor.page.locator("main").get_by_role("button", name="door").first.click()
    await visitor.page.get_by_role("button", name="Unmute").first.click()
    await visitor.page.get_by_role("button", name="Mute", exact=True).first.wait_for()
    await visitor.page.wait_for_timeout(SETTLE_MS)
    return visitor


async def cpu_share(visitor: Visitor, seconds: float) -> float:
    """Return what the browser takes of a core, all its processes, while somebody talks."""
    session = await visitor.page.context.browser.new_browser_cdp_session()  # type: ignore[union-attr]
    processes = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
    pids = [process["id"] for process in processes if process["type"] == "browser"]
    before_s = sum(map(busy_s, pids))
    await visitor.page.wait_for_timeout(seconds * 1_000)
    return (sum(map(busy_s, pids)) - before_s) / seconds


async def both(visitor: Visitor, seconds: float) -> list[Samples]:
    """Return what the device gave and what was sent in the next seconds."""
    heard = await visitor.page.evaluate("benchListen", seconds)
    return [np.frombuffer(base64.b64decode(side), "<i2") / 32_768 for side in heard]


def delay_ms(device: Samples, sent: Samples) -> float:
    """Return by how much later the same is in the second: where they are most alike."""
    size = 1 << (2 * len(device)).bit_length()
    spectrum = np.fft.rfft(sent, size) * np.conj(np.fft.rfft(device, size))
    return float(np.fft.irfft(spectrum, size)[:DELAY_MAX].argmax()) * 1_000 / RATE_HZ


def pause_db(samples: Samples) -> float:
    """Return how loud the quietest tenth is, in dB of full scale."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    levels = 10 * np.log10(np.square(frames).mean(axis=1) + 1e-9)
    return float(np.percentile(levels, 10))


if __name__ == "__main__":
    publish("noise", measure)
