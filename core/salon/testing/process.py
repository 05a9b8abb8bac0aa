"""`salon serve` as a process of its own: to be killed, restarted, and not to share our loop."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from salon.testing.person import PASSWORD, Person
from salon.testing.server import PEOPLE_LIMITS, free_port

STOP_WITHIN_S = 15.0
LEAST_ARGON2 = {"argon2_memory_kib": 8_192, "argon2_passes": 1}


class ServerProcess:
    """A server with its own data, ports and configuration; the bare core unless told otherwise.

    `settings` are sections of the configuration; a section that is None is left out: with
    `plugins=None` the bundled plugins run, as they do for whoever configures nothing.
    `async with` starts it, and ends it in order, its people first.
    """

    def __init__(
        self, directory: Path, *, environment: Mapping[str, str] | None = None, **settings: Any
    ) -> None:
        self.directory = directory
        self.port = free_port()
        self.media_port = free_port()
        self.setup_path = ""
        self.process: subprocess.Popen[str]
        self._people: list[Person] = []
        self._environment = {**os.environ, **(environment or {})}
        chosen: dict[str, Any] = {
            "server": {"port": self.port},
            "media": {"port": self.media_port},
            "data": {"directory": str(directory / "data")},
            "accounts": LEAST_ARGON2,
            "limits": PEOPLE_LIMITS,
            "logs": {"level": "error"},
            "plugins": {},
        }
        for section, values in settings.items():
            if values is None:
                chosen.pop(section, None)
            else:
                known = {} if section == "plugins" else chosen.get(section, {})
                chosen[section] = {**known, **values}
        self.file = directory / "config.yaml"
        self.file.write_text(yaml.safe_dump(chosen), encoding="utf-8")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for person in self._people:
            await person.close()
        await self.stop()

    async def start(self) -> None:
        """Start, and return when the doors are open. Raises RuntimeError when they do not."""
        self.spawn()
        try:
            await asyncio.to_thread(self._wait_until_open)
        except BaseException:
            await self.stop()
            raise

    def spawn(self) -> None:
        """Start the process and do not wait for anything."""
        self.process = subprocess.Popen(  # noqa: S603 our own program
            [sys.executable, "-m", "salon", "serve", "--config", str(self.file)],
            cwd=self.directory,
            env=self._environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _wait_until_open(self) -> None:
        if self.process.stdout is None:
            raise RuntimeError("the server has no standard output")
        for line in self.process.stdout:
            link = re.search(r"/setup/\S+", line)
            if link is not None:
                self.setup_path = link[0]
            if link is not None or ("is open at" in line and self.setup_path):
                return
        raise RuntimeError("the server did not start")

    async def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(self.process.communicate)

    async def stop(self) -> int:
        """End it in order and return its exit code; a server that hangs is killed."""
        self.process.terminate()
        try:
            await asyncio.to_thread(self.process.communicate, None, STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            await self.kill()
        return self.process.returncode

    async def restart(self) -> None:
        await self.kill()
        await self.start()

    async def claim(self, handle: str = "owner") -> Person:
        """Claim it through its pages and return the owner, with an open socket."""
        owner = self._person(handle)
        await owner.fill(self.setup_path, community="Les Voisins")
        return await owner.open()

    async def member(self, handle: str, inviter: Person) -> Person:
        """Let somebody in by an invitation of `inviter`, with an open socket."""
        (person,) = await self.members([handle], inviter)
        return await person.open()

    async def members(self, handles: Iterable[str], inviter: Person) -> list[Person]:
        """Let people in by one invitation; they are signed in, their sockets are not open."""
        people = [self._person(handle) for handle in handles]
        made = await inviter.command("invitation.create", max_uses=len(people))
        for person in people:
            await person.fill(f"/i/{made['invitation']['code']}")
        return people

    def _person(self, handle: str) -> Person:
        person = Person(self.url, handle, PASSWORD)
        self._people.append(person)
        return person
