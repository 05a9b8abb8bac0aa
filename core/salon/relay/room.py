"""Whom a room hears: voices, the loudest K, slots. Pure: no sockets, no clock, no await.

A voice that talks gets a slot and keeps it until another needs it, so that somebody who pauses and
goes on changes nothing for anybody. A slot is *open* while packets go through it. It continues its
own numbering whoever sits in it, so nothing is ever renegotiated.
"""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

from salon.relay.audio import PACKET_SAMPLES, SAMPLE_RATE_HZ, SILENT_DBOV, Voice

SLOTS_MAX = 8
SLOT_SSRC = 1_000  # of the first slot; every listener has keys of its own

TALKING_DBOV = -50
LOUDEST_DBOV = -30  # normal talk; louder counts as this, so nobody wins by shouting or lying
TALK_HANG_S = 0.3
CLOSE_AFTER_S = 1.0  # without talk: a pause between sentences, not the end
GAP_S = 0.2  # without packets, and no rest: the microphone was taken away
HOLD_S = 1.0  # that a talking voice keeps its slot from a louder one
LOUDER_DB = 6.0
FLOOR_S = 10.0  # after which an equally loud voice may have the slot: the floor goes round
SETTLE = 0.05  # of the difference per packet: about 0.4 s to follow a voice that falls

LATE_PACKETS = 32  # older ones no jitter buffer waits for
JUMP_PACKETS = 500  # 10 s: no loss but a new beginning
DRIFT_SAMPLES = 4_800  # 100 ms between a voice's own time and the slot's after a pause


@dataclass(slots=True, eq=False)
class Talker:
    """One voice as the selection sees it. Owned by `Selection`."""

    voice: Voice
    loudness_dbov: float = SILENT_DBOV
    heard_s: float = 0.0
    talking_until_s: float = 0.0
    talked_s: float = -math.inf  # when last
    rests: bool = False  # said that it sends nothing for a while (DTX, RFC 6716 2.1.9)
    slot: "Slot | None" = None

    def note(self, level_dbov: int, now_s: float, *, rests: bool) -> None:
        level = float(min(level_dbov, LOUDEST_DBOV))
        settled = self.loudness_dbov + (level - self.loudness_dbov) * SETTLE
        self.loudness_dbov = max(level, settled)
        self.heard_s, self.rests = now_s, rests
        if level >= TALKING_DBOV:
            self.talking_until_s, self.talked_s = now_s + TALK_HANG_S, now_s

    def talks(self, now_s: float) -> bool:
        return now_s < self.talking_until_s


class Stamp(NamedTuple):
    """What a packet is called in its slot. `step` counts on from the listener's last number."""

    step: int
    timestamp: int
    marker: bool


@dataclass(slots=True, eq=False)
class Slot:
    """One of the K voices that a listener hears. Owned by `Selection`."""

    index: int
    holder: Talker | None = None
    is_open: bool = False
    since_s: float = 0.0  # when the holder came
    payload_bytes: int = 0
    _begins: bool = True
    _first: int = 0  # the holder's own number at the opening
    _last: int = 0
    _shift: int = 0  # from the holder's timestamps to ours
    _aligned: Talker | None = None  # whose timestamps the shift is for
    _timestamp: int = 0
    _samples: int = PACKET_SAMPLES
    _sent_s: float | None = None

    @property
    def ssrc(self) -> int:
        return SLOT_SSRC + self.index

    def open(self) -> None:
        self.is_open = True
        self._begins = True

    def stamp(self, sequence: int, timestamp: int, samples: int, now_s: float) -> Stamp | None:
        """Number the holder's packet; None if it is too late to be of use.

        Gaps stay gaps, so that listeners can conceal and repair them.
        """
        step = sequence - self._last
        begins = self._begins or step > JUMP_PACKETS
        if begins:
            self._first, step = sequence, 1
            self._align(timestamp, now_s)
        elif step == 0 or step < -LATE_PACKETS or sequence < self._first:
            return None
        self._begins = False
        ours = timestamp + self._shift
        if step > 0:
            self._last, self._timestamp, self._samples = sequence, ours, samples
            self._sent_s = now_s
        return Stamp(step, ours, begins)

    def _align(self, timestamp: int, now_s: float) -> None:
        """Place the holder's time in the slot's: unchanged after a pause, for the ear's clock."""
        due = self.timestamp_at(now_s)
        drift = timestamp + self._shift - due
        is_after = drift > self._timestamp - due
        if self.holder is not self._aligned or not is_after or abs(drift) > DRIFT_SAMPLES:
            self._shift = due - timestamp
        self._aligned = self.holder

    def close(self, now_s: float) -> Stamp:
        """Number the silence after the last packet, with the time at which it is sent.

        Stamped right after the packet it would look late, and browsers would keep a buffer of a
        fifth of a second for all that follows.
        """
        self.is_open = False
        passed = 0 if self._sent_s is None else int((now_s - self._sent_s) * SAMPLE_RATE_HZ)
        ahead = max(1, passed // self._samples) * self._samples  # in step with the voice
        self._timestamp += ahead
        if self._sent_s is not None:
            self._sent_s += ahead / SAMPLE_RATE_HZ
        self._samples = PACKET_SAMPLES
        return Stamp(1, self._timestamp, marker=False)

    def idle_s(self, now_s: float) -> float:
        """Return how long ago the last packet was sent."""
        return 0.0 if self._sent_s is None else now_s - self._sent_s

    def timestamp_at(self, now_s: float) -> int:
        """Return the slot's time now: it runs on with the clock while nobody talks."""
        if self._sent_s is None:
            return self._timestamp
        passed = round((now_s - self._sent_s) * SAMPLE_RATE_HZ)
        return self._timestamp + max(self._samples, passed)


@dataclass(slots=True, eq=False)
class Selection:
    """Owns a room's talkers and slots."""

    slots: tuple[Slot, ...]
    talkers: dict[str, Talker] = field(default_factory=dict)
    has_moved: bool = False  # somebody else sits in a slot; whoever tells it sets this back
    _talking: set[Talker] = field(default_factory=set)  # and some who have just ended

    @classmethod
    def with_slots(cls, count: int) -> "Selection":
        return cls(tuple(Slot(index) for index in range(count)))

    def holders(self) -> tuple[str | None, ...]:
        return tuple(s.holder.voice.peer_id if s.holder else None for s in self.slots)

    def speaking(self, now_s: float) -> tuple[str, ...]:
        self._talking = {talker for talker in self._talking if talker.talks(now_s)}
        return tuple(sorted(talker.voice.peer_id for talker in self._talking))

    def add(self, voice: Voice) -> Talker:
        talker = Talker(voice)
        self.talkers[voice.peer_id] = talker
        return talker

    def hear(
        self, talker: Talker, level_dbov: int, now_s: float, *, rests: bool = False
    ) -> Slot | None:
        """Note a packet and return the open slot it goes through, if the room hears this voice."""
        talker.note(level_dbov, now_s, rests=rests)
        if talker.talks(now_s):
            self._talking.add(talker)
        slot = talker.slot
        if slot is not None and slot.is_open:
            return slot
        if not talker.talks(now_s):
            return None
        if slot is None:
            slot = self._slot_for(talker, now_s)
        if slot is not None:
            slot.open()
        return slot

    def _slot_for(self, talker: Talker, now_s: float) -> Slot | None:
        slot = min(self.slots, key=lambda slot: _worth(slot, now_s))
        holder = slot.holder
        if holder is not None:
            if slot.is_open and not _may_oust(talker, slot, holder, now_s):
                return None
            holder.slot = None
        slot.holder, slot.since_s, talker.slot = talker, now_s, slot
        self.has_moved = True
        return slot

    def fallen_silent(self, now_s: float) -> list[Slot]:
        """Return the open slots whose voice has ended; the caller closes them."""
        return [slot for slot in self.slots if slot.is_open and _has_ended(slot, now_s)]

    def hush(self, talker: Talker) -> Slot | None:
        """The voice may not speak now. Returns its slot if that is open and has to be closed."""
        talker.talking_until_s = 0.0
        return talker.slot if talker.slot is not None and talker.slot.is_open else None

    def remove(self, talker: Talker) -> Slot | None:
        """The voice has gone. Returns its slot if that is open and has to be closed."""
        self.talkers.pop(talker.voice.peer_id, None)
        open_slot = self.hush(talker)
        if talker.slot is not None:
            talker.slot.holder, talker.slot = None, None
            self.has_moved = True
        return open_slot


def _worth(slot: Slot, now_s: float) -> tuple[int, float, float]:
    """How much would be lost with this slot: nothing, a memory, a pause, a voice."""
    holder = slot.holder
    if holder is None:
        return 0, slot.index, 0.0
    if not slot.is_open:
        return 1, holder.heard_s, 0.0
    if not holder.talks(now_s):
        return 2, holder.talking_until_s, 0.0
    return 3, holder.loudness_dbov, slot.since_s


def _may_oust(talker: Talker, slot: Slot, holder: Talker, now_s: float) -> bool:
    if not holder.talks(now_s):
        return True
    held_s = now_s - slot.since_s
    margin_db = LOUDER_DB if held_s < FLOOR_S else 0.0
    return held_s >= HOLD_S and talker.loudness_dbov >= holder.loudness_dbov + margin_db


def _has_ended(slot: Slot, now_s: float) -> bool:
    holder = slot.holder
    if holder is None or (now_s - holder.heard_s > GAP_S and not holder.rests):
        return True
    return now_s - holder.talking_until_s > CLOSE_AFTER_S - TALK_HANG_S
