"""Starting and stopping: what fails leaves nothing behind, what hangs holds nothing up."""

import asyncio
import time
from pathlib import Path

import aiohttp
import pytest

from salon.app import life
from salon.clock import SystemClock
from salon.ids import Ids
from salon.store.store import Store
from salon.testing import Server
from salon.web.doors import PortInUse

STRANGE_ADDRESS = "192.0.2.77"  # of documentation (RFC 5737): no machine has it


async def opens(directory: Path, database: str | None) -> bool:
    store = await Store.open(directory, clock=SystemClock(), ids=Ids(), address=database)
    await store.close()
    return True


@pytest.mark.databases
async def test_a_server_that_cannot_start_gives_the_data_free(
    tmp_path: Path, database: str | None
) -> None:
    server = Server(tmp_path, settings={"database": {"url": database}})
    taken = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", server.port)
    with pytest.raises(PortInUse):
        await server.start()
    taken.close()
    assert await opens(tmp_path / "data", database)
    names = {task.get_name() for task in asyncio.all_tasks()}
    assert not any(name.startswith(("app.", "jobs.", "host.")) for name in names)


async def test_a_part_that_hangs_does_not_keep_the_data(
    tmp_path: Path, database: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "DRAIN_S", 3.0)
    server = Server(tmp_path, settings={"database": {"url": database}})
    await server.start()

    async def hang() -> None:
        await asyncio.Event().wait()

    server.app._stopping.append(hang)
    started_s = time.monotonic()
    await server.app.stop()
    assert time.monotonic() - started_s < 5
    assert await opens(tmp_path / "data", database)


async def test_a_hundred_sockets_that_say_nothing_do_not_hold_up_the_end(
    tmp_path: Path, database: str | None
) -> None:
    limits = {"sockets_per_account": 100}
    server = Server(tmp_path, settings={"limits": limits, "database": {"url": database}})
    await server.start()
    owner = await server.claim()
    many = aiohttp.ClientSession(server.url, connector=aiohttp.TCPConnector(limit=0))
    for n in range(100):
        socket = await many.ws_connect("/socket", origin=owner.url)
        if n % 2:  # the others have not even said hello
            async with owner.web.post("/api/ticket", headers={"Origin": owner.url}) as response:
                ticket = (await response.json())["ticket"]
            await socket.send_json({"id": 1, "type": "hello", "ticket": ticket})
    started_s = time.monotonic()
    await server.app.stop()
    assert time.monotonic() - started_s < 8
    await many.close()
    await owner.close()


@pytest.mark.settings(server={"host": STRANGE_ADDRESS})
async def test_a_server_that_cannot_listen_where_it_was_told_stays_where_it_is(
    server: Server,
) -> None:
    owner = await server.claim()
    assert (await owner.command("ping"))["seq"] > 0
    async with server.visitor() as visitor, visitor.get("/health/live") as response:
        assert response.status == 200
