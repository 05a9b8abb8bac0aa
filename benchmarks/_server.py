"""A real `salon serve` process on data of its own, and what the kernel says it costs."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml
from _figures import SCRATCH

from salon.testing import Person
from salon.testing.person import PASSWORD
from salon.testing.server import LEAST_ARGON2, PEOPLE_LIMITS, free_port

STOP_WITHIN_S = 15.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
CROWD_LIMITS = {
    **PEOPLE_LIMITS,
    "messages_burst": 100,
    "messages_per_s": 50,
    "frames_per_10_s": 1_000,
    "sockets_per_account": 100,
}


class ServerProcess:
    """`async with ServerProcess(folder)`: claimed by `owner`, stopped at the end.

    `settings` are sections of the configuration. Without `plugins` among them the bundled plugins
    run, as they do for whoever configures nothing.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any] | None = None) -> None:
        self.port = free_port()
        self.owner: Person
        self._people: list[Person] = []
        self._file = folder / "config.yaml"
        chosen = {
            "server": {"port": self.port},
            "media": {"port": free_port(socket.SOCK_DGRAM)},
            "data": {"directory": str(folder / "data")},
            "accounts": LEAST_ARGON2,
            "limits": CROWD_LIMITS,
            "logs": {"level": "error"},
            **(settings or {}),
        }
        self._file.write_text(yaml.safe_dump(chosen), encoding="utf-8")
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the server does not run")
        return self._process.pid

    async def __aenter__(self) -> Self:
        self.spawn()
        try:
            await self._claim()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def _claim(self) -> None:
        setup = await asyncio.to_thread(self._said, r"/setup/\S+")
        self.owner = self.person("owner")
        await self.owner.fill(setup, community="Les Voisins")
        await self.owner.open()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for person in self._people:
            await person.close()
        await self.stop()

    def spawn(self) -> None:
        """Start the process and do not wait for anything."""
        command = [sys.executable, "-m", "salon", "serve", "--config", str(self._file)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def _said(self, pattern: str) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            found = re.search(pattern, line)
            if found is not None:
                return found[0]
        raise RuntimeError("the server ended before it was open")

    async def stop(self) -> None:
        """Stop in order, as SIGTERM does; a server that hangs is killed."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(process.communicate, None, STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            await asyncio.to_thread(process.communicate)

    def person(self, handle: str) -> Person:
        person = Person(self.url, handle, PASSWORD)
        self._people.append(person)
        return person

    async def members(self, count: int) -> list[Person]:
        """Let so many people in; they are signed in, their sockets are not open."""
        made = await self.owner.command("invitation.create", max_uses=count)
        people = []
        for number in range(count):
            person = self.person(f"guest{number}")
            await person.fill(f"/i/{made['invitation']['code']}")
            people.append(person)
        return people


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


def rss_mib(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    found = re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


@asynccontextmanager
async def scratch() -> AsyncIterator[Path]:
    """A folder on a real disk, gone afterwards."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="salon-bench-", dir=SCRATCH) as folder:
        yield Path(folder)
