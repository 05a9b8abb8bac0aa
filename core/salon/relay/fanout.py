"""One packet in, N out. Nothing here waits; of a packet its sound is kept for those who get it
again with the next one (RED), and for those who get three at once.

Each listener has numbers of its own per slot: one who was left out (the speaker, somebody deafened,
a latecomer) sees no gap. With the slot's numbers a monologue of 11 minutes would leave its speaker
32,768 packets behind, further than SRTP can follow, and deaf to whoever comes next.

Before somebody comes, goes, moves or changes form, what waits to be packed is sent to those for
whom it waits: nobody loses a frame or hears one twice.
"""

import struct
from collections import Counter, defaultdict, deque
from collections.abc import Callable

from salon.relay.audio import SILENCE_OPUS
from salon.relay.crowd import Crowd
from salon.relay.outlet import REPEATS, Form, Outlet, nothing
from salon.relay.packing import Packer
from salon.relay.port import SocketPath
from salon.relay.room import Slot, Stamp
from salon.relay.rtp import OPUS_PAYLOAD_TYPE, RED_PAYLOAD_TYPE, red

_HEAD = struct.Struct("!BBxxLL")  # without a number
_MARKER = 0x80
REPEATED_BYTES = 1_200  # what every network takes in one piece, with the cipher's part
PACK_WITHIN_S = 0.05  # without a packet; then what waits for the next one waits no more


class FanOut:
    """Owns the outlets of a room that hear."""

    def __init__(self, send: Callable[[bytes, SocketPath], bool], counts: Counter[str]) -> None:
        self._send = send
        self._counts = counts
        self._outlets: list[Outlet] = []
        self._before: dict[int, deque[tuple[int, bytes]]] = defaultdict(  # by slot: time, packet
            lambda: deque(maxlen=max(REPEATS.values()))
        )
        self._packers: dict[int, Packer] = {}  # by slot
        # By form, each apart: an enumeration's member is a dear key for every packet.
        self._single: Crowd | None = None
        self._repeated: list[tuple[int, Crowd]] = []  # how many repeats, for whom
        self._packed: Crowd | None = None
        self._is_sorted = True

    @property
    def size(self) -> int:
        return len(self._outlets)

    def add(self, outlet: Outlet) -> None:
        if outlet not in self._outlets:
            self._resort()
            self._outlets.append(outlet)
            outlet.changed = self._resort

    def remove(self, outlet: Outlet) -> None:
        if outlet in self._outlets:
            self._resort()
            self._outlets.remove(outlet)
            outlet.changed = nothing

    def _resort(self) -> None:
        for packer in self._packers.values():
            self._flush(packer)
        self._packers, self._repeated = {}, []  # nothing is kept of those who have gone
        self._single = self._packed = None
        self._is_sorted = False

    def _sort(self) -> None:
        """Put those together who get the same; called before the next packet."""
        by_form: dict[Form, list[Outlet]] = defaultdict(list)
        for outlet in self._outlets:
            by_form[outlet.form].append(outlet)
        crowds = {form: Crowd(outlets, self._send) for form, outlets in by_form.items()}
        self._single, self._packed = crowds.get(Form.SINGLE), crowds.get(Form.PACKED)
        self._repeated = [(n, crowds[form]) for form, n in REPEATS.items() if form in crowds]
        self._is_sorted = True

    def forward(self, slot: Slot, stamp: Stamp, opus: bytes, but: Outlet | None) -> None:
        """Send to every outlet but the speaker's own, or keep it for those who get it packed."""
        if not self._is_sorted:
            self._sort()
        if stamp.marker:  # or who spoke here before would get their own last words again
            self._before[slot.index].clear()
        if self._single is not None:
            self._send_to(self._single, slot, stamp, _packet(slot, stamp, opus), but)
        for repeats, crowd in self._repeated:
            packet = self._repeating(slot, stamp, opus, repeats)
            self._counts["repeated"] += self._send_to(crowd, slot, stamp, packet, but)
        if self._packed is not None:
            self._pack(slot, stamp, opus, but)
        if stamp.step > 0:
            self._before[slot.index].append((stamp.timestamp, opus))
        slot.payload_bytes += len(opus)

    def _send_to(
        self, crowd: Crowd, slot: Slot, stamp: Stamp, packet: bytes, but: Outlet | None
    ) -> int:
        sent, unsent = crowd.send(slot.index, stamp.step, packet, but)
        self._counts["forwarded"] += sent
        if unsent:
            self._counts["dropped.unsent"] += unsent
        return sent

    def _repeating(self, slot: Slot, stamp: Stamp, opus: bytes, repeats: int) -> bytes:
        """Return the packet with so many of those before it, or with as many as fit."""
        earlier = [
            (stamp.timestamp - timestamp, before)
            for timestamp, before in list(self._before[slot.index])[-repeats:]
        ]
        while earlier and stamp.step > 0:
            blocks = red(opus, earlier)
            if blocks is not None:
                packet = _packet(slot, stamp, blocks, RED_PAYLOAD_TYPE)
                if len(packet) <= REPEATED_BYTES:
                    return packet
            del earlier[0]
        return _packet(slot, stamp, opus)

    def _pack(self, slot: Slot, stamp: Stamp, opus: bytes, but: Outlet | None) -> None:
        packer = self._packers.get(slot.index)
        if packer is None:
            packer = self._packers[slot.index] = Packer(slot)
        if but is not packer.speaker:
            self._flush(packer)
            packer.speaker = but
        self._send_packed(packer, packer.take(stamp, opus))

    def _flush(self, packer: Packer) -> None:
        self._send_packed(packer, packer.flush())

    def _send_packed(self, packer: Packer, ready: list[tuple[Stamp, bytes]]) -> None:
        if self._packed is None:
            return
        for stamp, opus in ready:
            packet = _packet(packer.slot, stamp, opus)
            sent = self._send_to(self._packed, packer.slot, stamp, packet, packer.speaker)
            self._counts["packed"] += sent

    def tick(self, now_s: float) -> None:
        """Send what waits for a packet that does not come; called ten times a second."""
        for packer in self._packers.values():
            if packer.slot.idle_s(now_s) > PACK_WITHIN_S:
                self._flush(packer)

    def close(self, slot: Slot, but: Outlet | None, now_s: float) -> None:
        """End a slot's sound with silence, or browsers stretch the last of it for half a second."""
        self.forward(slot, slot.close(now_s), SILENCE_OPUS, but)

    def worst_loss(self, slot: Slot, since_s: float) -> float:
        """Return the greatest share that a listener of this slot has missed since, for good."""
        return max(
            (
                share
                for outlet in self._outlets
                for share, at_s in (outlet.losses.get(slot.index, (0.0, 0.0)),)
                if at_s >= since_s
            ),
            default=0.0,
        )


def _packet(
    slot: Slot, stamp: Stamp, payload: bytes, payload_type: int = OPUS_PAYLOAD_TYPE
) -> bytes:
    """Return a packet without a number."""
    second = payload_type | _MARKER if stamp.marker else payload_type
    return _HEAD.pack(0x80, second, stamp.timestamp & 0xFFFFFFFF, slot.ssrc) + payload
