"""The journal of a take: what happened in its room, a line of JSON each, beside the voices.

A line is `{"at_s": 12.3, "what": "joined", "account": 7}`: `at_s` by the take's own clock, which is
the monotonic one; `begun` and `clock` carry the wall's time, so that the take can be found in the
day although somebody set the clock meanwhile. Lines are only ever appended, and brought to the disk
together with the pages of the voices. What a crash cut off is the last line, which is not read.
Who is erased leaves it: then it is written anew without them.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

JOURNAL = "journal.jsonl"
LINE_BYTES_MAX = 4_096


class Happened(StrEnum):
    """What a line tells."""

    BEGUN = "begun"
    CLOCK = "clock"  # the wall's time was set
    JOINED = "joined"
    LEFT = "left"
    MUTED = "muted"
    UNMUTED = "unmuted"
    ON_STAGE = "on_stage"  # may speak
    OFF_STAGE = "off_stage"
    ON = "on"  # the record
    OFF = "off"
    MARK = "mark"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line; `facts` are all that is not `at_s` and `what`."""

    at_s: float
    what: str
    facts: Mapping[str, Any]


def read(path: Path) -> Iterator[Entry]:
    """Yield the lines of a journal, up to the first that is not whole. No file: no lines."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        while True:
            line = file.readline(LINE_BYTES_MAX)
            entry = _entry(line)
            if entry is None:
                return
            yield entry


def _entry(line: bytes) -> Entry | None:
    if not line.endswith(b"\n"):
        return None
    try:
        facts = json.loads(line)
        at_s, what = float(facts.pop("at_s")), str(facts.pop("what"))
    except (ValueError, TypeError, AttributeError, KeyError):
        return None
    return Entry(at_s, what, facts)


def line_of(entry: Entry) -> bytes:
    """Return an entry as it stands in the file."""
    told = {"at_s": round(entry.at_s, 3), "what": entry.what, **entry.facts}
    return json.dumps(told).encode() + b"\n"


def forget(path: Path, account_id: int) -> None:
    """Write a journal anew without what somebody did. Can be called twice; no file, no work."""
    kept = [entry for entry in read(path) if entry.facts.get("account") != account_id]
    if not path.exists():
        return
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(map(line_of, kept))
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
