"""Synapse on SQLite with one room, and members that wait for news as its clients do."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import yaml
from _figures import SCRATCH, NotPossible, note
from _peers import TEXT, Reached, running

from salon.testing.server import free_port

MARKER = b'"body":"Has anybody'
PACKAGE = "matrix-synapse==1.163.2"
PLACE = SCRATCH / "salon-bench-synapse"  # kept: it takes a minute to install
NEWS = {"presence": {"types": []}, "account_data": {"types": []}, "room": {
    "ephemeral": {"types": []}, "state": {"lazy_load_members": True}, "timeline": {"limit": 100},
}}  # fmt: skip
QUICK = {"per_second": 100_000, "burst_count": 100_000}


class MatrixMember:
    """Somebody in the room, who asks for news again and again."""

    def __init__(self, web: aiohttp.ClientSession, number: int, reached: Reached) -> None:
        self._web = web
        self._name = f"m{number}"
        self._heard = reached.ear()
        self._headers: dict[str, str] = {}
        self._since = ""
        self.waiting: asyncio.Task[None]

    async def enter(self, room: str | None) -> str:
        """Sign up and enter the room, or make it; return its id."""
        login = {
            "username": self._name,
            "password": "secret word",
            "auth": {"type": "m.login.dummy"},
        }
        known = await self._ask("POST", "register", login)
        self._headers = {"Authorization": f"Bearer {known['access_token']}"}
        if room is None:
            made = await self._ask("POST", "createRoom", {"preset": "public_chat"})
            room = str(made["room_id"])
        else:
            await self._ask("POST", f"join/{room}", {})
        filter_ = await self._ask("POST", f"user/{known['user_id']}/filter", NEWS)
        self._news = f"sync?filter={filter_['filter_id']}"
        self._since = (await self._ask("GET", self._news))["next_batch"]
        self.waiting = asyncio.create_task(self._wait())
        return room

    async def say(self, room: str, number: int) -> None:
        message = {"msgtype": "m.text", "body": TEXT}
        await self._ask("PUT", f"rooms/{room}/send/m.room.message/{number}", message)

    async def _wait(self) -> None:
        while True:
            news = f"{self._news}&timeout=30000&since={self._since}"
            found = await self._asked("GET", news)
            self._since = found.partition(b'"next_batch":"')[2].partition(b'"')[0].decode()
            for _ in range(found.count(MARKER)):
                self._heard()

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        return yaml.safe_load(await self._asked(method, path, body))

    async def _asked(self, method: str, path: str, body: Any = None) -> bytes:
        where = f"/_matrix/client/v3/{path}"
        async with self._web.request(method, where, json=body, headers=self._headers) as answer:
            content = await answer.read()
            if answer.status != 200:
                raise NotPossible(f"Synapse answered {answer.status} to {path}: {content[:200]!r}")
            return content


class SynapseChat:
    """The server and everybody in its room."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.reached = Reached()
        self.members: list[MatrixMember] = []
        self._room = ""
        self._said = 0

    async def fill(self, web: aiohttp.ClientSession, members: int) -> None:
        for number in range(members):
            member = MatrixMember(web, number, self.reached)
            self._room = await member.enter(self._room or None)
            self.members.append(member)

    async def say(self) -> None:
        self._said += 1
        await self.members[self._said % len(self.members)].say(self._room, self._said)


@asynccontextmanager
async def synapse(folder: Path, members: int) -> AsyncIterator[SynapseChat]:
    """Raises NotPossible where it cannot be installed."""
    python = await asyncio.to_thread(_installed)
    port = free_port()
    settings = folder / "homeserver.yaml"
    settings.write_text(yaml.safe_dump(_settings(folder, port)))
    run = [python, "-m", "synapse.app.homeserver", "-c", str(settings)]
    await asyncio.to_thread(
        subprocess.run, [*run, "--generate-keys"], check=True, cwd=folder, capture_output=True
    )
    async with running(run, port, folder) as pid:
        lines = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", connector=lines) as web:
            chat = SynapseChat(pid)
            await chat.fill(web, members)
            yield chat
            for member in chat.members:
                member.waiting.cancel()


def _installed() -> str:
    python = PLACE / "bin" / "python"
    if not (PLACE / "bin" / "synapse_homeserver").exists():
        note(f"installing {PACKAGE} in {PLACE}")
        for command in (
            [sys.executable, "-m", "venv", str(PLACE)],
            [str(python), "-m", "pip", "install", "-q", PACKAGE],
        ):
            if subprocess.run(command, check=False, capture_output=True).returncode:
                raise NotPossible(f"{PACKAGE} cannot be installed: {' '.join(command)}")
    return str(python)


def _settings(folder: Path, port: int) -> dict[str, Any]:
    listener = {"port": port, "bind_addresses": ["127.0.0.1"], "type": "http", "tls": False}
    limits = ("rc_message", "rc_registration", "rc_registration_token_validity")
    return {
        "server_name": "localhost",
        "listeners": [{**listener, "resources": [{"names": ["client"]}]}],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "signing_key_path": str(folder / "signing.key"),
        "media_store_path": str(folder / "media"),
        "macaroon_secret_key": "a",
        "form_secret": "b",
        "report_stats": False,
        "enable_registration": True,
        "enable_registration_without_verification": True,
        "trusted_key_servers": [],
        "presence": {"enabled": False},
        "bcrypt_rounds": 4,
        "pid_file": str(folder / "synapse.pid"),
        **dict.fromkeys(limits, QUICK),
        "rc_login": {"address": QUICK, "account": QUICK, "failed_attempts": QUICK},
        "rc_joins": {"local": QUICK, "remote": QUICK},
        "rc_joins_per_room": QUICK,
    }
