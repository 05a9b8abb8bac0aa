"""Rate limits: by the clock, and never more memory than they were given."""

import pytest

from salon.errors import TooMany
from salon.services.limits import Paces, RateLimits
from salon.testing import PushedClock


def hit(rates: RateLimits, who: str) -> None:
    rates.hit("door", who, times=2, per_s=60, message="too often")


def test_what_is_too_often_is_refused_with_the_time_to_wait_and_taken_again_after_it() -> None:
    clock = PushedClock()
    rates = RateLimits(clock)
    hit(rates, "a")
    clock.advance(seconds=20)
    hit(rates, "a")
    assert rates.remaining("door", "a", times=2, per_s=60) == 0
    with pytest.raises(TooMany) as refused:
        hit(rates, "a")
    assert refused.value.retry_after_s == pytest.approx(40, abs=1)
    hit(rates, "b")
    clock.advance(seconds=41)
    hit(rates, "a")
    with pytest.raises(TooMany):
        hit(rates, "a")


def test_strangers_cannot_make_the_limits_grow() -> None:
    rates = RateLimits(PushedClock(), windows_max=100)
    for n in range(1_000):
        hit(rates, f"stranger {n}")
    assert len(rates) == 100


def test_whoever_came_just_now_is_not_forgotten_for_others() -> None:
    rates = RateLimits(PushedClock(), windows_max=3)
    for who in ("a", "b", "a", "c", "d"):
        hit(rates, who)
    with pytest.raises(TooMany):
        hit(rates, "a")


def test_the_pace_of_an_account_is_its_own_and_those_kept_are_few() -> None:
    paces = Paces(2, 1 / 60, kept=2)
    for account_id in (1, 1, 2):
        paces.take(account_id, 0.0, message="too fast")
    with pytest.raises(TooMany) as refused:
        paces.take(1, 0.0, message="too fast")
    assert refused.value.retry_after_s == pytest.approx(60)
    paces.take(2, 0.0, message="too fast")
    paces.take(3, 0.0, message="too fast")
    assert len(paces) == 2
