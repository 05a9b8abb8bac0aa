"""Whose sound there is, as the tables say it of episodes, and what its files are called."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from salon_recording.episodes import Episode, EpisodeStatus
from salon_recording.models import episode_table

FOLDER = "episodes"  # in the storage, as on the disk


@dataclass(frozen=True, slots=True)
class Made:
    """The sound of an episode that is made: its files, and whether it is published."""

    episode_id: int
    names: tuple[str, ...]
    is_published: bool


def made(connection: Connection) -> Mapping[int, Made]:
    """Return the sound of all episodes. Of a clip its episode has to be published as well."""
    table = episode_table.c
    columns = (
        table.id,
        table.file,
        table.formats,
        table.published_at_ms,
        table.withdrawn_at_ms,
        table.clip_of,
    )
    is_made = (table.status == EpisodeStatus.READY.value) & table.file.is_not(None)
    rows = {row.id: row for row in connection.execute(select(*columns).where(is_made))}
    out = {
        id_
        for id_, row in rows.items()
        if row.published_at_ms is not None and row.withdrawn_at_ms is None
    }
    return {
        id_: Made(
            id_,
            _names(row.file, [suffix for suffix, _ in json.loads(row.formats)]),
            id_ in out and (row.clip_of is None or row.clip_of in out),
        )
        for id_, row in rows.items()
    }


def names(episode: Episode) -> tuple[str, ...]:
    """Return what the files of an episode's sound are called."""
    return () if episode.file is None else _names(episode.file, [s for s, _ in episode.formats])


def _names(file: str, others: list[str]) -> tuple[str, ...]:
    stem = file.partition(".")[0]
    return (file, *(f"{stem}.{suffix}" for suffix in others))
