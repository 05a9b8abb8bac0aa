"""Reports: what we say of our slots, what we say of a voice, what a listener says of us.

RTCP ends here: nothing of it is forwarded. Written and parsed by aiortc's classes, behind the
guard's size limit; but for the report that everybody is sent each second for each slot, which has
one fixed form.
"""

import struct
from dataclasses import dataclass, field
from datetime import datetime

from aiortc.rtp import (
    RTCP_SR,
    RtcpPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSrPacket,
    clamp_packets_lost,
)

from salon.relay.audio import SAMPLE_RATE_HZ
from salon.relay.measures import KNOWN_S, Losses

OUR_SSRC = 1  # of reports about what we receive
LISTENERS_LOSS = 25 / 256
ROUND_TRIP_MAX_S = 10.0  # more is no round trip but a clock that was set, or a lie
_NTP_EPOCH_S = 2_208_988_800  # 1900 to 1970
_EMPTY = bytes(RtcpRrPacket(ssrc=OUR_SSRC))
_SENDER_REPORT = struct.Struct("!BBHLQLLL")  # of RFC 3550, 6.4.1, without reception reports
_SENDER_REPORT_WORDS = _SENDER_REPORT.size // 4 - 1
_SHORT_PER_S = 65_536  # of the middle half of an NTP time
_SHORT = 1 << 32
_ROUNDED = 655  # 10 ms: on the shortest ways two clocks make it less than nothing


@dataclass(frozen=True, slots=True)
class Heard:
    """What a peer's datagram said: of what we send, and of what it sends."""

    reports: tuple[RtcpReceiverInfo, ...] = ()
    sender_ssrc: int | None = None
    sender_ntp: int | None = None

    @property
    def losses(self) -> dict[int, float]:
        """By our SSRC, the share of packets lost."""
        return {report.ssrc: report.fraction_lost / 256 for report in self.reports}


def sender_ssrc_of(packet: bytes) -> int:
    return int.from_bytes(packet[4:8])


def parse(packet: bytes) -> Heard:
    """Raises ValueError."""
    try:
        parts = RtcpPacket.parse(packet)
    except (struct.error, IndexError, AssertionError, UnicodeError) as error:
        raise ValueError("no RTCP") from error
    reports: list[RtcpReceiverInfo] = []
    ssrc = ntp = None
    for part in parts:
        if isinstance(part, RtcpSrPacket):
            ssrc, ntp = part.ssrc, part.sender_info.ntp_timestamp
        if isinstance(part, RtcpSrPacket | RtcpRrPacket):
            reports += part.reports
    return Heard(tuple(reports), ssrc, ntp)


def ntp_of(now: datetime) -> int:
    return round((now.timestamp() + _NTP_EPOCH_S) * 2**32)


def sender_report(ssrc: int, ntp: int, timestamp: int, packets: int, payload_bytes: int) -> bytes:
    return _SENDER_REPORT.pack(
        0x80,
        RTCP_SR,
        _SENDER_REPORT_WORDS,
        ssrc,
        ntp,
        timestamp & 0xFFFFFFFF,
        packets & 0xFFFFFFFF,
        payload_bytes & 0xFFFFFFFF,
    )


def receiver_report(report: RtcpReceiverInfo | None) -> bytes:
    """Return a report about one voice, or the empty one that only says: this line lives."""
    return _EMPTY if report is None else bytes(RtcpRrPacket(ssrc=OUR_SSRC, reports=[report]))


@dataclass(slots=True)
class Reception:
    """How one voice arrives (RFC 3550, A.3 and A.8). Numbers are those of its `Unroller`."""

    ssrc: int | None = None
    _first: int = 0
    _highest: int = 0
    _received: int = 0
    _jitter: float = 0.0
    _transit: float = 0.0
    _reported: tuple[int, int] = (0, 0)  # expected and received at the last report
    _sender: tuple[int, float] | None = field(default=None)  # their NTP time, when it came
    _losses: Losses = field(default_factory=Losses)
    _repaired: int = 0  # of those lost since the last report

    def note(self, ssrc: int, sequence: int, timestamp: int, now_s: float) -> None:
        transit = now_s * SAMPLE_RATE_HZ - timestamp
        if ssrc != self.ssrc:
            self.ssrc, self._first, self._highest = ssrc, sequence, sequence
            self._received, self._reported, self._sender = 0, (0, 0), None
        else:
            self._jitter += (abs(transit - self._transit) - self._jitter) / 16
        self._transit = transit
        self._highest = max(self._highest, sequence)
        self._received += 1

    def note_repaired(self) -> None:
        """One that was lost came back out of the packet after it."""
        self._repaired += 1

    def note_sender(self, heard: Heard, now_s: float) -> None:
        if heard.sender_ntp is not None and heard.sender_ssrc == self.ssrc:
            self._sender = (heard.sender_ntp, now_s)

    def report(self, listeners_loss: float, now_s: float) -> RtcpReceiverInfo | None:
        """Return what to tell the speaker, or None while nothing has come.

        The share lost is the worse of the way here and the worst listener's way: browsers send
        in-band repair only when they are told of loss. What repeats mend is not told, because
        that repair takes a part of the bitrate. Of a listener's at most `LISTENERS_LOSS`:
        over a tenth browsers lower their bitrate, and one bad line, or one that lies, would
        lower it for everybody.
        """
        if self.ssrc is None:
            return None
        expected = max(self._highest - self._first + 1, self._received)
        new = expected - self._reported[0]
        lost = max(0, new - (self._received - self._reported[1]))
        self._reported = (expected, self._received)
        self._losses.add(new, lost, now_s)
        missed, self._repaired = max(0, lost - self._repaired), 0
        share = max(missed / new if new else 0.0, min(listeners_loss, LISTENERS_LOSS))
        ntp, at_s = self._sender or (0, now_s)
        return RtcpReceiverInfo(
            ssrc=self.ssrc,
            fraction_lost=min(255, round(share * 256)),
            packets_lost=clamp_packets_lost(expected - self._received),
            highest_sequence=self._highest & 0xFFFFFFFF,
            jitter=round(self._jitter) & 0xFFFFFFFF,
            lsr=ntp >> 16 & 0xFFFFFFFF,
            dlsr=round((now_s - at_s) * _SHORT_PER_S) & 0xFFFFFFFF,
        )

    def loss(self, now_s: float) -> float | None:
        """Return the share lost on the way here, whatever its speaker is told of listeners."""
        return self._losses.share(now_s)

    def jitter_s(self, now_s: float) -> float | None:
        """Return how unevenly it comes, or None while it does not come."""
        is_known = self.loss(now_s) is not None
        return self._jitter / SAMPLE_RATE_HZ if is_known else None


class Delivery:
    """How what we send arrives at one listener, from their reports (RFC 3550, 6.4.1)."""

    def __init__(self) -> None:
        self._before: dict[int, tuple[int, int]] = {}  # by our SSRC: highest number, lost so far
        self._losses = Losses()
        self._jitter_s = 0.0
        self._round_trip_s = 0.0
        self._round_trip_at_s: float | None = None
        self._sent: tuple[int, float] | None = None  # our last NTP time, and when

    def note_sent(self, ntp: int, now_s: float) -> None:
        """Keep when the last sender report left."""
        self._sent = (ntp >> 16, now_s)

    def note(self, report: RtcpReceiverInfo, skipped: int, now_s: float) -> None:
        """Take what a listener reports of one of our slots.

        `skipped`: how many of its numbers were left free so far, for packets that the speaker's
        line lost; to the listener they look lost on its own.
        """
        highest, lost = report.highest_sequence, report.packets_lost - skipped
        before_highest, before_lost = self._before.get(report.ssrc, (highest, lost))
        self._before[report.ssrc] = (highest, lost)
        if highest > before_highest:
            self._losses.add(highest - before_highest, lost - before_lost, now_s)
            self._jitter_s = report.jitter / SAMPLE_RATE_HZ
        if report.lsr and self._sent is not None:
            ours, at_s = self._sent
            arrived = ours + round((now_s - at_s) * _SHORT_PER_S)
            trip = (arrived - report.lsr - report.dlsr + _SHORT // 2) % _SHORT - _SHORT // 2
            if -_ROUNDED <= trip <= ROUND_TRIP_MAX_S * _SHORT_PER_S:
                self._round_trip_s, self._round_trip_at_s = max(0, trip) / _SHORT_PER_S, now_s

    def loss(self, now_s: float) -> float | None:
        return self._losses.share(now_s)

    def jitter_s(self, now_s: float) -> float | None:
        return None if self.loss(now_s) is None else self._jitter_s

    def round_trip_s(self, now_s: float) -> float | None:
        at_s = self._round_trip_at_s
        return None if at_s is None or at_s <= now_s - KNOWN_S else self._round_trip_s
