"""How voices sound at the end of bad lines, in real Chromiums: one says sentences, one listens.

Each is on a line of its own to the server; in half of the conditions the listener's is bad, in the
others the speaker's. The same sentences are judged before and after.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from _ears import Recording, begin, counts, ears_of, end, sound_after
from _figures import Figure, NotPossible, at_least, at_most, figure, note, publish, scaled
from _server import guests, scratch, serving
from _speech import JUDGED_HZ, PAUSE_S, Judge, Sentence, Verdict, sentences

from salon.testing import Person
from salon.testing.browser import Browsers, Visitor, chromium
from salon.testing.line import DEAD, FINE, BadLine, Weather
from salon.testing.process import ServerProcess

SENTENCES = 10
SETTLE_S = 15.0  # browsers report about every 5 s, and each end draws its conclusions
MORE_S = 1.5  # than the sentences take, so that the last is not cut
BLACKOUT_S = 10.0
BACK_WITHIN_S = 20.0
ROOM = "/r/kitchen-table"

GOOD_PESQ = 3.5
WORDS_LEFT = 0.9
BACK_LIMIT_S = 3.0
DELAY_LIMIT_MS = 150.0  # ITU-T G.114: what nobody notices in a conversation

RATES = (64, 48)  # what holds one voice, and what does not
LOST = (0.05, 0.1, 0.2, 0.3)
WEATHERS = {
    **{f"{share:.0%} lost": Weather(lost=share) for share in LOST},
    "jitter of 60 ms": Weather(jitter_s=0.06),
    "10% overtaken": Weather(overtaken=0.1),
    "10% doubled": Weather(doubled=0.1),
    **{f"{rate} kbit/s": Weather(kbit_per_s=rate) for rate in RATES},
}


@dataclass(frozen=True, slots=True)
class Condition:
    """The weather from the speaker to the server, and from there to the listener."""

    name: str
    up: Weather = FINE
    down: Weather = FINE


CONDITIONS = (
    Condition("nothing lost"),
    *(Condition(f"{name} to the listener", down=each) for name, each in WEATHERS.items()),
    *(Condition(f"{name} from the speaker", up=each) for name, each in WEATHERS.items()),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the listener got. `concealed`: the share of the talk; `sent_kbit_per_s`: the speaker."""

    pesq: float
    words: float
    concealed: float
    buffered_ms: float
    delay_ms: float
    sent_kbit_per_s: float

    def __str__(self) -> str:
        return (
            f"PESQ {self.pesq:.2f}, words {self.words:.0%}, concealed {self.concealed:.1%}, "
            f"buffer {self.buffered_ms:.0f} ms, mouth to ear {self.delay_ms:.0f} ms, "
            f"speaker sends {self.sent_kbit_per_s:.0f} kbit/s"
        )


@dataclass(frozen=True, slots=True)
class End:
    """Somebody's page, and the line that it is on."""

    visitor: Visitor
    line: BadLine

    async def go_in(self, *, talks: bool) -> None:
        """Come in as if for the first time: nothing is kept of the condition before."""
        page, main = self.visitor.page, self.visitor.page.locator("main")
        await page.goto(f"{self.visitor.url}{ROOM}")
        door = main.get_by_role("button", name="door")
        await door.or_(main.get_by_role("button", name="Join")).first.click()
        await page.get_by_role("button", name="Leave").first.wait_for()
        if talks:
            await page.get_by_role("button", name="Unmute").first.click()
            await page.get_by_role("button", name="Mute", exact=True).first.wait_for()

    async def leave(self) -> None:
        await self.visitor.page.get_by_role("button", name="Leave").first.click()


@dataclass(frozen=True, slots=True)
class Scene:
    speaker: End
    listener: End
    said: Sequence[Sentence]

    @asynccontextmanager
    async def talking(self) -> AsyncIterator[None]:
        """Both are in, the one talks, and the lines are fine."""
        for one in (self.speaker, self.listener):
            one.line.up.weather = one.line.down.weather = FINE
        await self.speaker.go_in(talks=True)
        await self.listener.go_in(talks=False)
        yield
        await self.listener.leave()
        await self.speaker.leave()


async def measure() -> Sequence[Figure]:
    async with standing_scene(scaled(SENTENCES)) as scene:
        outcomes = {each.name: await outcome(scene, each) for each in CONDITIONS}
        back_s = await back_after_blackout(scene)
    fine = outcomes["nothing lost"]
    delay_limit = ("what nobody notices", DELAY_LIMIT_MS)
    figures = [
        figure("mouth to ear, nothing lost", fine.delay_ms, "ms", delay_limit, at_most(1)),
        figure("sound after 10 s without a path", back_s, "s", ("limit", BACK_LIMIT_S), at_most(1)),
    ]
    for side in ("to the listener", "from the speaker"):
        pesq = outcomes[f"10% lost {side}"].pesq
        words = outcomes[f"20% lost {side}"].words
        figures += [
            figure(f"PESQ, 10% lost {side}", pesq, "", ("good", GOOD_PESQ), at_least(1)),
            figure(
                f"words, 20% lost {side}",
                words,
                "of those said",
                ("nothing lost", fine.words),
                at_least(WORDS_LEFT),
            ),
        ]
    return figures


@asynccontextmanager
async def standing_scene(count: int) -> AsyncIterator[Scene]:
    """A server, and two people before its kitchen, each in a browser of their own."""
    if chromium() is None:
        raise NotPossible("chromium is not installed")
    async with scratch() as folder:
        said, microphone = await asyncio.to_thread(sentences, folder, count)
        async with (
            serving(folder) as (server, owner),
            Browsers() as browsers,
            BadLine(server.media_port, seed=1) as up,
            BadLine(server.media_port, seed=3) as down,
        ):
            (guest,) = await guests(server, owner, 1)
            speaker = await visit(browsers, server, owner, microphone, up)
            listener = await visit(browsers, server, guest, microphone, down)
            yield Scene(End(speaker, up), End(listener, down), said)


async def visit(
    browsers: Browsers, server: ServerProcess, person: Person, microphone: Path, line: BadLine
) -> Visitor:
    browser = await browsers.browser(microphone=microphone)
    visitor = await Visitor.open(
        browser, person.url, locale="en-GB", viewport={"width": 700, "height": 500}
    )
    script = ears_of(line_port=line.port, server_port=server.media_port)
    await visitor.page.context.add_init_script(script)
    await visitor.sign_in(person.handle, person.password, at=ROOM)
    return visitor


async def outcome(scene: Scene, condition: Condition) -> Outcome:
    """Let all sentences be said under a condition, and judge them."""
    speaker, listener = scene.speaker.visitor.page, scene.listener.visitor.page
    talk_s = sum(len(each.samples) for each in scene.said) / JUDGED_HZ
    loop_s = talk_s + PAUSE_S * len(scene.said)
    longest_s = max(len(each.samples) for each in scene.said) / JUDGED_HZ
    async with scene.talking():
        scene.speaker.line.up.weather = condition.up
        scene.listener.line.down.weather = condition.down
        await asyncio.sleep(SETTLE_S)
        before, sent_before = await counts(listener), await counts(speaker)
        began_s = time.monotonic()
        await begin(speaker, microphone=True)
        await begin(listener)
        await asyncio.sleep(loop_s + longest_s + MORE_S)
        lasted_s = time.monotonic() - began_s
        after, sent_after = await counts(listener), await counts(speaker)
        said, heard = await end(speaker, "microphone"), await end(listener, "slot")
    verdicts = await asyncio.to_thread(judged, scene.said, said, heard)
    heard_s = lasted_s * talk_s / loop_s
    result = Outcome(
        pesq=statistics.median(each.pesq for each in verdicts),
        words=sum(each.words_right for each in verdicts) / sum(each.words for each in verdicts),
        concealed=(after.concealed - before.concealed) / (heard_s * 48_000),
        buffered_ms=1_000
        * (after.delayed_s - before.delayed_s)
        / max(1, after.emitted - before.emitted),
        delay_ms=statistics.median(each.delay_ms for each in verdicts),
        sent_kbit_per_s=(sent_after.sent_bytes - sent_before.sent_bytes) * 8 / lasted_s / 1_000,
    )
    note(f"{condition.name}: {result}")
    return result


def judged(said: Sequence[Sentence], spoken: Recording, heard: Recording) -> list[Verdict]:
    judge, later_ms = Judge(), heard.begin_ms - spoken.begin_ms
    return [judge.verdict(each, spoken.samples, heard.samples, later_ms) for each in said]


async def back_after_blackout(scene: Scene) -> float:
    """Return how long after the listener's path is back the page plays something again, in s."""
    page, line = scene.listener.visitor.page, scene.listener.line
    async with scene.talking():
        await asyncio.sleep(SETTLE_S / 3)
        line.up.weather = line.down.weather = DEAD
        await asyncio.sleep(BLACKOUT_S)
        line.up.weather = line.down.weather = FINE
        back_ms = time.time() * 1_000
        async with asyncio.timeout(BACK_WITHIN_S):
            heard_ms = await sound_after(page, back_ms)
    note(f"after {BLACKOUT_S:.0f} s without a path: sound after {heard_ms - back_ms:.0f} ms")
    return (heard_ms - back_ms) / 1_000


if __name__ == "__main__":
    publish("quality", measure)
