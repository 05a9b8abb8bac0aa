"""Listening for connections, so that a storm of them costs a bounded part of the loop.

asyncio's own server takes as many in one turn as its queue holds, each at the price of a transport
(140 us, measured): 128 hold every voice up for 20 ms, and 7,000 a second are a whole core. Here few
are taken at a time, who is not welcome costs two calls of the kernel, and over a rate nobody is
taken for a moment: the kernel keeps those who come, and lets the others try again.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Callable

from salon.relay.guard import Budget

BACKLOG = 128
ACCEPTS = 8  # in one turn of the loop
ACCEPTS_PER_S = 500.0
REST_S = 0.05


class Listener:
    """Owns one listening socket and what has not become a connection yet."""

    def __init__(
        self,
        address: str,
        port: int,
        *,
        is_welcome: Callable[[str], bool],
        connection: Callable[[], asyncio.BaseProtocol],
    ) -> None:
        """Listen. Raises OSError."""
        self._is_welcome = is_welcome
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._budget = Budget(ACCEPTS_PER_S, ACCEPTS)
        self._opening: set[asyncio.Task[object]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._socket = _open(address, port)
        self._listen()

    @property
    def home(self) -> tuple[str, int]:
        """Where it listens, as connections that were taken here say."""
        address, port = self._socket.getsockname()[:2]
        return address, port

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def _listen(self) -> None:
        self._loop.add_reader(self._socket, self._accept)

    def _rest(self) -> None:
        self._loop.remove_reader(self._socket)
        self._timer = self._loop.call_later(REST_S, self._listen)

    def _accept(self) -> None:
        for _ in range(ACCEPTS):
            if not self._budget.take(self._loop.time()):
                self._rest()
                return
            try:
                accepted, address = self._socket.accept()
            except (BlockingIOError, ConnectionError):  # nobody more, or one who has left again
                return
            except OSError:  # no more files, for instance; in a moment there may be
                self._rest()
                return
            if self._is_welcome(address[0]):
                self._open_connection(accepted)
            else:
                accepted.close()

    def _open_connection(self, accepted: socket.socket) -> None:
        accepted.setblocking(False)  # noqa: FBT003 the only way the library has it
        opening = self._loop.connect_accepted_socket(self._connection, accepted)
        task: asyncio.Task[object] = self._loop.create_task(opening, name="relay.connection")
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)


def _open(address: str, port: int) -> socket.socket:
    is_v6 = ipaddress.ip_address(address).version == 6  # noqa: PLR2004 IP versions
    opened = socket.socket(socket.AF_INET6 if is_v6 else socket.AF_INET)
    try:
        opened.setblocking(False)  # noqa: FBT003 the only way the library has it
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_v6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind((address, port))
        opened.listen(BACKLOG)
    except OSError:
        opened.close()
        raise
    return opened
