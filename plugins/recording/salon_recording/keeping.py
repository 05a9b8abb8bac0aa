"""How long raw voices are kept, and what they cost of the disk.

Voices are deleted `retention_days` after their take, or after the last change of an episode that
holds a part of it; the owner may name other days, and keep the voices of one take for ever. Sound
of episodes stays until they are gone. Who manages the server sees what each take and each voice
costs, when it will be deleted, and how much is free; a recording that runs warns once when it
comes near to where it would have to stop.
"""

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from salon.plugin import Salon, Transaction
from salon_recording import episodes, folders, takes
from salon_recording.away import rows as away
from salon_recording.config import RecordingConfig
from salon_recording.editor import edits
from salon_recording.running import WARN_AT, Running
from salon_recording.shelf import Shelf
from salon_recording.takes import Take
from salon_recording.transcript.episodes import forget_unheard

DAYS = "retention_days"  # the owner's, among the plugin's small values
DAYS_MAX = 3_650

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Disk:
    """What is free, of how much, and what the plugin has of it, in bytes."""

    free_bytes: int
    total_bytes: int
    takes_bytes: int
    episodes_bytes: int
    voices: Mapping[int, Mapping[int, int]]  # take -> account -> bytes


class Keeping:
    """Deletes what has had its time, and says what there is."""

    def __init__(
        self, salon: Salon, config: RecordingConfig, running: Running, shelf: Shelf
    ) -> None:
        self._salon = salon
        self._config = config
        self._running = running
        self._shelf = shelf

    async def days(self) -> int:
        """Return how many days raw voices are kept."""
        chosen = await self._salon.kv.get(DAYS)
        return chosen if isinstance(chosen, int) else self._config.retention_days

    async def set_days(self, days: int) -> None:
        await self._salon.kv.set(DAYS, days)

    async def keep(self, take_id: int, *, for_ever: bool) -> None:
        """Keep the voices of a take for ever, or as long as others. Raises NotFound."""
        await self._shelf.take(take_id)
        await self._salon.db.write(lambda tx: takes.keep(tx, take_id, for_ever=for_ever))

    async def disk(self) -> dict[str, Any]:
        """Return what the takes cost, and when each will be deleted, as it stands in frames."""
        days = await self.days()
        found = await self._salon.db.read(takes.with_files)
        here = [take.id for take in found]
        disk = await asyncio.to_thread(_looked_at, self._running.folder, self._shelf.folder, here)
        away_bytes = await self._salon.db.read(away.size)
        listed = [await self._wire(take, disk.voices[take.id], days) for take in found]
        return {
            "free_mb": disk.free_bytes // folders.MB,
            "total_mb": disk.total_bytes // folders.MB,
            "stops_at_mb": self._config.disk_min_free_mb,
            "is_low": disk.free_bytes < WARN_AT * self._config.disk_min_free_mb * folders.MB,
            "takes_bytes": disk.takes_bytes,
            "episodes_bytes": disk.episodes_bytes,
            "away_bytes": away_bytes,
            "away_why": self._shelf.away_why,
            "days": days,
            "takes": listed,
        }

    async def _wire(self, take: Take, voices: Mapping[int, int], days: int) -> dict[str, Any]:
        made = await self._salon.db.read(lambda c: episodes.of_take(c, take.id))
        last = _last_use(take, [episode.changed_at for episode in made])
        goes = None if take.is_kept or last is None else last + timedelta(days=days)
        return {
            "id": str(take.id),
            "room_name": take.room_name,
            "begun_at": take.begun_at.isoformat(),
            "bytes": sum(voices.values()),
            "voices": [
                {"account": str(account_id), "bytes": size}
                for account_id, size in sorted(voices.items())
            ],
            "episodes": len(made),
            "episodes_bytes": sum(episode.size_bytes for episode in made),
            "is_kept": take.is_kept,
            "deleted_at": None if goes is None else goes.isoformat(),
        }

    async def prune(self, _payload: dict[str, Any]) -> None:
        """Delete raw voices after their time; episodes stay."""
        before = self._salon.clock.now() - timedelta(days=await self.days())
        for take_id in await self._salon.db.read(lambda c: takes.unpruned_before(c, before)):
            made = await self._salon.db.read(lambda c, it=take_id: episodes.of_take(c, it))  # type: ignore[misc]
            if any(episode.changed_at > before for episode in made):
                continue
            directory = self._running.directory_of(take_id)
            await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)
            await self._salon.db.write(lambda tx, it=take_id: _pruned(tx, it))  # type: ignore[misc]
            log.info("raw voices deleted", take=take_id)


def _pruned(tx: Transaction, take_id: int) -> None:
    takes.prune(tx, take_id)
    forget_unheard(tx, take_id)
    edits.remove(tx, take_id)


def _last_use(take: Take, changes: list[datetime]) -> datetime | None:
    return None if take.ended_at is None else max([take.ended_at, *changes])


def _looked_at(takes_folder: Path, episodes_folder: Path, here: list[int]) -> Disk:
    """Called in a thread, for as many files as there are."""
    takes_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    usage = shutil.disk_usage(takes_folder)
    return Disk(
        free_bytes=usage.free,
        total_bytes=usage.total,
        takes_bytes=folders.size(takes_folder),
        episodes_bytes=folders.size(episodes_folder),
        voices={take_id: folders.sizes(takes_folder / str(take_id)) for take_id in here},
    )
