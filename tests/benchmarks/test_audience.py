"""The load generator is judged before servers are judged by it: it tells what really came."""

import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from _audience import Audience, RtpEar, Tally
from _figures import percentile
from _stage import Stage, spoken
from _voice import Voice

from salon.testing import Person, Server
from salon.testing.line import BadLine, Weather

PACKETS = 100
BESIDE = 6  # checks and reports that pass while so many packets are said


def tally_of(numbers: list[int], modulus: int = 256) -> Tally:
    tally = Tally(modulus)
    for number in numbers:
        tally.note(number % modulus)
    return tally


def test_what_comes_in_order_is_neither_lost_nor_late() -> None:
    tally = tally_of(list(range(200, 1_200)))
    assert (tally.came, tally.lost, tally.late, tally.repeated) == (1_000, 0, 0, 0)


@pytest.mark.parametrize("seed", range(10))
def test_numbers_left_out_are_lost_until_they_come_and_doubles_count_once(seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311 the same each time
    left_out = {n for n in range(1, 999) if drawn.random() < 0.1}
    late = {n for n in left_out if drawn.random() < 0.3}
    numbers = [n for n in range(1_000) if n not in left_out]
    for number in late:
        numbers.insert(min(n for n, at in enumerate(numbers) if at > number) + 3, number)
    doubled = [number for number in numbers for _ in range(1 + (drawn.random() < 0.1))]
    tally = tally_of(doubled)
    assert tally.came == len(numbers)
    assert tally.lost == len(left_out - late)
    assert tally.late == len(late)
    assert tally.repeated == len(doubled) - len(numbers)


def test_what_was_lost_before_is_not_counted_again() -> None:
    tally = tally_of([1, 2, 5])
    tally.begin()
    tally.note(6)
    assert (tally.came, tally.lost) == (1, 0)


@asynccontextmanager
async def stage(
    server: Server, speaks: Person, listens: Person
) -> AsyncIterator[tuple[Stage, BadLine]]:
    """A speaker and one listener, who is on a bad line."""
    room = speaks.room("Kitchen table")
    speaker, listener, audience = Voice(), Voice(), Audience()
    async with BadLine(server.media_port) as line:
        await speaker.speak(speaks, room)
        await listener.join(listens, room, port=line.port)
        audience.seat(RtpEar(listener, {}))
        yield Stage("a server", os.getpid(), [speaker.say], nobody, audience), line
        await audience.close()
    speaker.close()


async def nobody(_numbers: range) -> None:
    """The room stays as it is."""


async def test_on_a_fine_line_all_is_heard_and_young(
    server: Server, owner: Person, alice: Person
) -> None:
    async with stage(server, owner, alice) as (played, _):
        heard = (await spoken(played, PACKETS)).heard
    assert (heard.frames, heard.lost, heard.late, heard.repeated) == (PACKETS, 0, 0, 0)
    assert 0 < percentile(heard.ages_ms, 0.5) < 20


async def test_a_run_on_a_bad_line_is_refused_and_told_as_it_was(
    server: Server, owner: Person, alice: Person
) -> None:
    async with stage(server, owner, alice) as (played, line):
        line.down.weather = Weather(lost=0.2, doubled=0.2, overtaken=0.2)
        with pytest.raises(RuntimeError, match=f"of {PACKETS} frames only"):
            await spoken(played, PACKETS)
        heard = played.audience.heard()
    assert heard.frames == PACKETS - heard.lost
    told = {"lost": heard.lost, "doubled": heard.repeated, "overtaken": heard.late}
    for fate, times in told.items():
        happened = line.down.counts[fate]
        assert happened - BESIDE <= times <= happened
        assert times > PACKETS / 20
