"""What a packet costs for each who hears it, against Janus' VideoRoom.

The same voices, made of the same code, speak to both: one says a packet every 20 ms, fifty hear it
and decrypt it. Both servers stand on one core, the voices on another. CPU is that of all threads of
a server's processes, by the scheduler's clock.
"""

import asyncio
import os
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from _figures import Figure, at_most, figure, note, percentile, publish, scaled
from _janus import janus
from _server import busy_s, guests, scratch, serving
from _voice import Voice

LISTENERS = 50
ROUNDS = 3
PACKETS = 400  # of a round and server: 8 s
FRAME_S = 0.02
LAST_ONES_S = 0.3
LEAST_HEARD = 0.99
MOST = 0.6


@dataclass
class Room:
    """One server's room: who speaks, and what is heard of it."""

    name: str
    pid: int
    speaker: Voice
    ages_ms: list[float]
    voices: list[Voice]


async def measure() -> Sequence[Figure]:
    listeners = scaled(LISTENERS, least=2)
    servers, voices = _cores()
    os.sched_setaffinity(0, servers)  # what is started from here on stands there
    async with (
        scratch() as folder,
        salon_room(folder, listeners, voices) as ours,
        janus_room(folder, listeners) as theirs,
    ):
        cost_us: dict[str, list[float]] = {room.name: [] for room in (ours, theirs)}
        for _ in range(ROUNDS):
            for room in (ours, theirs):
                cost_us[room.name].append(await spoken(room, scaled(PACKETS), listeners))
    for name, each_us in cost_us.items():
        note(f"{name}: {', '.join(f'{us:.1f}' for us in each_us)} µs for each packet and listener")
    medians = {name: statistics.median(each_us) for name, each_us in cost_us.items()}
    peer = (f"{theirs.name}, one event loop", medians[theirs.name])
    what = f"CPU for a packet and listener, {listeners} listeners"
    return [figure(what, medians[ours.name], "µs", peer, at_most(MOST))]


def _cores() -> tuple[set[int], set[int]]:
    """Return one core for the servers and the others for the voices."""
    first, *others = sorted(os.sched_getaffinity(0))
    return {first}, set(others) or {first}


async def spoken(room: Room, packets: int, listeners: int) -> float:
    """Let the speaker say so many; return the µs of CPU for each that was heard."""
    room.ages_ms.clear()
    loop = asyncio.get_running_loop()
    before_s = busy_s(room.pid)
    due_s = loop.time()
    for _ in range(packets):
        room.speaker.say()
        due_s = max(due_s + FRAME_S, loop.time())
        await asyncio.sleep(due_s - loop.time())
    await asyncio.sleep(LAST_ONES_S)
    spent_s = busy_s(room.pid) - before_s
    heard = len(room.ages_ms)
    if heard < LEAST_HEARD * packets * listeners:
        raise RuntimeError(f"{room.name}: of {packets * listeners} packets only {heard} came")
    median_ms, p99_ms = statistics.median(room.ages_ms), percentile(room.ages_ms, 0.99)
    note(f"{room.name}: {spent_s:.2f} s of CPU, {median_ms:.2f} ms on the way, p99 {p99_ms:.2f}")
    return spent_s / heard * 1e6


@asynccontextmanager
async def salon_room(folder: Path, listeners: int, voices: set[int]) -> AsyncIterator[Room]:
    async with serving(folder) as (server, owner):
        os.sched_setaffinity(0, voices)
        opened = await owner.command("room.open", name="Hall", seats=min(100, listeners + 1))
        kitchen = opened["room"]["id"]
        people = await guests(server, owner, listeners)
        ages_ms: list[float] = []
        speaker = Voice(lambda _age_ms: None)
        await speaker.join(owner, kitchen)

        async def listen(number: int) -> Voice:
            person = await people[number].open()
            voice = Voice(ages_ms.append)
            await voice.join(person, kitchen)
            return voice

        async with _all(listen, listeners) as heard:
            yield Room("Salon", server.process.pid, speaker, ages_ms, heard)
        await speaker.close()


@asynccontextmanager
async def janus_room(folder: Path, listeners: int) -> AsyncIterator[Room]:
    voices = os.sched_getaffinity(0)
    os.sched_setaffinity(0, _servers_core(voices))
    async with janus(folder) as server:
        os.sched_setaffinity(0, voices)
        ages_ms: list[float] = []
        speaker = await server.speaker()

        async def listen(_number: int) -> Voice:
            return await server.listener(ages_ms.append)

        async with _all(listen, listeners) as heard:
            yield Room("Janus VideoRoom", server.pid, speaker, ages_ms, heard)
        await speaker.close()


def _servers_core(voices: set[int]) -> set[int]:
    every = set(range(os.cpu_count() or 1))
    return {min(every - voices, default=min(voices))}


@asynccontextmanager
async def _all(
    listen: Callable[[int], Awaitable[Voice]], listeners: int
) -> AsyncIterator[list[Voice]]:
    voices = [await listen(number) for number in range(listeners)]
    try:
        yield voices
    finally:
        for voice in voices:
            await voice.close()


if __name__ == "__main__":
    publish("relay", measure)
