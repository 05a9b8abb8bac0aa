"""Episodes: published recordings, and what is on its way to become one. Rows in, rows out."""

import json
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, true, update

from salon.plugin import Transaction
from salon_recording import releases, segments
from salon_recording.failure import Failure
from salon_recording.models import (
    episode_table,
    segment_table,
    show_table,
    take_table,
    voice_table,
)
from salon_recording.releases import Answer, Parts, Release
from salon_recording.segments import Chapters, Segment
from salon_recording.takes import from_ms, to_ms

SLUG_MAX = 60
LISTED_MAX = 500
BESIDE_MAX = 20  # looked at for one that is public


class EpisodeStatus(StrEnum):
    DRAFT = "draft"  # it is still gathered; nothing is made of it
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


Voices = tuple[tuple[int, tuple[int, ...]], ...]  # (take, who of it is heard), in order


class Held(StrEnum):
    """Why an episode did not go out by itself when it was planned to."""

    EMPTY = "empty"  # nobody put anything into it
    UNAPPROVED = "unapproved"  # nobody approved the template as it is now
    WAITING = "waiting"  # not every voice has said yes
    FAILED = "failed"  # it could not be made


@dataclass(frozen=True, slots=True)
class Episode:
    """Segments of takes and pieces, one after the other, mixed.

    `planned_at` is when it goes out by itself.
    `left_out` are accounts whose voices are not in it. `voices` says who is heard, and of which
    take, once it is made. `revision` grows with each order to make it, or to change what it will be
    made of; `guid` never changes. `for_members`: nobody else hears it, as its show has it. A clip
    stands in no feed and on no list, and is public only as long as the episode is that it is of.
    """

    id: int
    guid: str
    slug: str
    show_id: int
    made_by: int | None
    revision: int
    title: str
    notes: str
    created_at: datetime
    changed_at: datetime
    for_members: bool = False
    edited_by: int | None = None
    segments: tuple[Segment, ...] = ()
    left_out: tuple[int, ...] = ()
    planned_at: datetime | None = None
    held: Held | None = None
    status: EpisodeStatus = EpisodeStatus.MAKING
    failure: Failure | None = None
    voices: Voices = ()
    bars: tuple[int, ...] = ()
    file: str | None = None
    size_bytes: int = 0
    formats: tuple[tuple[str, int], ...] = ()  # beside the MP3: the end of its name, and bytes
    duration_ms: int = 0
    published_at: datetime | None = None
    withdrawn_at: datetime | None = None
    is_clip: bool = False
    clip_of: int | None = None
    is_source_public: bool = True  # of a clip: its episode may be heard
    is_soundbite: bool = False  # of a clip: the feed offers it, to try its episode by
    releases: tuple[Release, ...] = ()

    @property
    def speaker_ids(self) -> tuple[int, ...]:
        """Who is heard in it, each once."""
        return tuple(dict.fromkeys(id_ for _, heard in self.voices for id_ in heard))

    @property
    def parts(self) -> Parts:
        """What is heard of each take."""
        return segments.heard_of(self.segments)

    @property
    def waiting_ids(self) -> tuple[int, ...]:
        """Who is heard in it and has not said yes to all in which they are heard."""
        parts = self.parts
        return tuple(
            id_ for id_ in self.speaker_ids if not self._is_released(id_, self._own(id_, parts))
        )

    def left_out_by(self, account_id: int) -> Parts:
        """Return the moments of takes in which somebody's voice is silent, as they wish."""
        found = (one.without for one in self.releases if one.account_id == account_id)
        return next(found, {})

    def yes_of(self, account_id: int) -> Release:
        """Return somebody's yes to all that it holds now, but for the moments they left out."""
        return Release(account_id, Answer.YES, self.parts, self.left_out_by(account_id))

    def _own(self, account_id: int, parts: Parts) -> Parts:
        """Return those parts of takes in which somebody is heard."""
        return {
            take_id: parts.get(take_id, ()) for take_id, ids in self.voices if account_id in ids
        }

    def _is_released(self, account_id: int, parts: Parts) -> bool:
        return any(one.account_id == account_id and one.allows(parts) for one in self.releases)

    @property
    def is_public(self) -> bool:
        """Whether everybody may hear it now."""
        return self.is_out and not self.for_members

    @property
    def is_out(self) -> bool:
        """Whether those whom it is for, everybody or members, may hear it now."""
        return (
            self.status is EpisodeStatus.READY
            and self.published_at is not None
            and self.withdrawn_at is None
            and self.is_source_public
            and not self.waiting_ids
        )

    @property
    def take_ids(self) -> tuple[int, ...]:
        """The takes it is made of, each once."""
        return segments.take_ids(self.segments)

    @property
    def own_chapters(self) -> Chapters:
        """The chapters by the episode's own time."""
        return segments.own_chapters(self.segments)


def add(tx: Transaction, episode: Episode) -> None:
    tx.connection.execute(episode_table.insert().values(**_row(episode)))
    segments.put(tx, episode.id, episode.segments)


def put(tx: Transaction, episode: Episode) -> None:
    """Write every field of an episode that exists."""
    row = _row(replace(episode, changed_at=tx.now))
    statement = update(episode_table).where(episode_table.c.id == episode.id)
    tx.connection.execute(statement.values(**row))
    segments.put(tx, episode.id, episode.segments)


def get(connection: Connection, episode_id: int) -> Episode | None:
    return _one(connection, episode_table.c.id == episode_id)


def by_slug(connection: Connection, slug: str) -> Episode | None:
    return _one(connection, episode_table.c.slug == slug)


def of_take(connection: Connection, take_id: int) -> Sequence[Episode]:
    """Return all episodes of a take, however many: a voice may have to leave each."""
    return _all(connection, _is_of(segment_table.c.take_id == take_id), limit=None)


def names(connection: Connection) -> Mapping[int, tuple[str, bool]]:
    """Return how the files of every episode are called, and whether they are made."""
    columns = (episode_table.c.id, episode_table.c.revision, episode_table.c.file)
    return {
        row.id: ((row.file or f"{row.id}-{row.revision}").partition(".")[0], row.file is not None)
        for row in connection.execute(select(*columns))
    }


def recent(connection: Connection, whose: int | None = None) -> Sequence[Episode]:
    """Return the newest episodes of all, or those that somebody has a hand in, newest first.

    That is who made it, who recorded one of its takes, and whose show it is in.
    """
    is_one = episode_table.c.is_clip.is_(False)
    return _all(connection, is_one & (true() if whose is None else _is_of_hand(whose)))


def clips(connection: Connection, whose: int | None = None) -> Sequence[Episode]:
    """Return the newest clips of all, or those that somebody has a hand in, newest first."""
    is_one = episode_table.c.is_clip.is_(True)
    return _all(connection, is_one & (true() if whose is None else _is_of_hand(whose)))


def clips_of(connection: Connection, episode_id: int) -> Sequence[Episode]:
    """Return the clips of an episode, the newest first."""
    return _all(connection, episode_table.c.clip_of == episode_id)


def soundbites(connection: Connection, episode_ids: Collection[int]) -> Sequence[Episode]:
    """Return the clips that feeds are to offer of episodes, the newest first."""
    is_of = episode_table.c.clip_of.in_(tuple(episode_ids))
    return _all(connection, is_of & episode_table.c.is_soundbite.is_(True), limit=None)


def in_hand(connection: Connection, episode_ids: Collection[int], whose: int) -> frozenset[int]:
    """Return those of some episodes that somebody has a hand in."""
    is_one = episode_table.c.id.in_(tuple(episode_ids))
    query = select(episode_table.c.id).where(is_one & _is_of_hand(whose))
    return frozenset(connection.execute(query).scalars())


def some(connection: Connection, episode_ids: Collection[int]) -> Mapping[int, Episode]:
    """Return episodes by id; those that are not there are left out."""
    found = _all(connection, episode_table.c.id.in_(tuple(episode_ids)), limit=None)
    return {one.id: one for one in found}


def clips_by(connection: Connection, account_id: int) -> Sequence[dict[str, Any]]:
    """Return the clips that somebody made, for themselves."""
    table = episode_table.c
    made = (table.made_by == account_id) & table.is_clip.is_(True)
    query = select(table.id, table.title, table.slug, table.created_at_ms).where(made)
    return [row._asdict() for row in connection.execute(query)]


def clips_since(connection: Connection, account_id: int, since_ms: int) -> int:
    """Return how many clips somebody has made since then."""
    table = episode_table.c
    made = (table.made_by == account_id) & table.is_clip.is_(True)
    counted = select(func.count()).where(made & (table.created_at_ms >= since_ms))
    return int(connection.execute(counted).scalar() or 0)


def _is_of_hand(whose: int) -> Any:
    recorded = select(take_table.c.id).where(take_table.c.started_by == whose)
    shows = select(show_table.c.id).where(show_table.c.made_by == whose)
    made = episode_table.c.made_by == whose
    of_own = _is_of(segment_table.c.take_id.in_(recorded))
    return or_(made, of_own, episode_table.c.show_id.in_(shows))


def makers(connection: Connection, episode: Episode) -> frozenset[int]:
    """Return who has a hand in an episode; those who are gone have none."""
    recorded = select(take_table.c.started_by).where(take_table.c.id.in_(episode.take_ids))
    shows = select(show_table.c.made_by).where(show_table.c.id == episode.show_id)
    found = [*connection.execute(recorded).scalars(), *connection.execute(shows).scalars()]
    return frozenset(id_ for id_ in (episode.made_by, *found) if id_ is not None)


def with_voice(connection: Connection, account_id: int) -> Sequence[Episode]:
    """Return the newest episodes of takes that hold a voice, whether it is heard in them or not."""
    held = select(voice_table.c.take_id).where(
        voice_table.c.account_id == account_id, voice_table.c.removed.is_(False)
    )
    return _all(connection, _is_of(segment_table.c.take_id.in_(held)))


def making(connection: Connection) -> Sequence[Episode]:
    """Return all that wait to be made, or are being made."""
    is_it = episode_table.c.status == EpisodeStatus.MAKING.value
    return _all(connection, is_it, limit=None)


def open_of(connection: Connection, show_id: int) -> Episode | None:
    """Return the episode of a show that is being gathered: the newest that was not out yet.

    One that was made already is only when it is planned, and not held.
    """
    gathered = or_(
        episode_table.c.status == EpisodeStatus.DRAFT.value,
        episode_table.c.planned_at_ms.is_not(None) & episode_table.c.held.is_(None),
    )
    never_out = episode_table.c.published_at_ms.is_(None)
    is_it = (episode_table.c.show_id == show_id) & never_out & gathered
    still_there = episode_table.c.withdrawn_at_ms.is_(None)
    return next(iter(_all(connection, is_it & still_there, limit=1)), None)


def planned_before(connection: Connection, moment: datetime) -> Sequence[Episode]:
    """Return what was planned to be out by a moment, and neither is nor was held."""
    is_due = episode_table.c.planned_at_ms <= to_ms(moment)
    never_out = episode_table.c.published_at_ms.is_(None) & episode_table.c.held.is_(None)
    return _all(connection, is_due & never_out & episode_table.c.withdrawn_at_ms.is_(None))


def is_used(connection: Connection, show_id: int) -> bool:
    """Whether a show has an episode."""
    query = select(episode_table.c.id).where(episode_table.c.show_id == show_id).limit(1)
    return connection.execute(query).first() is not None


def remove(tx: Transaction, episode_id: int) -> None:
    """Forget an episode that was never made."""
    tx.connection.execute(delete(episode_table).where(episode_table.c.id == episode_id))
    segments.put(tx, episode_id, ())


def public(
    connection: Connection, show_id: int | None = None, *, limit: int = LISTED_MAX
) -> Sequence[Episode]:
    """Return what everybody may hear, of a show or of all, the latest publication first."""
    ordered = _published(show_id).order_by(episode_table.c.published_at_ms.desc()).limit(limit)
    found = _episodes(connection, connection.execute(ordered).mappings().all())
    return [episode for episode in found if episode.is_public]


def out(connection: Connection, show_id: int, *, limit: int = LISTED_MAX) -> Sequence[Episode]:
    """Return what members may hear of a show for members, the latest publication first."""
    published = _published(show_id, for_members=True)
    ordered = published.order_by(episode_table.c.published_at_ms.desc()).limit(limit)
    found = _episodes(connection, connection.execute(ordered).mappings().all())
    return [episode for episode in found if episode.is_out]


def neighbours(connection: Connection, episode: Episode) -> tuple[Episode | None, Episode | None]:
    """Return the public episodes of the show that came just before and just after one."""
    at = episode_table.c.published_at_ms
    published_at_ms = to_ms(episode.published_at or episode.created_at)

    def beside(condition: Any, order: Any) -> Episode | None:
        near = _published(episode.show_id).where(condition).order_by(order).limit(BESIDE_MAX)
        found = _episodes(connection, connection.execute(near).mappings().all())
        return next((one for one in found if one.is_public), None)

    return beside(at < published_at_ms, at.desc()), beside(at > published_at_ms, at)


def _published(show_id: int | None, *, for_members: bool = False) -> Any:
    """Select what is out unless somebody's yes is missing, of a show or of all."""
    return select(episode_table).where(
        episode_table.c.for_members.is_(for_members),
        episode_table.c.status == EpisodeStatus.READY.value,
        episode_table.c.published_at_ms.is_not(None),
        episode_table.c.withdrawn_at_ms.is_(None),
        episode_table.c.is_clip.is_(False),
        true() if show_id is None else episode_table.c.show_id == show_id,
    )


def forget_account(tx: Transaction, account_id: int) -> None:
    """Keep what an account made without its name."""
    for column in (episode_table.c.made_by, episode_table.c.edited_by):
        did = column == account_id
        tx.connection.execute(update(episode_table).where(did).values({column: None}))


def free_slug(connection: Connection, title: str, episode_id: int) -> str:
    """Return an address for a title that no other episode has."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_MAX].strip("-")
    if not slug:
        return f"episode-{episode_id}"
    return slug if by_slug(connection, slug) is None else f"{slug}-{episode_id}"


def _is_of(condition: Any) -> Any:
    """Return the condition that one of an episode's segments is such a one."""
    return episode_table.c.id.in_(select(segment_table.c.episode_id).where(condition))


def _one(connection: Connection, condition: Any) -> Episode | None:
    rows = connection.execute(select(episode_table).where(condition)).mappings().all()
    return next(iter(_episodes(connection, rows)), None)


def _all(
    connection: Connection, condition: Any, *, limit: int | None = LISTED_MAX
) -> Sequence[Episode]:
    query = select(episode_table).where(condition).order_by(episode_table.c.id.desc())
    return _episodes(connection, connection.execute(query.limit(limit)).mappings().all())


def _episodes(connection: Connection, rows: Sequence[Mapping[Any, Any]]) -> Sequence[Episode]:
    ids = [row["id"] for row in rows]
    said = releases.of_episodes(connection, ids)
    made_of = segments.of_episodes(connection, ids)
    found = [
        replace(_episode(row), releases=tuple(said[row["id"]]), segments=tuple(made_of[row["id"]]))
        for row in rows
    ]
    return _with_sources(connection, found)


def _with_sources(connection: Connection, found: Sequence[Episode]) -> Sequence[Episode]:
    """Return episodes of which the clips know whether what they are of may be heard."""
    of_ids = {one.clip_of for one in found if one.clip_of is not None}
    if not of_ids:
        return found
    by_id = some(connection, of_ids)
    return [
        one
        if one.clip_of is None
        else replace(one, is_source_public=_lets_hear(by_id.get(one.clip_of), one))
        for one in found
    ]


def _lets_hear(source: Episode | None, clip: Episode) -> bool:
    """Whether an episode is public, and nobody who is heard in the clip has left it."""
    is_public = source is not None and source.is_public
    return is_public and not set(clip.speaker_ids) & set(source.left_out if source else ())


def _row(episode: Episode) -> dict[str, Any]:
    return {
        "id": episode.id,
        "guid": episode.guid,
        "slug": episode.slug,
        "show_id": episode.show_id,
        "for_members": episode.for_members,
        "made_by": episode.made_by,
        "edited_by": episode.edited_by,
        "revision": episode.revision,
        "title": episode.title,
        "notes": episode.notes,
        "left_out": json.dumps(episode.left_out),
        "planned_at_ms": None if episode.planned_at is None else to_ms(episode.planned_at),
        "held": episode.held,
        "status": episode.status.value,
        "failure": episode.failure,
        "speakers": json.dumps(episode.voices),
        "bars": json.dumps(episode.bars),
        "file": episode.file,
        "size_bytes": episode.size_bytes,
        "formats": json.dumps(episode.formats),
        "duration_ms": episode.duration_ms,
        "created_at_ms": to_ms(episode.created_at),
        "changed_at_ms": to_ms(episode.changed_at),
        "is_clip": episode.is_clip,
        "clip_of": episode.clip_of,
        "is_soundbite": episode.is_soundbite,
        "published_at_ms": None if episode.published_at is None else to_ms(episode.published_at),
        "withdrawn_at_ms": None if episode.withdrawn_at is None else to_ms(episode.withdrawn_at),
    }


def _episode(row: Mapping[Any, Any]) -> Episode:
    return Episode(
        id=row["id"],
        guid=row["guid"],
        slug=row["slug"],
        show_id=row["show_id"],
        for_members=row["for_members"],
        made_by=row["made_by"],
        edited_by=row["edited_by"],
        revision=row["revision"],
        title=row["title"],
        notes=row["notes"],
        left_out=tuple(json.loads(row["left_out"])),
        planned_at=None if row["planned_at_ms"] is None else from_ms(row["planned_at_ms"]),
        held=None if row["held"] is None else Held(row["held"]),
        status=EpisodeStatus(row["status"]),
        failure=None if row["failure"] is None else Failure(row["failure"]),
        voices=tuple((take_id, tuple(ids)) for take_id, ids in json.loads(row["speakers"])),
        bars=tuple(json.loads(row["bars"])),
        file=row["file"],
        size_bytes=row["size_bytes"],
        formats=tuple((suffix, size) for suffix, size in json.loads(row["formats"])),
        duration_ms=row["duration_ms"],
        created_at=from_ms(row["created_at_ms"]),
        changed_at=from_ms(row["changed_at_ms"]),
        is_clip=row["is_clip"],
        clip_of=row["clip_of"],
        is_soundbite=row["is_soundbite"],
        published_at=None if row["published_at_ms"] is None else from_ms(row["published_at_ms"]),
        withdrawn_at=None if row["withdrawn_at_ms"] is None else from_ms(row["withdrawn_at_ms"]),
    )
