"""One packet to many listeners in a few calls: copied at once, protected in place, `sendmmsg`.

A call of Python's for each listener costs more than the kernel's work and the cipher's together:
`Session.protect` and `sendto` take twice as long as this. It goes around pylibsrtp's class to the
binding beneath, and around `socket` to the C library; where either is not as expected,
`is_possible` is False and `fanout.py` sends one by one.
"""

import ctypes
import errno
import socket
import struct
import sys
from array import array
from collections import Counter
from collections.abc import Sequence
from typing import Any

from salon.relay.port import SocketPath
from salon.relay.srtp import TRAILER_BYTES_MAX, address_of, binding

CHUNK = 64  # the first listener does not wait for the last one's cipher
STRIDE_BYTES = 384  # of one packet's buffer; doubled when a packet does not fit
_NUMBER_AT = 2  # in the header of RTP
_SOCKADDR_BYTES = 28  # of IPv6, the larger
_MSGHDR = struct.Struct("@PIxxxxPNPNi4x")  # of Linux on 64 bits: name, its length, iov, how many …
_MMSGHDR_BYTES = _MSGHDR.size + 8  # and how much was sent, aligned

_ffi, _lib = binding()
_c = ctypes.CDLL(None, use_errno=True)
is_possible = (
    _lib is not None
    and sys.platform == "linux"
    and struct.calcsize("P") == 8  # noqa: PLR2004 bytes of a pointer
    and hasattr(_c, "sendmmsg")
)
if is_possible:
    _send_many = _c.sendmmsg
    _send_many.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)


class Batch:
    """Listeners at one socket, all with the same cipher: what is sent to them has one length.

    They take turns at the packets of one chunk, because the kernel copies what it takes: with a
    packet for each, 500 listeners would need more than the processor's nearest memory holds.
    """

    def __init__(self, opened: socket.socket, outlets: Sequence[Any]) -> None:
        self.outlets = list(outlets)
        self._opened = opened
        self._places = {outlet: place for place, outlet in enumerate(outlets)}
        self._alike: dict[int, tuple[int, list[set[int]]]] = {}  # by slot, see `_alike_in`
        self._sessions = [address_of(outlet.session) for outlet in outlets]
        self._at_once = min(CHUNK, len(outlets))
        self._lengths = _ffi.new("int[]", self._at_once)
        self._lengths_seen = _ffi.buffer(self._lengths)
        self._length_places = [self._lengths + at for at in range(self._at_once)]
        self._vectors = (ctypes.c_uint64 * (2 * self._at_once))()  # struct iovec: where, how long
        self._sizes = memoryview(self._vectors).cast("B").cast("Q")[1::2]
        self._size = 0  # in each of them
        self._build_messages([outlet.path for outlet in outlets], opened.family)
        self._build_packets(STRIDE_BYTES)

    def _build_packets(self, stride: int) -> None:
        self._stride = stride
        self._block = _ffi.new("char[]", stride * self._at_once)
        self._bytes = memoryview(_ffi.buffer(self._block)).cast("B")
        self._packets = [self._block + stride * at for at in range(self._at_once)]
        begin = int(_ffi.cast("uintptr_t", self._block))
        for at in range(self._at_once):
            self._vectors[2 * at] = begin + stride * at

    def _build_messages(self, paths: Sequence[SocketPath], family: int) -> None:
        count = len(paths)
        self._names = ctypes.create_string_buffer(_SOCKADDR_BYTES * count)
        self._messages = ctypes.create_string_buffer(_MMSGHDR_BYTES * count)
        names, vectors = ctypes.addressof(self._names), ctypes.addressof(self._vectors)
        written = memoryview(self._names).cast("B")
        for place, (_, address) in enumerate(paths):
            name = _sockaddr(family, address)
            at = _SOCKADDR_BYTES * place
            written[at : at + len(name)] = name
            _MSGHDR.pack_into(
                self._messages,
                _MMSGHDR_BYTES * place,
                *(names + at, len(name), vectors + 16 * (place % CHUNK), 1, 0, 0, 0),
            )
        self._messages_at = ctypes.addressof(self._messages)

    def send(
        self, slot: int, ahead: int, packet: bytes, but: Any, *, is_late: bool
    ) -> tuple[int, int]:
        """Send a packet to all but one; return (sent, not sent).

        Each has a number of their own, so far ahead of the one when the crowd was made.
        """
        count = len(self.outlets)
        place = self._places.get(but, count)
        number, apart = self._alike_in(slot)
        if place < count:
            apart[place // CHUNK].add(place)  # and stays behind
        copies, lengths = self._copies(packet, number + ahead & 0xFFFF)
        sent = unsent = 0
        for begin, others in zip(range(0, count, CHUNK), apart, strict=True):
            self._bytes[:] = copies
            self._lengths_seen[:] = lengths
            for other in others:
                own = self.outlets[other]
                self._number(other, own.starts[slot] + own.numbers[slot] + ahead & 0xFFFF)
            end = min(begin + CHUNK, count)
            parts = [(begin, min(place, end)), (max(place + 1, begin), end)]
            if is_late:
                parts = self._with_a_number(slot, ahead, parts)
            for first, last in parts:
                if first < last:
                    done = self._protect_and_send(first, last)
                    sent += done
                    unsent += last - first - done
        return sent, unsent

    def _with_a_number(
        self, slot: int, ahead: int, parts: Sequence[tuple[int, int]]
    ) -> list[tuple[int, int]]:
        """Leave out whoever has heard nothing yet when a late packet comes."""
        return [
            (place, place + 1)
            for first, last in parts
            for place in range(first, last)
            if self.outlets[place].numbers[slot] + ahead > 0
        ]

    def _alike_in(self, slot: int) -> tuple[int, list[set[int]]]:
        """Return the number that most have in a slot, and by chunk who has another.

        Who has never spoken has heard every packet, so most are alike, and nothing has to be
        written for each of them: reading what lies about in memory costs as much as the cipher.
        """
        if slot not in self._alike:
            numbers = [o.starts[slot] + o.numbers[slot] & 0xFFFF for o in self.outlets]
            common = Counter(numbers).most_common(1)[0][0]
            apart: list[set[int]] = [set() for _ in range(0, len(numbers), CHUNK)]
            for place, number in enumerate(numbers):
                if number != common:
                    apart[place // CHUNK].add(place)
            self._alike[slot] = common, apart
        return self._alike[slot]

    def _copies(self, packet: bytes, number: int) -> tuple[bytes, bytes]:
        """Return what a chunk begins with: the packet for each, and how long each is."""
        size = len(packet)
        while size + TRAILER_BYTES_MAX > self._stride:
            self._build_packets(2 * self._stride)
        packet = packet[:_NUMBER_AT] + number.to_bytes(2) + packet[_NUMBER_AT + 2 :]
        lengths = size.to_bytes(4, sys.byteorder) * self._at_once
        return packet.ljust(self._stride, b"\0") * self._at_once, lengths

    def _number(self, place: int, number: int) -> None:
        at = self._stride * (place % CHUNK) + _NUMBER_AT
        self._bytes[at : at + 2] = number.to_bytes(2)

    def _protect_and_send(self, first: int, last: int) -> int:
        """Protect and send those at these places, of one chunk; return to how many it was sent."""
        begin, end = first % CHUNK, (last - 1) % CHUNK + 1
        refused = list(
            map(
                _lib.srtp_protect,
                self._sessions[first:last],
                self._packets[begin:end],
                self._length_places[begin:end],
            )
        )
        if any(refused):  # later than SRTP can follow, for some
            self._size = 0
            done = 0
            for place, status in enumerate(refused, first):
                if not status:
                    self._sizes[place % CHUNK] = self._lengths[place % CHUNK]
                    done += self._send(place, place + 1)
            return done
        size = self._lengths[begin]
        if size != self._size:
            self._sizes[:] = memoryview(array("Q", [size]) * self._at_once)
            self._size = size
        return self._send(first, last)

    def _send(self, first: int, last: int) -> int:
        done = 0
        number = self._opened.fileno()  # asked each time: once closed, it is somebody else's
        while first < last:
            at = self._messages_at + _MMSGHDR_BYTES * first
            sent = _send_many(number, at, last - first, socket.MSG_DONTWAIT)
            if sent > 0:
                done += sent
                first += sent
            elif ctypes.get_errno() in {errno.EAGAIN, errno.EBADF}:
                break  # nobody waits: what the kernel does not take is lost
            else:
                first += 1  # a neighbour's refusal, which concerns no one else
        return done


def _sockaddr(family: int, address: Any) -> bytes:
    """Return an address as the kernel has it."""
    if family == socket.AF_INET6:
        host, port, flow, scope = address
        head = struct.pack("=H", family) + struct.pack("!HI", port, flow)
        return head + socket.inet_pton(family, host.partition("%")[0]) + struct.pack("=I", scope)
    host, port = address
    return struct.pack("=H", family) + struct.pack("!H", port) + socket.inet_aton(host) + bytes(8)
