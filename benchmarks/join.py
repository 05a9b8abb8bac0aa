"""From the click on a room's door to the first sound in the page, in a real Chromium.

One page speaks all the time; another, warm and with the microphone already allowed, goes in. Each
join is the first of a freshly loaded page.
"""

import asyncio
import math
import statistics
import struct
import wave
from collections.abc import Sequence
from pathlib import Path

from _figures import Figure, NotPossible, at_most, figure, note, publish, scaled
from _server import guests, scratch, serving

from salon.testing import Person
from salon.testing.browser import Browsers, Visitor, chromium

JOINS = 7
WARM_MS = 1_500
HEARD_WITHIN_MS = 20_000
NAIVE_MS = 78.0
RATE_HZ = 48_000
VOICE_S = 10
ROOM = "/r/kitchen-table"

# Every slot's track goes to a node that looks at each block of 128 samples. The context and the
# module are there before the click, as they would not be part of what a person waits for.
LISTEN = """
(() => {
  const context = new AudioContext({sampleRate: 48000, latencyHint: "interactive"});
  const source = `registerProcessor("first-sound", class extends AudioWorkletProcessor {
    process(inputs) {
      const block = inputs[0][0];
      if (!block || !block.some((sample) => Math.abs(sample) > 0.003)) return true;
      this.port.postMessage(0);
      return false;
    }
  });`;
  const module = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
  window.benchReady = context.resume().then(() => context.audioWorklet.addModule(module));
  window.benchFirstSound = new Promise((resolve) => window.benchHeard = resolve);
  addEventListener("click", (event) => window.benchClicked = event.timeStamp, {capture: true});
  const hear = ({track}) => {
    const node = new AudioWorkletNode(context, "first-sound");
    node.port.onmessage = () => window.benchHeard(performance.now());
    context.createMediaStreamSource(new MediaStream([track])).connect(node);
  };
  const Native = RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...settings) {
      super(...settings);
      this.addEventListener("track", hear);
    }
  };
})();
"""
TOOK = f"""
Promise.race([
  benchFirstSound.then((heard) => heard - benchClicked),
  new Promise((resolve) => setTimeout(() => resolve(null), {HEARD_WITHIN_MS})),
])
"""


async def measure() -> Sequence[Figure]:
    if chromium() is None:
        raise NotPossible("chromium is not installed")
    async with scratch() as folder, serving(folder) as (server, owner), Browsers() as browsers:
        voice = await asyncio.to_thread(write_voice, folder / "voice.wav")
        (guest,) = await guests(server, owner, 1)
        speaker = await visit(browsers, owner, voice)
        await go_in(speaker)
        await speaker.page.keyboard.press("m")
        await speaker.page.get_by_role("button", name="Mute", exact=True).first.wait_for()
        listener = await visit(browsers, guest, voice)
        took_ms = []
        for number in range(scaled(JOINS)):
            took_ms.append(await first_sound_ms(listener))
            note(f"join {number + 1}: {took_ms[-1]:.0f} ms")
    limit = ("the plainest way in, measured once", NAIVE_MS)
    median_ms = statistics.median(took_ms)
    return [figure("click to first sound, median", median_ms, "ms", limit, at_most(1))]


async def visit(browsers: Browsers, person: Person, voice: Path) -> Visitor:
    """Open the room's page in a browser of one's own, signed in."""
    browser = await browsers.browser(microphone=voice)
    visitor = await Visitor.open(browser, person.url, locale="en-GB")
    await visitor.page.context.add_init_script(LISTEN)
    await visitor.sign_in(person.handle, person.password, at=ROOM)
    return visitor


async def go_in(visitor: Visitor) -> None:
    door = visitor.page.locator("main").get_by_role("button", name="door")
    await door.or_(visitor.page.locator("main").get_by_role("button", name="Join")).first.click()
    await visitor.page.get_by_role("button", name="Unmute").first.wait_for()


async def first_sound_ms(visitor: Visitor) -> float:
    """Load the page anew, let it come to rest, go in, and leave again."""
    await visitor.page.goto(f"{visitor.url}{ROOM}")
    await visitor.page.locator("main").get_by_role("button", name="Join").first.wait_for()
    await visitor.page.evaluate("benchReady")
    await visitor.page.wait_for_timeout(WARM_MS)
    await go_in(visitor)
    took_ms: float | None = await visitor.page.evaluate(TOOK)
    if took_ms is None:
        raise RuntimeError(f"nothing was heard; the page said {visitor.complaints}")
    await visitor.page.get_by_role("button", name="Leave").first.click()
    return took_ms


def write_voice(file: Path) -> Path:
    """Write something that no encoder takes for silence: a gliding tone that swells."""
    with wave.open(str(file), "wb") as wav:
        wav.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        for begin in range(0, VOICE_S * RATE_HZ, RATE_HZ):
            times_s = [(begin + n) / RATE_HZ for n in range(RATE_HZ)]
            wav.writeframes(struct.pack(f"<{RATE_HZ}h", *(sample(t) for t in times_s)))
    return file


def sample(at_s: float) -> int:
    swell = 0.7 + 0.3 * math.sin(2 * math.pi * 4 * at_s)
    glide = 2 * math.pi * 180 * at_s + 4 * math.sin(2 * math.pi * 3 * at_s)
    return round(9_000 * swell * (math.sin(glide) + 0.5 * math.sin(2 * glide)))


if __name__ == "__main__":
    publish("join", measure)
