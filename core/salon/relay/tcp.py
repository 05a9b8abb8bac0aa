"""Voices over TCP, for networks that let no UDP through: passive ICE-TCP on the same port number.

A connection carries datagrams, each after its length in two bytes (RFC 4571, RFC 6544), and is a
path like an address of UDP: the guard stands in front of it in the same way. Browsers try it a
moment after UDP and drop it where UDP works. Nothing waits: what a connection cannot take is lost.
Who proves nothing may hold few connections and say little; a path that is proven no more has none.
"""

import asyncio
import ipaddress
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, cast

import structlog

from salon.relay.guard import DATAGRAM_BYTES, PATH_AGE_S
from salon.relay.listener import Listener

PROVEN_WITHIN_S = 5.0  # else nobody we expect is at the other end
UNPROVEN_DATAGRAMS = 512  # a browser sends fewer by then, checks or sound
GOODBYE_S = 1.0  # for what was sent last
LINES = 1_024  # then the longest unproven makes room
UNPROVEN_PER_ADDRESS = 32  # IPv6: of one /64
READ_BYTES = 2_048  # in one turn of the loop; a datagram fits
WAITING_BYTES = 16_384  # half a second of four voices; older sound is worth nothing
_LENGTH_BYTES = 2

log = structlog.get_logger(__name__)

Receive = Callable[[bytes, "tuple[Any, Any]"], None]


class Line(asyncio.BufferedProtocol):
    """One connection. To its path it is what a socket is to a path of UDP."""

    def __init__(self, lines: "TcpPort") -> None:
        self._lines = lines
        self._transport: asyncio.Transport | None = None
        self._path: tuple[Any, Any] = (self, ("", 0))
        self.is_proven = False
        self._unproven_datagrams = 0
        self._received = bytearray(READ_BYTES)
        self._filled = 0
        self._deadline: asyncio.TimerHandle | None = None

    @property
    def address(self) -> str:
        return str(self._path[1][0])

    @property
    def home(self) -> tuple[str, int] | None:
        """Where it was taken in."""
        transport = self._transport
        return None if transport is None else transport.get_extra_info("sockname")[:2]

    # -- what the relay does with it

    def sendto(self, datagram: bytes, _address: Any) -> None:
        """Send a datagram, or raise BlockingIOError where too much waits already."""
        transport = self._transport
        if (
            transport is None
            or transport.is_closing()
            or transport.get_write_buffer_size() > WAITING_BYTES
        ):
            raise BlockingIOError
        transport.write(len(datagram).to_bytes(_LENGTH_BYTES) + datagram)

    def prove(self) -> None:
        """An authentic check came: somebody who is expected is at the other end."""
        if not self.is_proven:
            self.is_proven = True
            self._lines.proven(self)
        self._end_after(PATH_AGE_S)

    def doubt(self) -> None:
        """Somebody has more paths than we keep: it is a stranger's until the next check."""
        if self.is_proven and self._transport is not None:
            self.is_proven, self._unproven_datagrams = False, 0
            self._lines.doubted(self)
            self._end_after(PROVEN_WITHIN_S)

    def _end_after(self, seconds: float) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = asyncio.get_running_loop().call_later(seconds, self._expire)

    def _expire(self) -> None:
        if not self.is_proven:
            self._lines.counts["dropped.connection"] += 1
        self.close()

    # -- what comes

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        stream = cast("asyncio.Transport", transport)
        address = stream.get_extra_info("peername")
        if address is None or not self._lines.came(self, str(address[0])):
            stream.abort()
            return
        self._transport, self._path = stream, (self, address)
        self._end_after(PROVEN_WITHIN_S)
        opened = stream.get_extra_info("socket")
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, WAITING_BYTES)

    def get_buffer(self, _size: int) -> memoryview:
        return memoryview(self._received)[self._filled :]

    def buffer_updated(self, size: int) -> None:
        received = self._received
        filled, at = self._filled + size, 0
        while filled - at >= _LENGTH_BYTES and self._is_open():
            length = int.from_bytes(received[at : at + _LENGTH_BYTES])
            if length > DATAGRAM_BYTES:
                self._lines.received += 1
                self._lines.counts["dropped.oversize"] += 1
                self.close()
                return
            begin = at + _LENGTH_BYTES
            if filled < begin + length:
                break
            at = begin + length
            self._take(bytes(received[begin:at]))
        self._filled = filled - at
        received[: self._filled] = received[at:filled]

    def _is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def _take(self, datagram: bytes) -> None:
        self._lines.received += 1
        if not self.is_proven:
            self._unproven_datagrams += 1
            if self._unproven_datagrams > UNPROVEN_DATAGRAMS:
                self._lines.counts["dropped.flood"] += 1
                self.close()
                return
        self._lines.receive(datagram, self._path)

    def connection_lost(self, _error: Exception | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._transport = None
        self._lines.left(self)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def hang_up(self) -> None:
        """End the connection when what was sent last has gone, or soon."""
        if self._transport is not None:
            self._transport.close()
            self._end_after(GOODBYE_S)


class TcpPort:
    """Owns the listeners and the connections; hands on `receive(datagram, path)`."""

    def __init__(self, receive: Receive, counts: Counter[str]) -> None:
        self.receive = receive
        self.counts = counts
        self.received = 0
        self._port = 0
        self._servers: dict[str, Listener] = {}
        self._homes: frozenset[tuple[str, int]] = frozenset()
        self._lines: set[Line] = set()
        self._strangers: dict[Line, None] = {}  # who has proven nothing, the longest there first
        self._unproven: Counter[str] = Counter()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where connections are taken: those of `bind` whose port was free."""
        return tuple(self._servers)

    async def bind(self, addresses: Sequence[str], port: int) -> None:
        """Listen on these, as far as this port number is free. Connections that are open stay."""
        before, self._servers = self._servers, {}
        for address, server in before.items():
            if address in addresses and port == self._port:
                self._servers[address] = server
            else:
                server.close()
        self._port = port
        for address in addresses:
            if address in self._servers:
                continue
            try:
                self._servers[address] = Listener(
                    address, port, is_welcome=self.is_welcome, connection=lambda: Line(self)
                )
            except OSError as error:
                log.warning(
                    "voices have no TCP here: who has no UDP hears nothing",
                    address=address,
                    port=port,
                    reason=error.strerror or str(error),
                )
        self._homes = frozenset(server.home for server in self._servers.values())

    def is_leaving(self, sender: object) -> bool:
        """Whether this is a connection that was taken in where nobody listens any more."""
        home = sender.home if isinstance(sender, Line) else None
        return home is not None and home not in self._homes

    def close(self) -> None:
        for server in self._servers.values():
            server.close()
        self._servers = {}
        for line in list(self._lines):
            line.close()

    # -- what connections tell

    def is_welcome(self, address: str) -> bool:
        """Whether there may be one more from there. Who is not welcome is counted."""
        is_full = len(self._lines) >= LINES and not self._strangers
        if is_full or self._unproven[_home(address)] >= UNPROVEN_PER_ADDRESS:
            self.counts["dropped.connection"] += 1
            return False
        return True

    def came(self, line: Line, address: str) -> bool:
        """Take a connection in, if it is welcome. Where there is no room, a stranger makes it."""
        if not self.is_welcome(address):
            return False
        home = _home(address)
        if len(self._lines) >= LINES:
            self.counts["dropped.connection"] += 1
            longest = next(iter(self._strangers))
            longest.close()
            self.left(longest)
        self._lines.add(line)
        self._strangers[line] = None
        self._unproven[home] += 1
        return True

    def doubted(self, line: Line) -> None:
        """It counts as a stranger again."""
        self._strangers[line] = None
        self._unproven[_home(line.address)] += 1

    def proven(self, line: Line) -> None:
        """It counts no more as one of those whom nobody knows."""
        del self._strangers[line]
        home = _home(line.address)
        self._unproven[home] -= 1
        if not self._unproven[home]:
            del self._unproven[home]

    def left(self, line: Line) -> None:
        self._lines.discard(line)
        if line in self._strangers:
            self.proven(line)


def _home(address: str) -> str:
    """Return what one home or school has: an IPv4 address, or the /64 of one of IPv6."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return str(ip) if ip.version == 4 else str(int(ip) >> 64)  # noqa: PLR2004 IP versions
