"""Three packets in one, under real keys: for whom, when not, and no frame lost or heard twice."""

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.relay.test_fanout import Listener, Scene

from salon.relay.fanout import PACK_WITHIN_S
from salon.relay.outlet import Form
from salon.relay.room import Stamp
from salon.relay.rtp import RtpPacket, opus_samples, pack
from salon.relay.srtp import PROFILES

DTX = b"\x78"
OTHER_CONFIGURATION = b"\x68sound"


def frames_of(opus: bytes) -> list[bytes]:
    """Return the frames of a packet, each as a packet of its own (RFC 6716, 3.2)."""
    if opus[0] & 3 == 0:
        return [opus]
    assert opus[0] & 3 == 3
    assert opus[1] & 0xC0 == 0x80  # sizes are given, no padding
    count, at = opus[1] & 0x3F, 2
    sizes = []
    for _ in range(count - 1):
        size, at = opus[at], at + 1
        if size >= 252:
            size, at = size + 4 * opus[at], at + 1
        sizes.append(size)
    sizes.append(len(opus) - at - sum(sizes))
    frames = []
    for size in sizes:
        frames.append(bytes((opus[0] & 0xFC,)) + opus[at : at + size])
        at += size
    return frames


def heard(packets: list[RtpPacket]) -> list[tuple[int, bytes]]:
    """Return each frame with its time."""
    return [
        (packet.timestamp + 960 * place, frame)
        for packet in packets
        for place, frame in enumerate(frames_of(packet.payload))
    ]


def counts(listener: Listener) -> list[int]:
    """Return how many frames were in each packet."""
    return [len(frames_of(packet.payload)) for packet in listener.packets]


def passive(scene: Scene, name: str) -> Listener:
    listener = scene.add(name)
    listener.outlet.settle(0.0, may_pack=True)
    return listener


class Hall(Scene):
    """A scene whose packets are all different, and can be lost, late or of another kind."""

    def say(self, opus: bytes | None = None, *, but: Listener | None = None) -> None:
        self.talk(1, but, opus=b"\x78sound %d" % (self.number + 1) if opus is None else opus)

    def lose(self, frames: int = 1) -> int:
        """Let some never come, and return the number of the last one."""
        self.number += frames
        return self.number

    def late(self, number: int) -> None:
        stamp = self.slot.stamp(number, number * 960, 960, self.number / 50)
        if stamp is not None:
            self.fanout.forward(self.slot, stamp, b"\x78sound %d" % number, None)

    def close(self) -> None:
        self.fanout.close(self.slot, None, self.number / 50 + 0.02)


@pytest.fixture
def hall() -> Iterator[Hall]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as spare:
        yield Hall(spare)


@pytest.mark.parametrize("sizes", [(1, 1, 1), (80, 80, 80), (251, 252, 1_275), (1_275, 300, 40)])
def test_sizes_of_every_length_are_read_back(sizes: tuple[int, ...]) -> None:
    packets = [b"\x78" + bytes([place]) * size for place, size in enumerate(sizes)]
    assert frames_of(pack(packets)) == packets
    assert pack(packets)[0] == 0x7B  # the same configuration, code 3


def test_who_only_listens_gets_three_frames_at_a_time(hall: Hall) -> None:
    ben, cleo = passive(hall, "ben"), hall.add("cleo")
    for _ in range(6):
        hall.say()
    assert counts(ben) == [3, 3]
    assert ben.sequences == [1, 2]
    assert [packet.timestamp for packet in ben.packets] == [
        cleo.packets[0].timestamp,
        cleo.packets[3].timestamp,
    ]
    assert heard(ben.packets) == heard(cleo.packets)
    assert [opus_samples(packet.payload) for packet in ben.packets] == [2_880, 2_880]


def test_nothing_is_sent_before_the_third_frame(hall: Hall) -> None:
    ben = passive(hall, "ben")
    hall.say()
    hall.say()
    assert ben.packets == []


def test_a_change_of_configuration_sends_what_waits_first(hall: Hall) -> None:
    ben, cleo = passive(hall, "ben"), hall.add("cleo")
    hall.say()
    hall.say()
    for _ in range(3):
        hall.say(OTHER_CONFIGURATION)
    assert counts(ben) == [2, 3]
    assert heard(ben.packets) == heard(cleo.packets)


@pytest.mark.parametrize(
    "opus",
    [DTX, b"\x78\x01\x02", b"\x70ten milliseconds", b"\x79two frames", b"\x7b\x83\1\1abc"],
    ids=["rest", "nearly_rest", "10_ms", "two_frames", "packed_already"],
)
def test_what_cannot_be_packed_goes_as_it_is_at_once(hall: Hall, opus: bytes) -> None:
    ben = passive(hall, "ben")
    hall.say()
    hall.say(opus)
    assert [packet.payload for packet in ben.packets] == [b"\x78sound 1", opus]
    assert ben.sequences == [1, 2]


def test_frames_that_are_too_much_for_one_datagram_are_not_put_together(hall: Hall) -> None:
    ben = passive(hall, "ben")
    for _ in range(3):
        hall.say(b"\x78" + bytes(700))
    assert counts(ben) == [1, 1]


def test_a_loss_on_the_way_in_is_a_gap_after_what_had_come(hall: Hall) -> None:
    ben = passive(hall, "ben")
    for _ in range(4):
        hall.say()
    hall.lose(2)
    for _ in range(3):
        hall.say()
    assert counts(ben) == [3, 1, 3]
    assert ben.sequences == [1, 2, 5]
    assert ben.packets[2].timestamp - ben.packets[1].timestamp == 3 * 960


@pytest.mark.parametrize("frames_since", [1, 2, 3, 4, 7])
def test_a_late_frame_comes_in_the_gap_that_it_left(hall: Hall, frames_since: int) -> None:
    ben = passive(hall, "ben")
    for _ in range(4):
        hall.say()
    late = hall.lose()
    for _ in range(frames_since):
        hall.say()
    hall.late(late)
    hall.late(late)
    hall.close()
    by_number = sorted(ben.packets, key=lambda packet: packet.sequence)
    said = [frame for _, frame in heard(by_number)][:-1]
    assert said == [b"\x78sound %d" % number for number in range(1, hall.number + 1)]
    assert ben.outlet.sent(0) == len(ben.packets)


def test_a_closing_slot_sends_what_waits_and_then_silence_in_its_time(hall: Hall) -> None:
    ben, cleo = passive(hall, "ben"), hall.add("cleo")
    for _ in range(5):
        hall.say()
    hall.close()
    assert counts(ben) == [3, 2, 1]
    assert ben.packets[-1].payload == b"\xf8\xff\xfe"
    assert heard(ben.packets) == heard(cleo.packets)


def test_a_pause_in_the_time_sends_what_waits(hall: Hall) -> None:
    ben = passive(hall, "ben")
    hall.say()
    hall.number += 10
    stamp = Stamp(1, 960 * 11, marker=False)
    hall.fanout.forward(hall.slot, stamp, b"\x78later", None)
    assert heard(ben.packets) == [(960, b"\x78sound 1")]


def test_another_holder_sends_what_waits_of_the_one_before(hall: Hall) -> None:
    anna, ben = passive(hall, "anna"), passive(hall, "ben")
    hall.say(but=anna)
    hall.slot.open()
    for _ in range(3):
        hall.say(but=ben)
    assert [frame for _, frame in heard(ben.packets)] == [b"\x78sound 1"]
    assert [frame for _, frame in heard(anna.packets)] == [
        b"\x78sound %d" % number for number in (2, 3, 4)
    ]


def test_what_waits_for_a_packet_that_does_not_come_is_sent_soon(hall: Hall) -> None:
    ben = passive(hall, "ben")
    hall.say()
    said_s = hall.number / 50
    hall.fanout.tick(said_s + PACK_WITHIN_S - 0.01)
    assert ben.packets == []
    hall.fanout.tick(said_s + PACK_WITHIN_S + 0.01)
    hall.fanout.tick(said_s + PACK_WITHIN_S + 0.11)
    assert counts(ben) == [1]


def test_who_begins_to_speak_gets_what_waited_and_then_single_frames(hall: Hall) -> None:
    ben, cleo = passive(hall, "ben"), hall.add("cleo")
    for _ in range(5):
        hall.say()
    ben.outlet.unpack()
    hall.say()
    assert counts(ben) == [3, 2, 1]
    assert heard(ben.packets) == heard(cleo.packets)


def test_who_comes_between_hears_from_the_next_frame_on(hall: Hall) -> None:
    ben = passive(hall, "ben")
    hall.say()
    cleo = passive(hall, "cleo")
    for _ in range(3):
        hall.say()
    assert [frame for _, frame in heard(cleo.packets)] == [
        b"\x78sound %d" % number for number in (2, 3, 4)
    ]
    assert counts(ben) == [1, 3]


def test_who_goes_had_all_that_was_said_until_then(hall: Hall) -> None:
    ben = passive(hall, "ben")
    hall.say()
    hall.fanout.remove(ben.outlet)
    hall.say()
    assert [frame for _, frame in heard(ben.packets)] == [b"\x78sound 1"]


def test_who_reports_loss_gets_no_packed_packets(hall: Hall) -> None:
    ben, cleo = passive(hall, "ben"), passive(hall, "cleo")
    ben.outlet.takes_red = True
    for listener in (ben, cleo):
        listener.outlet.note_loss(0, 0.02, 10.0)
        listener.outlet.settle(11.0, may_pack=True)
    for _ in range(3):
        hall.say()
    assert [packet.payload_type for packet in ben.packets] == [111, 63, 63]
    assert counts(cleo) == [1, 1, 1]


def test_who_recovered_from_loss_gets_packed_packets_again(hall: Hall) -> None:
    ben = passive(hall, "ben")
    ben.outlet.note_loss(0, 0.5, 10.0)
    ben.outlet.settle(10.0, may_pack=True)
    assert ben.outlet.form is Form.SINGLE
    ben.outlet.settle(25.5, may_pack=True)
    for _ in range(3):
        hall.say()
    assert counts(ben) == [3]


def test_what_the_speakers_own_line_loses_is_no_loss_of_the_listeners(hall: Hall) -> None:
    ben = passive(hall, "ben")
    for _ in range(20):
        hall.say()
        hall.lose()
    hall.say()
    ben.outlet.note_loss(0, 0.5, 10.0)
    ben.outlet.settle(10.0, may_pack=True)
    for _ in range(3):
        hall.say()
    assert counts(ben)[-1] == 3
    assert ben.outlet.losses[0][0] == pytest.approx(0.0, abs=0.02)


@given(
    st.lists(
        st.sampled_from(
            ["say", "say", "say", "say", "lose", "other", "rest", "turn", "swap", "leave", "close"]
        ),
        max_size=60,
    )
)
def test_every_listener_hears_every_frame_once_whatever_happens(happens: list[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as spare:
        hall = Hall(spare)
        turned, leaver, always = passive(hall, "turned"), passive(hall, "leaver"), hall.add("one")
        is_packed = is_here = True
        for what in happens:
            if what == "swap":
                is_packed = not is_packed
                turned.outlet.settle(0.0, may_pack=is_packed)
            elif what == "leave":
                is_here = not is_here
                (hall.fanout.add if is_here else hall.fanout.remove)(leaver.outlet)
            elif what == "close":
                hall.close()
                hall.slot.open()
            elif what == "turn":
                hall.slot.open()
            elif what == "lose":
                hall.lose()
            else:
                hall.say({"other": OTHER_CONFIGURATION, "rest": DTX}.get(what))
        turned.outlet.unpack()
        said = heard(always.packets)
        assert heard(turned.packets) == said
        assert set(heard(leaver.packets)) <= set(said)
        for listener in (turned, leaver):
            assert listener.sequences == sorted(set(listener.sequences))
            assert len(set(heard(listener.packets))) == len(heard(listener.packets))
            assert listener.outlet.sent(0) == len(listener.packets)


def test_both_ciphers_carry_packed_packets(hall: Hall) -> None:
    for place, profile in enumerate(PROFILES):
        listener = hall.add(f"listener {place}", profile)
        listener.outlet.settle(0.0, may_pack=True)
        hall.say()
        hall.say()
        hall.say()
        assert counts(listener) == [3]
