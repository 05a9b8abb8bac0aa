"""`salon serve` as a process of its own: to be killed, restarted, and not to share our loop."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from salon.testing.person import PASSWORD, Person
from salon.testing.server import LEAST_ARGON2, PEOPLE_LIMITS, free_port


class ServerProcess:
    """A server with its own data, ports and configuration; the bare core unless told otherwise."""

    def __init__(
        self, directory: Path, *, environment: Mapping[str, str] | None = None, **settings: Any
    ) -> None:
        self.directory = directory
        self.port = free_port()
        self.media_port = free_port(socket.SOCK_DGRAM)
        self.setup_path = ""
        self.process: subprocess.Popen[str]
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
            known = {} if section == "plugins" else chosen.get(section, {})
            chosen[section] = {**known, **values}
        self.file = directory / "config.yaml"
        self.file.write_text(yaml.safe_dump(chosen), encoding="utf-8")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        await asyncio.to_thread(self.run)

    def run(self) -> None:
        """Start, and return when the doors are open. Raises RuntimeError when they do not."""
        self.process = subprocess.Popen(  # noqa: S603 our own program
            [sys.executable, "-m", "salon", "serve", "--config", str(self.file)],
            cwd=self.directory,
            env=self._environment,
            stdout=subprocess.PIPE,
            text=True,
        )
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
        """End it in order and return its exit code."""
        self.process.terminate()
        await asyncio.to_thread(self.process.communicate)
        return self.process.returncode

    async def restart(self) -> None:
        await self.kill()
        await self.start()

    async def claim(self, handle: str = "owner") -> Person:
        """Claim it through its pages and return the owner, with an open socket."""
        owner = Person(self.url, handle, PASSWORD)
        await owner.fill(self.setup_path, community="Les Voisins")
        return await owner.open()

    async def member(self, handle: str, inviter: Person) -> Person:
        code = (await inviter.command("invitation.create"))["invitation"]["code"]
        person = Person(self.url, handle, PASSWORD)
        await person.fill(f"/i/{code}")
        return await person.open()
