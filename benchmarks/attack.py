"""A room of twelve while somebody tries to knock the relay over.

A minute in peace, then a minute in which a million hostile packets come from a network of their own
(`_attacker.py`), a member of the room sends what nobody should, others ask for lines that they
never take (`_hostile.py`), and people come and go.
"""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from _crowd import Crowd, Numbers, come_in, gathered
from _figures import Figure, NotPossible, at_least, at_most, figure, note, publish, scaled
from _hostile import TRAP, Member, ask_and_never_come
from _network import NAME, SERVER, attackers_network, ports_in_use
from _server import resident_mib, scratch, serving
from _voice import Voice

from salon.testing import Person
from salon.testing.browser import chromium

PACKETS = 1_000_000
MINUTE_S = 60
ASKING = 3
COMING = 5
ADDED_LOSS_PERCENT = 1.0
GROWTH_MIB = 5.0
LOG_LINES = 10
OUTGOING = "unsent"  # drops that were not of what came
ATTACKER = Path(__file__).with_name("_attacker.py")


@dataclass(frozen=True)
class Told:
    """What the server has told of its media worker, the kernel of its core, and its log of both."""

    dropped: Counter[str]
    cpu_s: float
    memory_mib: float
    core_memory_mib: float
    log_lines: int

    def since(self, before: "Told") -> "Told":
        return Told(
            self.dropped - before.dropped,
            self.cpu_s - before.cpu_s,
            self.memory_mib - before.memory_mib,
            self.core_memory_mib - before.core_memory_mib,
            self.log_lines - before.log_lines,
        )


@dataclass(frozen=True)
class Minute:
    """What was heard in a minute; shares are percent."""

    at_output: float  # lost, by the numbers of the packets that the relay sent
    in_pages: float
    with_aiortc: float
    concealed: float  # in pages
    disconnected: int
    told: Told


@dataclass
class Hostile:
    """What was done to the server."""

    sent: int = 0
    by_members: int = 0
    connections: int = 0
    trapped: int = 0
    came_in: int = 0
    kept_out: int = 0


async def measure() -> Sequence[Figure]:
    if chromium() is None:
        raise NotPossible("chromium is not installed")
    async with AsyncExitStack() as stack:
        stack.enter_context(attackers_network())
        folder = await stack.enter_async_context(scratch())
        log = folder / "log"
        with _errors_to(log):
            settings = {"logs": {"level": "info"}, "media": {"addresses": [SERVER]}}
            server, owner = await stack.enter_async_context(serving(folder, **settings))
        others = 1 + ASKING + 1
        crowd = await stack.enter_async_context(gathered(server, owner, SERVER, others, folder))
        note("in peace")
        peace = await minute(crowd, log, asyncio.sleep(0))
        note("under attack")
        hostile = Hostile()
        async with attack(crowd, hostile) as ends:
            attacked = await minute(crowd, log, ends)
    for name, one in (("in peace", peace), ("under attack", attacked)):
        note(
            f"{name}: lost at the relay's output {one.at_output:.3f} %, in Chromium"
            f" {one.in_pages:.3f} %, with aiortc {one.with_aiortc:.3f} %; concealed"
            f" {one.concealed:.2f} %; {one.told.cpu_s:.1f} s of the worker's CPU"
        )
    return figures(peace, attacked, hostile)


def figures(peace: Minute, attacked: Minute, hostile: Hostile) -> Sequence[Figure]:
    dropped = attacked.told.dropped - peace.told.dropped
    note(f"{hostile}; dropped: {dict(dropped.most_common())}")
    sent = hostile.sent + hostile.by_members
    loss, none = ("limit", ADDED_LOSS_PERCENT), ("one", 1.0)
    growth = ("limit", GROWTH_MIB)
    at_output = max(0.0, attacked.at_output - peace.at_output)
    in_pages = max(0.0, attacked.in_pages - peace.in_pages)
    grown_mib = max(0.0, attacked.told.memory_mib)
    core_grown_mib = max(0.0, attacked.told.core_memory_mib)
    wanted = ("promised", float(scaled(PACKETS)))
    return [
        figure("hostile packets in a minute", hostile.sent, "", wanted, at_least(1)),
        figure("people disconnected", attacked.disconnected, "", none, at_most(0)),
        figure("people who could not come in", hostile.kept_out, "", none, at_most(0)),
        figure("loss added at the relay's output", at_output, "%", loss, at_most(1)),
        figure("loss added in Chromium", in_pages, "%", loss, at_most(1)),
        figure("memory grown, media worker", grown_mib, "MiB", growth, at_most(1)),
        figure("memory grown, core", core_grown_mib, "MiB", growth, at_most(1)),
        figure("drops counted", dropped.total(), "", ("sent", float(sent)), at_least(0.99)),
        figure("lines of log", attacked.told.log_lines, "", ("limit", LOG_LINES), at_most(1)),
        figure("packets to addresses in answers", hostile.trapped, "", none, at_most(0)),
    ]


@contextmanager
def _errors_to(file: Path) -> Iterator[None]:
    """Let what is started meanwhile write its log there."""
    kept = os.dup(2)
    with file.open("wb") as opened:
        os.dup2(opened.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


# -- a minute


async def minute(crowd: Crowd, log: Path, ends: Awaitable[None]) -> Minute:
    """Let a minute pass, and `ends` end; return what was heard meanwhile."""
    pages_before, guests_before = await crowd.heard()
    before = await told(crowd, log)
    crowd.owner.events.clear()
    crowd.ear.numbers = Numbers()
    await asyncio.gather(asyncio.sleep(scaled(MINUTE_S)), ends)
    pages, guests = await crowd.heard()
    numbers = crowd.ear.numbers
    return Minute(
        at_output=percent(numbers.lost(), numbers.heard.total()),
        in_pages=percent(
            pages["lost"] - pages_before["lost"], pages["received"] - pages_before["received"]
        ),
        with_aiortc=percent(
            guests["lost"] - guests_before["lost"], guests["received"] - guests_before["received"]
        ),
        concealed=percent(
            pages["concealed"] - pages_before["concealed"], pages["played"] - pages_before["played"]
        ),
        disconnected=crowd.disconnected() + pages["lines"] - pages_before["lines"],
        told=(await told(crowd, log)).since(before),
    )


def percent(part: int, rest: int) -> float:
    return 100 * part / max(1, part + rest)


async def told(crowd: Crowd, log: Path) -> Told:
    """Ask the server for what its owner may see."""
    (worker,) = (await crowd.owner.command("server.measure"))["workers"]
    dropped = Counter(worker["dropped"])
    del dropped[OUTGOING]
    return Told(
        dropped,
        worker["cpu_s"],
        worker["memory_bytes"] / 2**20,
        resident_mib(crowd.server.process.pid),
        _lines_of(log),
    )


def _lines_of(file: Path) -> int:
    """Return how many lines there are, but for those of the requests of people's pages."""
    return sum(b'"event":"request"' not in line for line in file.read_bytes().splitlines())


# -- the attack


@asynccontextmanager
async def attack(crowd: Crowd, hostile: Hostile) -> AsyncIterator[Awaitable[None]]:
    """Yield what ends when all was sent. `hostile` is filled in."""
    insider, *asking, newcomer = crowd.others
    member = Member()
    offer = await come_in(member, insider, crowd.room, SERVER)
    ufrag = offer.partition("a=ice-ufrag:")[2].split()[0]
    async with _attacker(crowd.server.media_port, ufrag) as process:
        works = [
            member.misbehave(),
            *(ask_and_never_come(person, crowd.room) for person in asking),
            _come_and_go(crowd, newcomer, hostile),
        ]
        tasks: list[asyncio.Task[None]] = []

        async def ends() -> None:
            tasks.extend(asyncio.create_task(work, name="attack") for work in works)
            found = json.loads(await _said(process, b"go\n"))
            hostile.sent, hostile.connections = found["sent"], found["connections"]
            hostile.trapped = found["trapped"]

        yield ends()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    hostile.by_members = member.sent
    member.close()


@asynccontextmanager
async def _attacker(port: int, ufrag: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start the program in its network, ready to send."""
    pipe = asyncio.subprocess.PIPE
    words = ("ip", "netns", "exec", NAME, sys.executable, str(ATTACKER))
    process = await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe)
    asked = {
        "server": [SERVER, port],
        "ufrag": ufrag,
        "victims": [each for each in ports_in_use(SERVER) if each != port],
        "trap": TRAP,
        "packets": scaled(PACKETS),
        "seconds": scaled(MINUTE_S),
    }
    try:
        await _said(process, json.dumps(asked).encode() + b"\n")
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def _said(process: asyncio.subprocess.Process, line: bytes) -> bytes:
    """Return what the program answers to a line. Raises RuntimeError when it has ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line)
    answer = await process.stdout.readline()
    if not answer:
        raise RuntimeError("the attacker has ended")
    return answer


async def _come_and_go(crowd: Crowd, person: Person, hostile: Hostile) -> None:
    """Let somebody come in now and then, and leave again."""
    while True:
        voice = Voice()
        try:
            await come_in(voice, person, crowd.room, SERVER)
            hostile.came_in += 1
            await person.command("room.leave", room=crowd.room)
        except TimeoutError:
            hostile.kept_out += 1
        voice.close()
        await asyncio.sleep(scaled(MINUTE_S) / COMING)


if __name__ == "__main__":
    publish("attack", measure)
