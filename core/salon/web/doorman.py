"""Stands before aiohttp's own protocol: deadlines for headers, a limit of connections per home.

aiohttp waits for headers as long as the peer likes and has no limit per address. Bytes go through
unchanged; only time and number are watched.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

from aiohttp import web

from salon.config import Limits
from salon.services.limits import network_of


class Doorman:
    """Makes one guarded protocol per connection and counts those that are not signed in."""

    def __init__(
        self,
        server: Callable[[], asyncio.Protocol],
        limits: Limits,
        is_trusted: Callable[[str], bool],
    ) -> None:
        self._server = server
        self._limits = limits
        self._is_trusted = is_trusted
        self._strangers: Counter[str] = Counter()

    def __call__(self) -> "Guarded":
        return Guarded(self._server(), self)

    @property
    def header_deadline_s(self) -> float:
        return self._limits.header_deadline_s

    def admit(self, address: str) -> str | None:
        """Count a connection. "" is not counted (a proxy of ours), None is one too many."""
        if self._is_trusted(address):
            return ""
        network = network_of(address)
        if self._strangers[network] >= self._limits.connections_per_address:
            return None
        self._strangers[network] += 1
        return network

    def leave(self, network: str) -> None:
        self._strangers[network] -= 1
        if self._strangers[network] <= 0:
            del self._strangers[network]


class Guarded(asyncio.Protocol):
    """One connection. Headers have to be complete a while after their first byte, and after the
    connection itself; once they are, the request is the application's business. What counts is that
    a request began: blank lines, which HTTP lets stand before one, win no time."""

    def __init__(self, inner: asyncio.Protocol, doorman: Doorman) -> None:
        self._inner = inner
        self._doorman = doorman
        self._transport: asyncio.Transport | None = None
        self._network: str | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self._network = self._doorman.admit(str(peer[0]) if peer else "unknown")
        if self._network is None:
            self._transport.abort()
            return
        self._wait_for_headers()
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self._network is None:
            return
        if not self._is_busy and self._timer is None:
            self._wait_for_headers()
        self._inner.data_received(data)

    def request_began(self) -> None:
        self._is_busy = True
        self._stop_waiting()

    def request_ended(self) -> None:
        self._is_busy = False

    def signed_in(self) -> None:
        """Stop counting: somebody with an account has limits of their own."""
        if self._network:
            self._doorman.leave(self._network)
            self._network = ""

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        if self._network is None:
            return
        if self._network:
            self._doorman.leave(self._network)
        self._inner.connection_lost(exc)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def _wait_for_headers(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._doorman.header_deadline_s, self._too_late)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_late(self) -> None:
        self._timer = None
        if self._transport is not None:
            self._transport.abort()


def guard_of(transport: asyncio.BaseTransport | None) -> Guarded | None:
    """Return the guard of a connection; None once it is closed."""
    if not isinstance(transport, asyncio.Transport):
        return None
    protocol = transport.get_protocol()
    return protocol if isinstance(protocol, Guarded) else None


@contextmanager
def begun(request: web.Request) -> Iterator[None]:
    """Tell the connection's guard that its headers are in, until the request is answered.

    What comes meanwhile is a body or the frames of a socket: nobody waits for headers.
    """
    protocol = guard_of(request.transport)
    if protocol is None:
        yield
        return
    protocol.request_began()
    try:
        yield
    finally:
        protocol.request_ended()
