"""The clock of a match, press by press."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salon.plugin import Conflict, Invalid
from salon_sports_rooms.clock import ELAPSED_MAX_S, MatchClock, Minute, Phase, Press

KICK_OFF = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)
HALF_S = 45 * 60


def after(minutes: float) -> datetime:
    return KICK_OFF + timedelta(minutes=minutes)


def played(*presses: tuple[Press, float]) -> MatchClock:
    """Return the clock after presses, each at so many minutes after kick-off."""
    clock = MatchClock(HALF_S)
    for press, minutes in presses:
        clock = clock.pressed(press, after(minutes))
    return clock


WHOLE_MATCH = ((Press.START, 0), (Press.HALF, 47), (Press.START, 62), (Press.END, 110))


def test_a_match_has_two_halves_and_ends() -> None:
    phases = [played(*WHOLE_MATCH[:n]).phase for n in range(5)]
    assert phases == [
        Phase.BEFORE,
        Phase.FIRST_HALF,
        Phase.HALF_TIME,
        Phase.SECOND_HALF,
        Phase.AFTER,
    ]


def test_the_second_half_begins_at_the_length_of_a_half() -> None:
    clock = played(*WHOLE_MATCH[:3])
    assert clock.elapsed_s(after(62)) == HALF_S
    assert clock.elapsed_s(after(72)) == HALF_S + 600


def test_a_pause_is_not_played() -> None:
    clock = played((Press.START, 0), (Press.PAUSE, 10), (Press.START, 15))
    assert clock.elapsed_s(after(20)) == 15 * 60


def test_a_clock_that_is_set_goes_on_from_there() -> None:
    clock = played((Press.START, 0)).pressed(Press.SET, after(1), 600)
    assert clock.elapsed_s(after(2)) == 660


def test_a_paused_clock_that_is_set_stays_paused() -> None:
    clock = played((Press.START, 0), (Press.PAUSE, 5)).pressed(Press.SET, after(6), 600)
    assert not clock.is_running
    assert clock.elapsed_s(after(60)) == 600


@pytest.mark.parametrize(
    ("presses", "at_minutes", "expected"),
    [
        ((), 0, Minute(0)),
        (WHOLE_MATCH[:1], 0, Minute(1)),
        (WHOLE_MATCH[:1], 38.2, Minute(39)),
        (WHOLE_MATCH[:1], 44.9, Minute(45)),
        (WHOLE_MATCH[:1], 45, Minute(45, 1)),
        (WHOLE_MATCH[:1], 46.5, Minute(45, 2)),
        ((*WHOLE_MATCH[:1], (Press.HALF, 45)), 55, Minute(45)),
        (WHOLE_MATCH[:2], 55, Minute(45, 2)),
        (WHOLE_MATCH[:3], 62, Minute(46)),
        (WHOLE_MATCH[:3], 109, Minute(90, 3)),
        (WHOLE_MATCH, 200, Minute(90, 3)),
    ],
)
def test_the_nth_minute_is_minute_n_and_what_is_added_counts_from_the_half(
    presses: tuple[tuple[Press, float], ...], at_minutes: float, expected: Minute
) -> None:
    assert played(*presses).minute(after(at_minutes)) == expected


@pytest.mark.parametrize(
    ("presses", "press"),
    [
        ((), Press.PAUSE),
        ((), Press.HALF),
        ((), Press.END),
        (WHOLE_MATCH[:1], Press.START),
        (WHOLE_MATCH[:2], Press.PAUSE),
        (WHOLE_MATCH[:2], Press.HALF),
        (WHOLE_MATCH[:3], Press.HALF),
        *((WHOLE_MATCH, press) for press in Press if press is not Press.SET),
    ],
)
def test_a_press_at_the_wrong_time_is_refused(
    presses: tuple[tuple[Press, float], ...], press: Press
) -> None:
    with pytest.raises(Conflict):
        played(*presses).pressed(press, after(300))


@pytest.mark.parametrize("presses", [(), WHOLE_MATCH[:2], WHOLE_MATCH])
def test_a_clock_is_set_only_during_a_half(presses: tuple[tuple[Press, float], ...]) -> None:
    with pytest.raises(Conflict):
        played(*presses).pressed(Press.SET, after(300), HALF_S)


@pytest.mark.parametrize("elapsed_s", [-1, HALF_S - 1, ELAPSED_MAX_S + 1])
def test_a_second_half_is_set_within_itself(elapsed_s: int) -> None:
    with pytest.raises(Invalid):
        played(*WHOLE_MATCH[:3]).pressed(Press.SET, after(70), elapsed_s)


def test_only_setting_takes_seconds() -> None:
    with pytest.raises(Invalid):
        MatchClock(HALF_S).pressed(Press.START, KICK_OFF, 5)
    with pytest.raises(Invalid):
        played(*WHOLE_MATCH[:1]).pressed(Press.SET, after(5))


# -- what is true whatever keepers press

presses = st.lists(
    st.tuples(st.sampled_from(list(Press)), st.integers(0, 5_000), st.integers(0, 20_000)),
    max_size=30,
)


def any_clock(pressed: list[tuple[Press, int, int]]) -> tuple[MatchClock, datetime]:
    """Press whatever is not refused, some seconds after the one before."""
    clock, at = MatchClock(HALF_S), KICK_OFF
    for press, pause_s, elapsed_s in pressed:
        at += timedelta(seconds=pause_s)
        try:
            clock = clock.pressed(press, at, elapsed_s if press is Press.SET else None)
        except (Conflict, Invalid):
            continue
    return clock, at


@given(presses)
def test_a_clock_runs_only_during_a_half(pressed: list[tuple[Press, int, int]]) -> None:
    clock, _at = any_clock(pressed)
    assert not clock.is_running or clock.phase in {Phase.FIRST_HALF, Phase.SECOND_HALF}


@given(presses, st.integers(0, 7_200))
def test_a_clock_goes_forward_by_what_has_passed_or_stands(
    pressed: list[tuple[Press, int, int]], later_s: int
) -> None:
    clock, at = any_clock(pressed)
    went_s = clock.elapsed_s(at + timedelta(seconds=later_s)) - clock.elapsed_s(at)
    assert went_s == (later_s if clock.is_running else 0)


@given(presses)
def test_a_second_half_never_shows_less_than_a_half(pressed: list[tuple[Press, int, int]]) -> None:
    clock, at = any_clock(pressed)
    if clock.phase is Phase.SECOND_HALF:
        assert clock.elapsed_s(at) >= HALF_S


@given(presses)
def test_a_minute_never_passes_the_end_of_its_half(pressed: list[tuple[Press, int, int]]) -> None:
    clock, at = any_clock(pressed)
    minute = clock.minute(at)
    assert 0 <= minute.minute <= 90
    assert minute.added == 0 or minute.minute in {45, 90}
