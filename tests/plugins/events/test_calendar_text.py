"""Calendars as text: read by two libraries that are not ours, whatever stands in an event."""

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
import vobject.base
from hypothesis import given, settings
from hypothesis import strategies as st

from salon_events.calendar_text import Source, write_calendar
from salon_events.event import Event, Occurrence, State
from salon_events.text import lines, one_line

SOURCE = Source(
    "Les Voisins, \N{LATIN SMALL LETTER E WITH ACUTE}; ici", "here.example", "https://here.example"
)
AT = datetime(2026, 11, 26, 19, 0, tzinfo=UTC)


WALL = datetime.fromisoformat("2026-11-26T20:00")


def occurrence(title: str = "Open stage", about: str = "", **own: object) -> Occurrence:
    event = Event(
        id=7, title=title, about=about, room_id=None, wall=WALL,
        zone="Europe/Paris", lasts=timedelta(minutes=90), rule="", role_ids=(), host_ids=(),
        is_public=True, made_by=1,
    )  # fmt: skip
    known = {"state": State.PLANNED, "changed_at": AT - timedelta(days=1), "sequence": 3} | own
    return Occurrence(
        id=12,
        event=event,
        starts_at=AT,
        ends_at=AT + event.lasts,
        **known,  # type: ignore[arg-type]
    )


def read(text: bytes) -> tuple[Any, Any]:
    """Return the one entry of a calendar, as two libraries have it."""
    (entry,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    second: Any = vobject.base.readOne(text.decode())  # type: ignore[no-untyped-call]
    return entry, second.vevent


TITLES = (
    "Open stage: first paragraphs",
    'a,b;c\\d"e:f',
    "END:VEVENT",
    "x\u2028y",
    "\N{THUMBS UP SIGN}" * 60,
    "\u0646\u0648\u0631 " * 20,
    "=?utf-8?q?x?=",
)


@pytest.mark.parametrize("title", TITLES)
def test_two_libraries_read_what_was_written(title: str) -> None:
    about = "Bring one page.\n\nBEGIN:VEVENT\nSUMMARY:forged; a\\nb, c" + " long" * 60
    text = write_calendar(SOURCE, [occurrence(one_line(title), about)])
    first, second = read(text)
    assert str(first["SUMMARY"]) == second.summary.value == one_line(title)
    assert str(first["DESCRIPTION"]) == second.description.value == about
    assert first["DTSTART"].dt == second.dtstart.value == AT
    assert first["DTEND"].dt == second.dtend.value == AT + timedelta(minutes=90)
    assert str(first["UID"]) == second.uid.value == "12@here.example"
    assert int(first["SEQUENCE"]) == int(second.sequence.value) == 3
    assert str(first["STATUS"]) == second.status.value == "CONFIRMED"


def test_no_line_is_longer_than_75_bytes_and_each_ends_as_the_standard_says() -> None:
    text = write_calendar(SOURCE, [occurrence(title, "word " * 300) for title in TITLES])
    assert text.endswith(b"\r\n")
    folded = text.split(b"\r\n")
    assert all(len(line) <= 75 for line in folded)
    assert not any(b"\n" in line or b"\r" in line for line in folded)


def test_a_cancelled_one_stays_and_says_so_and_the_same_is_the_same_text() -> None:
    cancelled = occurrence(state=State.CANCELLED)
    text = write_calendar(SOURCE, [cancelled])
    assert b"STATUS:CANCELLED" in text
    assert text == write_calendar(SOURCE, [cancelled])


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=100), st.text(max_size=300))
def test_whatever_is_written_is_one_entry_that_can_be_read(title: str, about: str) -> None:
    shown = one_line(title) or "x"
    text = write_calendar(SOURCE, [occurrence(shown, lines(about))])
    first, second = read(text)
    assert str(first["SUMMARY"]) == shown == second.summary.value
