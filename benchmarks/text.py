"""Text: pages of a channel of a million messages, and the same chat on other servers.

The peer is the same question in plain SQL, asked of the same file by this process: no permission,
no other thread, no objects, no JSON. Salon answers twice: through its services in this process
(who asks may read it, and gets messages), and as a server at its socket, where each message comes
rendered, with who wrote it to whom and what was added to it. All ask in turns, about the same
places and words.

Then so many members sit in one room: of Salon, of Prosody (Debian, its archive in SQLite) and of
Synapse (PyPI, on SQLite). The servers stand on one core and this process on another; three times
by turns each server's members talk for five seconds, with eight messages on their way at any time.
"""

import asyncio
import itertools
import math
import random
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, closing
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from _bare_writer import MARKER
from _figures import (
    Figure,
    NotPossible,
    at_least,
    at_most,
    figure,
    note,
    percentile,
    publish,
    scaled,
)
from _lines import Hear, Member, in_groups
from _million import Spoken, fill
from _peers import TEXT, Chat, Reached, Spent, spent
from _prosody import prosody
from _server import CROWD_LIMITS, Cores, guests, memory_mib, scratch, serving, ticket_of
from _synapse import synapse

from salon.services import search
from salon.testing import Server

MESSAGES = 1_000_000
PAGES = 2_000
SEARCHES_EACH = search.BURST // 3 - 1
SEARCHERS = 20
LEAST_SEARCHERS = 2
LEAST_MESSAGES = 1_000
FREQUENT = 5_000  # of the words
TIMES = 3
MEMBERS = 100
TALK_S = 5
TALKS = 3  # of each server
IDLE_PEOPLE = 50
SOCKETS_EACH = 10
IDLE_KIB = 25.0
OF_PROSODY, OF_SYNAPSE = 12, 300
IN_STORE, AT_SOCKET = 1.5, 4.0
HISTORY = """
    SELECT * FROM message WHERE channel_id = ? AND deleted_at IS NULL AND id < ?
    ORDER BY id DESC LIMIT 51
"""
SEARCH = """
    SELECT message.* FROM message JOIN message_words ON message_words.rowid = message.id
    WHERE message_words MATCH ? AND message.channel_id = ? ORDER BY message_words.rowid DESC
    LIMIT 26
"""


class Plain:
    """The same questions, asked of the file itself."""

    def __init__(self, database: sqlite3.Connection, channel_id: int, spoken: Spoken) -> None:
        self._database = database
        self._channel_id = channel_id
        self.spoken = spoken

    def history(self, before: int) -> float:
        """Return the milliseconds that a page took."""
        return self._asked(HISTORY, self._channel_id, before)

    def search(self, word: str) -> float:
        return self._asked(SEARCH, f'text : "{word}"*', self._channel_id)  # as it may go on

    def _asked(self, statement: str, *values: object) -> float:
        began_s = time.perf_counter()
        self._database.execute(statement, values).fetchall()
        return (time.perf_counter() - began_s) * 1000


async def measure() -> Sequence[Figure]:
    return [*await pages(), *await against_peers()]


async def pages() -> Sequence[Figure]:
    async with scratch() as folder:
        async with serving(folder) as (server, owner):
            people = await guests(server, owner, scaled(SEARCHERS, least=LEAST_SEARCHERS))
            channel = owner.channel("general")
            await server.stop()
            count = scaled(MESSAGES, least=LEAST_MESSAGES)
            note(f"writing {count:,} messages")
            file = folder / "data" / "salon.db"
            spoken = await asyncio.to_thread(fill, file, int(channel), int(owner.id), count)
            await server.start()
            with closing(sqlite3.connect(file)) as database:
                plain = Plain(database, int(channel), spoken)
                sockets = [
                    await Member.open(server.port, await ticket_of(each), ignored)
                    for each in people
                ]
                at_socket = await at_the_socket(plain, channel, sockets)
                for socket in sockets:
                    socket.line.close()
        with closing(sqlite3.connect(file)) as database:
            in_store = await in_the_store(Plain(database, int(channel), spoken), folder)
    return [*in_store, *at_socket]


async def at_the_socket(plain: Plain, channel: str, sockets: Sequence[Member]) -> Sequence[Figure]:
    turns = itertools.cycle(sockets)

    def page(before: int) -> Awaitable[object]:
        return kept(next(turns).answer("message.history", channel=channel, before=str(before)))

    def found(word: str) -> Awaitable[object]:
        return kept(next(turns).answer("search.messages", query=word))

    return [
        await compared(
            "history page at the socket", page, plain.history, cursors(plain), AT_SOCKET
        ),
        await compared(
            "search page at the socket",
            found,
            plain.search,
            words(plain, SEARCHES_EACH * len(sockets)),
            AT_SOCKET,
        ),
    ]


async def kept(answer: Awaitable[bytes]) -> None:
    """Wait for an answer, and see that it is a page and no refusal."""
    assert b'"ok":true' in (await answer)[:40]


async def in_the_store(plain: Plain, folder: Path) -> Sequence[Figure]:
    """Ask the services of a server in this process; its clock goes when it is told to."""
    database = {"synchronous": "full"}  # as people run it
    server = Server(folder, settings={"limits": CROWD_LIMITS, "database": database})
    await server.start()
    try:
        services = server.app.services
        owner = services.directory.accounts()[0]
        (channel,) = (c for c in services.directory.channels.values() if c.slug == "general")

        def page(before: int) -> Awaitable[object]:
            return services.messages.history(owner, channel.id, before=before)

        def found(word: str) -> Awaitable[object]:
            server.clock.advance(seconds=1)
            return services.search.messages(owner, word)

        return [
            await compared(
                "history page through the store", page, plain.history, cursors(plain), IN_STORE
            ),
            await compared(
                "search page through the store", found, plain.search, words(plain, PAGES), IN_STORE
            ),
        ]
    finally:
        await server.stop()


# -- the same chat elsewhere


Start = Callable[[Path, int], AbstractAsyncContextManager[Chat]]


class SalonChat:
    """The server and everybody in its channel."""

    def __init__(self, pid: int, channel: str) -> None:
        self.pid = pid
        self.reached = Reached()
        self.members: Sequence[Member] = ()
        self._channel = channel
        self._said = 0

    async def say(self) -> None:
        self._said += 1
        member = self.members[self._said % len(self.members)]
        fields = {"channel": self._channel, "text": TEXT, "nonce": str(self._said)}
        await member.command("message.post", **fields)

    def ear(self) -> Hear:
        """Return what a new member's socket calls for each event."""
        heard = self.reached.ear()

        def heard_event(event: bytes) -> None:
            if event.startswith(MARKER):
                heard()

        return heard_event


@asynccontextmanager
async def salon(folder: Path, members: int) -> AsyncIterator[SalonChat]:
    async with serving(folder) as (server, owner):
        people = await guests(server, owner, members)
        chat = SalonChat(server.process.pid, owner.channel("general"))
        await owner.cut()
        chat.members = [
            await Member.open(server.port, await ticket_of(each), chat.ear()) for each in people
        ]
        yield chat


PEERS: Sequence[tuple[str, Start, float]] = (
    ("Prosody", prosody, OF_PROSODY),
    ("Synapse", synapse, OF_SYNAPSE),
)


async def against_peers() -> Sequence[Figure]:
    """Let the members of each server talk by turns; what counts is each one's median.

    Salon comes last: it closes sockets that say nothing while the others fill their rooms.
    """
    members, cores, chats = scaled(MEMBERS, least=2), Cores(), {}
    async with AsyncExitStack() as ends:
        cores.make_room()
        for name, start in (*((name, start) for name, start, _ in PEERS), ("Salon", salon)):
            folder = await ends.enter_async_context(scratch())
            try:
                chats[name] = await ends.enter_async_context(start(folder, members))
            except NotPossible as reason:
                note(f"not compared with {name}: {reason}")
        cores.take_place()
        talks: dict[str, list[Spent]] = {name: [] for name in chats}
        for _, (name, chat) in itertools.product(range(TALKS), chats.items()):
            talks[name].append(await spent(chat, members, scaled(TALK_S)))
    ours = talks["Salon"]
    figures = []
    for name, _, goal in PEERS:
        if theirs := talks.get(name):
            figures += [
                figure(
                    f"deliveries per CPU second, {members} members",
                    median(talk.deliveries_per_cpu_s for talk in ours),
                    "1/s",
                    (name, median(talk.deliveries_per_cpu_s for talk in theirs)),
                    at_least(goal),
                ),
                figure(
                    f"acknowledged messages per second, {members} members",
                    median(talk.acknowledged_per_s for talk in ours),
                    "1/s",
                    (name, median(talk.acknowledged_per_s for talk in theirs)),
                    at_least(1),
                ),
            ]
    return [*figures, await memory_of_a_member()]


async def memory_of_a_member() -> Figure:
    async with scratch() as folder, serving(folder) as (server, owner):
        people = await guests(server, owner, scaled(IDLE_PEOPLE, least=2))
        tickets = [await ticket_of(each) for each in people for _ in range(SOCKETS_EACH)]
        before_mib = memory_mib(server.process.pid)
        opening = [partial(Member.open, server.port, ticket, ignored) for ticket in tickets]
        await in_groups(opening)
        grown_kib = (memory_mib(server.process.pid) - before_mib) * 1024
    each_kib = max(0.1, grown_kib / len(tickets))
    limit = ("the limit", IDLE_KIB)
    return figure("memory of an idle connection", each_kib, "KiB", limit, at_most(1))


def ignored(_event: bytes) -> None:
    """Hear an event that is not what is measured."""


def cursors(plain: Plain) -> Sequence[int]:
    return random.Random(1).choices(plain.spoken.ids, k=scaled(PAGES))


def words(plain: Plain, count: int) -> Sequence[str]:
    """Return words to look for, the frequent and the rare alike."""
    return random.Random(2).sample(plain.spoken.words[:FREQUENT], k=min(count, FREQUENT))


async def compared(
    what: str,
    ours: Callable[[Any], Awaitable[object]],
    plain: Callable[[Any], float],
    questions: Sequence[Any],
    goal: float,
) -> Figure:
    """Ask both everything in turns, several times; of each question the quickest answer counts.

    What else the machine did meanwhile is nobody's merit.
    """
    best_ms, plain_ms = [math.inf] * len(questions), [math.inf] * len(questions)
    for _ in range(TIMES):
        for at, question in enumerate(questions):
            began_s = time.perf_counter()
            await ours(question)
            best_ms[at] = min(best_ms[at], (time.perf_counter() - began_s) * 1000)
            other = at - len(questions) // 2  # which nobody has just asked
            plain_ms[other] = min(plain_ms[other], plain(questions[other]))
    half = percentile(best_ms, 0.5), percentile(plain_ms, 0.5)
    note(f"{what}: half of all within {half[0]:.2f} ms, in plain SQL {half[1]:.2f} ms")
    return figure(
        f"{what}, p99",
        percentile(best_ms, 0.99),
        "ms",
        ("plain SQL", percentile(plain_ms, 0.99)),
        at_most(goal),
    )


if __name__ == "__main__":
    publish("text", measure)
