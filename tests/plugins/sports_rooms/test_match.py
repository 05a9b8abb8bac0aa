"""Score and clock as the sum of the moments that stand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salon.plugin import Conflict, NotFound
from salon_sports_rooms.clock import Minute, Phase, Press
from salon_sports_rooms.match import Kind, Match, Moment, Side

KICK_OFF = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)


def goal(id_: int, side: Side = Side.HOME, *, undone: bool = False) -> Moment:
    return Moment(id_, Kind.GOAL, KICK_OFF, Minute(1), side=side, undone=undone)


def pressed(id_: int, press: Press, minutes: int) -> Moment:
    at = KICK_OFF + timedelta(minutes=minutes)
    return Moment(id_, Kind.PERIOD, at, Minute(minutes), press=press)


def match(*moments: Moment) -> Match:
    return Match(1, "Rivage", "Montclar", 45 * 60, moments=moments)


def test_a_goal_counts_for_its_side() -> None:
    played = match(goal(1), goal(2, Side.AWAY), goal(3))
    assert (played.score(Side.HOME), played.score(Side.AWAY)) == (2, 1)


def test_only_goals_count() -> None:
    card = replace(goal(1), kind=Kind.CARD)
    assert match(card).score(Side.HOME) == 0


def test_what_was_taken_back_does_not_count() -> None:
    assert match(goal(1, undone=True), goal(2)).score(Side.HOME) == 1


def test_the_clock_is_what_was_pressed_and_stands() -> None:
    half = pressed(2, Press.HALF, 30)
    played = match(pressed(1, Press.START, 0), half)
    assert played.clock.phase is Phase.HALF_TIME
    undone = match(pressed(1, Press.START, 0), replace(half, undone=True))
    assert undone.clock.phase is Phase.FIRST_HALF
    assert undone.clock.elapsed_s(KICK_OFF + timedelta(minutes=35)) == 35 * 60


def test_of_the_presses_only_the_last_can_be_taken_back() -> None:
    played = match(pressed(1, Press.START, 0), goal(2), pressed(3, Press.HALF, 45))
    assert played.undoable(3).id == 3
    assert played.undoable(2).id == 2
    with pytest.raises(Conflict):
        played.undoable(1)


def test_the_last_that_stands_is_taken_back_when_none_is_named() -> None:
    assert match(goal(1), goal(2, undone=True)).undoable(None).id == 1


def test_nothing_is_taken_back_twice() -> None:
    with pytest.raises(NotFound):
        match(goal(1, undone=True)).undoable(1)
    with pytest.raises(NotFound):
        match(goal(1, undone=True)).undoable(None)


goals = st.lists(st.tuples(st.sampled_from(list(Side)), st.booleans()), max_size=30)


@given(goals)
def test_the_score_is_the_number_of_goals_that_stand(scored: Sequence[tuple[Side, bool]]) -> None:
    moments = [goal(at, side, undone=undone) for at, (side, undone) in enumerate(scored, 1)]
    played = match(*moments)
    for side in Side:
        assert played.score(side) == scored.count((side, False))


@given(goals)
def test_taking_back_everything_one_by_one_ends_at_nothing(
    scored: Sequence[tuple[Side, bool]],
) -> None:
    played = match(*(goal(at, side) for at, (side, _) in enumerate(scored, 1)))
    for _ in scored:
        last = played.undoable(None)
        after = [replace(m, undone=m.undone or m == last) for m in played.moments]
        played = replace(played, moments=after)
    assert played.standing == []
