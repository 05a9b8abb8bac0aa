"""RTP packets, Opus packets, and numbers that wrap."""

import contextlib
import fractions

import av
import pytest
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import HeaderExtensionsMap
from aiortc.rtp import RtpPacket as OtherPacket
from hypothesis import given
from hypothesis import strategies as st

from salon.relay import rtp
from salon.relay.audio import SILENCE_OPUS
from salon.relay.rtp import RtpPacket, Unroller, header, opus_samples, parse

EXTENSIONS = HeaderExtensionsMap()
EXTENSIONS.configure(
    RTCRtpParameters(
        headerExtensions=[
            RTCRtpHeaderExtensionParameters(
                id=1, uri="urn:ietf:params:rtp-hdrext:ssrc-audio-level"
            ),
            RTCRtpHeaderExtensionParameters(id=2, uri="urn:ietf:params:rtp-hdrext:sdes:mid"),
        ]
    )
)


def test_a_packet_of_another_implementation_is_read_with_its_level() -> None:
    other = OtherPacket(payload_type=111, sequence_number=9, timestamp=77, ssrc=5)
    other.payload, other.csrc, other.padding_size = b"opus", [1, 2], 3
    other.extensions.audio_level, other.extensions.mid = (True, 34), "mic"
    packet = parse(other.serialize(EXTENSIONS))
    assert packet == RtpPacket(111, 9, 77, 5, -34, b"opus")


def test_another_implementation_reads_our_header() -> None:
    other = OtherPacket.parse(header(65_535, 2**32 - 1, 1_000, marker=True) + b"opus")
    assert (other.sequence_number, other.timestamp, other.ssrc) == (65_535, 2**32 - 1, 1_000)
    assert (other.marker, other.payload_type, other.payload) == (1, 111, b"opus")


def test_a_level_in_two_byte_form_is_read() -> None:
    head = bytes.fromhex("906f0001 00000002 00000003 1000 0001".replace(" ", ""))
    assert parse(head + bytes((1, 1, 0x80 | 20, 0)) + b"x").level_dbov == -20


@given(st.binary(max_size=200), st.sampled_from([0x80, 0x90, 0xB0, 0xBF]))
def test_no_packet_raises_anything_but_value_error(rest: bytes, first: int) -> None:
    try:
        parse(bytes((first,)) + rest)
    except ValueError:
        return


@pytest.mark.parametrize(
    ("opus", "samples"),
    [
        (SILENCE_OPUS, 960),
        (bytes((120,)), 960),
        (bytes((3 << 3,)), 2_880),
        (bytes((16 << 3,)), 120),
        (bytes((15 << 3 | 3, 3, 0)), 2_880),
    ],
)
def test_the_length_of_a_packet_is_read_from_its_first_bytes(opus: bytes, samples: int) -> None:
    assert opus_samples(opus) == samples


@pytest.mark.parametrize(
    "bomb",
    [
        b"",
        bytes(1_276),
        bytes((15 << 3 | 3,)),
        bytes((15 << 3 | 3, 0)),
        bytes((15 << 3 | 3, 63)),
        bytes((3 << 3 | 3, 3)),
        bytes((120 | 1, 0)),
    ],
)
def test_what_is_no_opus_packet_is_refused(bomb: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        opus_samples(bomb)


@pytest.mark.parametrize("frame_ms", [10, 20, 40, 60])
def test_the_length_agrees_with_libopus(frame_ms: int) -> None:
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "s16"
    encoder.options = {"frame_duration": str(frame_ms), "application": "voip"}
    encoder.time_base = fractions.Fraction(1, 48_000)
    frame = av.AudioFrame(format="s16", layout="mono", samples=48 * frame_ms)
    frame.sample_rate, frame.pts = 48_000, 0
    frame.planes[0].update(bytes(96 * frame_ms))
    (packet, *_) = encoder.encode(frame) or encoder.encode(None)
    assert opus_samples(bytes(packet)) == 48 * frame_ms


def _packet(sequence: int, timestamp: int, ssrc: int = 1) -> RtpPacket:
    return RtpPacket(111, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc, None, b"x")


@given(
    st.integers(0, 65_535),
    st.integers(0, 2**32 - 1),
    st.lists(st.integers(-100, 3_000), max_size=50),
)
def test_numbers_grow_across_wraps_as_if_they_had_never_wrapped(
    first: int, first_timestamp: int, steps: list[int]
) -> None:
    unroller = Unroller()
    begin, begin_timestamp = unroller.unroll(_packet(first, first_timestamp), 0.0)
    highest = 0
    for step in steps:
        at = highest + step
        seen = unroller.unroll(_packet(first + at, first_timestamp + at * 960), 0.0)
        assert seen == (begin + at, begin_timestamp + at * 960)
        highest = max(highest, at)


def test_a_sender_that_begins_anew_goes_on_in_its_listeners_numbers() -> None:
    unroller = Unroller()
    sequence, timestamp = unroller.unroll(_packet(500, 9_000), 10.0)
    assert unroller.unroll(_packet(3, 44, ssrc=2), 11.0) == (sequence + 1, timestamp + 48_000)
    assert unroller.unroll(_packet(4, 1_004, ssrc=2), 11.02) == (sequence + 2, timestamp + 48_960)


def test_a_senders_time_that_goes_back_goes_on_here() -> None:
    unroller = Unroller()
    _, timestamp = unroller.unroll(_packet(1, 9_000), 10.0)
    for step in range(1, 9):
        sequence, later = unroller.unroll(_packet(1 + step, 9_000 - (step << 30)), 10.0 + step)
        assert (sequence, later) == (65_537 + step, timestamp + 48_000)
        timestamp = later
    assert unroller.unroll(_packet(10, 9_960), 18.02)[1] == timestamp + 960


@pytest.mark.parametrize("repeats", [0, 1, 2])
def test_repeats_are_taken_apart_as_they_were_put_together(repeats: int) -> None:
    earlier = [(960 * back, b"\x78" + bytes(back)) for back in range(repeats, 0, -1)]
    payload = rtp.red(b"\x78now", earlier)
    assert payload is not None
    assert rtp.unred(payload) == (b"\x78now", earlier)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x6f",  # nothing in it
        b"\xef\x0f\x00",  # a head that is cut
        b"\xef\x0f\x00\x04",  # and no last block
        b"\xef\x0f\x00\x04\x6f\x78\x78",  # shorter than its blocks
        b"\xe0\x0f\x00\x01\x6f\x78\x78",  # a block that is no Opus
        b"\x60\x78\x78",
        b"\xef\x0f\x00\x01\x6f\x7b\x78",  # an earlier packet that is none
        b"\xef\x0f\x00\x00" * 5 + b"\x6f\x78",  # more than anybody sends
    ],
)
def test_what_is_no_opus_with_repeats_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 the parser's only error
        rtp.unred(payload)


@given(st.binary(max_size=64))
def test_no_repeats_raise_anything_but_value_error(payload: bytes) -> None:
    with contextlib.suppress(ValueError):
        opus, earlier = rtp.unred(payload)
        assert opus
        assert len(earlier) <= rtp.RED_BLOCKS_MAX
