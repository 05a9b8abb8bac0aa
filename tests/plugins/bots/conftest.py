"""Bots for tests: registered, as a bare gateway client, and as an unmodified program."""

import asyncio
import json
import os
import sys
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from salon.testing import Person, Server

WITHIN_S = 10.0
ROOT = Path(__file__).parents[3]
ALL = (1 << 26) - 1


@dataclass(frozen=True)
class Registered:
    """A bot, with the secret that was shown once."""

    id: str
    token: str


class Rest:
    """The REST API as one bot asks it."""

    def __init__(self, url: str, token: str | None) -> None:
        headers = {} if token is None else {"Authorization": f"Bot {token}"}
        self.session = aiohttp.ClientSession(url, headers=headers)

    async def ask(self, method: str, path: str, **fields: Any) -> tuple[int, Any]:
        """Return status and decoded body."""
        sent: dict[str, Any] = {"json": fields} if fields else {}
        async with self.session.request(method, f"/api/v10{path}", **sent) as response:
            if response.status == 204:
                return 204, None
            assert response.headers["Content-Type"] == "application/json"
            return response.status, await response.json()


class Line:
    """A bare client of the gateway."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, *, compressed: bool) -> None:
        self.socket = socket
        self._inflate = zlib.decompressobj() if compressed else None
        self.seq = 0

    async def send(self, op: int, body: Any) -> None:
        await self.socket.send_str(json.dumps({"op": op, "d": body}))

    async def next(self) -> dict[str, Any]:
        """Return the next frame. Raises ConnectionResetError when it was the last."""
        async with asyncio.timeout(WITHIN_S):
            message = await self.socket.receive()
        if message.type is aiohttp.WSMsgType.BINARY and self._inflate is not None:
            assert message.data.endswith(b"\x00\x00\xff\xff")
            frame = json.loads(self._inflate.decompress(message.data))
        elif message.type is aiohttp.WSMsgType.TEXT and self._inflate is None:
            frame = json.loads(message.data)
        else:
            raise ConnectionResetError(str(self.socket.close_code))
        self.seq = frame["s"] or self.seq
        return dict(frame)

    async def expect(self, name: str) -> dict[str, Any]:
        """Return the body of the next dispatch of this name."""
        while True:
            frame = await self.next()
            if frame["t"] == name:
                return dict(frame["d"])

    async def close_code(self) -> int | None:
        """Return the code with which the server closes."""
        while True:
            try:
                await self.next()
            except ConnectionResetError:
                return self.socket.close_code

    async def identify(self, token: str, **wish: Any) -> dict[str, Any]:
        """Log in and return READY."""
        await self.send(2, {"token": token, "properties": {}, "intents": ALL} | wish)
        return await self.expect("READY")


class Program:
    """A program in a process of its own, known by what it prints."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.heard: list[str] = []

    async def expect(self, start: str) -> str:
        """Return the next line that begins so."""
        assert self.process.stdout is not None
        async with asyncio.timeout(WITHIN_S * 2):
            while line := (await self.process.stdout.readline()).decode().strip():
                self.heard.append(line)
                if line.startswith(start):
                    return line
        raise AssertionError(f"it ended after {self.heard}")


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def bot(server: Server, owner: Person) -> Registered:
    made = await owner.command("bots.create", handle="almanac", display_name="Almanac")
    return Registered(made["bot"]["id"], made["token"])


@pytest.fixture
async def rest(server: Server, bot: Registered, stack: AsyncExitStack) -> Rest:
    client = Rest(server.url, bot.token)
    stack.push_async_callback(client.session.close)
    return client


@pytest.fixture
def open_line(server: Server, stack: AsyncExitStack) -> Callable[..., Awaitable[Line]]:
    """Open a connection to the gateway and read its HELLO."""

    async def open_(query: str = "v=10&encoding=json") -> Line:
        session = await stack.enter_async_context(aiohttp.ClientSession(server.url))
        socket = await session.ws_connect(f"/gateway?{query}")
        stack.push_async_callback(socket.close)
        line = Line(socket, compressed="zlib-stream" in query)
        assert (await line.next())["op"] == 10
        return line

    return open_


@pytest.fixture
async def program(server: Server, bot: Registered, stack: AsyncExitStack) -> Program:
    """The unmodified discord.py program, logged in."""
    environment = os.environ | {
        "SALON_BOT_URL": server.url,
        "BOT_TOKEN": bot.token,
        "PYTHONPATH": str(ROOT / "plugins" / "bots"),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "salon_bots.launcher",
        str(Path(__file__).with_name("ping_bot.py")),
        stdout=asyncio.subprocess.PIPE,
        env=environment,
    )
    stack.push_async_callback(_end, process)
    started = Program(process)
    await started.expect("ready")
    return started


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
