"""A server in this process, with its own data, ports and plugins."""

import asyncio
import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

import aiohttp
import yaml
from sqlalchemy import Connection, inspect

from salon.app import App
from salon.config import load
from salon.host import Discovered
from salon.plugin import Plugin
from salon.testing.clock import PushedClock
from salon.testing.databases import begin_up_to_date
from salon.testing.person import PASSWORD, Person

PORTS = range(20_000, 32_768)  # below those of connections: ip_local_port_range of Linux
SHARE = 99  # of them for each process
NO_ARGON2 = {"argon2_memory_kib": 8, "argon2_passes": 1}  # less than a configuration may say
PEOPLE_LIMITS = {
    "sign_ups_per_address_hour": 1_000,
    "invited_sign_ups_per_address_hour": 1_000,
    "invitation_tries_per_address_min": 1_000,
    "sign_ins_per_address_15_min": 1_000,
    "connections_per_address": 5_000,
    "sockets_opened_per_s": 10_000,
}


class Server:
    """One server for one test; it can be stopped, killed and started again on the same data."""

    def __init__(
        self,
        directory: Path,
        plugins: Sequence[Discovered] = (),
        plugin_settings: Mapping[str, Mapping[str, Any]] | None = None,
        settings: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self.directory = directory
        self.clock = PushedClock()
        self._plugins = tuple(plugins)
        self._file = directory / "config.yaml"
        self.port = free_port()
        self.media_port = free_port()
        chosen = {
            "server": {"port": self.port},
            "media": {"port": self.media_port, "workers": 0},  # on this server's clock
            "database": {"synchronous": "normal"},  # it ends, and the machine stays
            "limits": PEOPLE_LIMITS,
            "plugins": {name: dict(of or {}) for name, of in (plugin_settings or {}).items()},
        }
        for section, values in (settings or {}).items():
            known = chosen.get(section, {})
            chosen[section] = {**(known if isinstance(known, dict) else {}), **values}
        self._is_elsewhere = (settings or {}).get("database", {}).get("url") is not None
        self._file.write_text(yaml.dump(chosen, Dumper=yaml.CSafeDumper), encoding="utf-8")
        self.app: App
        self._people: list[Person] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._begin_up_to_date()
        sections = {p.name: None if p.plugin is None else p.plugin.Config for p in self._plugins}
        config = load(self._file, environ={}, plugin_sections=sections)
        config = config.model_copy(
            update={
                "data": config.data.model_copy(update={"directory": self.directory / "data"}),
                "accounts": config.accounts.model_copy(update=NO_ARGON2),
            }
        ).with_plugins(
            {n: config.plugin_section(n) for n in sections if n not in config.plugin_problems},
            config.plugin_problems,
        )
        self.app = App(config, self._plugins, clock=self.clock)
        await self.app.start()

    def _begin_up_to_date(self) -> None:
        """Give a server that never ran an empty database.

        One that is tested for its migrations has data already.
        """
        if not self._is_elsewhere and not (self.directory / "data").exists():
            begin_up_to_date(self.directory / "data", self._plugins)

    async def stop(self) -> None:
        """Let everybody go and stop in order."""
        for person in self._people:
            await person.close()
        self._people.clear()
        await self.app.stop()

    async def restart(self) -> None:
        """Stop and start on the same data; people keep their cookies and come back by `open`."""
        await self.app.stop()
        await self.start()

    async def claim(self, handle: str = "owner") -> Person:
        """Claim the server through its pages and return the owner."""
        token = await self.app.services.accounts.new_owner_link()
        person = self._person(handle)
        await person.fill(f"/setup/{token}", community="Les Voisins")
        await person.open()
        return person

    async def member(self, handle: str, inviter: Person) -> Person:
        """Let somebody in by an invitation of `inviter`."""
        made = await inviter.command("invitation.create")
        person = self._person(handle)
        await person.fill(f"/i/{made['invitation']['code']}")
        await person.open()
        return person

    async def stored(self) -> Mapping[str, str]:
        """Return each table of the database with all that stands in it, as text."""

        def read(connection: Connection) -> Mapping[str, str]:
            names = inspect(connection).get_table_names()
            return {name: "\n".join(map(repr, rows(connection, name))) for name in names}

        def rows(connection: Connection, name: str) -> Sequence[Any]:
            return connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()  # noqa: S608 a table

        return await self.app.store.read(read)

    async def settled(self) -> None:
        """Return when plugins were told everything and no job is due."""
        await self.app.host.settled()
        await self.app.services.jobs.settled()
        await asyncio.sleep(0)

    def visitor(self) -> aiohttp.ClientSession:
        """Return a session of somebody who is not signed in; the caller closes it."""
        return aiohttp.ClientSession(self.url, cookie_jar=aiohttp.CookieJar(unsafe=True))

    def _person(self, handle: str) -> Person:
        person = Person(self.url, handle, PASSWORD)
        self._people.append(person)
        return person


def discovered(plugin: type[Plugin[Any]]) -> Discovered:
    """Return a class as if it had been found by its entry point."""
    return Discovered(plugin.name, "a test", plugin)


def free_port() -> int:
    """Return a number that nobody has at this moment, of TCP or of UDP: voices need both.

    The system gives none of these to connections, and other processes that test here take others,
    so that it is still free when it is needed.
    """
    while True:
        port = next(_ports())
        with (
            closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as stream,
            closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as datagrams,
            suppress(OSError),
        ):
            # Who listens is in the way; connections that have ended are not.
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            stream.bind(("127.0.0.1", port))
            datagrams.bind(("127.0.0.1", port))
            return port


@cache
def _ports() -> Iterator[int]:
    """Return the numbers of this process, round and round: a share that no other process has.

    A share is taken by a lock on one byte of a file, which the system gives back at the end.
    """
    file = Path(tempfile.gettempdir()) / f"salon-test-ports-{os.getuid()}"
    taken = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    for first in PORTS[::SHARE]:
        with suppress(BlockingIOError, PermissionError):  # POSIX allows both
            fcntl.lockf(taken, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, first)
            return cycle(range(first, min(first + SHARE, PORTS.stop)))
    raise RuntimeError(f"more than {len(PORTS[::SHARE])} processes test here")
