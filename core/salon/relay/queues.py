"""A queue of its own for each address that is proven, so that strangers' packets drown no voice.

The kernel keeps one queue per socket. Whenever this process waits for a processor, a flood fills
the port's queue in a fraction of a second and everybody's packets are dropped alike (12 % of a
room's sound on a busy machine, at 17,000 packets a second; measured). A socket that is bound like
the port's and connected to one address gets all that comes from there; what is sent still leaves by
the port's. Where the system is another one, or has no more files, the port's queue serves.

There are few, because the kernel looks at each of them for each packet of a stranger's, an older
one for everybody's; who speaks comes first.
"""

import asyncio
import contextlib
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any

DATAGRAM_READ_BYTES = 2_048  # over the guard's limit, so that it sees what is too long
QUEUES = 256
BUFFER_BYTES = 512 * 1024  # some hundred packets: the kernel counts each as much more than it is
_MEMORY_INFO = 55  # SO_MEMINFO of Linux, which Python does not name
_MEMORY_NUMBERS = struct.Struct("=9I")  # the last: datagrams for which the buffer had no room

Came = Callable[[bytes, tuple[socket.socket, Any]], None]


class Queues:
    """Owns the connected sockets. Their datagrams come as if they had come to the port's."""

    def __init__(self, came: Came) -> None:
        self._came = came
        self._own: dict[tuple[socket.socket, Any], socket.socket] = {}
        self._overflowed_before = 0  # at those that are closed

    @property
    def overflowed(self) -> int:
        return self._overflowed_before + sum(map(overflowed, self._own.values()))

    def open(self, port: socket.socket, address: Any, *, speaks: bool) -> None:
        """Give an address its own, if there is one to have. Twice is once.

        For one who speaks, that makes room which was asked for the longest ago.
        """
        known = self._own.pop((port, address), None)
        if known is not None:
            self._own[port, address] = known  # the last to make room
            return
        if sys.platform != "linux" or (len(self._own) >= QUEUES and not speaks):
            return
        if len(self._own) >= QUEUES:
            self.close(*next(iter(self._own)))
        with contextlib.suppress(OSError):
            own = _connected(port, address)
            self._own[port, address] = own
            asyncio.get_running_loop().add_reader(own, self._readable, port, own)

    def close(self, port: socket.socket, address: Any) -> None:
        own = self._own.pop((port, address), None)
        if own is not None:
            asyncio.get_running_loop().remove_reader(own)
            self._overflowed_before += overflowed(own)
            own.close()

    def close_all(self, port: socket.socket) -> None:
        """Close those of a port that is closed, or nobody could listen there again."""
        for each, address in list(self._own):
            if each is port:
                self.close(port, address)

    def _readable(self, port: socket.socket, own: socket.socket) -> None:
        # One at a time: whoever sends more than others waits behind them.
        with contextlib.suppress(OSError):  # a refusal of the other side's, which says nothing
            datagram, address = own.recvfrom(DATAGRAM_READ_BYTES)
            self._came(datagram, (port, address))


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
