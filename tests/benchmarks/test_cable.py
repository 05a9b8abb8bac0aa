"""The cable is judged before anything is judged over it: what it loses is what does not come."""

import ctypes
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from _cable import Cable, laid_cable
from _figures import NotPossible

from salon.testing.fixtures import lacking
from salon.testing.line import DEAD, FINE, Weather

# It lays cables, and servers of other tests would take their addresses for the machine's own.
pytestmark = pytest.mark.alone

MANY = 1_000
BOUND = 0.05  # of a share: four standard deviations
AT_ONCE = 50  # what a socket's buffer holds for sure
WITHIN_S = 0.2
CLONE_NEWNET = 0x40000000
HEADERS_BYTES = 42  # of Ethernet, IPv4 and UDP, which fill a slow line as well


@dataclass
class Ends:
    """A socket at each end, that of the page connected to ours."""

    cable: Cable
    ours: socket.socket
    theirs: socket.socket

    def up(self, count: int = MANY) -> int:
        """Send so many from the page; return how many came."""
        return sent(self.theirs, self.ours, count)

    def down(self, count: int = MANY) -> int:
        return sent(self.ours, self.theirs, count)


def sent(by: socket.socket, to: socket.socket, count: int) -> int:
    came = 0
    for _ in range(count // AT_ONCE):
        for _ in range(AT_ONCE):
            by.send(b"sound")
        came += waiting(to)
    return came


def waiting(at: socket.socket, within_s: float = 0.0) -> int:
    """Return how many datagrams are there, or come in this time."""
    came, until_s = 0, time.monotonic() + within_s
    while True:
        try:
            at.recv(2_000)
            came += 1
        except BlockingIOError:
            if time.monotonic() >= until_s:
                return came


def socket_within(name: str) -> socket.socket:
    """Return a socket that stays in a namespace: a thread goes in, makes it, and ends."""
    made: list[socket.socket] = []

    def make() -> None:
        namespace = os.open(f"/var/run/netns/{name}", os.O_RDONLY)
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(namespace, CLONE_NEWNET) == 0:
            made.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        os.close(namespace)

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    return made[0]


@contextmanager
def ends_of(cable: Cable) -> Iterator[Ends]:
    with ExitStack() as stack:
        ours = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        theirs = stack.enter_context(socket_within(cable.name))
        ours.bind((cable.here, 0))
        theirs.connect(ours.getsockname())
        ours.connect(theirs.getsockname())
        for one in (ours, theirs):
            one.setblocking(False)  # noqa: FBT003 the socket's own signature
        yield Ends(cable, ours, theirs)


@pytest.fixture
def ends() -> Iterator[Ends]:
    with ExitStack() as stack:
        try:
            cable = stack.enter_context(laid_cable())
        except NotPossible as reason:
            lacking(str(reason))
        yield stack.enter_context(ends_of(cable))


def test_on_a_fine_cable_all_comes(ends: Ends) -> None:
    assert (ends.up(), ends.down()) == (MANY, MANY)


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_what_is_lost_one_way_is_what_does_not_come_and_the_other_way_is_fine(
    ends: Ends, share: float
) -> None:
    for weathers in ((Weather(lost=share), FINE), (FINE, Weather(lost=share))):
        ends.cable.change(*weathers)
        before = ends.cable.carried()
        came = (ends.up(), ends.down())
        carried = [now.since(then) for now, then in zip(ends.cable.carried(), before, strict=True)]
        for each, arrived, weather in zip(carried, came, weathers, strict=True):
            assert each.given == MANY
            assert arrived == MANY - each.lost
            assert each.share_lost == pytest.approx(weather.lost, abs=BOUND)


def test_a_dead_cable_lets_nothing_through_until_it_is_mended(ends: Ends) -> None:
    ends.cable.change(DEAD, DEAD)
    assert (ends.up(), ends.down()) == (0, 0)
    ends.cable.change(FINE, FINE)
    assert (ends.up(), ends.down()) == (MANY, MANY)


@pytest.mark.parametrize("way", ["up", "down"])
def test_a_slow_cable_carries_what_it_says_and_drops_the_rest(ends: Ends, way: str) -> None:
    slow = Weather(kbit_per_s=64)
    ends.cable.change(*((slow, FINE) if way == "up" else (FINE, slow)))
    by, to = (ends.theirs, ends.ours) if way == "up" else (ends.ours, ends.theirs)
    began_s, came = time.monotonic(), 0
    while time.monotonic() - began_s < 1.0:
        by.send(bytes(158))
        came += waiting(to, within_s=0.005)
    kbit_per_s = came * (158 + HEADERS_BYTES) * 8 / 1_000
    assert 55 <= kbit_per_s <= 64 + 13  # the bucket was full when it began


def test_what_is_turned_comes_to_the_other_port_and_answers_seem_to_come_from_the_first(
    ends: Ends,
) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
        socket_within(ends.cable.name) as new,
    ):
        other.bind((ends.cable.here, 0))
        other.settimeout(WITHIN_S)
        new.settimeout(WITHIN_S)
        ends.cable.turn(other.getsockname()[1])
        new.connect(ends.ours.getsockname())
        new.send(b"asked")
        asked, page = other.recvfrom(100)
        other.sendto(b"answered", page)
        assert (asked, new.recv(100)) == (b"asked", b"answered")
        assert page[0] == ends.cable.there


def test_cables_that_lie_at_the_same_time_are_others(ends: Ends, tmp_path: Path) -> None:
    with laid_cable() as other:
        assert other.name != ends.cable.name
        assert other.here != ends.cable.here
        assert other.program(tmp_path, "/bin/sh") != ends.cable.program(tmp_path, "/bin/sh")


def test_a_cable_is_gone_when_it_was_needed() -> None:
    for _ in range(2):
        try:
            with laid_cable() as cable:
                assert cable.name in {name for _, name in socket.if_nameindex()}
        except NotPossible as reason:
            lacking(str(reason))
        assert cable.name not in {name for _, name in socket.if_nameindex()}
        assert not Path(f"/var/run/netns/{cable.name}").exists()
