"""Moves the sound of published episodes into object storage, and back when they are taken back.

Nothing is remembered but rows: each look compares what the tables say of episodes with what lies
where, and does what is missing, one file after the other. So a restart, a storage that cannot be
reached and a voice that was taken out in the middle all come to the same: it is looked again.

A file leaves the disk when the storage has all of it and its row says so. An object is deleted when
its sound is no longer made or no longer published, and its row stays until the storage has done it.
Drafts stay on the disk: to what leaves the machine, everybody who is heard in it has said yes.
"""

import asyncio
import os
from collections.abc import Collection, Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

from salon.plugin import Objects, Salon, SalonError, Transaction
from salon_recording import episodes
from salon_recording.away import rows, sounds
from salon_recording.away.rows import Sent
from salon_recording.away.sounds import FOLDER, Made
from salon_recording.config import RecordingConfig
from salon_recording.feeds.rss import MEDIA_TYPES
from salon_recording.shelf import Shelf

LOOK_S = 300.0
AGAIN_S = 60.0  # when something was in the way
PIECE_BYTES = 4 * 1_024 * 1_024
OF_ONE_FILE = frozenset({"failed", "full", "disk"})  # others would meet everything else as well

log = structlog.get_logger(__name__)


class Moving:
    """Has each file lie where it belongs."""

    def __init__(self, salon: Salon, config: RecordingConfig, shelf: Shelf) -> None:
        self._salon = salon
        self._config = config
        self._shelf = shelf

    async def run(self) -> None:
        """Look whenever an episode changed, and now and then."""
        objects = self._salon.objects
        if objects is None:
            await self._warn()
            return
        while True:
            self._shelf.changed.clear()
            why = await self.look(objects)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S if why is None else AGAIN_S):
                    await self._shelf.changed.wait()

    async def look(self, objects: Objects) -> str | None:
        """Do what is missing. Returns what was in the way of the last that could not be done."""
        found = await self._salon.db.read(sounds.made)
        there = await self._salon.db.read(rows.everything)
        here = await asyncio.to_thread(_listed, self._shelf.folder)
        self._shelf.away = _away(found, there)
        belong = {
            name: one
            for one in found.values()
            if one.is_published and self._config.sound_on == "objects"
            for name in one.names
        }
        made = {name for one in found.values() for name in one.names}
        why = None
        for name, away in there.items():
            if name not in belong:
                why = await self._tried(self._clear(objects, away, is_made=name in made)) or why
            elif away.is_there and name in here:  # the server ended between the two
                await asyncio.to_thread(_remove, self._shelf.folder / name)
            if why is not None and why not in OF_ONE_FILE:
                break
        for name, one in belong.items():
            if why is not None and why not in OF_ONE_FILE:
                break
            if name in here and (name not in there or not there[name].is_there):
                why = await self._tried(self._send(objects, one, name)) or why
        await self._tell(found, why)
        return why

    async def _tried(self, work: Coroutine[Any, Any, None]) -> str | None:
        """Return what was in the way of something, if anything was."""
        try:
            await work
        except SalonError as error:
            why = str(error.facts.get("why", "failed"))
            log.warning("sound of an episode is not where it belongs yet", why=why)
        except OSError as error:
            why = "disk"
            log.warning("sound of an episode is not where it belongs yet", why=str(error))
        else:
            return None
        return why

    async def _warn(self) -> None:
        left = await self._salon.db.read(rows.everything)
        if left:
            log.error("sound lies in object storage, which is not configured", files=len(left))

    # -- there

    async def _send(self, objects: Objects, one: Made, name: str) -> None:
        """Put a file into the storage, then off the disk. Raises SalonError, OSError."""
        path = self._shelf.folder / name
        found = await asyncio.to_thread(path.stat)
        away = Sent(name, found.st_size, found.st_mtime_ns)

        def begin(tx: Transaction) -> bool:
            may_go = _may_go(tx, one, name)
            if may_go:
                rows.add(tx, away)
            return may_go

        if not await self._salon.db.write(begin):
            return
        await objects.put(f"{FOLDER}/{name}", path, MEDIA_TYPES[name.rpartition(".")[2]])
        size = await objects.size(f"{FOLDER}/{name}")
        if size != away.size_bytes:
            raise OSError(f"{name} has {away.size_bytes} bytes here and {size} there")
        await self._salon.db.write(lambda tx: rows.arrived(tx, name))
        await asyncio.to_thread(
            _remove, path
        )  # who took it back meanwhile gets it at the next look
        log.info("sound lies in object storage", file=name)

    # -- and back

    async def _clear(self, objects: Objects, away: Sent, *, is_made: bool) -> None:
        """Delete from the storage, after bringing back what is made. Raises SalonError, OSError."""
        if is_made and away.is_there:
            await self._bring_back(objects, away)
        await objects.delete(f"{FOLDER}/{away.name}")
        await self._salon.db.write(lambda tx: rows.remove(tx, away.name))
        log.info("sound is gone from object storage", file=away.name)

    async def _bring_back(self, objects: Objects, away: Sent) -> None:
        """Put a file into its place on the disk, as it was. Raises SalonError, OSError."""
        path = self._shelf.folder / away.name
        part = path.with_name(f"{path.name}.part")
        for start in range(0, away.size_bytes, PIECE_BYTES):
            stop = min(start + PIECE_BYTES, away.size_bytes)
            piece = await objects.read(f"{FOLDER}/{away.name}", start, stop)
            await asyncio.to_thread(_write_at, part, start, piece)
        await asyncio.to_thread(_settle, part, path, away.changed_ns)

    # -- telling

    async def _tell(self, found: Mapping[int, Made], why: str | None) -> None:
        """Let those who make episodes know which lie there, and which could not be moved."""
        there = await self._salon.db.read(rows.everything)
        here = await asyncio.to_thread(_listed, self._shelf.folder)
        stuck = {
            id_: why
            for id_, one in found.items()
            if why is not None and self._is_misplaced(one, there, here)
        }
        before, self._shelf.away = self._shelf.away, _away(found, there)
        held, self._shelf.stuck = self._shelf.stuck, stuck
        self._shelf.away_why = why
        changed = (self._shelf.away ^ before) | {
            id_ for id_ in {*held, *stuck} if held.get(id_) != stuck.get(id_)
        }
        for id_ in changed & found.keys():
            episode = await self._salon.db.read(lambda c, it=id_: episodes.get(c, it))  # type: ignore[misc]
            if episode is not None:
                await self._shelf.tell(episode)

    def _is_misplaced(self, one: Made, there: Mapping[str, Sent], here: Collection[str]) -> bool:
        if one.is_published and self._config.sound_on == "objects":
            return any(name in here for name in one.names)
        return any(name in there for name in one.names)


def _away(found: Mapping[int, Made], there: Mapping[str, Sent]) -> frozenset[int]:
    """Return those episodes of which all sound is in the storage."""
    names = {name for name, one in there.items() if one.is_there}
    return frozenset(id_ for id_, one in found.items() if names.issuperset(one.names))


def _may_go(tx: Transaction, one: Made, name: str) -> bool:
    """Whether all who are heard in it agree at this moment, and it is made of the same."""
    episode = episodes.get(tx.connection, one.episode_id)
    return episode is not None and episode.is_out and name in sounds.names(episode)


# -- in a thread


def _listed(folder: Path) -> frozenset[str]:
    with suppress(FileNotFoundError):
        return frozenset(path.name for path in folder.iterdir())
    return frozenset()


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _write_at(path: Path, start: int, piece: bytes) -> None:
    with path.open("r+b" if start else "wb") as file:
        file.seek(start)
        file.write(piece)


def _settle(part: Path, path: Path, changed_ns: int) -> None:
    """Give a whole file its name, with the time that it had: its tag is made of it."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    os.utime(part, ns=(changed_ns, changed_ns))
    part.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
