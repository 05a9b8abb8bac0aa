"""Ticks come ten times a second, alone or with what wakes the relay anyway."""

import asyncio
import math

import pytest
from tests.core.relay.conftest import PushedClock

from salon.relay.beat import EARLY_S, LOOK_S, TICK_S, Beat


class Beaten:
    """A beat, and what it did."""

    def __init__(self, clock: PushedClock) -> None:
        self.done: list[str] = []
        self.ticked = asyncio.Event()
        self.beat = Beat(clock.monotonic_s, lambda: self.done.append("look"), self._tick)

    def _tick(self, _now_s: float) -> None:
        self.done.append("tick")
        self.ticked.set()


@pytest.fixture
def beaten(clock: PushedClock) -> Beaten:
    return Beaten(clock)


async def test_where_nothing_wakes_the_relay_it_ticks_by_itself(beaten: Beaten) -> None:
    beaten.beat.start()
    await beaten.ticked.wait()
    beaten.ticked.clear()
    await beaten.ticked.wait()
    beaten.beat.stop()
    assert beaten.done == ["look", "tick"] * 2


async def test_whoever_is_awake_a_little_before_a_tick_takes_it_along(
    beaten: Beaten, clock: PushedClock
) -> None:
    beaten.beat.start()
    now_s = clock.monotonic_s()
    beaten.beat.take(now_s + TICK_S / 2)
    assert beaten.done == ["look"]
    beaten.beat.take(now_s + TICK_S - EARLY_S / 2)
    assert beaten.done == ["look", "look", "tick"]
    beaten.beat.take(now_s + TICK_S + EARLY_S)  # that one is done; the next is not due yet
    assert beaten.done[3:] == ["look"]
    beaten.beat.take(now_s + 2 * TICK_S - EARLY_S / 2)  # the grid has stayed
    assert beaten.done[4:] == ["look", "tick"]
    beaten.beat.stop()


async def test_one_that_is_late_is_left_to_its_timer(beaten: Beaten, clock: PushedClock) -> None:
    beaten.beat.start()
    beaten.beat.take(clock.monotonic_s() + 3 * TICK_S)
    assert beaten.done == ["look"]
    await beaten.ticked.wait()
    beaten.beat.stop()


async def test_looks_are_not_taken_along_by_each_of_many_packets(
    beaten: Beaten, clock: PushedClock
) -> None:
    assert beaten.beat.due_s > clock.monotonic_s() + TICK_S  # it has not begun
    beaten.beat.start()
    now_s = clock.monotonic_s() + LOOK_S
    beaten.beat.take(now_s)
    assert now_s < beaten.beat.due_s <= now_s + LOOK_S
    beaten.beat.stop()
    assert beaten.beat.due_s > now_s + TICK_S


async def test_what_a_look_finds_does_not_look_again_however_long_it_takes(
    clock: PushedClock,
) -> None:
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1
        clock.pushed_s += 10 * LOOK_S
        if clock.monotonic_s() >= beat.due_s:
            beat.take(clock.monotonic_s())

    beat = Beat(clock.monotonic_s, look, lambda _now_s: None)
    beat.start()
    beat.take(clock.monotonic_s())
    assert looks == 1
    assert clock.monotonic_s() < beat.due_s <= clock.monotonic_s() + LOOK_S
    beat.stop()
    beat.take(clock.monotonic_s())
    assert beat.due_s == math.inf
