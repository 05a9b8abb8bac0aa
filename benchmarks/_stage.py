"""One room of a server: somebody says a packet every 20 ms, and an audience that grows hears it.

The same code plays to every server. What one costs is the CPU time of all threads of its processes
by the scheduler's clock; servers stand on one core, this process on another. A run in which this
process was too busy, or in which sound was missing, is refused: it would say nothing.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from _audience import Audience, Heard, RtpEar
from _figures import note
from _janus import janus
from _lines import Member, in_groups
from _mumble import Client, MumbleEar, mumble
from _server import Cores, busy_s, scratch, serving, ticket_of
from _voice import Voice

from salon.config import ROOM_SEATS_MAX
from salon.testing import Person
from salon.testing.person import PASSWORD
from salon.testing.process import ServerProcess

FRAME_S = 0.02
STEPS = 10  # of a frame: not all of many speakers begin at the same moment
LAST_ONES_S = 0.3
LEAST_HEARD = 0.99
USES = 500  # of an invitation
PEOPLE_PER_ADDRESS = 500
BEAT_EVERY_S = 25  # as the server asks of pages
BUSIEST = 0.9  # of this process's core; a slow load generator would pass for a slow server


@dataclass
class Stage:
    """Who speaks and who hears them. `admit` lets people with these numbers into the audience."""

    name: str
    pid: int
    speakers: Sequence[Callable[[], None]]  # each says a packet
    admit: Callable[[range], Awaitable[object]]
    audience: Audience

    @property
    def frames_a_turn(self) -> int:
        """How many are to be heard when everybody who speaks has said a packet."""
        return len(self.audience)

    async def grow(self, listeners: int) -> None:
        """Let people in until there are so many."""
        await self.admit(range(len(self.audience), listeners))


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
    """Let each speaker say so many packets. Raises RuntimeError for a run that says nothing."""
    stage.audience.begin()
    own_s, server_s, began_s = time.process_time(), busy_s(stage.pid), time.monotonic()
    await said(stage.speakers, packets)
    await asyncio.sleep(LAST_ONES_S)
    spent_s, wall_s = busy_s(stage.pid) - server_s, time.monotonic() - began_s
    told = Spoken(
        server_s=spent_s,
        server_share=spent_s / wall_s,
        load_share=(time.process_time() - own_s) / wall_s,
        heard=stage.audience.heard(),
    )
    expected = packets * stage.frames_a_turn
    note(
        f"{stage.name}, {len(stage.audience)}: {told.us_per_frame:.2f} µs a frame, server "
        f"{told.server_share:.0%} of a core, load {told.load_share:.0%}; {told.heard}"
    )
    if told.load_share > BUSIEST:
        raise RuntimeError(f"{stage.name}: the load generator was busy {told.load_share:.0%}")
    if told.heard.frames < LEAST_HEARD * expected:
        raise RuntimeError(f"{stage.name}: of {expected} frames only {told.heard.frames} came")
    return told


async def said(speakers: Sequence[Callable[[], None]], packets: int) -> None:
    """Let each say a packet every 20 ms, some at a time."""
    steps = [speakers[first::STEPS] for first in range(min(STEPS, len(speakers)))]
    loop = asyncio.get_running_loop()
    due_s = loop.time()
    for turn in range(packets * len(steps)):
        for say in steps[turn % len(steps)]:
            say()
        due_s = max(due_s + FRAME_S / len(steps), loop.time())
        await asyncio.sleep(due_s - loop.time())


class House:
    """A real server of ours, and people in it whose sockets cost little."""

    def __init__(self, server: ServerProcess, owner: Person) -> None:
        self.pid = server.process.pid
        self.owner = owner
        self._server = server
        self._count = 0
        self._members: list[Member] = []

    async def room(self, name: str) -> str:
        opened = await self.owner.command("room.open", name=name, seats=ROOM_SEATS_MAX)
        room: str = opened["room"]["id"]
        return room

    async def people(self, count: int) -> list[Member]:
        """Return so many who are new, with open sockets."""
        numbers = range(self._count, self._count + count)
        self._count += count
        codes = [await self._invitation() for _ in range(0, count, USES)]
        new = await in_groups(
            [partial(self._come, number, codes[at // USES]) for at, number in enumerate(numbers)]
        )
        self._members += new
        return new

    async def beat(self) -> None:
        """Have everybody's socket say that it is here, as pages do: some of them each second."""
        for second in itertools.count():
            await asyncio.sleep(1)
            for member in self._members[second % BEAT_EVERY_S :: BEAT_EVERY_S]:
                member.beat()
            if second % BEAT_EVERY_S == 0:
                await self.owner.command("ping")

    async def _invitation(self) -> str:
        made = await self.owner.command("invitation.create", max_uses=USES)
        code: str = made["invitation"]["code"]
        return code

    async def _come(self, number: int, invitation: str) -> Member:
        """Sign up from one of many addresses: each may bring so many people in an hour."""
        address = f"127.0.0.{2 + number // PEOPLE_PER_ADDRESS}"
        person = Person(self._server.url, f"guest{number}", PASSWORD, address=address)
        try:
            await person.fill(f"/i/{invitation}")
            return await Member.open(self._server.port, await ticket_of(person), _unread)
        finally:
            await person.close()


@asynccontextmanager
async def house(cores: Cores, **media: object) -> AsyncIterator[House]:
    """Start one; `media` are settings of that section."""
    cores.make_room()
    async with scratch() as folder, serving(folder, media=media) as (server, owner):
        cores.take_place()
        ours = House(server, owner)
        beating = asyncio.create_task(ours.beat(), name="house.beat")
        try:
            yield ours
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)


@asynccontextmanager
async def salon_stage(name: str, cores: Cores, **media: object) -> AsyncIterator[Stage]:
    """A room of ours; `media` are settings of that section."""
    async with (
        house(cores, **media) as ours,
        stage_in(ours, await ours.room("Stage"), name) as stage,
    ):
        yield stage


@asynccontextmanager
async def stage_in(ours: House, room: str, name: str) -> AsyncIterator[Stage]:
    """A room in which the owner speaks."""
    speaker, audience, sizes = Voice(), Audience(), dict[int, int]()
    await speaker.speak(ours.owner, room)

    async def join(person: Member) -> None:
        audience.seat(await listening(person, room, sizes))

    async def admit(numbers: range) -> None:
        people = await ours.people(len(numbers))
        await in_groups([partial(join, person) for person in people])

    try:
        yield Stage(name, ours.pid, [speaker.say], admit, audience)
    finally:
        speaker.close()
        await audience.close()


async def listening(person: Member, room: str, sizes: dict[int, int]) -> RtpEar:
    """Let somebody in who only hears."""
    voice = Voice()
    await voice.join(person, room)
    return RtpEar(voice, sizes)


@asynccontextmanager
async def janus_stage(name: str, cores: Cores) -> AsyncIterator[Stage]:
    cores.make_room()
    async with scratch() as folder, janus(folder) as server:
        cores.take_place()
        speaker, audience, sizes = await server.speaker(), Audience(), dict[int, int]()

        async def join() -> None:
            audience.seat(RtpEar(await server.listener(), sizes))

        async def admit(numbers: range) -> None:
            await in_groups([join for _ in numbers])

        try:
            yield Stage(name, server.pid, [speaker.say], admit, audience)
        finally:
            speaker.close()
            await audience.close()


@asynccontextmanager
async def mumble_stage(name: str, cores: Cores) -> AsyncIterator[Stage]:
    cores.make_room()
    async with scratch() as folder, mumble(folder) as (pid, port):
        cores.take_place()
        speaker, audience, clients = Client("speaker"), Audience(), list[Client]()
        await speaker.join(port)

        async def join(number: int) -> None:
            client = Client(f"guest{number}")
            clients.append(client)
            await client.join(port)
            audience.seat(MumbleEar(client))

        async def admit(numbers: range) -> None:
            await in_groups([partial(join, number) for number in numbers])

        try:
            yield Stage(name, pid, [speaker.say], admit, audience)
        finally:
            await audience.close()
            for client in (speaker, *clients):
                client.close()


def _unread(_payload: bytes) -> None:
    """What a page shows is not measured here."""
