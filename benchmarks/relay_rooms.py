"""Many small rooms at the same time: fifty of ten people, in each of which two speak."""

import statistics
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from _audience import Audience, RtpEar
from _figures import Figure, at_most, figure, publish, scaled
from _lines import Member, in_groups
from _server import Cores
from _stage import House, Stage, house, spoken
from _voice import Voice

ROUNDS = 3
PACKETS = 300  # of a round and speaker: 6 s
ROOMS, PEOPLE, SPEAKING = 50, 10, 2
SHARE_LIMIT = 60.0  # % of a core


@dataclass
class Rooms(Stage):
    """Everybody hears who speaks in their room, but not themselves."""

    @property
    def frames_a_turn(self) -> int:
        return len(self.speakers) * (PEOPLE - 1)


async def measure() -> Sequence[Figure]:
    rooms = scaled(ROOMS)
    async with house(Cores()) as ours, rooms_in(ours, rooms) as stage:
        spent = [await spoken(stage, scaled(PACKETS)) for _ in range(ROUNDS)]
    share = statistics.median(each.server_share for each in spent) * 100
    what = f"CPU of {rooms} rooms of {PEOPLE}, {SPEAKING} speaking in each"
    return [figure(what, share, "% of a core", ("limit", SHARE_LIMIT), at_most(1))]


@asynccontextmanager
async def rooms_in(ours: House, count: int) -> AsyncIterator[Rooms]:
    audience, sizes, speakers = Audience(), dict[int, int](), list[Voice]()

    async def come(person: Member, room: str, *, speaks: bool) -> None:
        voice = Voice()
        await (voice.speak if speaks else voice.join)(person, room)
        audience.seat(RtpEar(voice, sizes))
        if speaks:
            speakers.append(voice)

    people = await ours.people(count * PEOPLE)
    for number in range(count):
        room, here = await ours.room(f"Room {number}"), people[number::count]
        await in_groups([partial(come, p, room, speaks=at < SPEAKING) for at, p in enumerate(here)])
    try:
        yield Rooms("Salon", ours.pid, [voice.say for voice in speakers], _nobody, audience)
    finally:
        await audience.close()


async def _nobody(_numbers: range) -> None:
    """The rooms are full."""


if __name__ == "__main__":
    publish("relay_rooms", measure)
