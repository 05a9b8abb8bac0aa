"""The job that makes the files of an episode, in a process of its own.

The process is told what to make by a file, and tells how far it is by lines. When it falls, or the
server does, what it has done stays, and the next attempt goes on from there. It is stopped when an
episode is ordered anew, or when nobody wants it any more.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from salon.plugin import Salon, SalonError, Transaction, Unavailable
from salon_recording import episodes, takes
from salon_recording.asking import Asking
from salon_recording.capture import voice_path
from salon_recording.cover import cover_png
from salon_recording.episodes import Episode, EpisodeStatus, Voices
from salon_recording.failure import Failure
from salon_recording.parts import Part
from salon_recording.processes import ended, started
from salon_recording.production.files import keep_only, remove_all, remove_work, write_order
from salon_recording.production.pace import Pace, Progress
from salon_recording.programmes.pieces import PIECE_SUFFIX, PIECES
from salon_recording.programmes.programming import Programming
from salon_recording.recorder import Recorder
from salon_recording.shelf import AtWork, Shelf
from salon_recording.show import COVERS, Show
from salon_recording.takes import Take

JOB = "produce"
LOOK = "look"
LOOK_EVERY = timedelta(minutes=5)

Order = tuple[int, int]  # an episode, and which revision of it
Takes = Mapping[int, Take]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Played:
    """A segment that is heard: whose voices of a take, or which piece, and which parts of it."""

    take_id: int | None
    account_ids: tuple[int, ...]
    parts: tuple[Part, ...]
    piece_id: int | None = None


class Making:
    """Makes what was ordered."""

    def __init__(
        self,
        salon: Salon,
        recorder: Recorder,
        programming: Programming,
        shelf: Shelf,
        asking: Asking,
    ) -> None:
        self._salon = salon
        self._recorder = recorder
        self._programming = programming
        self._shelf = shelf
        self._asking = asking
        self._jobs: dict[Order, int] = {}  # by which job each order is made
        self._at_work: set[Order] = set()
        self._processes: dict[Order, asyncio.subprocess.Process] = {}

    async def enqueue(self, episode: Episode) -> None:
        """Have an episode made as it is wanted now, or at the next look when that fails."""
        payload = {"episode": str(episode.id), "revision": episode.revision}
        try:
            job_id = await self._salon.jobs.enqueue(JOB, payload)
        except SalonError as error:
            log.warning("an episode waits for the next look", episode=episode.id, why=str(error))
        else:
            self._jobs[_key(episode)] = job_id

    async def drop(self, episode: Episode) -> None:
        """Stop making a revision that is no longer wanted, and remove all of it."""
        process = self._processes.get(_key(episode))
        if process is not None:
            await ended(process)
        await asyncio.to_thread(remove_all, self._target(episode))

    async def look(self, _payload: dict[str, Any]) -> None:
        """Take up what waits to be made and has no job: it was lost, or never was there.

        What a job has failed to make for good is given up.
        """
        waiting = await self._salon.db.read(episodes.making)
        self._jobs = {key: self._jobs[key] for e in waiting if (key := _key(e)) in self._jobs}
        for episode in waiting:
            if any(map(self._recorder.running, episode.take_ids)):
                continue  # a clip, which is made when its recording has ended
            job_id = self._jobs.get(_key(episode))
            state = None if job_id is None else await self._salon.jobs.state(job_id)
            if state == "failed":
                await self._give_up(episode)
            elif state in {None, "done"} and _key(episode) not in self._at_work:
                await self.enqueue(episode)

    async def _give_up(self, episode: Episode) -> None:
        def put(tx: Transaction) -> Episode | None:
            now = episodes.get(tx.connection, episode.id)
            if now is None or now != episode:
                return None
            failed = replace(now, status=EpisodeStatus.FAILED, failure=Failure.EARLY)
            episodes.put(tx, failed)
            return failed

        await self._written(put)

    async def produce(self, payload: dict[str, Any]) -> None:
        """Make the file of an episode. Raises Unavailable when it should be tried again."""
        episode_id, revision = int(payload["episode"]), int(payload["revision"])
        episode = await self._salon.db.read(lambda c: episodes.get(c, episode_id))
        if episode is None or episode.revision != revision or episode.file is not None:
            return  # made already, or ordered anew since
        if _key(episode) in self._at_work:
            return
        self._at_work.add(_key(episode))
        try:
            await self._make(episode)
        finally:
            self._at_work.discard(_key(episode))

    async def _make(self, episode: Episode) -> None:
        found = await self._salon.db.read(lambda c: takes.some(c, episode.take_ids))
        target = self._target(episode)
        voices = _voices(_played(episode, found))
        self._shelf.at_work[episode.id] = AtWork(Progress("level", 0.0, 0.0), voices)
        await self._shelf.tell(episode)
        said: Mapping[str, Any] = {}
        try:
            said = await self._run(episode, found, target)
        except (OSError, ValueError) as error:  # it could not begin, or died within a word
            log.warning("an episode could not be made", episode=episode.id, reason=str(error))
        finally:
            self._shelf.at_work.pop(episode.id, None)
        made = await self._finish(episode, found, target, said)
        if made is None:
            await asyncio.to_thread(remove_all, target)
        elif "result" in said:
            await asyncio.to_thread(remove_work, target)
        elif said.get("failed"):
            await asyncio.to_thread(remove_all, target)
        else:  # what it has done stays for the next attempt
            raise Unavailable(
                "The process that makes the sound ended too early.", reason="recording.not_made"
            )

    async def _finish(
        self, episode: Episode, found: Takes, target: Path, said: Mapping[str, Any]
    ) -> Episode | None:
        """Write what the process said, unless the episode was ordered anew meanwhile."""
        if "result" in said:
            result = said["result"]
            heard = _heard(_played(episode, found), result["heard"])
            made = replace(
                episode,
                status=EpisodeStatus.READY,
                failure=None,
                file=target.name,
                size_bytes=result["sizes"].pop("mp3"),
                formats=tuple(sorted(result["sizes"].items(), reverse=True)),
                duration_ms=result["duration_ms"],
                bars=tuple(result["bars"]),
                voices=heard,
            )
        else:
            failure = Failure(said.get("failed", Failure.EARLY))
            made = replace(episode, status=EpisodeStatus.FAILED, failure=failure)

        def put(tx: Transaction) -> Episode | None:
            now = episodes.get(tx.connection, episode.id)
            if now is None or now.revision != episode.revision:
                return None
            both = replace(
                made,
                published_at=now.published_at,
                withdrawn_at=now.withdrawn_at,
                releases=now.releases,
                is_source_public=now.is_source_public,
            )
            episodes.put(tx, both)
            return both

        written = await self._written(put)
        if written is not None and written.failure is not None:
            why, detail = written.failure.value, said.get("detail")
            log.warning("an episode failed", episode=episode.id, why=why, said=detail)
        return written

    async def _written(self, put: Callable[[Transaction], Episode | None]) -> Episode | None:
        written = await self._salon.db.write(put)
        if written is not None:
            await self._shelf.tell(written)
            await self._asking.ask(written)
            log.info("episode made", episode=written.id, status=written.status.value)
        return written

    async def _run(self, episode: Episode, found: Takes, target: Path) -> Mapping[str, Any]:
        """Run the process and return its last words: `result` or `failed`; else nothing."""
        order = await self._order(episode, found, target)
        show = await self._programming.show(episode.show_id)
        cover = await asyncio.to_thread(self._cover, show)
        request = await asyncio.to_thread(write_order, order, cover)
        process = await started("production.produce", request)
        self._processes[_key(episode)] = process
        try:
            return await self._listen(episode, process)
        finally:
            del self._processes[_key(episode)]

    async def _listen(
        self, episode: Episode, process: asyncio.subprocess.Process
    ) -> Mapping[str, Any]:
        said: Mapping[str, Any] = {}
        pace = Pace(time.monotonic)
        if process.stdout is None:
            return said
        try:
            async for line in process.stdout:
                said = json.loads(line)
                if "step" in said:
                    self._shelf.at_work[episode.id] = replace(
                        self._shelf.at_work[episode.id],
                        progress=pace.progress(said["step"], said["done"]),
                        voice_id=int(said["voice"]) if said["voice"] else None,
                    )
                    await self._shelf.tell(episode)
            await process.wait()
        finally:
            await ended(process)
        return said

    def _target(self, episode: Episode) -> Path:
        return self._shelf.folder / (episode.file or f"{episode.id}-{episode.revision}.mp3")

    async def _order(self, episode: Episode, found: Takes, target: Path) -> dict[str, Any]:
        show = await self._programming.show(episode.show_id)
        recorded_on = min((take.begun_at for take in found.values()), default=episode.created_at)
        return {
            "segments": [self._segment(episode, played) for played in _played(episode, found)],
            "title": episode.title,
            "artist": show.author,
            "album": show.title,
            "comment": f"{self._salon.base_url}/e/{episode.slug}",
            "date": recorded_on.date().isoformat(),
            "chapters": _chapters(episode),
            "target": str(target),
        }

    def _segment(self, episode: Episode, played: Played) -> dict[str, Any]:
        """Return a segment as the process reads it."""
        parts_s = _seconds(played.parts)
        if played.take_id is None:
            sources = [{"path": str(self._piece_path(played.piece_id))}]
            return {"kind": "piece", "parts_s": parts_s, "sources": sources}
        directory = self._recorder.directory_of(played.take_id)
        voices = [
            {
                "path": str(voice_path(directory, id_)),
                "voice": str(id_),
                "silent_s": _seconds(episode.left_out_by(id_).get(played.take_id, ())),
            }
            for id_ in played.account_ids
        ]
        return {"kind": "take", "parts_s": parts_s, "sources": voices}

    def _cover(self, show: Show) -> bytes:
        """Return a show's picture: its own, or the door in the community's colour."""
        if show.cover is not None:
            with contextlib.suppress(OSError):  # another one took its place this very moment
                return (self._salon.data_directory / COVERS / show.cover).read_bytes()
        return cover_png(self._salon.community.accent_hue)

    def _piece_path(self, piece_id: int | None) -> Path:
        return self._salon.data_directory / PIECES / f"{piece_id}{PIECE_SUFFIX}"

    async def recover(self) -> None:
        """Delete what a crash left of episodes beside their sound: a voice may have left it.

        What is done of an episode that is still to be made stays.
        """
        kept = await self._salon.db.read(episodes.names)
        for name in await asyncio.to_thread(keep_only, self._shelf.folder, kept):
            log.info("a leftover of an episode is removed", file=name)


def _chapters(episode: Episode) -> list[list[float | str]]:
    """Return the chapters of the files. M4A has none that begins later than the sound itself."""
    chapters = episode.own_chapters
    if chapters and chapters[0][0] > 0:
        chapters = ((0, episode.title), *chapters)
    return [[at_ms / 1_000, title] for at_ms, title in chapters]


def _seconds(parts: Sequence[Part]) -> list[list[float]]:
    return [[start / 1_000, end / 1_000] for start, end in parts]


def _played(episode: Episode, found: Takes) -> Sequence[Played]:
    """Return what the sound of an episode is made of, one after the other."""
    played = []
    for segment in episode.segments:
        if segment.piece_id is not None:
            played.append(Played(None, (), segment.parts, segment.piece_id))
        take = None if segment.take_id is None else found.get(segment.take_id)
        if take is None or segment.is_silent:
            continue
        last_ms = max(take.duration_ms, 1)
        parts = tuple((start, min(end, last_ms)) for start, end in segment.parts if start < last_ms)
        account_ids = tuple(id_ for id_ in take.voice_ids if id_ not in episode.left_out)
        played.append(Played(take.id, account_ids, parts))
    return played


def _voices(played: Sequence[Played]) -> Voices:
    """Return who may be heard of each take."""
    return _heard(played, [[True] * len(segment.account_ids) for segment in played])


def _heard(played: Sequence[Played], heard: Sequence[Sequence[bool]]) -> Voices:
    """Return who is heard of each take, as the process said it of each segment."""
    found: dict[int, set[int]] = {}
    for segment, told in zip(played, heard, strict=True):
        if segment.take_id is None:
            continue
        speaking = zip(segment.account_ids, told, strict=True)
        of_take = found.setdefault(segment.take_id, set())
        of_take.update(account_id for account_id, is_heard in speaking if is_heard)
    return tuple((take_id, tuple(sorted(ids))) for take_id, ids in found.items())


def _key(episode: Episode) -> Order:
    return episode.id, episode.revision
