"""One packet in, N out. Nothing here waits, and nothing is kept of a packet.

Each listener has numbers of its own per slot: one who was left out (the speaker, somebody deafened,
a latecomer) sees no gap. With the slot's numbers a monologue of 11 minutes would leave its speaker
32,768 packets behind, further than SRTP can follow, and deaf to whoever comes next.
"""

import socket
import struct
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from salon.relay import batch
from salon.relay.audio import SILENCE_OPUS
from salon.relay.batch import Batch
from salon.relay.port import SocketPath
from salon.relay.room import Slot, Stamp
from salon.relay.rtp import OPUS_PAYLOAD_TYPE, RED_PAYLOAD_TYPE, red
from salon.relay.srtp import Keys, Refused

_TAIL = struct.Struct("!LL")
_PLAIN = bytes((0x80, OPUS_PAYLOAD_TYPE))
_MARKED = bytes((0x80, OPUS_PAYLOAD_TYPE | 0x80))
_RED = bytes((0x80, RED_PAYLOAD_TYPE))
_MARKED_RED = bytes((0x80, RED_PAYLOAD_TYPE | 0x80))
LOSS_FROM = 0.02  # a share from which a listener is sent each packet twice
BATCH_FROM = 12  # listeners at one socket; fewer cost less one by one (measured)
DOUBLE_BYTES = 1_200  # what every network takes in one piece, with the cipher's part
LOSING_S = 15.0  # after a report of loss; browsers report about every 5 s


class Outlet:
    """What a room sends to one listener: where, with which keys, under which numbers."""

    __slots__ = (
        "_losing_until_s",
        "_path",
        "changed",
        "is_losing",
        "losses",
        "numbers",
        "profile",
        "session",
        "takes_red",
    )

    def __init__(
        self, keys: Keys, path: SocketPath, numbers: list[int], *, takes_red: bool = False
    ) -> None:
        self.session = keys.outgoing()
        self.profile = keys.profile
        self.numbers = numbers  # the last one of each slot; 0: nothing was sent
        self.losses: dict[int, tuple[float, float]] = {}  # slot: (share, when)
        self.takes_red = takes_red
        self.is_losing = False  # and gets the packet before with each packet (RED)
        self.changed: Callable[[], None] = _nothing  # set by the fan-out it belongs to
        self._path = path
        self._losing_until_s = 0.0

    @property
    def path(self) -> SocketPath:
        return self._path

    @path.setter
    def path(self, path: SocketPath) -> None:
        if path != self._path:
            self._path = path
            self.changed()

    def note_loss(self, slot: int, share: float, now_s: float) -> None:
        """Keep what the listener reported about a slot."""
        self.losses[slot] = (share, now_s)
        if self.takes_red and share >= LOSS_FROM:
            self._losing_until_s = now_s + LOSING_S
            self._lose(is_losing=True)

    def recover(self, now_s: float) -> None:
        """Go back to single packets when no loss was reported for a while."""
        if now_s > self._losing_until_s:
            self._lose(is_losing=False)

    def _lose(self, *, is_losing: bool) -> None:
        if is_losing != self.is_losing:
            self.is_losing = is_losing
            self.changed()


def _nothing() -> None:
    """Nobody has to be told."""


class FanOut:
    """Owns the outlets of a room that hear."""

    def __init__(self, send: Callable[[bytes, SocketPath], None], counts: Counter[str]) -> None:
        self._send = send
        self._counts = counts
        self._outlets: list[Outlet] = []
        self._before: dict[int, tuple[int, bytes]] = {}  # by slot: the packet before, its time
        self._batches: list[Batch] = []
        self._others: list[Outlet] = []  # sent to one by one
        self._is_sorted = True

    def add(self, outlet: Outlet) -> None:
        if outlet not in self._outlets:
            self._outlets.append(outlet)
            outlet.changed = self._resort
            self._resort()

    def remove(self, outlet: Outlet) -> None:
        if outlet in self._outlets:
            self._outlets.remove(outlet)
            outlet.changed = _nothing
            self._resort()

    def _resort(self) -> None:
        self._is_sorted = False
        self._batches, self._others = [], []  # nothing is kept of those who have gone

    def _sort(self) -> None:
        """Put those together who can be sent to together; called before the next packet."""
        together: dict[Any, list[Outlet]] = defaultdict(list)
        self._others = []
        for outlet in self._outlets:
            opened = outlet.path[0]
            if batch.is_possible and isinstance(opened, socket.socket):
                together[opened, outlet.profile, outlet.is_losing].append(outlet)
            else:
                self._others.append(outlet)
        self._batches = []
        for (opened, _, _), outlets in together.items():
            if len(outlets) >= BATCH_FROM:
                self._batches.append(Batch(opened, outlets))
            else:
                self._others += outlets
        self._is_sorted = True

    def forward(self, slot: Slot, stamp: Stamp, opus: bytes, but: Outlet | None) -> None:
        """Send to every outlet but the speaker's own."""
        if not self._is_sorted:
            self._sort()
        index, step = slot.index, stamp.step
        packets = _Packets(slot, stamp, opus, self._before.get(index))
        if step > 0:
            self._before[index] = stamp.timestamp, opus
        sent = 0
        for together in self._batches:
            is_losing = together.outlets[0].is_losing
            packet = packets.double if is_losing else packets.single
            done, unsent = together.send(index, step, packet, but)
            sent += done
            self._count(done if is_losing else 0, unsent)
        for outlet in self._others:
            if outlet is not but:
                packet = packets.double if outlet.is_losing else packets.single
                done = self._send_one(outlet, index, step, packet)
                sent += done
                self._count(done if outlet.is_losing else 0, 0)
        slot.packets += 1
        slot.payload_bytes += len(opus)
        self._counts["forwarded"] += sent

    def _count(self, repeated: int, unsent: int) -> None:
        if repeated:
            self._counts["repeated"] += repeated
        if unsent:
            self._counts["dropped.unsent"] += unsent

    def _send_one(self, outlet: Outlet, slot: int, step: int, packet: bytes) -> int:
        number = outlet.numbers[slot] + step
        if number < 1:  # a late packet for one who has heard nothing yet
            return 0
        if step > 0:
            outlet.numbers[slot] = number
        try:
            protected = outlet.session.protect(
                packet[:2] + (number & 0xFFFF).to_bytes(2) + packet[4:]
            )
        except Refused:  # later than SRTP can follow
            return 0
        self._send(protected, outlet.path)
        return 1

    def close(self, slot: Slot, but: Outlet | None, now_s: float) -> None:
        """End a slot's sound with silence, or browsers stretch the last of it for half a second."""
        self.forward(slot, slot.close(now_s), SILENCE_OPUS, but)

    def worst_loss(self, slot: Slot, since_s: float) -> float:
        """Return the greatest share lost that a listener of this slot has reported since."""
        return max(
            (
                share
                for outlet in self._outlets
                for share, at_s in (outlet.losses.get(slot.index, (0.0, 0.0)),)
                if at_s >= since_s
            ),
            default=0.0,
        )


class _Packets:
    """A packet in both its forms, without a number; the doubled one is made when it is needed."""

    __slots__ = ("_before", "_double", "_fixed", "_opus", "_stamp", "single")

    def __init__(
        self, slot: Slot, stamp: Stamp, opus: bytes, before: tuple[int, bytes] | None
    ) -> None:
        self._stamp, self._opus, self._before = stamp, opus, before
        self._fixed = b"\0\0" + _TAIL.pack(stamp.timestamp & 0xFFFFFFFF, slot.ssrc)
        self._double: bytes | None = None
        self.single = (_MARKED if stamp.marker else _PLAIN) + self._fixed + opus

    @property
    def double(self) -> bytes:
        """The packet with the one before it, or the single one where that is not possible."""
        if self._double is None:
            self._double = self._doubled() or self.single
        return self._double

    def _doubled(self) -> bytes | None:
        if self._before is None or self._stamp.step < 0:
            return None
        timestamp, opus = self._before
        doubled = red(self._opus, opus, self._stamp.timestamp - timestamp)
        head = _MARKED_RED if self._stamp.marker else _RED
        if doubled is None or len(head + self._fixed + doubled) > DOUBLE_BYTES:
            return None
        return head + self._fixed + doubled
