"""When an event happens again: the part of RFC 5545's RRULE that people plan by. Pure.

A rule counts on the clock on the wall of the event's own zone: eight in the evening stays eight in
the evening when summer time ends. A time that a wall skips is read with the offset before the
change, one that it shows twice is the first of the two (RFC 5545, 3.3.5).

Rules come from strangers. What is taken is small enough that nothing of it can run for long: days,
weeks, months and years, with a bounded interval, and a first day that fits. Whoever asks says how
far to look and how many are wanted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import lru_cache
from itertools import takewhile
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import (  # type: ignore[import-untyped]
    DAILY,
    MONTHLY,
    WEEKLY,
    YEARLY,
    rrule,
    weekday,
)

from salon.plugin import Invalid

RULE_MAX_CHARACTERS = 200
INTERVAL_MAX = 99
COUNT_MAX = 500
ZONE_MAX_CHARACTERS = 64

_FREQUENCIES = {"DAILY": DAILY, "WEEKLY": WEEKLY, "MONTHLY": MONTHLY, "YEARLY": YEARLY}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_EACH_WEEK = re.compile(r"(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU)){0,6}")
_IN_MONTH = re.compile(r"(-1|[1-5])(MO|TU|WE|TH|FR|SA|SU)")
_MONTH_DAY = re.compile(r"-1|[1-9]|[12]\d|3[01]")
_NUMBER = re.compile(r"[1-9]\d{0,2}")
_LAST_DAY = re.compile(r"\d{8}")
_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}")


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule that was understood. `days` are (weekday from Monday, which of the month or None)."""

    frequency: str
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    days: tuple[tuple[int, int | None], ...] = ()
    month_day: int | None = None

    def starts(
        self, first: datetime, *, after: datetime | None, until: datetime, most: int
    ) -> Sequence[datetime]:
        """Return at most so many starts, on the wall, later than `after` and not after `until`."""
        horizon = until if self.until is None else min(until, self.until)
        limits = {"count": self.count} if self.count is not None else {"until": horizon}
        series = rrule(
            _FREQUENCIES[self.frequency],
            dtstart=first,
            interval=self.interval,
            byweekday=[weekday(day, nth) for day, nth in self.days] or None,
            bymonthday=self.month_day,
            **limits,
        )
        later = (start for start in series if after is None or start > after)
        found = []
        for start in takewhile(lambda start: start <= horizon, later):
            found.append(start)
            if len(found) == most:
                break
        return found


def read_rule(text: str, first: datetime) -> Recurrence:
    """Return what a rule means for an event that first begins then, on the wall. Raises Invalid."""
    if len(text) > RULE_MAX_CHARACTERS:
        raise _unreadable(f"it has at most {RULE_MAX_CHARACTERS} characters")
    parts = _parts(text)
    frequency = parts.pop("FREQ", "")
    if frequency not in _FREQUENCIES:
        raise _unreadable("only days, weeks, months and years recur")
    found = Recurrence(
        frequency=frequency,
        interval=_number(parts.pop("INTERVAL", "1"), INTERVAL_MAX),
        count=_number(parts.pop("COUNT"), COUNT_MAX) if "COUNT" in parts else None,
        until=_last_day(parts.pop("UNTIL")) if "UNTIL" in parts else None,
        days=_days(frequency, parts.pop("BYDAY", "")),
        month_day=_month_day(frequency, parts.pop("BYMONTHDAY", "")),
    )
    if parts:
        raise _unreadable(f"{min(parts)[:32]} is not known here")
    if found.count is not None and found.until is not None:
        raise _unreadable("it ends by COUNT or by UNTIL")
    if found.days and found.month_day is not None:
        raise _unreadable("a day of the week or one of the month")
    if list(found.starts(first, after=None, until=first, most=1)) != [first]:
        raise Invalid(
            "The first day does not fit what is said of the others.",
            field="rule",
            reason="events.first_day",
        )
    return found


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if not equals or name in parts:
            raise _unreadable("expected parts like FREQ=WEEKLY, each once")
        parts[name] = value
    return parts


def _unreadable(why: str) -> Invalid:
    return Invalid(f"The rule cannot be read: {why}.", field="rule", reason="events.rule")


def _number(text: str, most: int) -> int:
    if not _NUMBER.fullmatch(text) or int(text) > most:
        raise _unreadable(f"expected a number from 1 to {most}")
    return int(text)


def _last_day(text: str) -> datetime:
    wrong = _unreadable("UNTIL is a day like 20270131")
    if not _LAST_DAY.fullmatch(text):
        raise wrong
    try:
        return datetime.combine(datetime.strptime(text, "%Y%m%d").date(), time.max)  # noqa: DTZ007
    except ValueError as error:
        raise wrong from error


def _days(frequency: str, text: str) -> tuple[tuple[int, int | None], ...]:
    if not text:
        return ()
    if frequency == "WEEKLY" and _EACH_WEEK.fullmatch(text):
        return tuple((day, None) for day in sorted({_DAYS.index(one) for one in text.split(",")}))
    if frequency == "MONTHLY" and (one := _IN_MONTH.fullmatch(text)):
        return ((_DAYS.index(one[2]), int(one[1])),)
    raise _unreadable("BYDAY is TU,TH of a week, or 2TH and -1TH of a month")


def _month_day(frequency: str, text: str) -> int | None:
    if not text:
        return None
    if frequency != "MONTHLY" or not _MONTH_DAY.fullmatch(text):
        raise _unreadable("BYMONTHDAY is 1 to 31 of a month, or -1")
    return int(text)


# -- the clock on the wall


@lru_cache(maxsize=1_000)
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone of the world. Raises Invalid. Reads a file the first time."""
    wrong = Invalid("There is no such time zone.", field="zone", reason="events.no_zone")
    if not _ZONE.fullmatch(name):
        raise wrong
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a path, no file, a folder
        raise wrong from error


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return when a clock on the wall of a zone shows this, in UTC."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def on_the_wall(at: datetime, zone: ZoneInfo) -> datetime:
    """Return what a clock on the wall of a zone shows then."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)
