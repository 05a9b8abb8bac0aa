"""Several workers as one relay, and a server that cannot begin with them."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from salon.app import life
from salon.errors import Unavailable
from salon.relay.remote import RemoteRelay, WorkerSettings
from salon.relay.workers import Workers
from salon.testing import Server

SETTINGS = WorkerSettings(log_level="error")
DEAF = """
import socket, sys
core = socket.socket(fileno=int(sys.argv[1]))
while core.recv(4096): pass
"""
ONE_FALLS = """
import os, sys
try:
    os.mkdir({mark!r})
except FileExistsError:
    os.execv(sys.executable, [sys.executable, "-P", "-m", "salon.relay.worker", sys.argv[1]])
sys.exit(3)
"""


def free_ports() -> int:
    """Return the first of two ports that nobody has."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as next_one:
                try:
                    next_one.bind(("127.0.0.1", port + 1))
                except OSError:
                    continue
                return port


@pytest.fixture
async def relays() -> AsyncIterator[list[RemoteRelay]]:
    relays = [RemoteRelay(SETTINGS) for _ in range(2)]
    yield relays
    for relay in relays:
        await relay.stop()


async def test_rooms_are_shared_out_and_offers_name_each_workers_port(
    relays: list[RemoteRelay],
) -> None:
    workers = Workers(relays)
    await workers.start()
    port = free_ports()
    await workers.rebind(["127.0.0.1"], port)
    for room_id in (1, 2):
        await workers.open_room(room_id, slots=1)
    offers = [await workers.add_peer(id_, f"of {id_}", "1", may_speak=True) for id_ in (1, 2)]
    assert [f"127.0.0.1 {port + n} typ host" in offer for n, offer in enumerate(offers)] == [
        True,
        True,
    ]


async def test_a_room_is_opened_where_the_fewest_people_are(relays: list[RemoteRelay]) -> None:
    workers = Workers(relays)
    await workers.start()
    await workers.rebind(["127.0.0.1"], free_ports())
    await workers.open_room(1, slots=1)
    await workers.add_peer(1, "anna", "1", may_speak=True)
    for room_id in (2, 3):
        await workers.open_room(room_id, slots=1)
    await workers.remove_peer("anna")
    await workers.open_room(4, slots=1)
    where = [workers._rooms[room_id] for room_id in (1, 2, 3, 4)]
    assert where == [relays[0], relays[1], relays[1], relays[0]]


async def test_who_is_removed_before_the_offer_has_come_is_in_no_workers_room(
    relays: list[RemoteRelay],
) -> None:
    workers = Workers(relays)
    await workers.start()
    await workers.rebind(["127.0.0.1"], free_ports())
    for room_id in (1, 2):
        await workers.open_room(room_id, slots=1)
        coming = asyncio.create_task(workers.add_peer(room_id, "anna", "1", may_speak=True))
        await asyncio.wait({coming}, timeout=0)
        await workers.remove_peer("anna")
        with pytest.raises(Unavailable):
            await coming


async def test_where_one_worker_finds_no_port_all_stay_where_they_were(
    relays: list[RemoteRelay],
) -> None:
    workers = Workers(relays)
    await workers.start()
    port, other = free_ports(), free_ports()
    await workers.rebind(["127.0.0.1"], port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", other + 1))
        with pytest.raises(Unavailable):
            await workers.rebind(["127.0.0.1"], other)
    assert [relay.port for relay in relays] == [port, port + 1]


async def test_where_one_worker_does_not_start_none_is_left(
    relays: list[RemoteRelay], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = (sys.executable, "-P", "-c", ONE_FALLS.format(mark=str(tmp_path / "mark")))
    monkeypatch.setattr(RemoteRelay, "command", command)
    with pytest.raises(Unavailable, match="status 3"):
        await Workers(relays).start()
    assert [relay.process_id for relay in relays] == [None, None]


async def test_a_server_that_cannot_start_does_not_wait_for_its_voices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(RemoteRelay, "command", (sys.executable, "-P", "-c", DEAF))
    monkeypatch.setattr(life, "grant_new_permissions", fail)
    server = Server(tmp_path, settings={"media": {"workers": 1}})
    async with asyncio.timeout(15):
        with pytest.raises(ZeroDivisionError):
            await server.start()
