"""A real `salon serve` process on data of its own, and what the kernel says it costs."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from _figures import SCRATCH

from salon.config import ROOM_SEATS_MAX
from salon.testing import Person
from salon.testing.process import ServerProcess
from salon.testing.server import PEOPLE_LIMITS

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
CROWD_LIMITS = {
    **PEOPLE_LIMITS,
    "messages_burst": 100,
    "messages_per_s": 50,
    "frames_per_10_s": 1_000,
    "sockets_per_account": 100,
    "room_seats": ROOM_SEATS_MAX,
    "stage_seats": ROOM_SEATS_MAX,
}


class Cores:
    """Servers are started on the first core; this process stands on the others."""

    def __init__(self) -> None:
        first, *others = sorted(os.sched_getaffinity(0))
        self._servers, self._load = {first}, set(others) or {first}
        self.take_place()

    def make_room(self) -> None:
        """Let what is started from here on stand on the servers' core."""
        os.sched_setaffinity(0, self._servers)

    def take_place(self) -> None:
        os.sched_setaffinity(0, self._load)


@asynccontextmanager
async def serving(folder: Path, **settings: Any) -> AsyncIterator[tuple[ServerProcess, Person]]:
    """A server with the bundled plugins, and its owner, here. `settings` are by section."""
    async with ServerProcess(folder, limits=CROWD_LIMITS, plugins=None, **settings) as server:
        yield server, await server.claim()


async def guests(server: ServerProcess, owner: Person, count: int) -> list[Person]:
    """Let so many people in; they are signed in, their sockets are not open."""
    return await server.members([f"guest{number}" for number in range(count)], owner)


async def ticket_of(person: Person) -> str:
    """Return a ticket for one more socket of somebody who is signed in."""
    async with person.web.post("/api/ticket", headers={"Origin": person.url}) as response:
        response.raise_for_status()
        ticket: str = (await response.json())["ticket"]
        return ticket


@asynccontextmanager
async def program(*arguments: str) -> AsyncIterator[tuple[int, str]]:
    """Run a Python program that says one line when it is ready: its process id and that line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield process.pid, (await process.stdout.readline()).decode().strip()
    finally:
        process.kill()
        await process.communicate()


def cpu_s(pid: int) -> float:
    """Return the CPU seconds of all threads so far, user and system, in steps of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def busy_s(pid: int) -> float:
    """Return the CPU seconds of a process, those it started and all their threads, to the ns."""
    tasks = Path(f"/proc/{pid}/task")
    own_ns = sum(
        int((task / "schedstat").read_text("ascii").split()[0]) for task in tasks.iterdir()
    )
    return own_ns / 1e9 + sum(busy_s(child) for child in _children(pid))


def _children(pid: int) -> list[int]:
    return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def memory_mib(pid: int) -> float:
    """Return what a process and those it started keep resident, in MiB; shared pages once (PSS)."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    found = re.search(r"^Pss:\s+(\d+) kB$", rollup, re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024 + sum(memory_mib(child) for child in _children(pid))


def resident_mib(pid: int) -> float:
    """Return what a process alone keeps resident, in MiB, as a media worker tells it of itself."""
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@asynccontextmanager
async def scratch() -> AsyncIterator[Path]:
    """A folder on a real disk, gone afterwards."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="salon-bench-", dir=SCRATCH) as folder:
        yield Path(folder)
