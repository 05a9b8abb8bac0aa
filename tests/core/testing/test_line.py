"""The bad line is judged before anything is judged by it: it does what it says, and no more."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from salon.testing.line import DEAD, OVERTAKEN_S, PAGES, QUEUE_S, BadLine, Direction, Weather

LOOPBACK = "127.0.0.1"
MANY = 10_000
DATAGRAM_BYTES = 100
FRAME_S = 0.02
BOUND = 0.01  # of a share: over three standard deviations of the widest here
WITHIN_S = 5.0


def fates(weather: Weather, count: int = MANY) -> list[tuple[float, ...]]:
    """Return how much later each of so many datagrams arrives, one given every 20 ms."""
    direction = Direction(seed=1)
    direction.weather = weather
    given_s = [number * FRAME_S for number in range(count)]
    came_s = [direction.arrivals(DATAGRAM_BYTES, at_s) for at_s in given_s]
    assert direction.counts["given"] == count
    return [tuple(c - g for c in came) for came, g in zip(came_s, given_s, strict=True)]


def test_a_fine_line_changes_nothing() -> None:
    assert fates(Weather()) == [(0.0,)] * MANY


def test_a_dead_line_lets_nothing_through() -> None:
    assert fates(DEAD) == [()] * MANY


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2, 0.3])
def test_so_many_are_lost_as_it_says_and_each_by_itself(share: float) -> None:
    lost = [came == () for came in fates(Weather(lost=share))]
    assert sum(lost) / MANY == pytest.approx(share, abs=BOUND)
    pairs = sum(one and other for one, other in pairwise(lost))
    assert pairs / MANY == pytest.approx(share**2, abs=BOUND)


def test_so_many_come_twice_as_it_says() -> None:
    twice = sum(len(came) == 2 for came in fates(Weather(doubled=0.1)))
    assert twice / MANY == pytest.approx(0.1, abs=BOUND)


def test_so_many_are_overtaken_as_it_says() -> None:
    late = [came[0] for came in fates(Weather(overtaken=0.1)) if came[0]]
    assert len(late) / MANY == pytest.approx(0.1, abs=BOUND)
    assert late == pytest.approx([OVERTAKEN_S] * len(late))


def test_jitter_stays_within_its_bound_and_keeps_the_order() -> None:
    later_s = [came[0] for came in fates(Weather(delay_s=0.05, jitter_s=0.06))]
    assert 0.05 <= min(later_s) < max(later_s) <= 0.11
    assert sum(later_s) / MANY == pytest.approx(0.08 + 0.005, abs=0.005)  # waiting for one's turn
    arrived_s = [number * FRAME_S + later for number, later in enumerate(later_s)]
    assert arrived_s == sorted(arrived_s)


def test_a_slow_line_sends_at_its_rate_and_drops_what_would_wait_too_long() -> None:
    came = [each[0] for each in fates(Weather(kbit_per_s=25.6)) if each]  # half of what is given
    assert max(came) <= QUEUE_S
    assert len(came) / MANY == pytest.approx(0.5, abs=BOUND)


def test_a_slow_line_with_room_delays_by_what_sending_takes() -> None:
    later_s = [came[0] for came in fates(Weather(kbit_per_s=64))]
    assert later_s == pytest.approx([0.016] * MANY)  # 128 bytes with their headers


def test_the_same_seed_loses_the_same() -> None:
    assert fates(Weather(lost=0.1, jitter_s=0.01)) == fates(Weather(lost=0.1, jitter_s=0.01))


class End:
    """A socket at one end of a line."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(WITHIN_S)
        self._socket.bind((LOOPBACK, 0))

    @property
    def address(self) -> tuple[str, int]:
        return LOOPBACK, int(self._socket.getsockname()[1])

    def send(self, datagram: bytes, to: tuple[str, int]) -> None:
        self._socket.sendto(datagram, to)

    async def receive(self) -> tuple[bytes, tuple[str, int]]:
        return await asyncio.to_thread(self._socket.recvfrom, 2_000)

    def close(self) -> None:
        self._socket.close()


@asynccontextmanager
async def standing_line() -> AsyncIterator[tuple[BadLine, End, list[End]]]:
    """Yield a line, the server's end and two pages'."""
    server, pages = End(), [End(), End()]
    async with BadLine(server.address[1]) as line:
        yield line, server, pages
    for end in (server, *pages):
        end.close()


async def test_each_page_gets_what_the_server_sends_to_it() -> None:
    async with standing_line() as (line, server, pages):
        seen = []
        for page in pages:
            page.send(b"hello", (LOOPBACK, line.port))
            datagram, address = await server.receive()
            assert datagram == b"hello"
            seen.append(address)
        assert len(set(seen)) == len(pages)
        for page, address in zip(pages, seen, strict=True):
            server.send(b"to %d" % address[1], address)
            assert await page.receive() == (b"to %d" % address[1], (LOOPBACK, line.port))


async def test_a_page_that_was_not_heard_for_long_makes_room_for_another() -> None:
    async with standing_line() as (line, server, pages):
        first, last = pages
        first.send(b"hello", (LOOPBACK, line.port))
        _, of_first = await server.receive()
        crowd = [End() for _ in range(PAGES - 1)]
        for page in (*crowd, last):
            page.send(b"hello", (LOOPBACK, line.port))
            await server.receive()
            page.close()
        first.send(b"again", (LOOPBACK, line.port))
        datagram, now_of_first = await server.receive()
        assert datagram == b"again"
        assert now_of_first != of_first


async def test_each_direction_has_weather_of_its_own() -> None:
    async with standing_line() as (line, server, (page, _)):
        page.send(b"first", (LOOPBACK, line.port))
        _, address = await server.receive()
        line.down.weather, line.up.weather = DEAD, Weather(doubled=1.0, delay_s=0.05)
        server.send(b"lost", address)
        loop = asyncio.get_running_loop()
        sent_s = loop.time()
        page.send(b"twice", (LOOPBACK, line.port))
        assert [(await server.receive())[0] for _ in range(2)] == [b"twice", b"twice"]
        assert loop.time() - sent_s >= 0.05 - 0.002  # the loop's own grain
        line.down.weather = Weather()
        server.send(b"again", address)
        assert (await page.receive())[0] == b"again"
        assert line.down.counts["lost"] == 1
