"""One packet in, N out. Nothing here waits, and nothing is kept of a packet.

Each listener has numbers of its own per slot: one who was left out (the speaker, somebody deafened,
a latecomer) sees no gap. With the slot's numbers a monologue of 11 minutes would leave its speaker
32,768 packets behind, further than SRTP can follow, and deaf to whoever comes next.
"""

import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from salon.relay.audio import SILENCE_OPUS
from salon.relay.port import SocketPath
from salon.relay.room import Slot, Stamp
from salon.relay.rtp import OPUS_PAYLOAD_TYPE, RED_PAYLOAD_TYPE, red
from salon.relay.srtp import Refused

_TAIL = struct.Struct("!LL")
_PLAIN = bytes((0x80, OPUS_PAYLOAD_TYPE))
_MARKED = bytes((0x80, OPUS_PAYLOAD_TYPE | 0x80))
_RED = bytes((0x80, RED_PAYLOAD_TYPE))
_MARKED_RED = bytes((0x80, RED_PAYLOAD_TYPE | 0x80))
LOSS_FROM = 0.02  # a share from which a listener is sent each packet twice
LOSING_S = 15.0  # after a report of loss; browsers report about every 5 s


@dataclass(slots=True, eq=False)
class Outlet:
    """What a room sends to one listener: where, with which keys, under which numbers."""

    session: Any  # pylibsrtp has no types
    path: SocketPath
    numbers: list[int]  # the last one of each slot; 0: nothing was sent
    losses: dict[int, tuple[float, float]] = field(default_factory=dict)  # slot: (share, when)
    takes_red: bool = False
    is_losing: bool = False  # and gets the packet before with each packet (RED)
    _losing_until_s: float = 0.0

    def note_loss(self, slot: int, share: float, now_s: float) -> None:
        """Keep what the listener reported about a slot."""
        self.losses[slot] = (share, now_s)
        if self.takes_red and share >= LOSS_FROM:
            self.is_losing, self._losing_until_s = True, now_s + LOSING_S

    def recover(self, now_s: float) -> None:
        """Go back to single packets when no loss was reported for a while."""
        if self.is_losing and now_s > self._losing_until_s:
            self.is_losing = False


class FanOut:
    """Owns the outlets of a room that hear."""

    def __init__(self, send: Callable[[bytes, SocketPath], None], counts: Counter[str]) -> None:
        self._send = send
        self._counts = counts
        self._outlets: list[Outlet] = []
        self._before: dict[int, tuple[int, bytes]] = {}  # by slot: the packet before, its time

    def add(self, outlet: Outlet) -> None:
        if outlet not in self._outlets:
            self._outlets.append(outlet)

    def remove(self, outlet: Outlet) -> None:
        if outlet in self._outlets:
            self._outlets.remove(outlet)

    def forward(self, slot: Slot, stamp: Stamp, opus: bytes, but: Outlet | None) -> None:
        """Send to every outlet but the speaker's own."""
        index, step, send = slot.index, stamp.step, self._send
        head = _MARKED if stamp.marker else _PLAIN
        fixed = _TAIL.pack(stamp.timestamp & 0xFFFFFFFF, slot.ssrc)
        tail = fixed + opus
        before_s, before = self._before.get(index, (0, b""))
        if step > 0:
            self._before[index] = stamp.timestamp, opus
        double: bytes | None = None
        sent = 0
        for outlet in self._outlets:
            if outlet is but:
                continue
            number = outlet.numbers[index] + step
            if step > 0:
                outlet.numbers[index] = number
            sequence = (number & 0xFFFF).to_bytes(2)
            packet = head + sequence + tail
            if outlet.is_losing and step > 0:
                if double is None:
                    double = red(opus, before, stamp.timestamp - before_s) or b""
                if double:
                    packet = (_MARKED_RED if stamp.marker else _RED) + sequence + fixed + double
                    self._counts["repeated"] += 1
            try:
                packet = outlet.session.protect(packet)
            except Refused:  # a late packet for one who has just begun to listen
                continue
            send(packet, outlet.path)
            sent += 1
        slot.packets += 1
        slot.payload_bytes += len(opus)
        self._counts["forwarded"] += sent

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
