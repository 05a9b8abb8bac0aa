"""Occurrences as iCalendar text (RFC 5545), by `icalendar`: escaped, folded, in UTC. Pure.

Each occurrence is an entry of its own, in UTC, with an id that stays when it is moved: the rules of
a series, and what was changed of it, are reckoned once and here, so that no program that reads it
can come to another hour when clocks change. The text of the same occurrences is the same, byte by
byte.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, vDuration
from icalendar import Event as Entry

from salon_events.event import Occurrence, State

PRODUCT = "-//Salon//Events//EN"
ASK_AGAIN = vDuration(timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Source:
    """Where a calendar is from: its name, the host of its ids, and where its events are shown."""

    name: str
    host: str
    base_url: str


def write_calendar(source: Source, occurrences: Sequence[Occurrence]) -> bytes:
    """Return a calendar of these, as a program subscribes to it."""
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("NAME", source.name)  # RFC 7986, 5.1
    calendar.add("X-WR-CALNAME", source.name)
    calendar.add("REFRESH-INTERVAL", ASK_AGAIN, parameters={"VALUE": "DURATION"})  # RFC 7986, 5.7
    calendar.add("X-PUBLISHED-TTL", ASK_AGAIN)
    for occurrence in occurrences:
        calendar.add_component(_entry(source, occurrence))
    text: bytes = calendar.to_ical()
    return text


def _entry(source: Source, occurrence: Occurrence) -> Entry:
    address = f"{source.base_url}/p/events/{occurrence.id}"
    entry = Entry()
    entry.add("UID", f"{occurrence.id}@{source.host}")
    entry.add("SEQUENCE", occurrence.sequence)
    entry.add("DTSTAMP", _second(occurrence.changed_at))
    entry.add("LAST-MODIFIED", _second(occurrence.changed_at))
    entry.add("DTSTART", _second(occurrence.starts_at))
    entry.add("DTEND", _second(occurrence.ends_at))
    entry.add("SUMMARY", occurrence.own_title)
    if occurrence.own_about:
        entry.add("DESCRIPTION", occurrence.own_about)
    entry.add("LOCATION", address)
    entry.add("URL", address)
    is_off = occurrence.state is State.CANCELLED
    entry.add("STATUS", "CANCELLED" if is_off else "CONFIRMED")
    return entry


def _second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
