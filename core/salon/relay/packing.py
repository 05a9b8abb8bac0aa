"""Three packets of a voice in one, for those who only listen. Pure: no sockets, no clock.

Opus has a form for it (RFC 6716, 3.2.5), so nothing is decoded and every sample stays what it was.
Only packets that follow each other, alike and of one frame of 20 ms each, are put together; what
waits is sent before anything else is.
"""

from salon.relay.audio import PACKET_SAMPLES
from salon.relay.outlet import Outlet
from salon.relay.room import LATE_PACKETS, Slot, Stamp
from salon.relay.rtp import DTX_BYTES, opus_samples, pack

PACK_FRAMES = 3  # 60 ms, as long as browsers send themselves when they are asked to
PACK_BYTES = 1_100  # what every network takes in one piece, with headers and the cipher's part


class Packer:
    """Packs what one slot says. Counts what it hands out, so that losses stay gaps.

    A frame that never came takes a number of its own, for it may come late.
    """

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.speaker: Outlet | None = None  # to whom what waits does not go
        self._first: Stamp | None = None  # of what waits
        self._waiting: list[bytes] = []
        self._frame = 0  # frames so far, the lost ones too
        self._number = 0  # of the packet that is made up
        self._sent = 0  # of the last one that was handed out
        self._missing: dict[int, int] = {}  # by frame: the number it would have

    def take(self, stamp: Stamp, opus: bytes) -> list[tuple[Stamp, bytes]]:
        """Return what is to be sent now: nothing, what waited, this one, or both."""
        if stamp.step < 0:
            return self._late(stamp, opus)
        is_packable = _is_packable(opus)
        continues = is_packable and self._continues(stamp, opus)
        ready = [] if continues else self.flush()
        if self._first is None:
            self._skip(stamp.step)
        self._frame += stamp.step
        self._first = self._first or stamp
        self._waiting.append(opus)
        if len(self._waiting) == PACK_FRAMES or not is_packable:
            ready += self.flush()
        return ready

    def flush(self) -> list[tuple[Stamp, bytes]]:
        """Return what waits, if anything does."""
        first, waiting = self._first, self._waiting
        if first is None:
            return []
        self._first, self._waiting = None, []
        opus = waiting[0] if len(waiting) == 1 else pack(waiting)
        return [(self._numbered(self._number, first.timestamp, marker=first.marker), opus)]

    def _continues(self, stamp: Stamp, opus: bytes) -> bool:
        first, waiting = self._first, self._waiting
        return (
            first is not None
            and stamp.step == 1
            and not stamp.marker
            and stamp.timestamp == first.timestamp + len(waiting) * PACKET_SAMPLES
            and opus[0] == waiting[0][0]
            and sum(map(len, waiting)) + len(opus) <= PACK_BYTES
        )

    def _skip(self, step: int) -> None:
        """Number the packet that begins, after those that did not come."""
        for lost in range(max(1, step - LATE_PACKETS), step):
            self._missing[self._frame + lost] = self._number + lost
        while len(self._missing) > LATE_PACKETS:
            del self._missing[next(iter(self._missing))]
        self._number += step

    def _late(self, stamp: Stamp, opus: bytes) -> list[tuple[Stamp, bytes]]:
        number = self._missing.pop(self._frame + stamp.step, None)
        if number is None:
            return []
        return [(self._numbered(number, stamp.timestamp, marker=stamp.marker), opus)]

    def _numbered(self, number: int, timestamp: int, *, marker: bool) -> Stamp:
        step = number - self._sent
        self._sent = max(self._sent, number)
        return Stamp(step, timestamp, marker)


def _is_packable(opus: bytes) -> bool:
    """Whether it is one frame of 20 ms with sound in it."""
    is_one = opus[0] & 3 == 0
    return is_one and len(opus) > DTX_BYTES and opus_samples(opus) == PACKET_SAMPLES
