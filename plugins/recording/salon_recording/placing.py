"""Where packets stand in a take: by their timestamps, held to the server's clock.

A sender's clock counts 48,000 samples a second as it understands a second; over an hour two voices
drift apart by tenths of a second. Arrival times are true on average but jitter, always to the late
side. So packets are placed by timestamp, and the earliest arrivals of the last seconds say how far
the placing has drifted; it is corrected where nobody hears it, in silence, or when it grew large.
"""

from dataclasses import dataclass

from salon.plugin import AudioPacket

SAMPLE_RATE_HZ = 48_000
PAUSE_SAMPLES = 4_800  # 100 ms without a packet: begin anew from the clock
WINDOW_S = 2.5  # over which the earliest arrival is looked for, twice
DRIFT_SAMPLES = 480  # 10 ms: corrected in silence
DRIFT_MAX_SAMPLES = 1_920  # 40 ms: corrected at once
QUIET_DBOV = -50


@dataclass(slots=True)
class _Anchor:
    peer_id: str
    offset: int  # position = timestamp + offset
    next_timestamp: int
    earliest: int  # the least lateness, in samples, in this window
    earliest_before: int | None  # and in the one before it
    window_ends_s: float


class Placing:
    """One voice's placing in one take. `begun_s` is the monotonic clock's."""

    def __init__(self, begun_s: float) -> None:
        self._begun_s = begun_s
        self._anchor: _Anchor | None = None

    def position(self, packet: AudioPacket, samples: int) -> int:
        """Return where a packet stands, in samples since the take began."""
        arrived = round((packet.received_s - self._begun_s) * SAMPLE_RATE_HZ) - samples
        anchor = self._anchor
        if anchor is None or self._begins_anew(anchor, packet):
            self._anchor = anchor = _Anchor(
                packet.voice.peer_id,
                offset=arrived - packet.timestamp,
                next_timestamp=packet.timestamp,
                earliest=0,
                earliest_before=None,
                window_ends_s=packet.received_s + WINDOW_S,
            )
        self._watch(anchor, packet, arrived)
        anchor.next_timestamp = packet.timestamp + samples
        return packet.timestamp + anchor.offset

    @staticmethod
    def _begins_anew(anchor: _Anchor, packet: AudioPacket) -> bool:
        missing = packet.timestamp - anchor.next_timestamp
        return packet.voice.peer_id != anchor.peer_id or abs(missing) > PAUSE_SAMPLES

    def _watch(self, anchor: _Anchor, packet: AudioPacket, arrived: int) -> None:
        lateness = arrived - (packet.timestamp + anchor.offset)
        anchor.earliest = min(anchor.earliest, lateness)
        if packet.received_s >= anchor.window_ends_s:
            anchor.earliest_before, anchor.earliest = anchor.earliest, lateness
            anchor.window_ends_s = packet.received_s + WINDOW_S
        if anchor.earliest_before is None:
            return
        drift = min(anchor.earliest, anchor.earliest_before)
        is_quiet = packet.level_dbov is None or packet.level_dbov <= QUIET_DBOV
        if abs(drift) >= (DRIFT_SAMPLES if is_quiet else DRIFT_MAX_SAMPLES):
            anchor.offset += drift
            anchor.earliest -= drift
            anchor.earliest_before = None
            anchor.window_ends_s = packet.received_s + WINDOW_S
