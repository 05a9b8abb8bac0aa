"""What each listener gets, under real keys."""

import socket
from collections import Counter
from collections.abc import Iterator

import pytest
from pylibsrtp import Policy, Session

from salon.relay import rtp, srtp
from salon.relay.fanout import FanOut
from salon.relay.outlet import LOSING_S, LOSS_FROM, MUCH_LOSS_FROM, Form, Outlet
from salon.relay.port import SocketPath
from salon.relay.room import LATE_PACKETS, Slot
from salon.relay.srtp import PROFILES, Keys


class Listener:
    """An outlet and the far end of its line."""

    def __init__(self, path: SocketPath, profile: srtp.Profile) -> None:
        keys = Keys.from_material(profile, bytes(range(profile.material_bytes)))
        self.outlet = Outlet(keys, path, [0, 0])
        self._incoming = Session(keys._policy(keys.server, Policy.SSRC_ANY_INBOUND))
        self.is_reached = True
        self.packets: list[rtp.RtpPacket] = []

    def receive(self, datagram: bytes) -> None:
        self.packets.append(rtp.parse(self._incoming.unprotect(datagram)))

    @property
    def sequences(self) -> list[int]:
        return [packet.sequence for packet in self.packets]


class Scene:
    """A fan-out with listeners by name, and one slot in which somebody talks."""

    def __init__(self, spare: socket.socket) -> None:
        self._spare = spare
        self._listeners: dict[str, Listener] = {}
        self.counts: Counter[str] = Counter()
        self.fanout = FanOut(self._send, self.counts)
        self.slot = Slot(0)
        self.slot.open()
        self.number = 0

    def _send(self, datagram: bytes, path: SocketPath) -> bool:
        listener = self._listeners[path[1]]
        if listener.is_reached:
            listener.receive(datagram)
        return listener.is_reached

    def add(self, name: str, profile: srtp.Profile = PROFILES[0]) -> Listener:
        listener = Listener((self._spare, name), profile)
        self._listeners[name] = listener
        self.fanout.add(listener.outlet)
        return listener

    def talk(self, packets: int, but: Listener | None = None, opus: bytes = b"\x78x") -> None:
        for _ in range(packets):
            self.number += 1
            now_s = self.number / 50
            stamp = self.slot.stamp(self.number, self.number * 960, 960, now_s)
            assert stamp is not None
            self.fanout.forward(self.slot, stamp, opus, None if but is None else but.outlet)


@pytest.fixture
def scene() -> Iterator[Scene]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as spare:
        yield Scene(spare)


@pytest.mark.parametrize("profile", PROFILES)
def test_what_is_said_arrives_unchanged(scene: Scene, profile: srtp.Profile) -> None:
    ben = scene.add("ben", profile)
    scene.talk(3, opus=b"\x78sound")
    assert [packet.payload for packet in ben.packets] == [b"\x78sound"] * 3
    assert ben.sequences == [1, 2, 3]
    assert {packet.ssrc for packet in ben.packets} == {1_000}


def test_what_the_kernel_does_not_take_is_not_counted_as_forwarded(scene: Scene) -> None:
    anna, ben = scene.add("anna"), scene.add("ben")
    anna.is_reached = False
    scene.talk(3)
    assert scene.counts["forwarded"] == len(ben.packets) == 3


def test_speakers_do_not_hear_themselves(scene: Scene) -> None:
    anna, ben = scene.add("anna"), scene.add("ben")
    scene.talk(3, but=anna)
    assert (len(anna.packets), len(ben.packets)) == (0, 3)


def test_who_was_left_out_sees_no_gap(scene: Scene) -> None:
    anna = scene.add("anna")
    scene.talk(2)
    scene.fanout.remove(anna.outlet)
    scene.talk(100)
    scene.fanout.add(anna.outlet)
    scene.talk(2)
    assert anna.sequences == [1, 2, 3, 4]


def test_after_a_monologue_of_fifteen_minutes_its_speaker_hears_the_next(scene: Scene) -> None:
    anna = scene.add("anna")
    scene.talk(1)
    scene.talk(45_000, but=anna)
    scene.talk(2)
    assert anna.sequences == [1, 2, 3]


def test_who_comes_late_into_a_long_talk_hears_all_that_follows(scene: Scene) -> None:
    anna, ben = scene.add("anna"), scene.add("ben")
    scene.talk(33_000, but=anna)
    cleo = scene.add("cleo")
    scene.talk(33_000)
    assert [len(one.packets) for one in (anna, ben, cleo)] == [33_000, 66_000, 33_000]
    assert {cleo.outlet.number(0), anna.outlet.number(0)} == {33_000}


def test_numbers_wrap_and_sound_goes_on(scene: Scene) -> None:
    ben = scene.add("ben")
    scene.talk(66_000)
    assert len(ben.packets) == 66_000


def test_a_closed_slot_ends_with_one_frame_of_silence(scene: Scene) -> None:
    ben = scene.add("ben")
    scene.talk(2)
    scene.fanout.close(scene.slot, None, now_s=0.06)
    assert ben.packets[-1].payload == b"\xf8\xff\xfe"
    assert ben.packets[-1].timestamp - ben.packets[-2].timestamp == 960
    assert not scene.slot.is_open


def test_the_worst_listeners_loss_counts_while_it_is_fresh(scene: Scene) -> None:
    anna, ben = scene.add("anna"), scene.add("ben")
    anna.outlet.losses[0] = (0.1, 20.0)
    ben.outlet.losses[0] = (0.5, 10.0)
    assert scene.fanout.worst_loss(scene.slot, since_s=15.0) == pytest.approx(0.1)
    assert scene.fanout.worst_loss(scene.slot, since_s=5.0) == pytest.approx(0.5)
    assert scene.fanout.worst_loss(Slot(1), since_s=0.0) == 0.0


def test_a_packet_that_comes_late_is_no_loss_in_the_next_report(scene: Scene) -> None:
    ben = scene.add("ben")
    scene.talk(1)
    scene.number += 1
    scene.talk(1)
    ben.outlet.note_loss(0, 0.5, 100.0)
    late = scene.slot.stamp(2, 2 * 960, 960, 1.0)
    assert late is not None
    scene.fanout.forward(scene.slot, late, b"\x78late", None)
    ben.outlet.note_loss(0, 0.0, 105.0)
    assert ben.outlet.losses[0] == (0.0, 105.0)


def test_the_latest_packet_that_a_slot_takes_is_still_sent(scene: Scene) -> None:
    ben = scene.add("ben")
    scene.talk(1)
    scene.number += 1
    scene.talk(LATE_PACKETS)
    late = scene.slot.stamp(2, 2 * 960, 960, 1.0)
    assert late is not None
    assert late.step == -LATE_PACKETS
    scene.fanout.forward(scene.slot, late, b"\x78late", None)
    assert ben.packets[-1].payload == b"\x78late"


def losing(listener: Listener, *, takes_red: bool = True) -> None:
    """Let a listener report loss in the first slot."""
    listener.outlet.takes_red = takes_red
    listener.outlet.note_loss(0, 0.05, 100.0)
    listener.outlet.settle(100.0, may_pack=False)


def test_who_reports_loss_gets_each_packet_with_the_one_before(scene: Scene) -> None:
    anna, ben = scene.add("anna"), scene.add("ben")
    losing(ben)
    scene.talk(1, opus=b"\x78one")
    scene.talk(1, opus=b"\x78two")
    first, second = ben.packets
    assert (first.payload_type, first.payload) == (111, b"\x78one")
    assert second.payload_type == 63
    # RFC 2198: another block follows, Opus, 960 samples ago, four bytes; then Opus to the end.
    assert second.payload == bytes((0xEF, 0x0F, 0x00, 0x04, 0x6F)) + b"\x78one" + b"\x78two"
    assert [packet.payload_type for packet in anna.packets] == [111, 111]


def test_who_loses_much_gets_each_packet_with_the_two_before(scene: Scene) -> None:
    ben = scene.add("ben")
    ben.outlet.takes_red = True
    ben.outlet.note_loss(0, MUCH_LOSS_FROM, 100.0)
    ben.outlet.settle(100.0, may_pack=False)
    for opus in (b"\x78one", b"\x78two", b"\x78three"):
        scene.talk(1, opus=opus)
    assert [packet.payload_type for packet in ben.packets] == [111, 63, 63]
    assert rtp.unred(ben.packets[1].payload) == (b"\x78two", [(960, b"\x78one")])
    assert rtp.unred(ben.packets[2].payload) == (
        b"\x78three",
        [(1_920, b"\x78one"), (960, b"\x78two")],
    )


def test_repeats_follow_the_loss(scene: Scene) -> None:
    ben = scene.add("ben")
    ben.outlet.takes_red = True
    forms = []
    for share in (LOSS_FROM / 2, LOSS_FROM, MUCH_LOSS_FROM, 0.6, LOSS_FROM):
        ben.outlet.note_loss(0, share, 100.0)
        ben.outlet.settle(100.0, may_pack=False)
        forms.append(ben.outlet.form)
    assert forms == [Form.SINGLE, Form.DOUBLE, Form.TRIPLE, Form.TRIPLE, Form.DOUBLE]


def test_a_form_is_chosen_once_a_second_whatever_is_reported_between(scene: Scene) -> None:
    ben = scene.add("ben")
    ben.outlet.takes_red = True
    for share in (0.05, 0.15) * 10:
        ben.outlet.note_loss(0, share, 100.0)
        assert ben.outlet.form is Form.SINGLE
    ben.outlet.settle(100.5, may_pack=False)
    assert ben.outlet.form is Form.TRIPLE


def test_of_two_repeats_the_older_one_is_left_out_where_both_do_not_fit(scene: Scene) -> None:
    ben = scene.add("ben")
    ben.outlet.takes_red = True
    ben.outlet.note_loss(0, MUCH_LOSS_FROM, 100.0)
    ben.outlet.settle(100.0, may_pack=False)
    scene.talk(1, opus=b"\x78" + bytes(1_000))
    scene.talk(1, opus=b"\x78" + bytes(300))
    scene.talk(1, opus=b"\x78x")
    assert rtp.unred(ben.packets[2].payload) == (b"\x78x", [(960, b"\x78" + bytes(300))])


def test_a_speaker_is_told_of_what_repeats_do_not_mend(scene: Scene) -> None:
    anna, ben = scene.add("anna"), scene.add("ben")
    anna.outlet.note_loss(0, 0.1, 100.0)
    assert scene.fanout.worst_loss(scene.slot, since_s=0.0) == pytest.approx(0.1)
    scene.fanout.remove(anna.outlet)
    ben.outlet.takes_red = True
    ben.outlet.note_loss(0, 0.1, 100.0)
    assert scene.fanout.worst_loss(scene.slot, since_s=0.0) == pytest.approx(0.001)


def test_who_takes_no_red_or_loses_nothing_gets_single_packets(scene: Scene) -> None:
    anna, ben = scene.add("anna"), scene.add("ben")
    losing(anna, takes_red=False)
    ben.outlet.takes_red = True
    ben.outlet.note_loss(0, 0.01, 100.0)
    ben.outlet.settle(100.0, may_pack=False)
    scene.talk(3)
    assert {packet.payload_type for one in (anna, ben) for packet in one.packets} == {111}


def test_single_packets_come_back_when_no_loss_was_reported_for_a_while(scene: Scene) -> None:
    ben = scene.add("ben")
    losing(ben)
    ben.outlet.settle(100.0 + LOSING_S - 1, may_pack=False)
    assert ben.outlet.form is Form.DOUBLE
    ben.outlet.settle(100.0 + LOSING_S + 1, may_pack=False)
    scene.talk(2)
    assert {packet.payload_type for packet in ben.packets} == {111}


def test_a_packet_from_too_long_ago_or_too_large_is_not_repeated(scene: Scene) -> None:
    ben = scene.add("ben")
    losing(ben)
    scene.talk(1, opus=b"\x78" + bytes(1_100))
    scene.talk(1)
    scene.number += 20  # 400 ms in which nothing came
    scene.talk(1)
    assert [packet.payload_type for packet in ben.packets] == [111, 111, 111]


def test_who_spoke_before_does_not_hear_themselves_out_of_the_next_ones_packets(
    scene: Scene,
) -> None:
    ben = scene.add("ben")
    losing(ben)
    scene.talk(2, but=ben, opus=b"\x78ben")
    scene.slot.open()
    scene.talk(2, opus=b"\x78anna")
    first, second = ben.packets
    assert (first.payload_type, first.payload) == (111, b"\x78anna")
    assert rtp.unred(second.payload) == (b"\x78anna", [(960, b"\x78anna")])


def test_two_packets_that_are_too_much_for_one_datagram_go_singly_to_everybody(
    scene: Scene,
) -> None:
    ben, cleo = scene.add("ben"), scene.add("cleo")
    losing(ben)
    scene.talk(2, opus=b"\x78" + bytes(700))
    scene.talk(1)
    assert [packet.payload_type for packet in ben.packets] == [111, 111, 63]
    assert cleo.sequences == [1, 2, 3]
