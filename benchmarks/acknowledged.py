"""Acknowledged messages per second, each on the disk before its answer.

64 people post at once over their sockets, each the next as soon as the last is acknowledged, and
all of them are told of every message. The peer commits one row after the other with the same
promise (WAL, synchronous=FULL) on the same disk; it does nothing else.
"""

import asyncio
import sqlite3
import statistics
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from _figures import Figure, at_least, at_most, figure, note, percentile, publish, scaled
from _lines import Member, in_groups
from _server import guests, scratch, serving, ticket_of

PEOPLE = 64
LEAST_PEOPLE = 4
MESSAGES_EACH = 95  # with the first ones below what the limits let one person post at once
FIRST_EACH = 4
BARE_COMMITS = 2_000
TEXT = "Has anybody seen the small blue boat? It was at the pier on Tuesday evening."
GOAL = 0.5
NOTICED_MS = 100.0


async def measure() -> Sequence[Figure]:
    async with scratch() as folder, serving(folder) as (server, owner):
        people = await guests(server, owner, scaled(PEOPLE, least=LEAST_PEOPLE))
        channel = owner.channel("general")
        await owner.cut()
        crowd = [Poster(server.port, await ticket_of(person), channel) for person in people]
        await in_groups([poster.open for poster in crowd])
        bare = [await asyncio.to_thread(bare_commits_per_s, folder / "before.sqlite")]
        await posted(crowd, FIRST_EACH)
        took_ms, per_s = await posted(crowd, scaled(MESSAGES_EACH))
        bare.append(await asyncio.to_thread(bare_commits_per_s, folder / "after.sqlite"))
        for poster in crowd:
            poster.close()
    note(f"bare commits per second: {bare[0]:.0f} before, {bare[1]:.0f} after")
    peer = ("sqlite3, a commit each", statistics.mean(bare))
    limit = ("what people notice", NOTICED_MS)
    what = f"acknowledged messages per second, {len(crowd)} at once"
    return [
        figure(what, per_s, "1/s", peer, at_least(GOAL)),
        figure("time to the answer, median", statistics.median(took_ms), "ms", limit, at_most(1)),
        figure("time to the answer, p99", percentile(took_ms, 0.99), "ms", limit, at_most(2)),
    ]


class Poster:
    """One of the 64."""

    def __init__(self, port: int, ticket: str, channel: str) -> None:
        self._port = port
        self._ticket = ticket
        self._channel = channel
        self._member: Member
        self._said = 0

    async def open(self) -> None:
        self._member = await Member.open(self._port, self._ticket, lambda _event: None)

    async def post(self, count: int) -> list[float]:
        """Post so many, one after the other; return how long each took, in ms."""
        took_ms = []
        for _ in range(count):
            self._said += 1
            before_s = time.perf_counter()
            await self._member.command(
                "message.post", channel=self._channel, text=TEXT, nonce=str(self._said)
            )
            took_ms.append((time.perf_counter() - before_s) * 1_000)
        return took_ms

    def close(self) -> None:
        self._member.line.close()


async def posted(crowd: Sequence[Poster], each: int) -> tuple[list[float], float]:
    """Let all post at once. Returns the times to the answers in ms, and messages per second."""
    before_s = time.perf_counter()
    took_ms = await asyncio.gather(*(poster.post(each) for poster in crowd))
    took_s = time.perf_counter() - before_s
    return [ms for of_one in took_ms for ms in of_one], len(crowd) * each / took_s


def bare_commits_per_s(file: Path) -> float:
    """Return how many single rows a second reach this disk, one commit each."""
    commits = scaled(BARE_COMMITS)
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, text TEXT, html TEXT)")
        before_s = time.perf_counter()
        for number in range(commits):
            database.execute("BEGIN IMMEDIATE")
            database.execute("INSERT INTO message VALUES (?, ?, ?)", (number, TEXT, TEXT))
            database.execute("COMMIT")
        return commits / (time.perf_counter() - before_s)


if __name__ == "__main__":
    publish("acknowledged", measure)
