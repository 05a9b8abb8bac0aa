"""WebSockets at the level of bytes, so cheap that a thousand of them leave the server its core.

An ordinary client decodes each frame and would cost several times what the server spends. A `Line`
only cuts frames apart and hands on their payload.
"""

import asyncio
import json
import struct
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

TEXT, CLOSE = 0x81, 0x88
SHORT, LONG, LONGER = 125, 126, 127
NO_MASK = bytes(4)  # a mask of zeros is a mask (RFC 6455, 5.3) and costs nothing
OPEN_WITHIN_S = 60.0
OPENED_AT_ONCE = 20
ANSWER = b'{"id":'

Hear = Callable[[bytes], None]
Opened = TypeVar("Opened")


class Line(asyncio.Protocol):
    """One WebSocket. `hear` is called with each text payload."""

    def __init__(self, upgrade: bytes, hear: Hear) -> None:
        self.hear = hear
        self.received_bytes = 0
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._upgrade = upgrade
        self._transport: asyncio.WriteTransport
        self._rest = b""

    @classmethod
    async def open(cls, port: int, hear: Hear) -> "Line":
        """Connect and upgrade. Raises ConnectionError."""
        request = (
            f"GET /socket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(
            lambda: cls(request.encode("ascii"), hear), "127.0.0.1", port
        )
        await line.opened
        return line

    def send(self, payload: bytes) -> None:
        size = len(payload)
        if size <= SHORT:
            head = struct.pack("!BB", TEXT, 0x80 | size)
        else:
            head = struct.pack("!BBH", TEXT, 0x80 | LONG, size)
        self._transport.write(head + NO_MASK + payload)

    def close(self) -> None:
        self._transport.abort()

    # -- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        transport.write(self._upgrade)

    def data_received(self, data: bytes) -> None:
        self.received_bytes += len(data)
        received = self._rest + data if self._rest else data
        if not self.opened.done():
            head, end, received = received.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            self._upgraded(head)
        self._rest = self._cut(received)

    def _upgraded(self, head: bytes) -> None:
        if head.startswith(b"HTTP/1.1 101"):
            self.opened.set_result(None)
        else:
            self.opened.set_exception(ConnectionError(head.split(b"\r\n")[0].decode("latin-1")))

    def _cut(self, received: bytes) -> bytes:
        """Hand on whole frames and return what is left."""
        at, end = 0, len(received)
        while end - at >= 2:
            begin, size = at + 2, received[at + 1]
            if size == LONG:
                begin, size = at + 4, int.from_bytes(received[at + 2 : at + 4])
            elif size == LONGER:
                begin, size = at + 10, int.from_bytes(received[at + 2 : at + 10])
            if begin + size > end:
                break
            if received[at] == TEXT:
                self.hear(received[begin : begin + size])
            at = begin + size
        return received[at:]

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionError("closed before it was open"))


class Member:
    """Somebody's socket that can post and waits for the answer; `hear` gets the events."""

    def __init__(self, hear: Hear) -> None:
        self.line: Line
        self._hear = hear
        self._next_id = 1
        self._answer: asyncio.Future[bytes] | None = None
        self._awaited = b""  # how it begins

    @classmethod
    async def open(cls, port: int, ticket: str, hear: Hear) -> "Member":
        """Open a socket and say hello."""
        member = cls(hear)
        member.line = await Line.open(port, member.heard)
        await member.command("hello", ticket=ticket)
        return member

    def beat(self) -> None:
        """Say that somebody is here still; a socket that says nothing is closed."""
        self._send("ping")

    def heard(self, payload: bytes) -> None:
        if not payload.startswith(ANSWER):
            self._hear(payload)
        elif self._answer is not None and payload.startswith(self._awaited):
            self._answer.set_result(payload)
            self._answer = None

    def _send(self, type_: str, **fields: Any) -> int:
        """Return the number by which the answer is known."""
        id_ = self._next_id
        self._next_id += 1
        self.line.send(json.dumps({"id": id_, "type": type_, **fields}).encode())
        return id_

    async def answer(self, type_: str, **fields: Any) -> bytes:
        """Ask and return the answer as it came."""
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._answer = answer
        self._awaited = ANSWER + b"%d," % self._send(type_, **fields)
        async with asyncio.timeout(OPEN_WITHIN_S):
            return await answer

    async def command(self, type_: str, **fields: Any) -> dict[str, Any]:
        """Ask and return the result. Raises RuntimeError when it is refused."""
        told = json.loads(await self.answer(type_, **fields))
        if not told["ok"]:
            raise RuntimeError(f"{type_}: {told['error']}")
        result: dict[str, Any] = told["result"]
        return result


class Arrivals:
    """Counts one kind of payload over all lines, until as many have come as are expected."""

    def __init__(self, marker: bytes) -> None:
        self._marker = marker
        self._missing = 0
        self._all = asyncio.Event()

    def expect(self, count: int) -> None:
        self._missing = count
        self._all.clear()

    def heard(self, payload: bytes) -> None:
        if payload.startswith(self._marker):
            self._missing -= 1
            if self._missing == 0:
                self._all.set()

    async def all(self) -> None:
        async with asyncio.timeout(OPEN_WITHIN_S):
            await self._all.wait()


async def in_groups(openings: Sequence[Callable[[], Awaitable[Opened]]]) -> list[Opened]:
    """Open many sockets, some at a time, in order."""
    opened: list[Opened] = []
    for at in range(0, len(openings), OPENED_AT_ONCE):
        group = openings[at : at + OPENED_AT_ONCE]
        opened += await asyncio.gather(*(opening() for opening in group))
    return opened
