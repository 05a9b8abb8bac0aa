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
from salon.relay.rtp import OPUS_PAYLOAD_TYPE
from salon.relay.srtp import Refused

_TAIL = struct.Struct("!LL")
_PLAIN = bytes((0x80, OPUS_PAYLOAD_TYPE))
_MARKED = bytes((0x80, OPUS_PAYLOAD_TYPE | 0x80))


@dataclass(slots=True, eq=False)
class Outlet:
    """What a room sends to one listener: where, with which keys, under which numbers."""

    session: Any  # pylibsrtp has no types
    path: SocketPath
    numbers: list[int]  # the last one of each slot; 0: nothing was sent
    losses: dict[int, tuple[float, float]] = field(default_factory=dict)  # slot: (share, when)


class FanOut:
    """Owns the outlets of a room that hear."""

    def __init__(self, send: Callable[[bytes, SocketPath], None], counts: Counter[str]) -> None:
        self._send = send
        self._counts = counts
        self._outlets: list[Outlet] = []

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
        tail = _TAIL.pack(stamp.timestamp & 0xFFFFFFFF, slot.ssrc) + opus
        sent = 0
        for outlet in self._outlets:
            if outlet is but:
                continue
            number = outlet.numbers[index] + step
            if step > 0:
                outlet.numbers[index] = number
            try:
                packet = outlet.session.protect(head + (number & 0xFFFF).to_bytes(2) + tail)
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
