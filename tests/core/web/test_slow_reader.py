"""Somebody who does not read: closed, while everybody else hears on."""

import asyncio
import base64
import json
import os
import socket

import pytest

from salon.domain.events import Everyone, PluginEvent
from salon.testing import Person, Server

FLOOD = 300
PIECE = "x" * 50_000


async def deaf_socket(server: Server, person: Person) -> asyncio.StreamWriter:
    """Open a socket by hand, say hello and never read again."""
    async with person.web.post("/api/ticket", headers={"Origin": person.url}) as response:
        ticket = (await response.json())["ticket"]
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    line.setblocking(False)  # noqa: FBT003 the socket's own signature
    await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", server.port))
    reader, writer = await asyncio.open_connection(sock=line, limit=1_024)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET /socket HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nOrigin: {server.url}\r\n"
        f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    hello = json.dumps({"id": 1, "type": "hello", "ticket": ticket}).encode()
    mask = os.urandom(4)
    masked = bytes(byte ^ mask[n % 4] for n, byte in enumerate(hello))
    writer.write(bytes([0x81, 0x80 | 126]) + len(hello).to_bytes(2, "big") + mask + masked)
    await reader.readexactly(4)
    reader._transport.pause_reading()  # type: ignore[attr-defined] # deaf from now on
    return writer


@pytest.mark.settings(limits={"outbox_max_bytes": 131_072})
async def test_a_slow_reader_is_closed_and_nobody_else_notices(
    server: Server, owner: Person, alice: Person
) -> None:
    writer = await deaf_socket(server, alice)
    announcer = server.app.announcer
    assert announcer.count(int(alice.id)) == 2, "the answer to hello came, so it is known"
    for number in range(FLOOD):
        announcer.tell(PluginEvent("test.flood", Everyone(), {"n": number, "piece": PIECE}))
        await owner.expect("test.flood", n=number)
    assert announcer.count(int(alice.id)) == 1
    assert await alice.expect("test.flood", n=FLOOD - 1)
    writer.close()
