"""Matches from calendars, and calendars that are none."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plugins.sports_rooms.calendar_text import calendar, entry

from salon.plugin import Invalid
from salon_sports_rooms.fixtures import CALENDAR_MAX_BYTES, ENTRIES_MAX, Reading, read_fixtures

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2026, 10, 19, tzinfo=UTC)
MATCH_DAY = datetime(2026, 10, 21, 18, 45, tzinfo=UTC)


def read(content: bytes, *, days: int = 14) -> Reading:
    end = START + timedelta(days=days)
    return read_fixtures(content, start=START, end=end, default_zone=PARIS)


def starts(*entries: str, days: int = 14) -> list[datetime]:
    return [fixture.starts_at for fixture in read(calendar(*entries), days=days).fixtures]


def test_an_entry_is_a_match() -> None:
    lines = ("DTEND:20261021T203000Z", "CATEGORIES:Rugby,Cup", "LOCATION:Stade du Port")
    (fixture,) = read(calendar(entry("a@x", "Rivage - Montclar", MATCH_DAY, *lines))).fixtures
    assert (fixture.uid, fixture.home, fixture.away) == ("a@x", "Rivage", "Montclar")
    assert fixture.starts_at == MATCH_DAY
    assert fixture.ends_at == MATCH_DAY + timedelta(minutes=105)
    assert (fixture.sport, fixture.note) == ("rugby", "Stade du Port")


def test_an_end_may_be_told_by_its_length() -> None:
    (fixture,) = read(calendar(entry("a", "A - B", MATCH_DAY, "DURATION:PT2H"))).fixtures
    assert fixture.ends_at == MATCH_DAY + timedelta(hours=2)


def test_a_time_without_a_zone_is_in_the_zone_of_the_settings() -> None:
    at = "DTSTART:20261021T204500"
    assert starts(entry("a", "A - B", at)) == [MATCH_DAY]


def test_a_time_with_a_zone_is_in_that_zone() -> None:
    at = "DTSTART;TZID=Europe/London:20261021T194500"
    assert starts(entry("a", "A - B", at)) == [MATCH_DAY]


def test_a_weekly_match_keeps_its_hour_when_summer_time_ends() -> None:
    at = "DTSTART;TZID=Europe/Paris:20261007T204500"
    found = starts(entry("a", "A - B", at, "RRULE:FREQ=WEEKLY;COUNT=4"))
    assert [moment.astimezone(PARIS).hour for moment in found] == [20, 20]
    assert [moment.hour for moment in found] == [18, 19]


def test_a_count_counts_from_the_first_time() -> None:
    rule = "RRULE:FREQ=DAILY;COUNT=3"
    assert len(starts(entry("a", "A - B", START - timedelta(days=1), rule))) == 2


def test_a_series_ends_when_it_says() -> None:
    rule = "RRULE:FREQ=DAILY;UNTIL=20261023T184500Z"
    assert len(starts(entry("a", "A - B", MATCH_DAY, rule))) == 3


def test_a_series_without_an_end_gives_what_is_in_the_window() -> None:
    assert len(starts(entry("a", "A - B", MATCH_DAY, "RRULE:FREQ=WEEKLY"), days=14)) == 2


def test_a_day_that_is_left_out_is_left_out() -> None:
    lines = ("RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20261022T184500Z")
    found = starts(entry("a", "A - B", MATCH_DAY, *lines))
    assert found == [MATCH_DAY, MATCH_DAY + timedelta(days=2)]


def test_a_date_that_is_added_is_added() -> None:
    found = starts(entry("a", "A - B", MATCH_DAY, "RDATE:20261025T140000Z"))
    assert found == [MATCH_DAY, datetime(2026, 10, 25, 14, tzinfo=UTC)]


def test_an_exception_stands_instead_of_the_day_it_names() -> None:
    moved = MATCH_DAY + timedelta(days=1, hours=2)
    found = starts(
        entry("a", "A - B", MATCH_DAY, "RRULE:FREQ=DAILY;COUNT=3"),
        entry("a", "A - B", moved, "RECURRENCE-ID:20261022T184500Z"),
    )
    assert found == [MATCH_DAY, moved, MATCH_DAY + timedelta(days=2)]


def test_a_cancelled_match_is_none() -> None:
    assert starts(entry("a", "A - B", MATCH_DAY, "STATUS:CANCELLED")) == []


@pytest.mark.parametrize(
    "unusable",
    [
        entry("a", "General meeting", MATCH_DAY),
        entry("a", "A - B", "DTSTART;VALUE=DATE:20261021"),
        entry("a", "A - B", "DESCRIPTION:when?"),
        entry("u" * 256, "A - B", MATCH_DAY),
        entry("a", "A - B", MATCH_DAY, "RRULE:FREQ=SECONDLY"),
        entry("a", "A - B", MATCH_DAY, "RRULE:FREQ=MINUTELY;INTERVAL=5"),
        entry("a", "A - B", datetime(1970, 1, 1, tzinfo=UTC), "RRULE:FREQ=DAILY"),
        entry("a", "A - B", MATCH_DAY, "RRULE:INTERVAL=2"),
    ],
)
def test_an_entry_that_is_no_match_is_left_out_and_the_others_stay(unusable: str) -> None:
    reading = read(calendar(unusable, entry("b", "C - D", MATCH_DAY)))
    assert [fixture.home for fixture in reading.fixtures] == ["C"]
    assert reading.left_out == 1


def test_a_rule_with_every_second_of_the_day_is_bounded() -> None:
    every = ",".join(str(number) for number in range(60))
    rule = f"RRULE:FREQ=DAILY;BYMINUTE={every};BYSECOND={every}"
    assert len(starts(entry("a", "A - B", MATCH_DAY, rule))) <= 5_001


@pytest.mark.parametrize("content", [b"", b"junk", b"\xff\xfe\x00", b"BEGIN:VCALENDAR\r\n"])
def test_a_file_that_is_no_calendar_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        read(content)


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(Invalid, match="at most 1,048,576 bytes"):
        read(b" " * (CALENDAR_MAX_BYTES + 1))


def test_a_calendar_of_too_many_entries_is_refused() -> None:
    entries = [entry(str(n), "A - B", MATCH_DAY) for n in range(ENTRIES_MAX + 1)]
    with pytest.raises(Invalid, match="at most 2,000 entries"):
        read(calendar(*entries))


@given(st.binary(max_size=300))
def test_whatever_stands_in_a_file_it_is_read_or_refused(noise: bytes) -> None:
    for content in (noise, calendar(entry("a", "A - B", MATCH_DAY)) + noise):
        with suppress(Invalid):
            read(content)


@given(st.text(max_size=60))
def test_whatever_a_rule_says_it_is_followed_or_left_out(rule: str) -> None:
    line = "RRULE:FREQ=DAILY;" + " ".join(rule.split())
    assert read(calendar(entry("a", "A - B", MATCH_DAY, line))).left_out in {0, 1}
