"""The UDP sockets: one per address, because a reply has to leave from where the question came in.

(With a wildcard socket, replies to a peer on 127.0.0.1 left from the machine's other address and
the browser never connected; measured.)
"""

import asyncio
import contextlib
import errno
import ipaddress
import socket
import sys
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import structlog

from salon.errors import Invalid, Unavailable
from salon.relay.queues import DATAGRAM_READ_BYTES, Queues, overflowed

RECEIVE_BATCH = 64  # datagrams per wake-up, so that a flood cannot starve the loop
BUFFER_BYTES = 4 * 1024 * 1024  # the kernel gives at most net.core.rmem_max
ADDRESSES = 64  # a machine with containers has a bridge for each network
_MTU_DISCOVER, _WHOLE = 10, 3  # IP_MTU_DISCOVER and IP_PMTUDISC_PROBE, which Python does not name

log = structlog.get_logger(__name__)


class Sender(Protocol):
    """A UDP socket, or a connection that takes datagrams like one."""

    def sendto(self, datagram: bytes, address: Any, /) -> Any:
        """Send without waiting. Raises OSError when it cannot."""


SocketPath = tuple[Sender, Any]  # what to send with, and the address as the kernel writes it


class Port:
    """Owns the sockets and hands each datagram to `receive(datagram, path)` in the loop."""

    def __init__(self, receive: Callable[[bytes, SocketPath], None]) -> None:
        self._receive = receive
        self._sockets: dict[tuple[str, int], socket.socket] = {}
        self._leaving: dict[tuple[str, int], socket.socket] = {}  # the longest leaving first
        self._queues = Queues(self._came)
        self.received = 0
        self.unsent = 0
        self.waited_s = 0.0  # how long what is just handed over has waited to be looked at
        self._overflowed_before = 0  # at sockets that are closed

    @property
    def number(self) -> int:
        """The port number, 0 while nothing is bound."""
        return next((port for _, port in self._sockets), 0)

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(address for address, _ in self._sockets)

    @property
    def overflowed(self) -> int:
        """Datagrams that the kernel dropped because we were too slow. 0 where it does not say."""
        opened = (*self._sockets.values(), *self._leaving.values())
        return self._overflowed_before + self._queues.overflowed + sum(map(overflowed, opened))

    def bind(self, addresses: Sequence[str], port: int) -> None:
        """Listen on exactly these; with port 0 the kernel chooses one number for all.

        Sockets that are open and wanted stay; others go on until `leave`. An address that the
        machine does not have (any more) is left out if there are others. Raises Invalid,
        Unavailable; then all is as before.
        """
        wanted = _parsed(addresses)
        bound: dict[tuple[str, int], socket.socket] = {}
        port = port or self.number
        refusal = ""
        for address in wanted:
            try:
                opened = self._known(address, port) or _open(address, port)
            except OSError as error:
                refusal = f"cannot listen on UDP {address} port {port}: {error.strerror or error}"
                if error.errno == errno.EADDRNOTAVAIL:
                    log.warning("an address for voices is not this machine's", address=address)
                    continue
                self._close_new(bound)
                raise Unavailable(refusal) from error
            port = opened.getsockname()[1]
            bound[address, port] = opened
        if wanted and not bound:
            raise Unavailable(refusal)
        self._exchange(bound)

    def _known(self, address: str, port: int) -> socket.socket | None:
        return self._sockets.get((address, port)) or self._leaving.get((address, port))

    def _close_new(self, bound: dict[tuple[str, int], socket.socket]) -> None:
        for key, opened in bound.items():
            if self._known(*key) is None:
                opened.close()

    def _exchange(self, bound: dict[tuple[str, int], socket.socket]) -> None:
        loop = asyncio.get_running_loop()
        for key, opened in bound.items():
            if self._known(*key) is None:
                loop.add_reader(opened, self._readable, opened)
        before = {**self._leaving, **self._sockets}
        self._leaving = {key: opened for key, opened in before.items() if key not in bound}
        self._sockets = bound
        self._leave_all_but(ADDRESSES)

    def is_leaving(self, sender: object) -> bool:
        """Whether this is a socket that `leave` will close."""
        return any(opened is sender for opened in self._leaving.values())

    def leave(self) -> None:
        """Close what is wanted no more."""
        self._leave_all_but(0)

    def _leave_all_but(self, count: int) -> None:
        loop = asyncio.get_running_loop()
        while len(self._leaving) > count:
            opened = self._leaving.pop(next(iter(self._leaving)))
            loop.remove_reader(opened)
            self._queues.close_all(opened)
            self._overflowed_before += overflowed(opened)
            opened.close()

    def close(self) -> None:
        self._exchange({})
        self.leave()

    def _readable(self, opened: socket.socket) -> None:
        for _ in range(RECEIVE_BATCH):
            try:
                datagram, address = opened.recvfrom(DATAGRAM_READ_BYTES)
            except OSError:  # nothing more; or a neighbour's refusal, which concerns no one else
                return
            self.received += 1
            self._receive(datagram, (opened, address))

    def _came(self, datagram: bytes, path: tuple[socket.socket, Any], waited_s: float) -> None:
        self.received += 1
        self.waited_s = waited_s
        self._receive(datagram, path)
        self.waited_s = 0.0

    def look(self) -> None:
        """Hand over what has come from those who are patient; it wakes nobody by itself."""
        self._queues.look()

    def keep_apart(self, path: SocketPath, *, speaks: bool, is_patient: bool = False) -> None:
        """Let a proven address have a queue of its own; called again while it is used."""
        if isinstance(path[0], socket.socket):
            self._queues.open(path[0], path[1], speaks=speaks, is_patient=is_patient)

    def hurry(self, path: SocketPath) -> None:
        """An address is patient no more."""
        if isinstance(path[0], socket.socket):
            self._queues.hurry(path[0], path[1])

    def let_go(self, path: SocketPath) -> None:
        """An address is proven no more."""
        if isinstance(path[0], socket.socket):
            self._queues.close(path[0], path[1])

    def send(self, datagram: bytes, path: SocketPath) -> bool:
        """Send without waiting; whether the kernel took it. What it did not is counted."""
        try:
            path[0].sendto(datagram, path[1])
        except OSError:
            self.unsent += 1
            return False
        return True


def _parsed(addresses: Sequence[str]) -> list[str]:
    if len(addresses) > ADDRESSES:
        raise Invalid(f"{len(addresses)} addresses for voices; at most {ADDRESSES} are possible")
    for address in addresses:
        try:
            ipaddress.ip_address(address)
        except ValueError as error:
            raise Invalid(f"{address!r} is no IP address to listen on") from error
    return list(dict.fromkeys(addresses))


def _open(address: str, port: int) -> socket.socket:
    is_v6 = ipaddress.ip_address(address).version == 6  # noqa: PLR2004 IP versions
    opened = socket.socket(socket.AF_INET6 if is_v6 else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        opened.setblocking(False)  # noqa: FBT003 the only way the library has it
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            opened.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
        if is_v6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind((address, port))
        if sys.platform == "linux":  # not before: another server's port would be taken for ours
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            if not is_v6:  # which never numbers fragments
                _send_whole(opened)
    except OSError:
        opened.close()
        raise
    return opened


def _send_whole(opened: socket.socket) -> None:
    """Cut nothing into fragments: all we send has 1,200 bytes, but for Opus no browser sends.

    Then the kernel makes no number for the fragments of each packet, 6 % of what sending it costs;
    and nobody can have us cut packets by forging that they are too large.
    """
    with contextlib.suppress(OSError):  # a system that only looks like Linux
        opened.setsockopt(socket.IPPROTO_IP, _MTU_DISCOVER, _WHOLE)
