"""A bad line to a server's voices: datagrams on it are lost, late, doubled, overtaken.

A forwarder, on loopback unless told another address of this machine. It needs no rights and leaves
the machine's network alone. A page is on it when it takes its port for the server's. What happens
to a datagram is drawn for each by itself, from a seed. Real losses come in bursts more often.
"""

import asyncio
import random
import socket
from collections import Counter, OrderedDict
from dataclasses import dataclass
from types import TracebackType
from typing import Self

Address = tuple[str, int]

LOOPBACK = "127.0.0.1"
OVERTAKEN_S = 0.05  # that a datagram is held back so that others come first
QUEUE_S = 0.2  # of a slow line; what would wait longer is dropped, as routers do
HEADER_BYTES = 28  # of IPv4 and UDP, which fill a slow line as well
PAGES = 16  # addresses with a socket of their own; the longest unheard makes room
READ_BYTES = 2_048


@dataclass(frozen=True, slots=True)
class Weather:
    """What one direction does to a datagram. Shares are 0.0 to 1.0."""

    lost: float = 0.0
    doubled: float = 0.0
    overtaken: float = 0.0
    delay_s: float = 0.0
    jitter_s: float = 0.0  # up to so much more, in order
    kbit_per_s: float | None = None


FINE = Weather()
DEAD = Weather(lost=1.0)


class Direction:
    """Decides what becomes of each datagram one way. `weather` may be changed at any time."""

    def __init__(self, seed: int) -> None:
        self.weather = FINE
        self.counts: Counter[str] = Counter()
        self._random = random.Random(seed)  # noqa: S311 the same losses in each run
        self._free_s = 0.0  # when a slow line has sent all it was given
        self._last_s = 0.0  # when the last one arrives of those that keep their places

    def arrivals(self, size_bytes: int, now_s: float) -> tuple[float, ...]:
        """Return when a datagram given now arrives: once, twice, or never."""
        self.counts["given"] += 1
        weather = self.weather
        if self._draws(weather.lost, "lost"):
            return ()
        sent_s = self._sent_s(size_bytes, now_s)
        if sent_s - now_s > QUEUE_S:
            self.counts["crowded"] += 1
            return ()
        arrives_s = sent_s + weather.delay_s + self._random.random() * weather.jitter_s
        if self._draws(weather.overtaken, "overtaken"):
            arrives_s += OVERTAKEN_S
        else:
            arrives_s = self._last_s = max(arrives_s, self._last_s)
        return (arrives_s,) * (2 if self._draws(weather.doubled, "doubled") else 1)

    def _draws(self, share: float, fate: str) -> bool:
        drawn = self._random.random() < share
        self.counts[fate] += drawn
        return drawn

    def _sent_s(self, size_bytes: int, now_s: float) -> float:
        """Return when a slow line has sent it; what waits too long takes none of its time."""
        if self.weather.kbit_per_s is None:
            return now_s
        takes_s = (size_bytes + HEADER_BYTES) * 8 / (self.weather.kbit_per_s * 1_000)
        sent_s = max(now_s, self._free_s) + takes_s
        if sent_s - now_s <= QUEUE_S:
            self._free_s = sent_s
        return sent_s


class BadLine:
    """Owns the sockets between pages and a server: `async with BadLine(media_port) as line:`."""

    def __init__(self, server_port: int, *, seed: int = 1, address: str = LOOPBACK) -> None:
        self.up, self.down = Direction(seed), Direction(seed + 1)
        self._address = address
        self._server: Address = (address, server_port)
        self._loop = asyncio.get_running_loop()
        self._front = _opened()
        self._backs: OrderedDict[Address, socket.socket] = OrderedDict()  # by page

    @property
    def port(self) -> int:
        """Where pages find it, at its address."""
        port: int = self._front.getsockname()[1]
        return port

    async def __aenter__(self) -> Self:
        self._front.bind((self._address, 0))
        self._loop.add_reader(self._front, self._from_page)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for opened in (self._front, *self._backs.values()):
            self._close(opened)

    def _from_page(self) -> None:
        for datagram, page in _waiting(self._front):
            self._carry(self.up, datagram, self._back(page), self._server)

    def _back(self, page: Address) -> socket.socket:
        """Return the socket by which the server knows a page."""
        back = self._backs.get(page)
        if back is None:
            if len(self._backs) >= PAGES:
                self._close(self._backs.popitem(last=False)[1])
            back = self._backs[page] = _opened()
            back.bind((self._address, 0))
            self._loop.add_reader(back, self._from_server, back, page)
        self._backs.move_to_end(page)
        return back

    def _close(self, opened: socket.socket) -> None:
        self._loop.remove_reader(opened)
        opened.close()

    def _from_server(self, back: socket.socket, page: Address) -> None:
        for datagram, _ in _waiting(back):
            self._carry(self.down, datagram, self._front, page)

    def _carry(self, direction: Direction, datagram: bytes, by: socket.socket, to: Address) -> None:
        for at_s in direction.arrivals(len(datagram), self._loop.time()):
            self._loop.call_at(at_s, _send, by, datagram, to)


def _opened() -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setblocking(False)  # noqa: FBT003 the socket's own signature
    return opened


def _waiting(opened: socket.socket) -> list[tuple[bytes, Address]]:
    found = []
    while True:
        try:
            found.append(opened.recvfrom(READ_BYTES))
        except OSError:  # nothing more
            return found


def _send(opened: socket.socket, datagram: bytes, to: Address) -> None:
    if opened.fileno() >= 0:  # it may have waited longer than the line stood
        try:
            opened.sendto(datagram, to)
        except OSError:  # as any network: lost
            return
