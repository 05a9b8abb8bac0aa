"""What sound is, outside the relay: packets, whose they are, and who may receive them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

SAMPLE_RATE_HZ = 48_000  # of every timestamp and sample count, whatever the voice's own band
SPEECH_RATE_HZ = 16_000  # of decoded samples for recognition; the other rate is the full one
PACKET_SAMPLES = 960  # 20 ms, what browsers send
SINK_PACKETS = 25  # 500 ms of one voice
SINK_PACKETS_MAX = 6_000  # 30 s of four voices; a recorder's disk may pause, but not for ever
OPUS_PACKET_BYTES = 1_275  # one frame's most (RFC 6716, 3.2.1); a voice sends no larger packet
SILENCE_OPUS = b"\xf8\xff\xfe"  # 20 ms of silence; without it a browser stretches the last sound
SILENT_DBOV = -127  # RFC 6464: digital silence


@dataclass(frozen=True, slots=True)
class Voice:
    """One peer's outgoing sound. `owner` is the account's id as text."""

    peer_id: str
    owner: str


@dataclass(frozen=True, slots=True)
class AudioPacket:
    """One Opus packet as it was received, before anybody chose whom to hear.

    `sequence` and `timestamp` (48 kHz) only grow and never wrap, also when the peer's sender begins
    anew: a gap in `sequence` is a loss, a gap in `timestamp` alone is silence. `received_s` is the
    monotonic clock's, `level_dbov` what the sender says of itself: -127 (silent) to 0, or None.
    """

    voice: Voice
    opus: bytes
    sequence: int
    timestamp: int
    received_s: float
    level_dbov: int | None


class AudioSink(Protocol):
    """Receives a room's packets in a task of its own: it may await, it cannot delay the room."""

    async def receive(self, packets: Sequence[AudioPacket]) -> None:
        """Take what has come since the last call: in order per voice, voices mixed.

        While it awaits, packets wait in a bounded buffer that loses the oldest and counts them.
        If it raises, it is not called again.
        """


@dataclass(frozen=True, slots=True)
class SampleBlock:
    """The decoded samples of one packet, in mono: 16 bits each, little-endian.

    `timestamp` (48 kHz, whatever `rate_hz` is) is the packet's; a gap to the next is silence, or a
    loss of more than a tenth of a second. A shorter loss is filled, and `is_concealed`.
    `received_s` is the monotonic clock's.
    """

    voice: Voice
    samples: bytes
    rate_hz: int
    timestamp: int
    received_s: float
    is_concealed: bool


class SampleSink(Protocol):
    """Receives decoded samples in a task of its own; see `AudioSink`."""

    async def receive(self, blocks: Sequence[SampleBlock], /) -> None:
        """Take what has come since the last call: in order per voice, voices mixed."""
