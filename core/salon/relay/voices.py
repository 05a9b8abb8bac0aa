"""One room at work: its voices come in, its listeners and sinks are served, its events are told."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from salon.relay import rtcp
from salon.relay.audio import SILENT_DBOV, AudioPacket, Voice
from salon.relay.control import RelayEvent, SlotsChanged, SpeakingChanged
from salon.relay.fanout import FanOut
from salon.relay.guard import Budget
from salon.relay.levels import LevelMeter
from salon.relay.measures import LineMeasures, RoomMeasures, dropped, received, worst
from salon.relay.outlet import Form, Outlet
from salon.relay.port import SocketPath
from salon.relay.room import SLOT_SSRC, Selection, Slot, Talker
from salon.relay.rtp import DTX_BYTES
from salon.relay.taps import Tap

ASSUMED_DBOV = -30  # of a voice whose browser tells no level
SPEAKING_EVERY_S = 0.2
LOSS_VALID_S = 12.0  # browsers report about every 5 s
VOICE_BURST_S = 2.0  # what a network has held back may come at once
PASSIVE_S = 30.0  # without a word; who is in a talk waits for no packet
PACKED_UNTIL = 0.75  # of the listeners from whom on: one who comes and goes changes nothing


class VoiceBudget:
    """What one voice may send, whatever its sender is."""

    def __init__(self, *, max_kbit_per_s: int, packets_per_s: int) -> None:
        bytes_per_s = max_kbit_per_s * 125
        self._packets = Budget(packets_per_s, packets_per_s * VOICE_BURST_S)
        self._bytes = Budget(bytes_per_s, bytes_per_s * VOICE_BURST_S)

    def take(self, now_s: float, size_bytes: int) -> bool:
        return self._packets.take(now_s) and self._bytes.take(now_s, size_bytes)


class Voices:
    """Owns a room's selection, outlets and taps."""

    def __init__(
        self,
        room_id: int,
        *,
        slots: int,
        packed_from: int,
        monotonic_s: Callable[[], float],
        send: Callable[[bytes, SocketPath], bool],
        tell: Callable[[RelayEvent], None],
    ) -> None:
        self.room_id = room_id
        self.counts: Counter[str] = Counter()  # of what belongs to the room
        self.taps: list[Tap[AudioPacket] | LevelMeter] = []
        self._selection = Selection.with_slots(slots)
        self._fanout = FanOut(send, self.counts)
        self._own: dict[str, Outlet] = {}  # by peer: where a voice must not be heard
        self._packed_from = packed_from
        self._monotonic_s = monotonic_s
        self._tell = tell
        self._speaking: tuple[str, ...] = ()
        self._told_s = 0.0

    @property
    def slots(self) -> int:
        return len(self._selection.slots)

    @property
    def size(self) -> int:
        return len(self._selection.talkers)

    def add(self, voice: Voice) -> Talker:
        return self._selection.add(voice)

    def connect(self, talker: Talker, outlet: Outlet, *, hears: bool) -> None:
        """Let a peer's outlet take part. Called again when the peer is deafened or hears again."""
        self._own[talker.voice.peer_id] = outlet
        if hears:
            self._fanout.add(outlet)
            self.settle(talker, outlet, self._monotonic_s())
        else:
            self._fanout.remove(outlet)

    def settle(self, talker: Talker, outlet: Outlet, now_s: float) -> None:
        """Choose the form of what a listener gets; called again each second."""
        listeners = self._packed_from * (PACKED_UNTIL if outlet.form is Form.PACKED else 1)
        is_passive = now_s - talker.talked_s >= PASSIVE_S
        is_large = 0 < listeners <= self._fanout.size
        outlet.settle(now_s, may_pack=is_passive and is_large)

    def say(self, talker: Talker, packet: AudioPacket, samples: int) -> None:
        """Bring one packet of a voice that may speak to whoever is to hear it."""
        for tap in self.taps:
            tap.put(packet)
        rests = len(packet.opus) <= DTX_BYTES
        slot = self._selection.hear(talker, _level(packet), packet.received_s, rests=rests)
        if self._selection.has_moved:
            self._tell_slots()
        own = self._own.get(packet.voice.peer_id)
        if own is not None and talker.talks(packet.received_s):
            own.unpack()
        if slot is None:
            self.counts["unheard.quiet"] += 1
            return
        stamp = slot.stamp(packet.sequence, packet.timestamp, samples, packet.received_s)
        if stamp is None:
            self.counts["unheard.late"] += 1
        else:
            self._fanout.forward(slot, stamp, packet.opus, own)

    def hush(self, talker: Talker) -> None:
        """Close the voice's slot at once: it may not speak any more."""
        self._close(self._selection.hush(talker), talker)

    def leave(self, talker: Talker) -> None:
        """Forget a voice and its outlet. Twice is once."""
        own = self._own.get(talker.voice.peer_id)
        if own is not None:
            self._fanout.remove(own)
        self._close(self._selection.remove(talker), talker)
        self._own.pop(talker.voice.peer_id, None)
        if self._selection.has_moved:
            self._tell_slots()

    def _close(self, slot: Slot | None, talker: Talker) -> None:
        if slot is not None:
            own = self._own.get(talker.voice.peer_id)
            self._fanout.close(slot, own, self._monotonic_s())

    def _tell_slots(self) -> None:
        self._selection.has_moved = False
        self._tell(SlotsChanged(self.room_id, self._selection.holders()))

    def tick(self, now_s: float) -> None:
        """Close slots that fell silent and tell who speaks; called ten times a second."""
        self._fanout.tick(now_s)
        for slot in self._selection.fallen_silent(now_s):
            own = None if slot.holder is None else self._own.get(slot.holder.voice.peer_id)
            self._fanout.close(slot, own, now_s)
        if now_s - self._told_s < SPEAKING_EVERY_S:
            return
        speaking = self._selection.speaking(now_s)
        if speaking != self._speaking:
            self._speaking, self._told_s = speaking, now_s
            self._tell(SpeakingChanged(self.room_id, speaking))

    def sender_reports(self, outlet: Outlet, ntp: int, now_s: float) -> bytes:
        """Return one report for each slot that this listener has heard."""
        return b"".join(
            rtcp.sender_report(
                slot.ssrc,
                ntp,
                slot.timestamp_at(now_s),
                outlet.sent(slot.index),
                slot.payload_bytes,
            )
            for slot in self._selection.slots
            if outlet.number(slot.index)
        )

    def note_losses(self, outlet: Outlet, losses: dict[int, float], now_s: float) -> None:
        """Keep what a listener reported about our slots."""
        for ssrc, share in losses.items():
            if 0 <= ssrc - SLOT_SSRC < self.slots:
                outlet.note_loss(ssrc - SLOT_SSRC, share, now_s)

    def loss_of(self, talker: Talker, now_s: float) -> float:
        """Return the share of this voice that its worst listener loses."""
        slot = talker.slot
        if slot is None or not slot.is_open:
            return 0.0
        return self._fanout.worst_loss(slot, max(slot.since_s, now_s - LOSS_VALID_S))

    def measure(self, lines: Sequence[LineMeasures], told: Iterable[LineMeasures]) -> RoomMeasures:
        """Return what was counted here; `told` are those of the lines that go with it."""
        return RoomMeasures(
            self.room_id,
            peers=len(lines),
            received=received(self.counts),
            forwarded=self.counts["forwarded"],
            dropped=dropped(self.counts),
            loss_worst=worst(*(line.loss_worst for line in lines)),
            jitter_worst_s=worst(*(line.jitter_worst_s for line in lines)),
            lines=tuple(told),
        )


def _level(packet: AudioPacket) -> int:
    if packet.level_dbov is not None:
        return packet.level_dbov
    return ASSUMED_DBOV if len(packet.opus) > DTX_BYTES else SILENT_DBOV
