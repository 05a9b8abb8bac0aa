"""Matches from a calendar: iCalendar text in, fixtures within a window of time out. Pure.

Calendars come from elsewhere, so everything is limited: size, entries, how far back a series may
begin, how often it may recur. An entry that cannot be a match is left out and counted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr  # type: ignore[import-untyped] # comes with icalendar
from icalendar import Calendar, Event

from salon.plugin import Invalid
from salon_sports_rooms.names import one_line, teams

CALENDAR_MAX_BYTES = 1_048_576
ENTRIES_MAX = 2_000
OCCURRENCES_MAX = 5_000
SERIES_MAX_AGE = timedelta(days=3_650)
UID_MAX_CHARACTERS = 255
NOTE_MAX_CHARACTERS = 200
FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})


@dataclass(frozen=True, slots=True)
class Fixture:
    """A match that is to come. One entry that recurs gives several, told apart by their start.

    `sport` is the entry's first category, in lower case; "" when there is none.
    """

    uid: str
    starts_at: datetime
    ends_at: datetime | None
    home: str
    away: str
    sport: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a calendar gave: fixtures by start, and how many entries are no match."""

    fixtures: Sequence[Fixture]
    left_out: int


def read_fixtures(
    content: bytes, *, start: datetime, end: datetime, default_zone: ZoneInfo
) -> Reading:
    """Return the matches that begin in `start` to `end`. Raises Invalid, which says why."""
    if len(content) > CALENDAR_MAX_BYTES:
        raise Invalid(f"A calendar has at most {CALENDAR_MAX_BYTES:,} bytes.")
    window = _Window(start, end, default_zone)
    fixtures: dict[tuple[str, datetime], Fixture] = {}
    left_out = 0
    for series in _series(_entries(content)).values():
        try:
            fixtures |= {(f.uid, f.starts_at): f for f in window.fixtures(series)}
        except Invalid:
            left_out += 1
    ordered = sorted(fixtures.values(), key=lambda fixture: (fixture.starts_at, fixture.uid))
    return Reading(ordered, left_out)


def _entries(content: bytes) -> Sequence[Event]:
    try:
        calendars = Calendar.from_ical(content, multiple=True)
        found = [entry for calendar in calendars for entry in calendar.walk("VEVENT")]
        entries = [entry for entry in found if isinstance(entry, Event)]
    except (ValueError, IndexError, KeyError, TypeError, RecursionError) as error:
        raise Invalid("This is not a calendar in the iCalendar format.") from error
    if not calendars:
        raise Invalid("There is no calendar in this file.")
    if len(entries) > ENTRIES_MAX:
        raise Invalid(f"A calendar has at most {ENTRIES_MAX:,} entries, this one {len(entries):,}.")
    return entries


@dataclass(frozen=True, slots=True)
class _Series:
    """An entry and the exceptions to its recurrence, by the start they replace."""

    first: Event | None
    exceptions: Sequence[Event] = ()


def _series(entries: Iterable[Event]) -> Mapping[str, _Series]:
    by_uid: dict[str, _Series] = {}
    for at, entry in enumerate(entries):
        uid = str(entry.get("UID", "")) or f"without-uid-{at}"
        known = by_uid.get(uid, _Series(None))
        if "RECURRENCE-ID" in entry:
            by_uid[uid] = replace(known, exceptions=(*known.exceptions, entry))
        else:
            by_uid[uid] = replace(known, first=entry)
    return by_uid


@dataclass(frozen=True, slots=True)
class _Window:
    """Which time is looked at, and what a time without a zone means."""

    start: datetime
    end: datetime
    default_zone: ZoneInfo

    def fixtures(self, series: _Series) -> Iterator[Fixture]:
        """Yield the matches of a series. Raises Invalid for one that is no match."""
        replaced = {self._time(entry, "RECURRENCE-ID") for entry in series.exceptions}
        if series.first is not None:
            for starts_at in self._starts(series.first):
                if starts_at not in replaced:
                    yield from self._within(self._fixture(series.first, starts_at))
        for entry in series.exceptions:
            yield from self._within(self._fixture(entry, self._time(entry, "DTSTART")))

    def _within(self, fixture: Fixture | None) -> Iterator[Fixture]:
        if fixture is not None and self.start <= fixture.starts_at <= self.end:
            yield fixture

    def _fixture(self, entry: Event, starts_at: datetime) -> Fixture | None:
        if str(entry.get("STATUS", "")).upper() == "CANCELLED":
            return None
        names = teams(str(entry.get("SUMMARY", "")))
        uid = str(entry.get("UID", ""))
        if names is None or not 0 < len(uid) <= UID_MAX_CHARACTERS:
            raise Invalid("This entry is no match.")
        lasts = self._lasts(entry)
        return Fixture(
            uid=uid,
            starts_at=starts_at,
            ends_at=None if lasts is None else starts_at + lasts,
            home=names[0],
            away=names[1],
            sport=_category(entry),
            note=one_line(str(entry.get("LOCATION", "")))[:NOTE_MAX_CHARACTERS],
        )

    def _lasts(self, entry: Event) -> timedelta | None:
        lasts: object = None
        if "DTEND" in entry:
            lasts = self._time(entry, "DTEND") - self._time(entry, "DTSTART")
        elif "DURATION" in entry:
            lasts = getattr(entry["DURATION"], "dt", None)
        if isinstance(lasts, timedelta) and timedelta() < lasts <= timedelta(days=1):
            return lasts
        return None

    def _time(self, entry: Event, name: str) -> datetime:
        return self._utc(getattr(entry.get(name), "dt", None))

    def _utc(self, value: object) -> datetime:
        return self._zoned(value).astimezone(UTC)

    def _zoned(self, value: object) -> datetime:
        """Return an aware time. Raises Invalid for a day without a time, or nothing."""
        if not isinstance(value, datetime):
            raise Invalid("This entry has no time of day.")
        return value if value.tzinfo is not None else value.replace(tzinfo=self.default_zone)

    # -- recurrence

    def _starts(self, entry: Event) -> Sequence[datetime]:
        first = self._time(entry, "DTSTART")
        starts = {first}
        for rule in _listed(entry.get("RRULE")):
            starts |= self._recurring(entry, rule)
        starts |= set(self._dates(entry, "RDATE"))
        return sorted(starts - set(self._dates(entry, "EXDATE")))

    def _dates(self, entry: Event, name: str) -> Iterator[datetime]:
        for several in _listed(entry.get(name)):
            for each in islice(several.dts, OCCURRENCES_MAX):
                moment = each.dt[0] if isinstance(each.dt, tuple) else each.dt
                if isinstance(moment, datetime):
                    yield self._utc(moment)

    def _recurring(self, entry: Event, rule: Any) -> set[datetime]:
        """Return the starts that a rule gives up to the window's end.

        Rules are followed on the clock on the wall: eight in the evening stays eight in the evening
        when summer time ends.
        """
        first = self._zoned(getattr(entry.get("DTSTART"), "dt", None))
        if self.start - first > SERIES_MAX_AGE:
            raise Invalid("This entry recurs for too long.")
        zone = first.tzinfo
        wall = islice(_followed(rule, first, self.end), OCCURRENCES_MAX)
        return {moment.replace(tzinfo=zone).astimezone(UTC) for moment in wall}


def _followed(rule: Any, first: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the starts of a rule on the wall's clock. Raises Invalid for one we do not follow."""
    parts = {name: values for name, values in rule.items() if name not in {"UNTIL", "WKST"}}
    if {str(freq).upper() for freq in rule.get("FREQ", ())} - FREQUENCIES or "FREQ" not in rule:
        raise Invalid("Only days, weeks, months and years recur.")
    last = min([end, *(_until(value, first) for value in rule.get("UNTIL", ()))])
    try:
        text = type(rule)(parts).to_ical().decode()
        naive = first.replace(tzinfo=None)
        until = last.astimezone(first.tzinfo).replace(tzinfo=None)
        series = rrulestr(text, dtstart=naive)
        if "COUNT" in rule:
            yield from (start for start in islice(series, OCCURRENCES_MAX) if start <= until)
        else:
            yield from series.replace(until=until)
    except (ValueError, TypeError, OverflowError) as error:
        raise Invalid("The rule of this entry cannot be read.") from error


def _until(value: object, first: datetime) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=first.tzinfo)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, 23, 59, 59, tzinfo=first.tzinfo)
    raise Invalid("The rule of this entry cannot be read.")


def _listed(value: Any) -> Sequence[Any]:
    """Return what icalendar gives once or in a list as a list."""
    if value is None:
        return ()
    return value if isinstance(value, list) else [value]


def _category(entry: Event) -> str:
    for several in _listed(entry.get("CATEGORIES")):
        for name in getattr(several, "cats", ()):
            return str(name).strip().lower()[:32]
    return ""
