"""RTP as far as a relay needs it: the header, the audio level, the form of an Opus packet.

Parsers raise `ValueError` for whatever does not fit, before anything is believed.
"""

import struct
from collections.abc import Sequence
from typing import NamedTuple

from salon.relay.audio import OPUS_PACKET_BYTES

OPUS_PAYLOAD_TYPE = 111
RED_PAYLOAD_TYPE = 63
RED_BYTES_MAX = 1_023  # of the repeated packet, RFC 2198: ten bits
RED_SAMPLES_MAX = 16_383  # that it may be older: fourteen bits
RED_BLOCKS_MAX = 4  # earlier packets in one; browsers send one or two
LEVEL_EXTENSION_ID = 1
MID_EXTENSION_ID = 2
OPUS_SAMPLES_MAX = 5_760  # 120 ms (RFC 6716, 3.2)
DTX_BYTES = 3  # a packet of at most this size carries no sound (RFC 6716, 2.1.9)

_HEADER = struct.Struct("!BBHLL")
_EXTENSION = struct.Struct("!HH")
_ONE_BYTE_PROFILE = 0xBEDE
_TWO_BYTE_PROFILES = range(0x1000, 0x1010)
_LAST_BLOCK = bytes((OPUS_PAYLOAD_TYPE,))
_SEQUENCES, _TIMESTAMPS = 1 << 16, 1 << 32


class RtpPacket(NamedTuple):
    """What is kept of a packet: its extensions other than the level end here."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    level_dbov: int | None
    payload: bytes


def ssrc_of(packet: bytes) -> int:
    """Return the SSRC of RTP, which stands in the clear also before authentication."""
    return int.from_bytes(packet[8:12])


def is_rtcp(packet: bytes) -> bool:
    return 192 <= packet[1] <= 223  # noqa: PLR2004 RFC 5761, 4


def parse(packet: bytes) -> RtpPacket:
    """Raises ValueError."""
    if len(packet) < _HEADER.size:
        raise ValueError("shorter than a header")
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(packet)
    if first >> 6 != 2:  # noqa: PLR2004 the version
        raise ValueError("no RTP")
    begin = _HEADER.size + 4 * (first & 0x0F)
    level_dbov = None
    if first & 0x10:
        begin, level_dbov = _extensions(packet, begin)
    end = len(packet) - (packet[-1] if first & 0x20 else 0)
    if begin > end:
        raise ValueError("header reaches past the end")
    return RtpPacket(second & 0x7F, sequence, timestamp, ssrc, level_dbov, packet[begin:end])


def _extensions(packet: bytes, at: int) -> tuple[int, int | None]:
    """Return where the extensions end, and the level among them (RFC 8285, RFC 6464)."""
    if at + _EXTENSION.size > len(packet):
        raise ValueError("extension header is cut")
    profile, words = _EXTENSION.unpack_from(packet, at)
    begin = at + _EXTENSION.size
    end = begin + 4 * words
    if end > len(packet):
        raise ValueError("extensions reach past the end")
    if profile == _ONE_BYTE_PROFILE:
        return end, _level(packet[begin:end], two_bytes=False)
    if profile in _TWO_BYTE_PROFILES:
        return end, _level(packet[begin:end], two_bytes=True)
    return end, None


def _level(extensions: bytes, *, two_bytes: bool) -> int | None:
    at = 0
    while at < len(extensions):
        if extensions[at] == 0:  # padding
            at += 1
            continue
        if two_bytes:
            id_, size = extensions[at], extensions[at + 1] if at + 1 < len(extensions) else 0
            at += 2
        else:
            id_, size = extensions[at] >> 4, (extensions[at] & 0x0F) + 1
            at += 1
        if at + size > len(extensions):
            raise ValueError("extension reaches past the end")
        if id_ == LEVEL_EXTENSION_ID and size:
            return -(extensions[at] & 0x7F)
        at += size
    return None


def header(sequence: int, timestamp: int, ssrc: int, *, marker: bool) -> bytes:
    """Return twelve bytes without extensions. The numbers must have been cut to their width."""
    second = OPUS_PAYLOAD_TYPE | 0x80 if marker else OPUS_PAYLOAD_TYPE
    return _HEADER.pack(0x80, second, sequence, timestamp, ssrc)


def opus_samples(opus: bytes) -> int:
    """Return a packet's length at 48 kHz (RFC 6716, 3). Raises ValueError for no Opus packet."""
    if not opus or len(opus) > OPUS_PACKET_BYTES:
        raise ValueError(f"{len(opus)} bytes are no Opus packet")
    samples = _frame_samples(opus[0] >> 3) * _frame_count(opus)
    if not 0 < samples <= OPUS_SAMPLES_MAX:
        raise ValueError("no sound, or more than 120 ms")
    return samples


def _frame_samples(configuration: int) -> int:
    if configuration < 12:  # noqa: PLR2004 SILK: 10, 20, 40, 60 ms
        return (480, 960, 1_920, 2_880)[configuration & 3]
    if configuration < 16:  # noqa: PLR2004 hybrid: 10, 20 ms
        return (480, 960)[configuration & 1]
    return (120, 240, 480, 960)[configuration & 3]  # CELT: 2.5, 5, 10, 20 ms


def _frame_count(opus: bytes) -> int:
    code = opus[0] & 3
    if code == 0:
        return 1
    if code == 1 and len(opus) % 2 == 0:
        raise ValueError("two frames of equal size have an even sum")
    if code < 3:  # noqa: PLR2004 codes 1 and 2: two frames
        return 2
    if len(opus) < 2:  # noqa: PLR2004 code 3: a count byte follows
        raise ValueError("no frame count")
    return opus[1] & 0x3F


class Unroller:
    """Makes a sender's wrapping numbers into ones that only grow, across new SSRCs too."""

    def __init__(self) -> None:
        self._ssrc: int | None = None
        self._sequence = 0
        self._timestamp = 0
        self._sequence_shift = 0
        self._timestamp_shift = 0
        self._at_s = 0.0

    def unroll(self, packet: RtpPacket, now_s: float) -> tuple[int, int]:
        """Return the extended sequence and timestamp. A late packet gets its lower numbers."""
        if packet.ssrc != self._ssrc:
            self._begin(packet, now_s)
        sequence = _nearest(packet.sequence + self._sequence_shift, self._sequence, _SEQUENCES)
        timestamp = _nearest(packet.timestamp + self._timestamp_shift, self._timestamp, _TIMESTAMPS)
        if sequence > self._sequence and timestamp < self._timestamp:
            timestamp = self._follow(packet, now_s)  # a clock that goes back, or a lie
        if sequence >= self._sequence:
            self._sequence, self._timestamp, self._at_s = sequence, timestamp, now_s
        return sequence, timestamp

    def _begin(self, packet: RtpPacket, now_s: float) -> None:
        if self._ssrc is None:
            # One round up, so that a packet before the first is not below zero.
            self._sequence = packet.sequence + _SEQUENCES
            self._timestamp = packet.timestamp + _TIMESTAMPS
        else:
            self._sequence += 1
            self._sequence_shift = self._sequence - packet.sequence
            self._timestamp = self._follow(packet, now_s)
        self._ssrc = packet.ssrc

    def _follow(self, packet: RtpPacket, now_s: float) -> int:
        """Return the time that follows the last one; the sender's is counted from there."""
        timestamp = self._timestamp + max(960, round((now_s - self._at_s) * 48_000))
        self._timestamp_shift = timestamp - packet.timestamp
        return timestamp


def _nearest(number: int, around: int, round_: int) -> int:
    """Return the number that equals `number` modulo `round_` and is closest to `around`."""
    half = round_ >> 1
    return around + (number - around + half) % round_ - half


def red(opus: bytes, earlier: Sequence[tuple[int, bytes]]) -> bytes | None:
    """Return a packet with earlier ones (RFC 2198), or None where that does not fit.

    `earlier`: the oldest first, each with how many samples older it is.
    """
    heads = b""
    for samples, before in earlier:
        if not 0 < samples <= RED_SAMPLES_MAX or not 0 < len(before) <= RED_BYTES_MAX:
            return None
        heads += ((0x80 | OPUS_PAYLOAD_TYPE) << 24 | samples << 10 | len(before)).to_bytes(4)
    return b"".join((heads, _LAST_BLOCK, *(before for _, before in earlier), opus))


def unred(payload: bytes) -> tuple[bytes, list[tuple[int, bytes]]]:
    """Take `red` apart: the packet, and the earlier ones, the oldest first.

    Raises ValueError, also for earlier ones that are no Opus.
    """
    lengths: list[tuple[int, int]] = []
    at = 0
    while at < len(payload) and payload[at] & 0x80:
        head = int.from_bytes(payload[at : at + 4])
        if len(lengths) == RED_BLOCKS_MAX or at + 4 > len(payload):
            raise ValueError("more blocks than anybody sends, or a cut one")
        if head >> 24 & 0x7F != OPUS_PAYLOAD_TYPE:
            raise ValueError("a block that is no Opus")
        lengths.append((head >> 10 & RED_SAMPLES_MAX, head & RED_BYTES_MAX))
        at += 4
    if payload[at : at + 1] != _LAST_BLOCK:
        raise ValueError("no last block of Opus")
    at += 1
    earlier = []
    for samples, size in lengths:
        before = payload[at : at + size]
        if before:
            opus_samples(before)
        earlier.append((samples, before))
        at += size
    if at >= len(payload):
        raise ValueError("blocks reach past the end")
    return payload[at:], earlier


def pack(packets: Sequence[bytes]) -> bytes:
    """Return packets of one frame each and one configuration as one (RFC 6716, 3.2.5: code 3)."""
    head = bytes((packets[0][0] | 3, 0x80 | len(packets)))  # 0x80: frames of several sizes
    sizes = b"".join(_frame_size(len(packet) - 1) for packet in packets[:-1])
    return head + sizes + b"".join(packet[1:] for packet in packets)


def _frame_size(size_bytes: int) -> bytes:
    if size_bytes < 252:  # noqa: PLR2004 RFC 6716, 3.2.1
        return bytes((size_bytes,))
    first = 252 + (size_bytes & 3)
    return bytes((first, (size_bytes - first) >> 2))
