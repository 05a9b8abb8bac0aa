"""Ids sort by time."""

from datetime import UTC, datetime, timedelta

from salon.ids import Ids, created_at

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_ids_keep_growing_when_the_clock_jumps_back() -> None:
    ids = Ids()
    first = ids.new(NOON)
    assert ids.new(NOON - timedelta(hours=1)) > first


def test_ids_made_in_the_same_millisecond_differ() -> None:
    ids = Ids()
    assert len({ids.new(NOON) for _ in range(10_000)}) == 10_000


def test_an_id_tells_when_it_was_made() -> None:
    assert created_at(Ids().new(NOON)) == NOON


def test_a_restart_continues_after_the_largest_known_id() -> None:
    ids = Ids()
    known = ids.new(NOON + timedelta(days=400))
    restarted = Ids()
    restarted.never_below(known)
    assert restarted.new(NOON) == known + 1
