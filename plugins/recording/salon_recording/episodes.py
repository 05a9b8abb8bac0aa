"""Episodes: published recordings, and what is on its way to become one. Rows in, rows out."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select, true, update

from salon.plugin import Transaction
from salon_recording import releases
from salon_recording.failure import Failure
from salon_recording.models import episode_table, take_table, voice_table
from salon_recording.parts import Part, joined, place, without
from salon_recording.releases import Release
from salon_recording.takes import from_ms, to_ms

SLUG_MAX = 60
LISTED_MAX = 500


class EpisodeStatus(StrEnum):
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Episode:
    """Parts of a take, mixed. `start_ms`, `end_ms`, `cuts` and chapters are times of the take.

    `cuts` lie between beginning and end and are not heard; they are kept to be restored. `left_out`
    are accounts whose voices are not in it. `revision` grows with each order to make it; `guid`
    never changes.
    """

    id: int
    guid: str
    slug: str
    take_id: int
    made_by: int | None
    revision: int
    title: str
    notes: str
    start_ms: int
    end_ms: int
    chapters: tuple[tuple[int, str], ...]
    created_at: datetime
    changed_at: datetime
    cuts: tuple[Part, ...] = ()
    left_out: tuple[int, ...] = ()
    status: EpisodeStatus = EpisodeStatus.MAKING
    failure: Failure | None = None
    speaker_ids: tuple[int, ...] = ()
    bars: tuple[int, ...] = ()
    file: str | None = None
    size_bytes: int = 0
    duration_ms: int = 0
    published_at: datetime | None = None
    withdrawn_at: datetime | None = None
    releases: tuple[Release, ...] = ()

    @property
    def waiting_ids(self) -> tuple[int, ...]:
        """Who is heard in it and has not said yes to all that is heard."""
        parts = self.parts
        released = {one.account_id for one in self.releases if one.allows(parts)}
        return tuple(id_ for id_ in self.speaker_ids if id_ not in released)

    @property
    def is_public(self) -> bool:
        """Whether everybody may hear it now."""
        return (
            self.status is EpisodeStatus.READY
            and self.published_at is not None
            and self.withdrawn_at is None
            and not self.waiting_ids
        )

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is heard of the take."""
        return without((self.start_ms, self.end_ms), self.cuts)

    @property
    def own_chapters(self) -> tuple[tuple[int, str], ...]:
        """Return the chapters by the episode's own time; one that was cut off begins at its seam.

        Of several at one seam the last is there: the others have nothing left.
        """
        parts = self.parts
        placed = {place(at_ms, parts): title for at_ms, title in self.chapters}
        length_ms = place(self.end_ms, parts)
        return tuple((at_ms, title) for at_ms, title in placed.items() if at_ms < length_ms)


def add(tx: Transaction, episode: Episode) -> None:
    tx.connection.execute(episode_table.insert().values(**_row(episode)))


def put(tx: Transaction, episode: Episode) -> None:
    """Write every field of an episode that exists."""
    row = _row(replace(episode, changed_at=tx.now))
    statement = update(episode_table).where(episode_table.c.id == episode.id)
    tx.connection.execute(statement.values(**row))


def get(connection: Connection, episode_id: int) -> Episode | None:
    return _one(connection, episode_table.c.id == episode_id)


def by_slug(connection: Connection, slug: str) -> Episode | None:
    return _one(connection, episode_table.c.slug == slug)


def of_take(connection: Connection, take_id: int) -> Sequence[Episode]:
    """Return all episodes of a take, however many: a voice may have to leave each."""
    return _all(connection, episode_table.c.take_id == take_id, limit=None)


def files(connection: Connection) -> Mapping[int, str | None]:
    """Return the file of every episode."""
    found = connection.execute(select(episode_table.c.id, episode_table.c.file))
    return {row.id: row.file for row in found}


def recent(connection: Connection, started_by: int | None = None) -> Sequence[Episode]:
    """Return the newest episodes of all takes, or of those of one account, newest first."""
    if started_by is None:
        return _all(connection, true())
    own = select(take_table.c.id).where(take_table.c.started_by == started_by)
    return _all(connection, episode_table.c.take_id.in_(own))


def with_voice(connection: Connection, account_id: int) -> Sequence[Episode]:
    """Return the newest episodes of takes that hold a voice, whether it is heard in them or not."""
    held = select(voice_table.c.take_id).where(
        voice_table.c.account_id == account_id, voice_table.c.removed.is_(False)
    )
    return _all(connection, episode_table.c.take_id.in_(held))


def making(connection: Connection) -> Sequence[Episode]:
    """Return all that wait to be made, or are being made."""
    is_it = episode_table.c.status == EpisodeStatus.MAKING.value
    return _all(connection, is_it, limit=None)


def public(connection: Connection, *, limit: int = LISTED_MAX) -> Sequence[Episode]:
    """Return what everybody may hear, the latest publication first."""
    made = select(episode_table).where(
        episode_table.c.status == EpisodeStatus.READY.value,
        episode_table.c.published_at_ms.is_not(None),
        episode_table.c.withdrawn_at_ms.is_(None),
    )
    ordered = made.order_by(episode_table.c.published_at_ms.desc()).limit(limit)
    found = _episodes(connection, connection.execute(ordered).mappings().all())
    return [episode for episode in found if episode.is_public]


def forget_account(tx: Transaction, account_id: int) -> None:
    """Keep what an account made without its name."""
    made = episode_table.c.made_by == account_id
    tx.connection.execute(update(episode_table).where(made).values(made_by=None))


def free_slug(connection: Connection, title: str, episode_id: int) -> str:
    """Return an address for a title that no other episode has."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_MAX].strip("-")
    if not slug:
        return f"episode-{episode_id}"
    return slug if by_slug(connection, slug) is None else f"{slug}-{episode_id}"


def _one(connection: Connection, condition: Any) -> Episode | None:
    rows = connection.execute(select(episode_table).where(condition)).mappings().all()
    return next(iter(_episodes(connection, rows)), None)


def _all(
    connection: Connection, condition: Any, *, limit: int | None = LISTED_MAX
) -> Sequence[Episode]:
    query = select(episode_table).where(condition).order_by(episode_table.c.id.desc())
    return _episodes(connection, connection.execute(query.limit(limit)).mappings().all())


def _episodes(connection: Connection, rows: Sequence[Mapping[Any, Any]]) -> Sequence[Episode]:
    found = releases.of_episodes(connection, [row["id"] for row in rows])
    return [replace(_episode(row), releases=tuple(found[row["id"]])) for row in rows]


def _row(episode: Episode) -> dict[str, Any]:
    return {
        "id": episode.id,
        "guid": episode.guid,
        "slug": episode.slug,
        "take_id": episode.take_id,
        "made_by": episode.made_by,
        "revision": episode.revision,
        "title": episode.title,
        "notes": episode.notes,
        "start_ms": episode.start_ms,
        "end_ms": episode.end_ms,
        "chapters": json.dumps(episode.chapters),
        "cuts": json.dumps(episode.cuts),
        "left_out": json.dumps(episode.left_out),
        "status": episode.status.value,
        "failure": episode.failure,
        "speakers": json.dumps(episode.speaker_ids),
        "bars": json.dumps(episode.bars),
        "file": episode.file,
        "size_bytes": episode.size_bytes,
        "duration_ms": episode.duration_ms,
        "created_at_ms": to_ms(episode.created_at),
        "changed_at_ms": to_ms(episode.changed_at),
        "published_at_ms": None if episode.published_at is None else to_ms(episode.published_at),
        "withdrawn_at_ms": None if episode.withdrawn_at is None else to_ms(episode.withdrawn_at),
    }


def _episode(row: Mapping[Any, Any]) -> Episode:
    return Episode(
        id=row["id"],
        guid=row["guid"],
        slug=row["slug"],
        take_id=row["take_id"],
        made_by=row["made_by"],
        revision=row["revision"],
        title=row["title"],
        notes=row["notes"],
        start_ms=row["start_ms"],
        end_ms=row["end_ms"],
        chapters=tuple((at, title) for at, title in json.loads(row["chapters"])),
        cuts=joined((start, end) for start, end in json.loads(row["cuts"])),
        left_out=tuple(json.loads(row["left_out"])),
        status=EpisodeStatus(row["status"]),
        failure=None if row["failure"] is None else Failure(row["failure"]),
        speaker_ids=tuple(json.loads(row["speakers"])),
        bars=tuple(json.loads(row["bars"])),
        file=row["file"],
        size_bytes=row["size_bytes"],
        duration_ms=row["duration_ms"],
        created_at=from_ms(row["created_at_ms"]),
        changed_at=from_ms(row["changed_at_ms"]),
        published_at=None if row["published_at_ms"] is None else from_ms(row["published_at_ms"]),
        withdrawn_at=None if row["withdrawn_at_ms"] is None else from_ms(row["withdrawn_at_ms"]),
    )
