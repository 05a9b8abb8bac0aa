"""Many listeners at once, over real sockets: each gets what it would have got alone."""

import gc
import os
import select
import socket
import weakref
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from pylibsrtp import Policy, Session

from salon.relay import batch, crowd, rtp, srtp
from salon.relay.fanout import FanOut
from salon.relay.outlet import Outlet
from salon.relay.port import SocketPath
from salon.relay.room import Slot
from salon.relay.srtp import PROFILES, Keys

SOUND = b"\x78sound"


class Listener:
    """An outlet and the socket at its far end."""

    def __init__(self, server: socket.socket, number: int, profile: srtp.Profile) -> None:
        self.socket = socket.socket(server.family, socket.SOCK_DGRAM)
        self.socket.bind((server.getsockname()[0], 0))
        self.socket.settimeout(0)
        material = bytes((number + at) % 256 for at in range(profile.material_bytes))
        keys = Keys.from_material(profile, material)
        self.outlet = Outlet(keys, (server, self.socket.getsockname()), [0, 0])
        self._incoming = Session(keys._policy(keys.server, Policy.SSRC_ANY_INBOUND))

    def take(self) -> list[rtp.RtpPacket]:
        """Return what has come."""
        packets: list[rtp.RtpPacket] = []
        while True:
            try:
                datagram = self.socket.recv(2_048)
            except BlockingIOError:
                return packets
            packets.append(rtp.parse(self._incoming.unprotect(datagram)))


class Hall:
    """A server's socket, listeners, and one slot in which somebody talks."""

    def __init__(self, family: int) -> None:
        self.server = socket.socket(family, socket.SOCK_DGRAM)
        self.server.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        self.counts: Counter[str] = Counter()
        self.alone = 0
        self.fanout = FanOut(self._send, self.counts)
        self.slot = Slot(0)
        self.slot.open()
        self.listeners: list[Listener] = []
        self._number = 0

    def _send(self, datagram: bytes, path: SocketPath) -> bool:
        self.alone += 1
        path[0].sendto(datagram, path[1])
        return True

    def add(self, count: int, profile: srtp.Profile = PROFILES[0]) -> list[Listener]:
        came = [Listener(self.server, len(self.listeners) + n, profile) for n in range(count)]
        for listener in came:
            self.fanout.add(listener.outlet)
        self.listeners += came
        return came

    def talk(self, packets: int = 1, *, but: Listener | None = None, opus: bytes = SOUND) -> None:
        for _ in range(packets):
            self._number += 1
            self.late(self._number, but=but, opus=opus)

    def late(self, number: int, *, but: Listener | None = None, opus: bytes = SOUND) -> None:
        stamp = self.slot.stamp(number, number * 960, 960, number / 50)
        assert stamp is not None
        self.fanout.forward(self.slot, stamp, opus, None if but is None else but.outlet)

    def skip(self) -> int:
        """Leave a number out, for a packet that is late."""
        self._number += 1
        return self._number

    def close(self) -> None:
        for one in (self.server, *(listener.socket for listener in self.listeners)):
            one.close()


@pytest.fixture(params=[socket.AF_INET, socket.AF_INET6], ids=["ipv4", "ipv6"])
def hall(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    monkeypatch.setattr(crowd, "BATCH_FROM", 4)
    hall = Hall(request.param)
    yield hall
    hall.close()


def test_the_library_beneath_is_as_it_is_used() -> None:
    assert batch.is_possible


def test_each_of_many_gets_every_packet_under_its_own_keys(hall: Hall) -> None:
    hall.add(150)
    hall.talk(3)
    for listener in hall.listeners:
        came = listener.take()
        assert [packet.sequence for packet in came] == [1, 2, 3]
        assert [packet.timestamp for packet in came] == [960, 1_920, 2_880]
        assert {(p.payload, p.payload_type, p.ssrc) for p in came} == {(SOUND, 111, 1_000)}
    assert hall.alone == 0
    assert hall.counts["forwarded"] == 450


@pytest.mark.parametrize("place", [0, 63, 64, 99])
def test_the_speaker_is_left_out_and_sees_no_gap_later(hall: Hall, place: int) -> None:
    hall.add(100)
    speaker = hall.listeners[place]
    hall.talk(5, but=speaker)
    assert speaker.take() == []
    hall.talk(1)
    assert [packet.sequence for packet in speaker.take()] == [1]
    others = [listener.take() for listener in hall.listeners if listener is not speaker]
    assert {tuple(p.sequence for p in came) for came in others} == {(1, 2, 3, 4, 5, 6)}


def test_speakers_and_latecomers_among_many_hear_under_numbers_of_their_own(hall: Hall) -> None:
    first = hall.add(30)
    hall.talk(3, but=first[4])
    late = hall.add(30)
    hall.talk(2, but=late[7])
    hall.talk(2, but=first[4])
    came = [[packet.timestamp // 960 for packet in one.take()] for one in hall.listeners]
    assert came.pop(37) == [6, 7]
    assert came.pop(4) == [4, 5]
    assert came == [[1, 2, 3, 4, 5, 6, 7]] * 29 + [[4, 5, 6, 7]] * 29
    assert [one.outlet.number(0) for one in (first[0], first[4], late[0], late[7])] == [7, 2, 4, 2]


def test_listeners_of_both_ciphers_are_served(hall: Hall) -> None:
    hall.add(5, PROFILES[0])
    hall.add(5, PROFILES[1])
    hall.talk(2)
    assert [len(listener.take()) for listener in hall.listeners] == [2] * 10
    assert hall.alone == 0


def test_a_late_packet_reaches_those_who_were_there_and_no_latecomer(hall: Hall) -> None:
    old = hall.add(5)
    hall.talk()
    late = hall.skip()
    hall.talk()
    (new,) = hall.add(1)
    hall.late(late)
    hall.talk()
    assert [packet.sequence for packet in old[0].take()] == [1, 3, 2, 4]
    assert [packet.timestamp for packet in new.take()] == [4 * 960]


def test_who_moved_is_served_where_they_are(hall: Hall) -> None:
    listener, *_ = hall.add(5)
    hall.talk()
    listener.take()
    with socket.socket(hall.server.family, socket.SOCK_DGRAM) as elsewhere:
        elsewhere.bind((hall.server.getsockname()[0], 0))
        listener.outlet.path = (hall.server, elsewhere.getsockname())
        hall.talk()
        elsewhere.settimeout(5)
        assert elsewhere.recv(2_048)
    assert listener.take() == []


def test_who_reports_loss_gets_packets_twice_and_the_others_once(hall: Hall) -> None:
    losing, plain = hall.add(5), hall.add(5)
    for listener in losing:
        listener.outlet.takes_red = True
        listener.outlet.note_loss(0, 0.1, 0.0)
        listener.outlet.settle(0.0, may_pack=False)
    hall.talk(2)
    assert {tuple(p.payload_type for p in one.take()) for one in losing} == {(111, 63)}
    assert {tuple(p.payload_type for p in one.take()) for one in plain} == {(111, 111)}
    assert hall.alone == 0


def test_who_only_listens_gets_three_frames_at_a_time_and_the_others_one(hall: Hall) -> None:
    passive, active = hall.add(100), hall.add(5)
    for listener in passive:
        listener.outlet.settle(0.0, may_pack=True)
    hall.talk(6)
    passive[70].outlet.unpack()
    hall.talk(3)
    three = b"\x7b\x83\5\5" + 3 * SOUND[1:]
    came = [[p.payload for p in listener.take()] for listener in passive]
    assert came.pop(70) == [three, three, SOUND, SOUND, SOUND]
    assert all(one == [three, three, three] for one in came)
    assert {tuple(p.payload for p in one.take()) for one in active} == {(SOUND,) * 9}
    assert (hall.alone, hall.counts["packed"]) == (0, 99 * 3 + 2)


def test_large_packets_fit_too(hall: Hall) -> None:
    hall.add(5)
    large = b"\x78" + bytes(1_200)
    for opus in (SOUND, large, SOUND):
        hall.talk(opus=opus)
    assert [p.payload for p in hall.listeners[4].take()] == [SOUND, large, SOUND]


def test_an_address_that_refuses_costs_the_others_nothing(hall: Hall) -> None:
    gone, *others = hall.add(8)
    gone.socket.close()
    hall.talk(5)  # the kernel tells of the refusal at one of the next packets
    assert [len(listener.take()) for listener in others] == [5] * 7


def test_who_leaves_gets_nothing_more(hall: Hall) -> None:
    leaving, *staying = hall.add(6)
    hall.talk()
    hall.fanout.remove(leaving.outlet)
    hall.talk()
    assert len(leaving.take()) == 1
    assert [len(listener.take()) for listener in staying] == [2] * 5


def test_a_few_are_sent_to_one_by_one(hall: Hall) -> None:
    hall.add(2)
    hall.talk()
    assert hall.alone == 2
    assert [len(listener.take()) for listener in hall.listeners] == [1, 1]


def test_nothing_is_sent_to_whoever_has_the_number_of_a_socket_that_was_closed(hall: Hall) -> None:
    hall.add(5)
    hall.talk()
    number = hall.server.fileno()
    hall.server.close()
    os.dup2(hall.listeners[0].socket.fileno(), number)  # as the kernel does with what comes next
    try:
        hall.talk()
    finally:
        os.close(number)
    assert [len(listener.take()) for listener in hall.listeners] == [1] * 5
    assert hall.counts["dropped.unsent"] == 5


def test_nothing_is_kept_of_many_who_have_left(hall: Hall) -> None:
    hall.add(20)
    hall.talk()
    sessions = [weakref.ref(listener.outlet.session) for listener in hall.listeners]
    while hall.listeners:
        listener = hall.listeners.pop()
        hall.fanout.remove(listener.outlet)
        listener.socket.close()
    del listener
    gc.collect()
    assert [session for session in sessions if session() is not None] == []


def test_numbers_wrap_also_while_many_become_few_and_many_again(hall: Hall) -> None:
    staying, *others = hall.add(6)
    staying.outlet.numbers[0] = (1 << 16) - 3
    hall.talk(2)
    for listener in others:
        hall.fanout.remove(listener.outlet)
    hall.talk(2)  # one by one, over the wrap
    for listener in others:
        hall.fanout.add(listener.outlet)
    hall.talk(2)
    assert [p.sequence for p in staying.take()] == [65_534, 65_535, 0, 1, 2, 3]
    assert hall.alone == 2


def test_the_first_listener_does_not_wait_for_the_last_ones_cipher(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_, last = hall.add(150)
    protect, send = batch._lib.srtp_protect, batch._send_many
    done: list[object] = []
    seen: list[tuple[int, bool, bool]] = []

    def protecting(*given: Any) -> Any:
        done.append(given)
        return protect(*given)

    def sending(*given: Any) -> Any:
        seen.append((len(done), waits(first), waits(last)))
        return send(*given)

    monkeypatch.setattr(batch, "_lib", SimpleNamespace(srtp_protect=protecting))
    monkeypatch.setattr(batch, "_send_many", sending)
    hall.talk()
    assert seen == [(64, False, False), (128, True, False), (150, True, False)]
    assert waits(last)


def waits(listener: Listener) -> bool:
    """Return whether something has come that nobody has taken."""
    return bool(select.select([listener.socket], [], [], 0)[0])
