"""Calendars as leagues publish them, as small as a test wants them."""

from datetime import datetime


def entry(uid: str, summary: str, start: datetime | str, *lines: str) -> str:
    """Return an entry; a time of no zone stands as it is, others in UTC."""
    at = start if isinstance(start, str) else f"DTSTART:{start:%Y%m%dT%H%M%SZ}"
    about = (f"UID:{uid}", at, f"SUMMARY:{summary}")
    return "\r\n".join(["BEGIN:VEVENT", *about, *lines, "END:VEVENT"])


def calendar(*entries: str) -> bytes:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//league//EN"]
    return "\r\n".join([*head, *entries, "END:VCALENDAR", ""]).encode()
