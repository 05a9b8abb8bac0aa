"""A server behind a forwarder, which one day gives everybody another port, as a NAT does."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from tests.journeys.test_return import connected, hears, in_the_kitchen, talking

from salon.testing import Person, Server
from salon.testing.browser import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.timeout(120)]

BACK_WITHIN_S = 3.0
PUBLIC = "127.0.0.3"
CHECK = b"\x00\x01"  # a binding request (RFC 8489)


@pytest.fixture(autouse=True)
def _addresses_stay(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens to this machine's network meanwhile is not what is looked at."""

    async def stay(**_: bool) -> None:
        return

    monkeypatch.setattr(server.app.doors, "follow_addresses", stay)


class _Way(asyncio.DatagramProtocol):
    """One client's port at the server's side."""

    def __init__(self, nat: "Nat", client: Any) -> None:
        self._nat = nat
        self._client = client

    def datagram_received(self, data: bytes, _address: Any) -> None:
        self._nat.hand_back(data, self._client)


class Nat(asyncio.DatagramProtocol):
    """Takes datagrams at a public address and hands them on, from one port for each client."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server
        self._ways: dict[Any, asyncio.DatagramTransport] = {}
        self._making: dict[Any, asyncio.Task[None]] = {}
        self._listening: Any = None  # the one who is sent sound
        self._forgets = asyncio.Event()
        self._has_forgotten = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, client: Any) -> None:
        if data.startswith(CHECK) and client == self._listening and self._forgets.is_set():
            self._forgets.clear()
            self.close_ways()
            self._has_forgotten.set()
        way = self._ways.get(client)
        if way is not None:
            way.sendto(data)
        elif client not in self._making:
            self._making[client] = asyncio.create_task(self._open(client, data), name="nat")

    async def _open(self, client: Any, first: bytes) -> None:
        way, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Way(self, client), remote_addr=self._server
        )
        self._ways[client] = way
        del self._making[client]
        way.sendto(first)

    def hand_back(self, data: bytes, client: Any) -> None:
        if data[0] >> 6 == 2:  # sound, or a report (RFC 7983)
            self._listening = client
        self._transport.sendto(data, client)

    async def forget_ports(self) -> None:
        """Give everybody another port, when the one who listens checks the next time.

        Later, the page would have made a new connection before its next check.
        """
        self._forgets.set()
        async with asyncio.timeout(BACK_WITHIN_S):
            await self._has_forgotten.wait()

    def close_ways(self) -> None:
        for way in self._ways.values():
            way.close()
        self._ways.clear()

    def close(self) -> None:
        self.close_ways()
        self._transport.close()


@asynccontextmanager
async def nat(port: int) -> AsyncIterator[Nat]:
    """Stand at the public address in front of a server that listens on 127.0.0.1."""
    _, standing = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Nat(("127.0.0.1", port)), local_addr=(PUBLIC, port), family=socket.AF_INET
    )
    try:
        yield standing
    finally:
        standing.close()


async def test_behind_a_public_address_people_are_heard_and_another_port_is_followed(
    server: Server, browsers: Browsers, owner: Person, alice: Person
) -> None:
    relay = server.app.services.relay
    await talking(alice)
    await relay.rebind(["127.0.0.1"], server.media_port, [PUBLIC])
    async with nat(server.media_port) as standing:
        visitor = await in_the_kitchen(browsers, server, owner)
        assert await hears(visitor)
        before = await connected(server, owner)
        await standing.forget_ports()
        await visitor.listen(0.5)  # what had come before, and the end of it stretched
        assert await hears(visitor)
        assert await connected(server, owner) == before
        assert await visitor.page.evaluate("salonPeers.length") == 1
