"""Stands before aiohttp's own protocol: deadlines for headers, a limit of connections per home.

aiohttp waits for headers as long as the peer likes and has no limit per address. Bytes go through
unchanged; only time and number are watched.
"""

import asyncio
import ssl
from asyncio.sslproto import SSLProtocol
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from aiohttp import web

from salon.config import Limits
from salon.services.limits import network_of

STALLED_FOR_S = 30.0


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
        self._members: Counter[int] = Counter()

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
        _less(self._strangers, network)

    def recognise(self, network: str, account_id: int) -> bool:
        """Count a stranger's connection as a member's from now on, unless the member has too many.

        Many people may live behind one address; nobody needs more connections than a house.
        """
        if self._members[account_id] >= self._limits.connections_per_address:
            return False
        self._members[account_id] += 1
        self.leave(network)
        return True

    def part(self, account_id: int) -> None:
        _less(self._members, account_id)


def _nothing() -> None:
    """Nobody wants to know."""


def _less(counter: Counter[Any], key: object) -> None:
    counter[key] -= 1
    if counter[key] <= 0:
        del counter[key]


class Guarded(asyncio.Protocol):
    """One connection. Headers have to be complete a while after their first byte, and after the
    connection itself; once they are, the request is the application's business. What counts is that
    a request began: blank lines, which HTTP lets stand before one, win no time. Whoever takes
    nothing of what waits to be sent is hung up on too."""

    def __init__(self, inner: asyncio.Protocol, doorman: Doorman) -> None:
        self._inner = inner
        self._doorman = doorman
        self._transport: asyncio.Transport | None = None
        self._network: str | None = None
        self._account_id: int | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._unsent_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._is_busy = False
        self._held: Callable[[], None] = _nothing
        self._flows: Callable[[], None] = _nothing

    def knock(self, transport: asyncio.BaseTransport) -> bool:
        """Count the connection; False for one too many."""
        peer = transport.get_extra_info("peername")
        self._network = self._doorman.admit(str(peer[0]) if peer else "unknown")
        return self._network is not None

    def turned_away(self) -> None:
        """Forget a connection that knocked and ended before it was made."""
        if self._transport is None and self._network:
            self._doorman.leave(self._network)
            self._network = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if self._network is None and not self.knock(transport):
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

    def signed_in(self, account_id: int) -> None:
        """Count the connection as this account's. Twice is once."""
        if self._network and self._doorman.recognise(self._network, account_id):
            self._network = ""
            self._account_id = account_id

    def when_full(self, held: Callable[[], None], flows: Callable[[], None]) -> None:
        """Call `held` when what is written has to wait or is lost, `flows` when it moves again."""
        self._held, self._flows = held, flows

    def connection_lost(self, exc: Exception | None) -> None:
        self._held()
        self._stop_waiting()
        self._stop_watching()
        if self._network is None:
            return
        if self._account_id is not None:
            self._doorman.part(self._account_id)
        if self._network:
            self._doorman.leave(self._network)
        self._inner.connection_lost(exc)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()
        if self._transport is not None:
            self._unsent_bytes = self._transport.get_write_buffer_size()
            self._watch()
        self._held()

    def resume_writing(self) -> None:
        self._flows()
        self._stop_watching()
        self._inner.resume_writing()

    def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        self._stall = loop.call_later(STALLED_FOR_S, self._look_at_reader)

    def _look_at_reader(self) -> None:
        self._stall = None
        if self._transport is None:
            return
        unsent_bytes = self._transport.get_write_buffer_size()
        if unsent_bytes >= self._unsent_bytes:
            self._transport.abort()
            return
        self._unsent_bytes = unsent_bytes
        self._watch()

    def _stop_watching(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

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


class Handshake(SSLProtocol):
    """TLS in front of a guarded connection, which counts from its first packet on.

    asyncio's own server says nothing of a connection until its handshake is done: whoever never
    finishes it would be seen by nobody.
    """

    def __init__(self, guarded: Guarded, context: ssl.SSLContext, within_s: int) -> None:
        super().__init__(
            asyncio.get_running_loop(),
            guarded,
            context,
            None,  # type: ignore[arg-type] # nobody waits for it
            server_side=True,
            ssl_handshake_timeout=within_s,
        )
        self._guarded = guarded

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._guarded.knock(transport):
            super().connection_made(transport)
        else:
            cast("asyncio.Transport", transport).abort()

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        self._guarded.turned_away()


def guard_of(transport: asyncio.BaseTransport | None) -> Guarded | None:
    """Return the guard of a connection; None once it is closed."""
    if transport is None:
        return None
    protocol = cast("asyncio.Transport", transport).get_protocol()
    return protocol if isinstance(protocol, Guarded) else None


@contextmanager
def begun(request: web.BaseRequest) -> Iterator[None]:
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
