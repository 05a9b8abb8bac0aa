"""A queue of its own for each address that is proven, so that strangers' packets drown no voice.

The kernel keeps one queue per socket. Whenever this process waits for a processor, a flood fills
the port's queue in a fraction of a second and everybody's packets are dropped alike (12 % of a
room's sound on a busy machine, at 17,000 packets a second; measured). A socket that is bound like
the port's and connected to one address gets all that comes from there; what is sent still leaves by
the port's. Where the system is another one, or has no more files, the port's queue serves.

There are few, because the kernel looks at each of them for each packet of a stranger's, an older
one for everybody's; who speaks comes first.

A queue also says who may wait. Checks and reports of those who only hear come one by one, and to be
woken for one costs more than all that is done with it (270 µs, 17 for one among others). So theirs
are *patient*: they wake nobody and are looked at with what wakes us anyway (`beat.py`). The kernel
notes when each came, so that a round trip is measured as it was.
"""

import asyncio
import fcntl
import select
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

DATAGRAM_READ_BYTES = 2_048  # over the guard's limit, so that it sees what is too long
QUEUES = 512
BUFFER_BYTES = 512 * 1024  # some hundred packets: the kernel counts each as much more than it is
_MEMORY_INFO = 55  # SO_MEMINFO of Linux, which Python does not name
_MEMORY_NUMBERS = struct.Struct("=9I")  # the last: datagrams for which the buffer had no room

LOOK_DATAGRAMS = 256  # of patient queues at a time, one of each in turn: 4 ms
_WHEN_IT_CAME = 0x8907  # SIOCGSTAMPNS of Linux, which Python does not name
_STAMP = struct.Struct("@ll")  # seconds and ns since 1970
_MEDIA = b"\x80"  # the least first byte of sound and reports (RFC 7983)
WAITED_MAX_S = 1.0  # more is no waiting but a clock that was set

Came = Callable[[bytes, tuple[socket.socket, Any], float], None]


@dataclass(slots=True, eq=False)
class _Own:
    """The queue of one path."""

    path: tuple[socket.socket, Any]  # one object: it is looked up with each datagram
    socket: socket.socket
    is_patient: bool = False


class Queues:
    """Owns the connected sockets. Their datagrams come as if they had come to the port's.

    `came(datagram, path, waited_s)`: how long it has waited to be looked at.
    """

    def __init__(self, came: Came) -> None:
        self._came = came
        self._own: dict[tuple[socket.socket, Any], _Own] = {}
        self._patient: select.epoll | None = None
        self._by_number: dict[int, _Own] = {}  # the patient ones, by the number of their file
        self._overflowed_before = 0  # at those that are closed

    @property
    def overflowed(self) -> int:
        opened = (own.socket for own in self._own.values())
        return self._overflowed_before + sum(map(overflowed, opened))

    def open(self, port: socket.socket, address: Any, *, speaks: bool, is_patient: bool) -> None:
        """Give an address its own, if there is one to have. Twice is once.

        For one who speaks, that makes room which was asked for the longest ago.
        """
        own = self._own.pop((port, address), None)
        if own is None:
            if sys.platform != "linux" or (len(self._own) >= QUEUES and not speaks):
                return
            if len(self._own) >= QUEUES:
                self.close(*next(iter(self._own)))
            try:
                own = _Own((port, address), _connected(port, address))
            except OSError:
                return
            self._attend(own)
        self._own[own.path] = own  # the last to make room
        if own.is_patient != is_patient:
            self._disregard(own)
            own.is_patient = is_patient
            self._attend(own)

    def hurry(self, port: socket.socket, address: Any) -> None:
        """Let what comes from there wait no longer."""
        own = self._own.get((port, address))
        if own is not None and own.is_patient:
            self._disregard(own)
            own.is_patient = False
            self._attend(own)

    def close(self, port: socket.socket, address: Any) -> None:
        own = self._own.pop((port, address), None)
        if own is not None:
            self._disregard(own)
            self._overflowed_before += overflowed(own.socket)
            own.socket.close()

    def close_all(self, port: socket.socket) -> None:
        """Close those of a port that is closed, or nobody could listen there again."""
        for each, address in list(self._own):
            if each is port:
                self.close(port, address)

    def _attend(self, own: _Own) -> None:
        if not own.is_patient:
            asyncio.get_running_loop().add_reader(own.socket, self._readable, own)
            return
        if self._patient is None:
            self._patient = select.epoll()
        _waited_s(own.socket)  # from the first question on the kernel notes it
        self._by_number[own.socket.fileno()] = own
        self._patient.register(own.socket, select.EPOLLIN)

    def _disregard(self, own: _Own) -> None:
        if not own.is_patient:
            asyncio.get_running_loop().remove_reader(own.socket)
            return
        del self._by_number[own.socket.fileno()]
        if self._patient is not None:
            self._patient.unregister(own.socket)
            if not self._by_number:
                self._patient.close()
                self._patient = None

    def _readable(self, own: _Own) -> None:
        # One at a time: whoever sends more than others waits behind them.
        try:
            datagram = own.socket.recv(DATAGRAM_READ_BYTES)
        except OSError:  # a refusal of the other side's, which says nothing
            return
        self._came(datagram, own.path, 0.0)

    def look(self) -> None:
        """Take what waits in patient queues; what is too much for once, the next time."""
        left = LOOK_DATAGRAMS
        while self._patient is not None and left > 0:
            ready = self._patient.poll(0, left)
            if not ready:
                return
            left -= len(ready)
            for number, _ in ready:
                own = self._by_number.get(number)
                if own is not None:  # not closed by what came before
                    self._take(own)

    def _take(self, own: _Own) -> None:
        try:
            datagram = own.socket.recv(DATAGRAM_READ_BYTES)
        except OSError:
            return
        is_media = datagram[:1] >= _MEDIA  # of a check nobody measures when it came
        self._came(datagram, own.path, _waited_s(own.socket) if is_media else 0.0)


def _waited_s(opened: socket.socket) -> float:
    """Return how long ago the last datagram came; 0 where the kernel does not say."""
    try:
        seconds, ns = _STAMP.unpack(fcntl.ioctl(opened, _WHEN_IT_CAME, bytes(_STAMP.size)))
    except OSError:
        return 0.0
    waited_s: float = (time.time_ns() - seconds * 10**9 - ns) / 1e9
    return min(max(0.0, waited_s), WAITED_MAX_S)


def overflowed(opened: socket.socket) -> int:
    """Return for how many datagrams the kernel had no room; 0 where it does not say."""
    try:
        told = opened.getsockopt(socket.SOL_SOCKET, _MEMORY_INFO, _MEMORY_NUMBERS.size)
    except OSError:  # another system
        return 0
    return int(_MEMORY_NUMBERS.unpack(told)[-1])


def _connected(port: socket.socket, address: Any) -> socket.socket:
    """Return a socket that gets what comes from one address to a port. Raises OSError."""
    own = socket.socket(port.family, socket.SOCK_DGRAM)
    try:
        own.setblocking(False)  # noqa: FBT003 the only way the library has it
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        own.bind(port.getsockname())
        own.connect(address)
    except OSError:
        own.close()
        raise
    return own
