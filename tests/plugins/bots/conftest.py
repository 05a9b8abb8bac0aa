"""Bots for tests: registered, as a bare gateway client, and as an unmodified program."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest
from tests.plugins.bots.clients import Line, Program, Registered, Rest, Wire

from salon.testing import Person, Server

ROOT = Path(__file__).parents[3]


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
async def wire(server: Server, stack: AsyncExitStack) -> Wire:
    wire = await Wire(server.port).open()
    stack.push_async_callback(wire.close)
    return wire


@pytest.fixture
async def program(wire: Wire, bot: Registered, stack: AsyncExitStack) -> Program:
    """The unmodified discord.py program, logged in over a wire that can be cut."""
    environment = os.environ | {
        "SALON_BOT_URL": wire.url,
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
