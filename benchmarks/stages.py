"""A stage as people meet it: going in, silence at once, coming back, and very many who listen.

Pages are real Chromiums, which look at each block of samples that they play. Times are those of the
machine's clock: from a click's own time stamp to the block that is loud for the first time, or was
for the last.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from _audience import Audience, RtpEar
from _ears import ears_of, sound_after
from _figures import Figure, NotPossible, at_most, figure, note, publish, scaled
from _lines import Member, in_groups
from _server import Cores, guests, scratch, serving
from _stage import House, Stage, house, spoken
from _voice import Voice
from _ways import Way, laid_ways, open_ways
from join import write_voice

from salon.testing import Person
from salon.testing.browser import Browsers, Visitor, chromium
from salon.testing.line import FINE
from salon.testing.process import ServerProcess
from salon.testing.voice import VoicePeer

JOINS, RETURNS, SILENCES = 20, 5, 20
WARM_MS = 1_500
HEARD_WITHIN_S = 20.0
CUT_S = 5.0
SETTLE_S = 2.0
QUIET_MS = 400  # after which silence is no pause
TONE_HZ = 440.0
NAME, ADDRESS = "After the match", "/r/after-the-match"

SPEAKERS, LISTENERS = 25, 500
SLOTS = 4  # as `media.slots` is unless somebody says otherwise
PACKETS, ROUNDS = 300, 3
PACKED_AFTER_S = 31  # who has said nothing for half a minute gets three packets in one

JOIN_LIMIT_MS = 100.0
RETURN_LIMIT_S = 3.0
SILENCE_LIMIT_MS = 100.0
SHARE_LIMIT = 80.0  # % of a core

# Every slot's track goes to a node that looks at each block of 128 samples. The context and the
# module are there before the click, as they would not be part of what a person waits for.
LISTEN = """
(() => {
  const context = new AudioContext({sampleRate: 48000, latencyHint: "interactive"});
  const source = `registerProcessor("loud", class extends AudioWorkletProcessor {
    process([[block]]) {
      if (block && block.some((sample) => Math.abs(sample) > 0.003)) this.port.postMessage(0);
      return true;
    }
  });`;
  const module = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
  const nowMs = () => performance.timeOrigin + performance.now();
  let loudMs = 0, awaited = null;
  window.benchReady = context.resume().then(() => context.audioWorklet.addModule(module));
  window.benchLoud = new Promise((heard) => awaited = heard);
  window.benchSilent = async (quietMs) => {
    do await new Promise((wake) => setTimeout(wake, 20));
    while (nowMs() - loudMs < quietMs);
    window.benchLoud = new Promise((heard) => awaited = heard);
    return loudMs;
  };
  addEventListener("click", ({timeStamp}) => {
    window.benchClickedMs = performance.timeOrigin + timeStamp;
  }, {capture: true});
  const hear = ({track}) => {
    const node = new AudioWorkletNode(context, "loud");
    node.port.onmessage = () => awaited(loudMs = nowMs());
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


@dataclass
class Debate(Stage):
    """Everybody who speaks says something all the time; all but who says it hear the loudest."""

    @property
    def frames_a_turn(self) -> int:
        return min(SLOTS, len(self.speakers)) * (len(self.audience) - 1)


async def measure() -> Sequence[Figure]:
    if chromium() is None:
        raise NotPossible("chromium is not installed")
    async with scratch() as folder:
        microphone = await asyncio.to_thread(write_voice, folder / "voice.wav")
        found = [*await at_pages(folder, microphone), await back_after_a_cut(folder, microphone)]
    return [*found, await of_very_many()]


# -- going in, and silence at once


async def at_pages(folder: Path, microphone: Path) -> Sequence[Figure]:
    async with serving(folder) as (server, owner), Browsers() as browsers:
        room = await opened(owner)
        speaker, listener = await guests(server, owner, 2)
        host = await visit(browsers, owner, microphone)
        await go_in(host)
        async with talking(owner, speaker, room):
            page = await visit(browsers, listener, microphone)
            joins = [await first_sound_ms(page) for _ in range(scaled(JOINS))]
            await go_in(page)
            silences = [await silence_ms(host, page) for _ in range(scaled(SILENCES))]
    limit = ("limit", SILENCE_LIMIT_MS)
    return [
        figure(
            f"click to first sound, median of {len(joins)}",
            statistics.median(joins),
            "ms",
            ("limit", JOIN_LIMIT_MS),
            at_most(1),
        ),
        figure(
            '"mute all" to silence, median', statistics.median(silences), "ms", limit, at_most(1)
        ),
        figure("the same, the slowest", max(silences), "ms", limit, at_most(1)),
    ]


async def opened(owner: Person) -> str:
    """Open a stage on the spot, which its opener hosts."""
    room: str = (await owner.command("room.open", name=NAME, kind="stage"))["room"]["id"]
    return room


@asynccontextmanager
async def talking(host: Person, speaker: Person, room: str) -> AsyncIterator[VoicePeer]:
    """Bring somebody up who speaks a tone all the time."""
    await speaker.open()
    await speaker.join(room, hear=False)
    await host.command("stage.invite", room=room, account=speaker.id)
    await speaker.command("stage.answer", room=room, accept=True)
    await speaker.command("voice.set", room=room, muted=False)
    assert speaker.voice is not None
    speaker.voice.talk(TONE_HZ)
    yield speaker.voice
    await speaker.close()


async def visit(browsers: Browsers, person: Person, microphone: Path) -> Visitor:
    browser = await browsers.browser(microphone=microphone)
    visitor = await Visitor.open(browser, person.url, locale="en-GB")
    await visitor.page.context.add_init_script(LISTEN)
    await visitor.sign_in(person.handle, person.password, at=ADDRESS)
    return visitor


async def go_in(visitor: Visitor) -> None:
    await visitor.page.locator("main").get_by_role("button", name="Join").first.click()
    await visitor.page.get_by_role("button", name="Leave").first.wait_for()


async def first_sound_ms(visitor: Visitor) -> float:
    """Load the page anew, let it come to rest, go in, and leave again."""
    page = visitor.page
    await page.goto(f"{visitor.url}{ADDRESS}")
    await page.locator("main").get_by_role("button", name="Join").first.wait_for()
    await page.evaluate("benchReady")
    await page.wait_for_timeout(WARM_MS)
    await go_in(visitor)
    took_ms = await loud_ms(visitor) - await clicked_ms(visitor)
    note(f"join: {took_ms:.0f} ms")
    await page.get_by_role("button", name="Leave").first.click()
    return took_ms


async def silence_ms(host: Visitor, listener: Visitor) -> float:
    """Return how long after the host's click the listener's page was loud for the last time."""
    await loud_ms(listener)
    await host.page.wait_for_timeout(WARM_MS)
    await host.page.get_by_role("button", name="Mute all").click()
    last_ms: float = await listener.page.evaluate(f"benchSilent({QUIET_MS})")
    took_ms = last_ms - await clicked_ms(host)
    note(f"mute all: {took_ms:.0f} ms")
    await host.page.get_by_role("button", name="Undo").click()
    return took_ms


async def loud_ms(visitor: Visitor) -> float:
    """Return when the page was loud for the first time since it was loaded, or was silent."""
    async with asyncio.timeout(HEARD_WITHIN_S):
        first_ms: float = await visitor.page.evaluate("benchLoud")
        return first_ms


async def clicked_ms(visitor: Visitor) -> float:
    """Return when somebody last clicked there."""
    at_ms: float = await visitor.page.evaluate("benchClickedMs")
    return at_ms


# -- coming back


async def back_after_a_cut(folder: Path, microphone: Path) -> Figure:
    # Pages reach the server over the cable by its name, and sound at the cable's address.
    settings = {"server": {"host": "0.0.0.0"}}  # noqa: S104 for as long as it measures
    place = folder / "cut"
    place.mkdir()
    with laid_ways(1, place) as (way,):
        async with (
            serving(place, **settings) as (server, owner),
            open_ways((way,), server.media_port),
            Browsers() as browsers,
        ):
            room = await opened(owner)
            await owner.join(room, hear=False)
            speaker, listener = await guests(server, owner, 2)
            async with talking(owner, speaker, room):
                page = await visit_by(browsers, server, listener, microphone, way)
                await go_in(page)
                took = [await back_s(page, way) for _ in range(scaled(RETURNS))]
    what = f"sound again after {CUT_S:g} s without a network, median"
    limit = ("limit", RETURN_LIMIT_S)
    return figure(what, statistics.median(took), "s", limit, at_most(1))


async def visit_by(
    browsers: Browsers, server: ServerProcess, person: Person, microphone: Path, way: Way
) -> Visitor:
    """Open the stage in a browser whose network is this way."""
    browser = await way.browser(browsers, microphone)
    visitor = await Visitor.open(browser, person.url, locale="en-GB")
    script = ears_of(address=way.address, line_port=way.port, server_port=server.media_port)
    await visitor.page.context.add_init_script(script)
    await visitor.sign_in(person.handle, person.password, at=ADDRESS)
    return visitor


async def back_s(visitor: Visitor, way: Way) -> float:
    """Cut the network, mend it, and return how long after that the page plays something, in s."""
    async with asyncio.timeout(HEARD_WITHIN_S):
        await sound_after(visitor.page, time.time() * 1_000)
    await asyncio.sleep(SETTLE_S)
    way.cut()
    await asyncio.sleep(CUT_S)
    way.change(FINE, FINE)
    mended_ms = time.time() * 1_000
    async with asyncio.timeout(HEARD_WITHIN_S):
        took_ms = await sound_after(visitor.page, mended_ms) - mended_ms
    note(f"sound again: {took_ms:.0f} ms")
    return took_ms / 1_000


# -- very many


async def of_very_many() -> Figure:
    speakers, listeners = scaled(SPEAKERS, least=2), scaled(LISTENERS, least=3)
    async with house(Cores(), slots=SLOTS) as ours, crowded(ours, speakers, listeners) as stage:
        await asyncio.sleep(scaled(PACKED_AFTER_S))
        spent = [await spoken(stage, scaled(PACKETS)) for _ in range(ROUNDS)]
    share = statistics.median(each.server_share for each in spent) * 100
    what = f"CPU of a stage with {speakers} speaking and {listeners} listening"
    return figure(what, share, "% of a core", ("limit", SHARE_LIMIT), at_most(1))


@asynccontextmanager
async def crowded(ours: House, speaking: int, listening: int) -> AsyncIterator[Debate]:
    """A stage of the owner's: those who speak are brought up, the others are before it."""
    room, audience, sizes = await opened(ours.owner), Audience(), dict[int, int]()

    async def come(person: Member) -> Voice:
        voice = Voice()
        await voice.join(person, room)
        audience.seat(RtpEar(voice, sizes))
        return voice

    people = await ours.people(speaking)
    voices = [await come(person) for person in people]
    joined = await ours.owner.command("room.join", room=room)
    for each in joined["participants"]:
        if each["account_id"] != ours.owner.id:
            await ours.owner.command("stage.invite", room=room, account=each["account_id"])
    for person in people:
        await person.command("stage.answer", room=room, accept=True)
        await person.command("voice.set", room=room, muted=False)
    await in_groups([partial(come, person) for person in await ours.people(listening)])
    try:
        yield Debate("Salon", ours.pid, [voice.say for voice in voices], _nobody, audience)
    finally:
        await audience.close()


async def _nobody(_numbers: range) -> None:
    """The stage is full."""


if __name__ == "__main__":
    publish("stages", measure)
