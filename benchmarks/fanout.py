"""One message to a thousand sockets: deliveries per CPU second of the server.

Salon checks, stores and announces each message; the peer writes a finished frame to each socket
and does nothing else. Both run at the same time and take turns, so that a machine that becomes
slower does so for both. The receivers are this process.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Protocol

from _bare_writer import MARKER
from _figures import Figure, at_least, figure, note, publish, scaled
from _lines import Arrivals, Line, Member, in_groups
from _server import cpu_s, guests, program, scratch, serving, ticket_of

from salon.testing import Person
from salon.testing.process import ServerProcess

ACCOUNTS = 10
SOCKETS = 1_000
MESSAGES = 300
ROUNDS = 5
AT_ONCE = (1, 8)
GOAL = 0.8
TEXT = "Has anybody seen the small blue boat? It was at the pier on Tuesday evening."
WRITER = Path(__file__).with_name("_bare_writer.py")


class Crowd(Protocol):
    """A server, and the sockets that this process has open to it."""

    pid: int
    lines: Sequence[Line]
    arrivals: Arrivals

    async def say(self, messages: int) -> None:
        """Have that many messages sent to everybody, all at once."""


class SalonCrowd:
    """Ten accounts with a hundred sockets each; the first sockets post."""

    def __init__(self, pid: int, channel: str, arrivals: Arrivals) -> None:
        self.pid = pid
        self.lines: Sequence[Line] = ()
        self.arrivals = arrivals
        self._channel = channel
        self._members: Sequence[Member] = ()
        self._said = 0

    async def come(self, server: ServerProcess, owner: Person, sockets: int) -> None:
        people = await guests(server, owner, ACCOUNTS)
        await owner.cut()  # one more receiver, and a costly one

        async def open_one(number: int) -> Member:
            ticket = await ticket_of(people[number % ACCOUNTS])
            return await Member.open(server.port, ticket, self.arrivals.heard)

        self._members = await in_groups([partial(open_one, n) for n in range(sockets)])
        self.lines = [member.line for member in self._members]

    async def say(self, messages: int) -> None:
        posts = []
        for _ in range(messages):
            self._said += 1
            poster = self._members[self._said % ACCOUNTS]
            fields = {"channel": self._channel, "text": TEXT, "nonce": str(self._said)}
            posts.append(poster.command("message.post", **fields))
        await asyncio.gather(*posts)


class BareCrowd:
    """The same number of sockets at the process that only writes."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.lines: Sequence[Line] = ()
        self.arrivals = Arrivals(MARKER)

    async def come(self, port: int, sockets: int) -> None:
        opening = partial(Line.open, port, self.arrivals.heard)
        self.lines = await in_groups([opening] * sockets)

    async def say(self, messages: int) -> None:
        for line in self.lines[:messages]:
            line.send(b"go")


async def measure() -> Sequence[Figure]:
    async with scratch() as folder, salon_crowd(folder) as ours:
        payload_bytes = await size_of_a_message(ours)
        note(f"{len(ours.lines)} sockets, {payload_bytes} bytes per message")
        async with bare_crowd(payload_bytes, len(ours.lines)) as bare:
            return [await compared(ours, bare, at_once) for at_once in AT_ONCE]


@asynccontextmanager
async def salon_crowd(folder: Path) -> AsyncIterator[SalonCrowd]:
    async with serving(folder) as (server, owner):
        channel = owner.channel("general")
        crowd = SalonCrowd(server.process.pid, channel, Arrivals(MARKER))
        await crowd.come(server, owner, scaled(SOCKETS, least=ACCOUNTS))
        try:
            yield crowd
        finally:
            close(crowd)


@asynccontextmanager
async def bare_crowd(payload_bytes: int, sockets: int) -> AsyncIterator[BareCrowd]:
    async with program(str(WRITER), str(payload_bytes)) as (pid, port):
        crowd = BareCrowd(pid)
        await crowd.come(int(port), sockets)
        try:
            yield crowd
        finally:
            close(crowd)


def close(crowd: Crowd) -> None:
    for line in crowd.lines:
        line.close()


async def size_of_a_message(crowd: Crowd) -> int:
    """Return the payload's bytes, from a socket that does not post and so gets no answer."""
    listener = crowd.lines[-1]
    sizes: list[int] = []
    heard = listener.hear

    def weigh(payload: bytes) -> None:
        if payload.startswith(MARKER):
            sizes.append(len(payload))
        heard(payload)

    listener.hear = weigh
    await said_and_heard(crowd, 1)
    listener.hear = heard
    return sizes[0]


async def said_and_heard(crowd: Crowd, messages: int) -> None:
    crowd.arrivals.expect(messages * len(crowd.lines))
    await crowd.say(messages)
    await crowd.arrivals.all()


async def compared(ours: Crowd, bare: Crowd, at_once: int) -> Figure:
    """Let both say as much in turns and compare what each spent."""
    times = max(1, scaled(MESSAGES) // ROUNDS // at_once)
    spent_s = {ours.pid: 0.0, bare.pid: 0.0}
    for _ in range(ROUNDS):
        for crowd in (ours, bare):
            before_s = cpu_s(crowd.pid)
            for _ in range(times):
                await said_and_heard(crowd, at_once)
            spent_s[crowd.pid] += cpu_s(crowd.pid) - before_s
    deliveries = ROUNDS * times * at_once * len(ours.lines)
    rates = {pid: deliveries / max(0.01, took_s) for pid, took_s in spent_s.items()}
    note(f"{at_once} at once: {spent_s[ours.pid]:.2f} s against {spent_s[bare.pid]:.2f} s of CPU")
    return figure(
        f"deliveries per CPU second, {len(ours.lines)} sockets, {at_once} at once",
        rates[ours.pid],
        "1/s",
        ("aiohttp writing finished frames", rates[bare.pid]),
        at_least(GOAL),
    )


if __name__ == "__main__":
    publish("fanout", measure)
