"""Ids sort by time."""

import sys
from concurrent.futures import ThreadPoolExecutor
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


def test_two_threads_never_get_the_same_id() -> None:
    ids, now = Ids(), datetime.now(UTC)
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(2) as threads:
            halves = threads.map(lambda _n: [ids.new(now) for _ in range(50_000)], range(2))
            made = [id_ for half in halves for id_ in half]
    finally:
        sys.setswitchinterval(before_s)
    assert len(set(made)) == len(made)
