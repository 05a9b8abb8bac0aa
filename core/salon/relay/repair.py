"""Brings back what the way here lost of a voice, out of the repeats in the packets after it.

Here and not at the listeners, so that all have it whatever their browsers take, recordings too, and
nobody's line carries the repeats but the speaker's. Pure: no clock, no sockets.
"""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from salon.relay.room import LATE_PACKETS


class Sound(NamedTuple):
    """One Opus packet with the numbers of its `Unroller`."""

    sequence: int
    timestamp: int
    opus: bytes


class Repair:
    """Owns what has come of one voice, as far as it decides what is missing."""

    def __init__(self) -> None:
        self._highest: int | None = None
        self._brought: deque[int] = deque(maxlen=LATE_PACKETS)

    def missing_before(self, sound: Sound, earlier: Sequence[tuple[int, bytes]]) -> list[Sound]:
        """Return what has to be heard before a packet that has come, in order.

        `earlier`: the repeats in it, the oldest first, with how many samples older each is; the
        last is the packet's with the number before.
        """
        missing = []
        if self._highest is not None:
            for sequence, (samples, opus) in enumerate(earlier, sound.sequence - len(earlier)):
                if sequence > self._highest and opus:
                    missing.append(Sound(sequence, sound.timestamp - samples, opus))
        self._brought.extend(each.sequence for each in missing)
        self._highest = max(sound.sequence, self._highest or sound.sequence)
        return missing

    def is_new(self, sound: Sound) -> bool:
        """Whether nobody has heard it yet: not if it comes late, after its repeat."""
        return sound.sequence not in self._brought
