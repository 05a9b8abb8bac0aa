"""Coming in: how soon the first sound is there, and what it does to others when many come at once.

Somebody speaks all the time and ten hear it. Thirty come in one after another; then two hundred at
the same moment, whose sockets are open already.
"""

import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator, Sequence

from _figures import Figure, at_least, at_most, figure, note, publish, scaled
from _lines import Member
from _server import Cores, busy_s, memory_mib
from _stage import LAST_ONES_S, House, Stage, house, listening, said, stage_in
from _voice import Voice

LISTENING, ONE_BY_ONE, AT_ONCE = 10, 30, 200
ODD_S = 0.137  # between two joins: each meets the speaker at another moment of a frame
FIRST_WITHIN_S = 10.0
FIRST_LIMIT_MS = 25.0
JOINS_LEAST_PER_S = 100.0
PEER_LIMIT_KIB = 200.0
FEW = 5  # packets, after which is looked whether all have come


async def measure() -> Sequence[Figure]:
    async with house(Cores()) as ours:
        room = await ours.room("Stage")
        async with stage_in(ours, room, "Salon") as stage:
            await stage.grow(scaled(LISTENING))
            return [await first_sound(ours, room, stage), *await all_at_once(ours, room, stage)]


async def first_sound(ours: House, room: str, stage: Stage) -> Figure:
    took_ms: list[float] = []
    people = await ours.people(scaled(ONE_BY_ONE))
    async with speaking(stage):
        for person in people:
            await asyncio.sleep(ODD_S)
            took_ms.append(await heard_after_ms(person, room))
    note(f"first sound after {', '.join(f'{ms:.0f}' for ms in sorted(took_ms))} ms")
    median_ms = statistics.median(took_ms)
    what = "from the offer to the first sound, median"
    return figure(what, median_ms, "ms", ("limit", FIRST_LIMIT_MS), at_most(1))


async def heard_after_ms(person: Member, room: str) -> float:
    """Return how long after the offer somebody hears, answer, checks and handshake included."""
    loop = asyncio.get_running_loop()
    heard: asyncio.Future[float] = loop.create_future()

    def hear(_age_ms: float) -> None:
        if not heard.done():
            heard.set_result(loop.time())

    voice = Voice(hear)
    joined = await person.command("room.join", room=room)
    offered_s = loop.time()
    await voice.accept(person, joined)
    async with asyncio.timeout(FIRST_WITHIN_S):
        first_s = await heard
    await person.command("room.leave", room=room)
    voice.close()
    return (first_s - offered_s) * 1_000


@contextlib.asynccontextmanager
async def speaking(stage: Stage) -> AsyncIterator[None]:
    """Speak as long as it lasts."""
    task = asyncio.create_task(said(stage.speakers, 1_000_000), name="bench.speaking")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def all_at_once(ours: House, room: str, stage: Stage) -> list[Figure]:
    """Let many in at the same moment, and count what those hear who are there."""
    people = await ours.people(scaled(AT_ONCE))
    sizes: dict[int, int] = {}
    memory_before_mib, busy_before_s = memory_mib(ours.pid), busy_s(ours.pid)
    stage.audience.begin()
    coming = asyncio.gather(*(listening(person, room, sizes) for person in people))
    began_s, packets = time.monotonic(), 0
    while not coming.done():
        await said(stage.speakers, FEW)
        packets += FEW
    took_s = time.monotonic() - began_s
    await asyncio.sleep(LAST_ONES_S)
    heard, expected = stage.audience.heard(), packets * stage.frames_a_turn
    spent_s = busy_s(ours.pid) - busy_before_s
    each_kib = (memory_mib(ours.pid) - memory_before_mib) * 1_024 / len(people)
    note(
        f"{len(people)} came in {took_s:.1f} s, {spent_s:.1f} s of the server's CPU; of "
        f"{expected} frames those there heard {heard}"
    )
    for ear in await coming:
        stage.audience.seat(ear)  # which closes them
    return [
        figure(
            f"heard by those who were there while {len(people)} came",
            heard.frames / expected * 100,
            "%",
            ("all", 100.0),
            at_least(1),
        ),
        figure(
            f"joins per second, {len(people)} at once",
            len(people) / took_s,
            "/s",
            ("limit", JOINS_LEAST_PER_S),
            at_least(1),
        ),
        figure(
            "memory of somebody who hears",
            each_kib,
            "KiB",
            ("limit", PEER_LIMIT_KIB),
            at_most(1),
        ),
    ]


if __name__ == "__main__":
    publish("relay_joins", measure)
