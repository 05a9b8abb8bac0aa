"""One room of a server: somebody says a packet every 20 ms, and an audience that grows hears it.

The same code plays to every server. What one costs is the CPU time of all threads of its processes
by the scheduler's clock; servers stand on one core, this process on another. A run in which this
process was too busy, or in which sound was missing, is refused: it would say nothing.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from _audience import Audience, Ear, Heard, RtpEar
from _figures import note
from _janus import janus
from _lines import Member, in_groups
from _mumble import Client, MumbleEar, mumble
from _server import busy_s, scratch, serving, ticket_of
from _voice import Voice

from salon.config import ROOM_SEATS_MAX
from salon.testing import Person

FRAME_S = 0.02
LAST_ONES_S = 0.3
LEAST_HEARD = 0.99
BUSIEST = 0.9  # of this process's core; a slow load generator would pass for a slow server


@dataclass
class Stage:
    """A speaker and who hears them. `admit` lets listeners with these numbers in."""

    name: str
    pid: int
    say: Callable[[], None]
    admit: Callable[[range], Awaitable[list[Ear]]]
    audience: Audience

    async def grow(self, listeners: int) -> None:
        """Let people in until there are so many."""
        for ear in await self.admit(range(len(self.audience), listeners)):
            self.audience.seat(ear)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What some seconds of speaking cost a server, and what was heard."""

    server_s: float
    server_share: float  # of a core
    load_share: float
    heard: Heard

    @property
    def us_per_frame(self) -> float:
        return self.server_s / self.heard.frames * 1e6


async def spoken(stage: Stage, packets: int) -> Spoken:
    """Say so many packets. Raises RuntimeError for a run that says nothing."""
    stage.audience.begin()
    own_s, server_s, began_s = time.process_time(), busy_s(stage.pid), time.monotonic()
    await said(stage.say, packets)
    spent_s, wall_s = busy_s(stage.pid) - server_s, time.monotonic() - began_s
    told = Spoken(
        server_s=spent_s,
        server_share=spent_s / wall_s,
        load_share=(time.process_time() - own_s) / wall_s,
        heard=stage.audience.heard(),
    )
    expected = packets * len(stage.audience)
    note(
        f"{stage.name}, {len(stage.audience)}: {told.us_per_frame:.2f} µs a frame, server "
        f"{told.server_share:.0%} of a core, load {told.load_share:.0%}; {told.heard}"
    )
    if told.load_share > BUSIEST:
        raise RuntimeError(f"{stage.name}: the load generator was busy {told.load_share:.0%}")
    if told.heard.frames < LEAST_HEARD * expected:
        raise RuntimeError(f"{stage.name}: of {expected} frames only {told.heard.frames} came")
    return told


async def said(say: Callable[[], None], packets: int) -> None:
    """Say a packet every 20 ms; return when the last ones have come."""
    loop = asyncio.get_running_loop()
    due_s = loop.time()
    for _ in range(packets):
        say()
        due_s = max(due_s + FRAME_S, loop.time())
        await asyncio.sleep(due_s - loop.time())
    await asyncio.sleep(LAST_ONES_S)


class Cores:
    """Servers are started on the first core; this process stands on the others."""

    def __init__(self) -> None:
        first, *others = sorted(os.sched_getaffinity(0))
        self.servers, self.load = {first}, set(others) or {first}
        self.take_place()

    def take_place(self) -> None:
        os.sched_setaffinity(0, self.load)


@asynccontextmanager
async def salon_stage(name: str, cores: Cores, **media: object) -> AsyncIterator[Stage]:
    """A room of a real server; `media` are settings of that section."""
    os.sched_setaffinity(0, cores.servers)
    async with scratch() as folder, serving(folder, media=media) as (server, owner):
        cores.take_place()
        opened = await owner.command("room.open", name="Stage", seats=ROOM_SEATS_MAX)
        room = opened["room"]["id"]
        speaker, audience, sizes = Voice(), Audience(), dict[int, int]()
        await speaker.speak(owner, room)

        async def join(person: Person) -> Ear:
            voice = Voice()
            await voice.join(await opened_by(person, server.port), room)
            return RtpEar(voice, sizes)

        async def admit(numbers: range) -> list[Ear]:
            people = await server.members([f"guest{number}" for number in numbers], owner)
            return await in_groups([partial(join, person) for person in people])

        try:
            yield Stage(name, server.process.pid, speaker.say, admit, audience)
        finally:
            speaker.close()
            await audience.close()


async def opened_by(person: Person, port: int) -> Member:
    """Return a socket of somebody who has signed up; it costs less than the person's own."""
    member = await Member.open(port, await ticket_of(person), _unread)
    await person.close()
    return member


@asynccontextmanager
async def janus_stage(name: str, cores: Cores) -> AsyncIterator[Stage]:
    os.sched_setaffinity(0, cores.servers)
    async with scratch() as folder, janus(folder) as server:
        cores.take_place()
        speaker, audience, sizes = await server.speaker(), Audience(), dict[int, int]()

        async def join() -> Ear:
            return RtpEar(await server.listener(), sizes)

        async def admit(numbers: range) -> list[Ear]:
            return await in_groups([join for _ in numbers])

        try:
            yield Stage(name, server.pid, speaker.say, admit, audience)
        finally:
            speaker.close()
            await audience.close()


@asynccontextmanager
async def mumble_stage(name: str, cores: Cores) -> AsyncIterator[Stage]:
    os.sched_setaffinity(0, cores.servers)
    async with scratch() as folder, mumble(folder) as (pid, port):
        cores.take_place()
        speaker, audience, clients = Client("speaker"), Audience(), list[Client]()
        await speaker.join(port)

        async def join(number: int) -> Ear:
            client = Client(f"guest{number}")
            clients.append(client)
            await client.join(port)
            return MumbleEar(client)

        async def admit(numbers: range) -> list[Ear]:
            return await in_groups([partial(join, number) for number in numbers])

        try:
            yield Stage(name, pid, speaker.say, admit, audience)
        finally:
            await audience.close()
            for client in (speaker, *clients):
                client.close()


def _unread(_payload: bytes) -> None:
    """What a page shows is not measured here."""
