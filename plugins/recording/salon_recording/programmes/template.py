"""The shape of a show's episodes: its slots in order, and when one goes out by itself.

A slot holds a piece that is the same each time, or is filled by people with talk; between two
parts of talk in one slot a piece may be played. In the tables this is JSON, as it is in a frame but
for numbers instead of ids in text.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from salon_recording.segments import Segment

SLOTS_MAX = 50
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in each episode. Without a piece it is for talk, of about `length_ms`.

    A configuration names pieces by their titles; they are looked up when an episode begins.
    """

    title: str
    piece_id: int | None = None
    piece_title: str = ""
    between_id: int | None = None
    between_title: str = ""
    length_ms: int = 0

    @property
    def is_talk(self) -> bool:
        return self.piece_id is None and not self.piece_title


@dataclass(frozen=True, slots=True)
class Schedule:
    """Once a week, by the clocks of a place. `weekday` 0 is Monday."""

    weekday: int
    hour: int
    minute: int
    zone: str

    def next_after(self, moment: datetime) -> datetime:
        """Return the first time after a moment, in UTC.

        An hour that a clock leaves out in spring comes an hour later; of one that comes twice in
        autumn the first counts.
        """
        here = moment.astimezone(ZoneInfo(self.zone))
        days = (self.weekday - here.weekday()) % 7
        day = here.date() + timedelta(days=days)
        for _ in range(2):
            at = datetime(day.year, day.month, day.day, self.hour, self.minute, tzinfo=here.tzinfo)
            if at.astimezone(UTC) > moment.astimezone(UTC):
                break
            day += WEEK
        return at.astimezone(UTC)


def digest(slots: Sequence[Slot], schedule: Schedule | None) -> str:
    """Return what stands for a template and its schedule: who approves them, approves this."""
    facts = [[asdict(slot) for slot in slots], None if schedule is None else asdict(schedule)]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def opened(slots: Sequence[Slot], pieces: Mapping[int, tuple[str, int]]) -> Iterator[Segment]:
    """Yield the segments with which an episode begins. `pieces`: (title, length in ms) by id.

    A piece that is gone leaves its place empty.
    """
    for slot in slots:
        piece_id = _found(slot.piece_id, slot.piece_title, pieces)
        if piece_id is not None:
            yield Segment(piece_id=piece_id, end_ms=pieces[piece_id][1], slot=slot.title)
        else:
            yield Segment(slot=slot.title, end_ms=slot.length_ms)


def placed(
    segments: Sequence[Segment],
    new: Segment,
    slots: Sequence[Slot],
    pieces: Mapping[int, tuple[str, int]],
) -> tuple[Segment, ...]:
    """Return segments with one more, in the slot that it names, or in the first that is empty.

    An empty place of that slot is filled; else it comes after the last one of the slot, or before
    the pieces at the end, with the slot's piece between two parts of talk.
    """
    slot = new.slot or next((one.slot for one in segments if _is_hole(one, slots)), "")
    new = replace(new, slot=slot)
    for number, one in enumerate(segments):
        if one.is_empty and one.slot == slot:
            return (*segments[:number], new, *segments[number + 1 :])
    at = _end_of(segments, slot)
    own = next((one for one in slots if one.title == slot and slot), Slot(slot))
    between_id = _found(own.between_id, own.between_title, pieces)
    follows_talk = at > 0 and segments[at - 1].take_id is not None
    if between_id is not None and follows_talk:
        jingle = Segment(piece_id=between_id, end_ms=pieces[between_id][1], slot=slot)
        return (*segments[:at], jingle, new, *segments[at:])
    return (*segments[:at], new, *segments[at:])


def _found(piece_id: int | None, title: str, pieces: Mapping[int, tuple[str, int]]) -> int | None:
    """Return a piece that is there, by its id or, as a configuration names it, by its title."""
    if piece_id is not None:
        return piece_id if piece_id in pieces else None
    return next((id_ for id_, (name, _) in pieces.items() if title and name == title), None)


def _is_hole(segment: Segment, slots: Sequence[Slot]) -> bool:
    talk = {slot.title for slot in slots if slot.is_talk}
    return segment.is_empty and (segment.slot in talk or not slots)


def _end_of(segments: Sequence[Segment], slot: str) -> int:
    """Return where the next part of a slot comes: after its last, or before the pieces that end."""
    own = [number for number, one in enumerate(segments) if slot and one.slot == slot]
    if own:
        return own[-1] + 1
    at = len(segments)
    while at > 0 and segments[at - 1].piece_id is not None:
        at -= 1
    return at or len(segments)


def slots_of(written: str) -> tuple[Slot, ...]:
    """Return slots as the tables have them."""
    return tuple(Slot(**one) for one in json.loads(written))


def schedule_of(written: str | None) -> Schedule | None:
    return None if written is None else Schedule(**json.loads(written))
