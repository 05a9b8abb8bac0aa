"""How voices sound at the end of bad lines, in real Chromiums: one says sentences, one listens.

Each is in a network of its own, on a cable to the server (`_ways.py`); in half of the conditions
the listener's is bad, in the others the speaker's. The same sentences are judged before and after.
A line of a table tells of each condition as it is done; with SALON_BENCH_ONLY, a part of the names
of conditions, only those are measured, and no figures.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from _cable import Carried
from _ears import Counts, Recording, begin, counts, ears_of, end, hear_microphone, sound_after
from _figures import Figure, NotPossible, at_least, at_most, figure, note, publish, scaled
from _outcome import Outcome, heading, kept_words
from _server import guests, scratch, serving
from _speech import JUDGED_HZ, PAUSE_S, Judge, Sentence, Verdict, sentences
from _ways import Way, laid_ways, open_ways

from salon.testing import Person
from salon.testing.browser import Browsers, Visitor, chromium
from salon.testing.line import DEAD, FINE, Weather
from salon.testing.process import ServerProcess

ONLY_VARIABLE = "SALON_BENCH_ONLY"
SENTENCES = 10
TIMES_FOR_WORDS = 6  # that they are said where words are counted: one time proves little
SETTLE_S = 15.0  # browsers report about every 5 s, and each end draws its conclusions
MORE_S = 1.5  # than the sentences take, so that the last is not cut
BLACKOUT_S = 10.0
BACK_WITHIN_S = 20.0
LOSS_IS_SEEN_WITHIN = 0.03  # between the share that a line lost and the share that its end missed
ROOM = "/r/kitchen-table"

GOOD_PESQ = 3.5
WORDS_LEFT = 0.9
BACK_LIMIT_S = 3.0
DELAY_LIMIT_MS = 150.0  # ITU-T G.114: what nobody notices in a conversation

RATES = (64, 48)  # what holds one voice, and what does not
LOST = (0.05, 0.1, 0.2, 0.3)
WORDS_AT = "20% lost"
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
    times: int = 1  # that all sentences are said


NOTHING_LOST = Condition("nothing lost")
BLACKOUT = "10 s without a path"
CONDITIONS = (
    NOTHING_LOST,
    *(Condition(f"{name} to the listener", down=each) for name, each in WEATHERS.items()),
    *(Condition(f"{name} from the speaker", up=each) for name, each in WEATHERS.items()),
)


@dataclass(frozen=True, slots=True)
class End:
    """Somebody's page, and its way to the server."""

    visitor: Visitor
    way: Way

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
class Seen:
    """What both ends of both lines have counted, at one moment."""

    up: Carried
    down: Carried
    speaker: Counts
    listener: Counts


@dataclass(frozen=True, slots=True)
class Scene:
    speaker: End
    listener: End
    said: Sequence[Sentence]

    @asynccontextmanager
    async def talking(self, up: Weather, down: Weather) -> AsyncIterator[None]:
        """Both are in, the one talks, and the lines are fine, but ready for this weather."""
        self.speaker.way.prepare(up, FINE)
        self.listener.way.prepare(FINE, down)
        await self.speaker.go_in(talks=True)
        await self.listener.go_in(talks=False)
        yield
        await self.listener.leave()
        await self.speaker.leave()

    async def seen(self) -> Seen:
        return Seen(
            self.speaker.way.carried()[0],
            self.listener.way.carried()[1],
            await counts(self.speaker.visitor.page),
            await counts(self.listener.visitor.page),
        )


async def measure() -> Sequence[Figure]:
    only = os.environ.get(ONLY_VARIABLE, "")
    async with standing_scene(scaled(SENTENCES)) as scene:
        note(heading())
        outcomes = {each.name: await outcome(scene, each) for each in chosen(only)}
        back_s = await back_after_blackout(scene) if only in BLACKOUT else None
    return [] if only or back_s is None else figures(outcomes, back_s)


def chosen(only: str) -> Sequence[Condition]:
    """Return the conditions with this in their names, each said as often as it has to be."""
    times = scaled(TIMES_FOR_WORDS)
    return [
        replace(each, times=times if WORDS_AT in each.name or each is NOTHING_LOST else 1)
        for each in CONDITIONS
        if only in each.name
    ]


def figures(outcomes: dict[str, Outcome], back_s: float) -> Sequence[Figure]:
    fine = outcomes[NOTHING_LOST.name]
    delay_limit = ("what nobody notices", DELAY_LIMIT_MS)
    found = [
        figure("mouth to ear, nothing lost", fine.delay_ms, "ms", delay_limit, at_most(1)),
        figure(f"sound after {BLACKOUT}", back_s, "s", ("limit", BACK_LIMIT_S), at_most(1)),
    ]
    for side in ("to the listener", "from the speaker"):
        pesq = outcomes[f"10% lost {side}"].pesq
        kept = kept_words(outcomes[f"{WORDS_AT} {side}"], fine)
        note(f"words, {WORDS_AT} {side}: {kept} of those where nothing is lost")
        all_words = ("nothing lost", 1.0)
        found += [
            figure(f"PESQ, 10% lost {side}", pesq, "", ("good", GOOD_PESQ), at_least(1)),
            figure(f"words, {WORDS_AT} {side}", kept.share, "", all_words, at_least(WORDS_LEFT)),
            figure("  the least it may truly be", kept.least, "", all_words, at_least(WORDS_LEFT)),
        ]
    return found


@asynccontextmanager
async def standing_scene(count: int) -> AsyncIterator[Scene]:
    """A server, and two people before its kitchen, each in a browser and a network of their own."""
    if chromium() is None:
        raise NotPossible("chromium is not installed")
    async with scratch() as folder:
        said, microphone = await asyncio.to_thread(sentences, folder, count)
        # Pages reach the server over cables by its name, and sound at the addresses of cables.
        settings = {"server": {"host": "0.0.0.0"}}  # noqa: S104 for as long as it measures
        with laid_ways(2, folder) as (up, down):
            async with (
                serving(folder, **settings) as (server, owner),
                open_ways((up, down), server.media_port),
                Browsers() as browsers,
            ):
                (guest,) = await guests(server, owner, 1)
                speaker = await visit(browsers, server, owner, microphone, up)
                listener = await visit(browsers, server, guest, microphone, down)
                yield Scene(End(speaker, up), End(listener, down), said)


async def visit(
    browsers: Browsers, server: ServerProcess, person: Person, microphone: Path, way: Way
) -> Visitor:
    browser = await way.browser(browsers, microphone)
    visitor = await Visitor.open(
        browser, person.url, locale="en-GB", viewport={"width": 700, "height": 500}
    )
    script = ears_of(address=way.address, line_port=way.port, server_port=server.media_port)
    await visitor.page.context.add_init_script(script)
    await visitor.sign_in(person.handle, person.password, at=ROOM)
    return visitor


async def outcome(scene: Scene, condition: Condition) -> Outcome:
    """Let all sentences be said under a condition, as often as it says, and judge them."""
    talk_s = sum(len(each.samples) for each in scene.said) / JUDGED_HZ
    loop_s = talk_s + PAUSE_S * len(scene.said)
    async with scene.talking(condition.up, condition.down):
        scene.speaker.way.change(condition.up, FINE)
        scene.listener.way.change(FINE, condition.down)
        await asyncio.sleep(SETTLE_S)
        before, began_s = await scene.seen(), time.monotonic()
        await hear_microphone(scene.speaker.visitor.page)
        recorded = [await recording(scene, loop_s) for _ in range(condition.times)]
        after, lasted_s = await scene.seen(), time.monotonic() - began_s
    up, down = after.up.since(before.up), after.down.since(before.down)
    refuse_what_was_not_seen(condition, (up, down), before, after)
    emitted = after.listener.emitted - before.listener.emitted
    delayed_s = after.listener.delayed_s - before.listener.delayed_s
    concealed = after.listener.concealed - before.listener.concealed
    sent_bytes = after.speaker.sent_bytes - before.speaker.sent_bytes
    result = Outcome(
        verdicts=[await asyncio.to_thread(judged, scene.said, *pair) for pair in recorded],
        concealed=concealed / (lasted_s * talk_s / loop_s * 48_000),
        buffered_ms=1_000 * delayed_s / max(1, emitted),
        sent_kbit_per_s=sent_bytes * 8 / lasted_s / 1_000,
        lost=(up.share_lost, down.share_lost),
    )
    note(result.row(condition.name))
    return result


async def recording(scene: Scene, loop_s: float) -> tuple[Recording, Recording]:
    """Return what the microphone gave and the listener heard while all sentences were said."""
    speaker, listener = scene.speaker.visitor.page, scene.listener.visitor.page
    longest_s = max(len(each.samples) for each in scene.said) / JUDGED_HZ
    await begin(speaker)
    await begin(listener)
    await asyncio.sleep(loop_s + longest_s + MORE_S)
    return await end(speaker, "microphone"), await end(listener, "slot")


def refuse_what_was_not_seen(
    condition: Condition, carried: tuple[Carried, Carried], before: Seen, after: Seen
) -> None:
    """Raise RuntimeError when what a line lost is not what its far end missed."""
    up, down = carried
    missed_there = after.speaker.lost_there - before.speaker.lost_there
    sent = after.speaker.sent - before.speaker.sent
    missed = after.listener.lost - before.listener.lost
    came = after.listener.received - before.listener.received
    for injected, seen, weather in (
        (up.share_lost, missed_there / max(1, sent), condition.up),
        (down.share_lost, missed / max(1, missed + came), condition.down),
    ):
        if weather.lost and abs(injected - seen) > LOSS_IS_SEEN_WITHIN:
            raise RuntimeError(f"{condition.name}: {injected:.1%} were lost, {seen:.1%} missed")


def judged(said: Sequence[Sentence], spoken: Recording, heard: Recording) -> list[Verdict]:
    judge, later_ms = Judge(), heard.begin_ms - spoken.begin_ms
    return [judge.verdict(each, spoken.samples, heard.samples, later_ms) for each in said]


async def back_after_blackout(scene: Scene) -> float:
    """Return how long after the listener's path is back the page plays something again, in s."""
    page, way = scene.listener.visitor.page, scene.listener.way
    async with scene.talking(FINE, FINE):
        await asyncio.sleep(SETTLE_S / 3)
        way.change(DEAD, DEAD)
        await asyncio.sleep(BLACKOUT_S)
        way.change(FINE, FINE)
        back_ms = time.time() * 1_000
        async with asyncio.timeout(BACK_WITHIN_S):
            heard_ms = await sound_after(page, back_ms)
    note(f"{BLACKOUT}: sound after {heard_ms - back_ms:.0f} ms")
    return (heard_ms - back_ms) / 1_000


if __name__ == "__main__":
    publish("quality", measure)
