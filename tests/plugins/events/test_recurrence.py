"""Rules of recurrence: what they mean, what they do when clocks change, and what is not taken."""

import re
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salon.plugin import Invalid
from salon_events.recurrence import RULE_MAX_CHARACTERS, instant, read_rule, zone_of

wall = datetime.fromisoformat
FIRST = wall("2026-11-26T20:00")  # a Thursday, the last of its month
YEAR = FIRST + timedelta(days=366)


def days(rule: str, first: datetime = FIRST, *, most: int = 3) -> list[str]:
    found = read_rule(rule, first).starts(first, after=None, until=YEAR, most=most)
    return [f"{start:%m-%d}" for start in found]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY", ["11-26", "11-27", "11-28"]),
        ("FREQ=WEEKLY", ["11-26", "12-03", "12-10"]),
        ("FREQ=WEEKLY;BYDAY=TU,TH", ["11-26", "12-01", "12-03"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", ["11-26", "12-10", "12-24"]),
        ("FREQ=MONTHLY;BYDAY=4TH", ["11-26", "12-24", "01-28"]),
        ("FREQ=MONTHLY;BYDAY=-1TH", ["11-26", "12-31", "01-28"]),
        ("FREQ=MONTHLY;BYMONTHDAY=26", ["11-26", "12-26", "01-26"]),
        ("FREQ=YEARLY", ["11-26", "11-26"]),
        ("FREQ=WEEKLY;COUNT=2", ["11-26", "12-03"]),
        ("FREQ=WEEKLY;UNTIL=20261203", ["11-26", "12-03"]),
    ],
)
def test_a_rule_gives_the_days_that_one_expects(rule: str, expected: list[str]) -> None:
    assert days(rule) == expected


def test_a_month_without_that_day_is_left_out() -> None:
    assert days("FREQ=MONTHLY;BYMONTHDAY=31", wall("2026-12-31T20:00")) == [
        "12-31", "01-31", "03-31",
    ]  # fmt: skip
    assert days("FREQ=MONTHLY;BYMONTHDAY=-1", wall("2026-11-30T20:00")) == [
        "11-30", "12-31", "01-31",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "rule",
    [
        "", "FREQ", "FREQ=", "FREQ=SECONDLY", "FREQ=HOURLY;INTERVAL=1", "freq=daily",
        "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=100", "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;COUNT=501", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=1;UNTIL=20270101",
        "FREQ=DAILY;UNTIL=20270231", "FREQ=DAILY;UNTIL=20270101T000000Z", "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYYEARDAY=366", "FREQ=DAILY;BYHOUR=1",
        "FREQ=MONTHLY;BYDAY=TH", "FREQ=MONTHLY;BYDAY=6TH", "FREQ=MONTHLY;BYDAY=4TH,1MO",
        "FREQ=WEEKLY;BYDAY=4TH", "FREQ=WEEKLY;BYDAY=XX", "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYDAY=4TH;BYMONTHDAY=26", "FREQ=DAILY;WKST=MO;X=1", "RRULE:FREQ=DAILY",
        "FREQ=DAILY\nEXDATE:20261201", "FREQ=DAILY;COUNT=\u0661", "A=1;" * 60,
    ],
)  # fmt: skip
def test_a_rule_that_is_not_for_planning_is_refused(rule: str) -> None:
    with pytest.raises(Invalid):
        read_rule(rule, FIRST)


@pytest.mark.parametrize("rule", ["FREQ=WEEKLY;BYDAY=FR", "FREQ=MONTHLY;BYDAY=1TH"])
def test_a_first_day_that_does_not_fit_is_refused(rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_rule(rule, FIRST)
    assert refused.value.reason == "events.first_day"


RULES = st.from_regex(
    re.compile(
        r"FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;INTERVAL=[1-9][0-9]?)?(;COUNT=[1-9][0-9]{0,2})?"
        r"(;UNTIL=20[0-9]{6})?(;BYDAY=(-1|[1-5])?(MO|TU|WE|TH|FR|SA|SU))?(;BYMONTHDAY=(-1|[1-9]))?"
    ),
    fullmatch=True,
)


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(RULES, st.text(max_size=RULE_MAX_CHARACTERS + 9)),
    st.dates(date(2026, 1, 1), date(2031, 12, 31)),
)
def test_no_rule_takes_long_or_gives_more_than_was_wanted(rule: str, day: object) -> None:
    first = datetime.fromisoformat(f"{day}T20:00")
    began_s = time.process_time()
    try:
        found = read_rule(rule, first)
    except Invalid:
        return
    finally:
        assert time.process_time() - began_s < 0.5
    until = first + timedelta(days=366)
    starts = found.starts(first, after=None, until=until, most=60)
    late = found.starts(first, after=first + timedelta(days=3_650), until=until, most=60)
    assert time.process_time() - began_s < 0.5
    assert starts[0] == first
    assert list(starts) == sorted(set(starts))
    assert len(starts) <= 60
    assert starts[-1] <= until
    assert late == []


# -- clocks that change


def test_eight_in_the_evening_stays_so_when_summer_time_ends() -> None:
    paris = zone_of("Europe/Paris")
    assert instant(wall("2026-10-22T20:00"), paris) == datetime(2026, 10, 22, 18, tzinfo=UTC)
    assert instant(wall("2026-10-29T20:00"), paris) == datetime(2026, 10, 29, 19, tzinfo=UTC)


def test_a_time_that_the_wall_skips_is_read_with_the_offset_before() -> None:
    skipped = instant(wall("2026-03-29T02:30"), zone_of("Europe/Paris"))
    assert skipped == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # half past three, in summer time


def test_a_time_that_the_wall_shows_twice_is_the_first() -> None:
    twice = instant(wall("2026-10-25T02:30"), zone_of("Europe/Paris"))
    assert twice == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["", "Europe/Atlantis", "../../etc/passwd", "/etc/localtime", "Europe", "x" * 65, "\0"]
)
def test_what_is_no_zone_of_the_world_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        zone_of(name)
