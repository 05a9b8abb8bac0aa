"""What the core and a media worker say to each other."""

import pytest

from salon.relay import wire
from salon.relay.audio import AudioPacket, SampleBlock, Voice

PACKET = AudioPacket(Voice("anna", "1"), b"\x78sound", 3, 2_880, 12.5, None)


def test_packets_of_a_sink_survive_the_way() -> None:
    loud = AudioPacket(Voice("ben", "2"), b"", 2**40, 2**41, 0.0, -127)
    (frame,) = wire.packets_frames(7, 3, [PACKET, loud])
    ((kind, body),) = wire.Frames().feed(frame)
    assert kind == wire.PACKETS
    assert wire.packets_of(body) == (7, 3, [PACKET, loud])


def test_a_frame_that_comes_byte_by_byte_is_one_frame() -> None:
    frames = wire.Frames()
    came = [f for byte in wire.json_frame({"id": 1}) for f in frames.feed(bytes((byte,)))]
    assert came == [(wire.JSON, b'{"id":1}')]


GARBLED = {
    "too long": b"\x7f\xff\xff\xff\x00",
    "empty": b"\x00\x00\x00\x00\x00",
    "of no kind": b"\x00\x00\x00\x02\x09x",
}


@pytest.mark.parametrize("kind", GARBLED)
def test_a_stream_that_is_not_of_this_protocol_is_refused(kind: str) -> None:
    with pytest.raises(wire.Garbled):
        list(wire.Frames().feed(GARBLED[kind]))


def test_packets_that_are_cut_are_refused() -> None:
    (frame,) = wire.packets_frames(7, 0, [PACKET])
    ((_, body),) = wire.Frames().feed(frame)
    for end in range(len(body)):
        if end == 8:  # no packet at all is a whole batch
            continue
        with pytest.raises(wire.Garbled):
            wire.packets_of(body[:end])


def test_samples_survive_the_way_in_frames_of_bounded_size() -> None:
    blocks = [
        SampleBlock(Voice("anna", "1"), bytes(11_520), 48_000, 960 * number, 12.5, number % 2 == 0)
        for number in range(wire.BATCH_BLOCKS + 1)
    ]
    frames = list(wire.samples_frames(7, 70, 3, blocks))
    heard = [wire.samples_of(body) for frame in frames for _, body in wire.Frames().feed(frame)]
    assert len(heard) == 2
    assert {(one.sink, one.taken, one.lost) for one in heard} == {(7, 70, 3)}
    assert [block for one in heard for block in one.blocks] == blocks


def test_samples_that_are_cut_are_refused() -> None:
    block = SampleBlock(Voice("anna", "1"), b"\x01\x02", 16_000, 960, 12.5, is_concealed=False)
    (frame,) = wire.samples_frames(7, 1, 0, [block])
    ((_, body),) = wire.Frames().feed(frame)
    for end in range(len(body)):
        if end == 16:  # none at all are the counts alone
            continue
        with pytest.raises(wire.Garbled):
            wire.samples_of(body[:end])


@pytest.mark.parametrize("said", [b"[]", b"{", b'{"told": "nothing"}', b'{"told": "lost"}'])
def test_what_a_worker_never_says_is_refused(said: bytes) -> None:
    with pytest.raises(wire.Garbled):
        wire.event_of(wire.json_of(said))
