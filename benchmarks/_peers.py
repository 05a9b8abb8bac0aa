"""The same chat on several servers: so many members in one room, each message to all of them.

A `Chat` is a started server with its members in the room. Always so many messages are on their way:
when every member has one, the next member says the next. Nobody waits for the others of a round, so
a server that gathers what comes together is not handed a gathering.
"""

import asyncio
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from _figures import NotPossible, note
from _lines import OPEN_WITHIN_S
from _server import busy_s

TEXT = "Has anybody seen the small blue boat? It was at the pier on Tuesday evening."
AT_ONCE = 8
READY_S = 60.0
WARM_S = 0.5  # before it counts


class Reached:
    """Tells when a message has come to every member.

    Each server brings a room's messages to all in one order: a member's n-th is everybody's n-th.
    """

    def __init__(self) -> None:
        self.messages = 0
        self._members = 0
        self._got: list[int] = []  # members that have the message of this number
        self.tell: Callable[[], None] = ignored  # called when everybody has one more

    def ear(self) -> Callable[[], None]:
        """Return what one member calls for each message that comes."""
        self._members += 1
        mine = 0

        def heard() -> None:
            nonlocal mine
            if mine == len(self._got):
                self._got.append(0)
            self._got[mine] += 1
            if self._got[mine] == self._members:
                self.messages += 1
                self.tell()
            mine += 1

        return heard


def ignored() -> None:
    """Hear what nobody waits for."""


class Chat(Protocol):
    """A server that runs, with everybody in the room."""

    pid: int
    reached: Reached

    async def say(self) -> None:
        """Send one, by the next member; return when it is acknowledged."""


@dataclass(frozen=True)
class Spent:
    """What a talk gave: messages acknowledged in a second, deliveries for a second of CPU."""

    acknowledged_per_s: float
    deliveries_per_cpu_s: float


async def spent(chat: Chat, members: int, for_s: float) -> Spent:
    """Let members talk for so long."""
    await _talk(chat, members, min(WARM_S, for_s))
    before_s, began_s = busy_s(chat.pid), time.perf_counter()
    messages = await _talk(chat, members, for_s)
    took_s = time.perf_counter() - began_s
    return Spent(messages / took_s, messages * members / (busy_s(chat.pid) - before_s))


async def _talk(chat: Chat, members: int, for_s: float) -> int:
    """Return how many messages everybody has got, all that were said."""
    at_once = min(AT_ONCE, members)
    free = asyncio.Semaphore(at_once)
    chat.reached.tell = free.release
    before, said = chat.reached.messages, 0
    until_s = time.perf_counter() + for_s
    async with asyncio.timeout(for_s + OPEN_WITHIN_S), asyncio.TaskGroup() as saying:
        while said == 0 or time.perf_counter() < until_s:
            await free.acquire()
            saying.create_task(chat.say())
            said += 1
        for _ in range(at_once):
            await free.acquire()
    assert chat.reached.messages - before == said
    return said


def install(program: str, *packages: str) -> str:
    """Return a program of Debian, installed if it may be. Raises NotPossible."""
    if shutil.which(program) is None:
        note(f"installing {' '.join(packages)}")
        command = ["apt-get", "-qq", "install", "-y", "--no-install-recommends", *packages]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found = shutil.which(program)
    if found is None:
        raise NotPossible(f"{program} is not installed (apt-get install {' '.join(packages)})")
    return found


@asynccontextmanager
async def running(command: Sequence[str], port: int, folder: Path) -> AsyncIterator[int]:
    """Run a server until the end of the block; yield its process id once it listens there.

    Raises NotPossible.
    """
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, stdout=quiet, stderr=quiet)
    try:
        await _until_open(port, process)
        yield process.pid
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _until_open(port: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(READY_S):
        while process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
    raise NotPossible(f"a peer ended at once, with {process.returncode}")


def counted(data: bytes, marker: bytes, rest: bytes) -> tuple[int, bytes]:
    """Return how often the marker stands in what came, and what of it may be half of one."""
    whole = rest + data
    return whole.count(marker), whole[-(len(marker) - 1) :]
