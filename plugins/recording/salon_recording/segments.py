"""Segments: what an episode is made of, one after the other.

A segment is a window of a take without what was cut out of it, a piece that was uploaded once, or
a place of the template that nobody has filled yet. Times are those of the take or of the piece, in
milliseconds. Segments of one take may stand in any order, and hold the same moment twice.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select

from salon.plugin import Transaction
from salon_recording.models import segment_table
from salon_recording.parts import Part, joined, length, place, without

Chapters = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """One of them. `cuts` are kept to be restored; `title` is for those who make the episode.

    With neither a take nor a piece it is an empty place, and `end_ms` how long it is meant to be.
    `is_silent`: nobody's voice is left in its take, so it is not played.
    """

    take_id: int | None = None
    piece_id: int | None = None
    start_ms: int = 0
    end_ms: int = 0
    cuts: tuple[Part, ...] = ()
    chapters: Chapters = ()
    slot: str = ""  # what the template calls its place
    title: str = ""
    is_silent: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is heard of it; nothing of an empty place."""
        if self.is_empty or self.is_silent:
            return ()
        return without((self.start_ms, self.end_ms), self.cuts)

    @property
    def is_empty(self) -> bool:
        return self.take_id is None and self.piece_id is None

    @property
    def length_ms(self) -> int:
        return length(self.parts)


def length_ms(segments: Sequence[Segment]) -> int:
    """Return how long an episode of them is."""
    return sum(segment.length_ms for segment in segments)


def own_chapters(segments: Sequence[Segment]) -> Chapters:
    """Return the chapters by the episode's own time; one that was cut off begins at its seam.

    Of several at one seam the last is there: the others have nothing left.
    """
    whole_ms, began_ms = length_ms(segments), 0
    placed: dict[int, str] = {}
    for segment in segments:
        parts = segment.parts
        if parts:
            for at_ms, title in segment.chapters:
                placed[began_ms + place(at_ms, parts)] = title
        began_ms += length(parts)
    return tuple((at_ms, title) for at_ms, title in sorted(placed.items()) if at_ms < whole_ms)


def heard_of(segments: Sequence[Segment]) -> Mapping[int, tuple[Part, ...]]:
    """Return what is heard of each take, in the take's order."""
    found: dict[int, list[Part]] = {}
    for segment in segments:
        if segment.take_id is not None and segment.parts:
            found.setdefault(segment.take_id, []).extend(segment.parts)
    return {take_id: joined(parts) for take_id, parts in found.items()}


def take_ids(segments: Sequence[Segment]) -> tuple[int, ...]:
    """Return the takes that segments are of, each once, also those that are not played."""
    return tuple(dict.fromkeys(one.take_id for one in segments if one.take_id is not None))


def put(tx: Transaction, episode_id: int, segments: Sequence[Segment]) -> None:
    """Write an episode's segments in the place of what it had."""
    tx.connection.execute(delete(segment_table).where(segment_table.c.episode_id == episode_id))
    rows = [_row(episode_id, number, segment) for number, segment in enumerate(segments)]
    if rows:
        tx.connection.execute(segment_table.insert(), rows)


def of_episodes(
    connection: Connection, episode_ids: Collection[int]
) -> Mapping[int, Sequence[Segment]]:
    """Return the segments of episodes, each episode's in order."""
    found: dict[int, list[Segment]] = {episode_id: [] for episode_id in episode_ids}
    query = select(segment_table).where(segment_table.c.episode_id.in_(tuple(episode_ids)))
    for row in connection.execute(query.order_by(segment_table.c.number)).mappings():
        found[row["episode_id"]].append(_segment(row))
    return found


def _row(episode_id: int, number: int, segment: Segment) -> dict[str, Any]:
    return {
        "episode_id": episode_id,
        "number": number,
        "take_id": segment.take_id,
        "piece_id": segment.piece_id,
        "slot": segment.slot,
        "title": segment.title,
        "start_ms": segment.start_ms,
        "end_ms": segment.end_ms,
        "cuts": json.dumps(segment.cuts),
        "chapters": json.dumps(segment.chapters),
        "is_silent": segment.is_silent,
    }


def _segment(row: Mapping[Any, Any]) -> Segment:
    return Segment(
        take_id=row["take_id"],
        piece_id=row["piece_id"],
        slot=row["slot"],
        title=row["title"],
        start_ms=row["start_ms"],
        end_ms=row["end_ms"],
        cuts=pairs(json.loads(row["cuts"])),
        chapters=tuple((at, title) for at, title in json.loads(row["chapters"])),
        is_silent=row["is_silent"],
    )


def pairs(written: Sequence[Sequence[int]]) -> tuple[Part, ...]:
    """Return parts as JSON has them."""
    return joined((start, end) for start, end in written)
