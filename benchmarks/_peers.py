"""The same chat on several servers: so many members in one room, each message to all of them.

A `Chat` is a started server with its members in the room. `say` sends messages at once and returns
when the server has answered that each is kept; `heard` when each member has got each.
"""

import asyncio
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from _figures import NotPossible, note
from _lines import Arrivals
from _server import busy_s

TEXT = "Has anybody seen the small blue boat? It was at the pier on Tuesday evening."
AT_ONCE = 8
READY_S = 60.0
WARM = 2  # rounds before it counts


class Chat(Protocol):
    """A server that runs, with everybody in the room."""

    pid: int
    arrivals: Arrivals

    async def say(self, messages: int) -> None:
        """Send so many at once, by different members; return when each is acknowledged."""


@dataclass(frozen=True)
class Spent:
    """What so many messages to so many members took: wall until acknowledged, CPU until heard."""

    acknowledged_per_s: float
    deliveries_per_cpu_s: float


async def spent(chat: Chat, members: int, for_s: float) -> Spent:
    """Let members talk for so long, one round at least."""
    for _ in range(WARM):
        await _round(chat, members)
    before_s, waited_s, rounds = busy_s(chat.pid), 0.0, 0
    until_s = time.perf_counter() + for_s
    while rounds == 0 or time.perf_counter() < until_s:
        waited_s += await _round(chat, members)
        rounds += 1
    messages = rounds * AT_ONCE
    cpu_s = busy_s(chat.pid) - before_s
    return Spent(messages / waited_s, messages * members / cpu_s)


async def _round(chat: Chat, members: int) -> float:
    chat.arrivals.expect(AT_ONCE * members)
    began_s = time.perf_counter()
    await chat.say(AT_ONCE)
    took_s = time.perf_counter() - began_s
    await chat.arrivals.all()
    return took_s


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
