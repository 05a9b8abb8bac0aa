"""From takes to episodes: order, make (a job), publish, withdraw, take voices out, prune."""

import asyncio
import json
import os
import shutil
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from salon.plugin import (
    Account,
    Conflict,
    Holders,
    Invalid,
    NotFound,
    Only,
    Salon,
    Transaction,
    Unavailable,
)
from salon_recording import episodes, takes
from salon_recording.capture import voice_path
from salon_recording.config import RecordingConfig
from salon_recording.episodes import Episode, EpisodeStatus
from salon_recording.recorder import PERMISSION, Recorder
from salon_recording.show import Show
from salon_recording.takes import Take

OWNERS = "server.manage"
JOB = "produce"
SHORTEST_MS = 1_000
EPISODES_PER_TAKE_MAX = 100
LINE_MAX_BYTES = 65_536
STOP_S = 3.0
STEPS: Mapping[str, float] = {"mix": 0.0, "measure": 0.35, "encode": 0.7}
STEP_PARTS: Mapping[str, float] = {"mix": 0.35, "measure": 0.35, "encode": 0.3}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Cut:
    """What somebody wants an episode to be; times are the take's."""

    title: str
    notes: str
    start_ms: int
    end_ms: int
    chapters: tuple[tuple[int, str], ...]


class Studio:
    """Owns what is being made; everything else is in the tables and in `episodes/`."""

    def __init__(
        self, salon: Salon, config: RecordingConfig, recorder: Recorder, show: Show
    ) -> None:
        self._salon = salon
        self._config = config
        self._recorder = recorder
        self._show = show
        self._progress: dict[int, float] = {}

    # -- asking

    async def take(self, take_id: int) -> Take:
        """Return a take. Raises NotFound."""
        found = await self._salon.db.read(lambda c: takes.get(c, take_id))
        if found is None:
            raise NotFound("There is no such recording.", reason="recording.no_recording")
        return found

    async def take_for(self, actor: Account, take_id: int) -> Take:
        """Return a take that the actor recorded, or any to who manages the server.

        Raises NotFound, also for a take of somebody else: raw voices are for few ears.
        """
        take = await self.take(take_id)
        if take.started_by != actor.id and not self.sees_all(actor):
            raise NotFound("There is no such recording.", reason="recording.no_recording")
        return take

    async def episode_for(self, actor: Account, episode_id: int) -> Episode:
        """Return an episode of a take that the actor may use. Raises NotFound."""
        episode = await self.episode(episode_id)
        try:
            await self.take_for(actor, episode.take_id)
        except NotFound as error:
            raise NotFound("There is no such episode.", reason="recording.no_episode") from error
        return episode

    def sees_all(self, actor: Account) -> bool:
        """Whether the takes of everybody are the actor's business."""
        return self._salon.accounts.may(actor, OWNERS)

    async def episode(self, episode_id: int) -> Episode:
        """Return an episode, public or not. Raises NotFound."""
        found = await self._salon.db.read(lambda c: episodes.get(c, episode_id))
        if found is None:
            raise NotFound("There is no such episode.", reason="recording.no_episode")
        return found

    def progress(self, episode_id: int) -> float | None:
        """Return how far the making of an episode is, 0 to 1."""
        return self._progress.get(episode_id)

    def file_of(self, episode: Episode) -> Path | None:
        """Return where an episode's sound is, if there is one."""
        return None if episode.file is None else self._folder() / episode.file

    def voice_of(self, take: Take, account_id: int) -> Path:
        """Return where a voice of a take is."""
        return voice_path(self._recorder.directory_of(take.id), account_id)

    def _folder(self) -> Path:
        return self._salon.data_directory / "episodes"

    # -- verbs

    async def order(self, take_id: int, cut: Cut, *, actor: Account | None = None) -> Episode:
        """Make a new episode of a take. Raises NotFound, Invalid, Conflict."""
        take = await self.take(take_id)
        self._check(take, cut)
        episode_id, now = self._salon.new_id(), self._salon.clock.now()

        def add(tx: Transaction) -> Episode:
            if len(episodes.of_take(tx.connection, take_id)) >= EPISODES_PER_TAKE_MAX:
                raise Conflict(
                    f"A recording has at most {EPISODES_PER_TAKE_MAX} episodes.",
                    reason="recording.episodes_full",
                    most=EPISODES_PER_TAKE_MAX,
                )
            episode = Episode(
                id=episode_id,
                guid=str(uuid.uuid4()),
                slug=episodes.free_slug(tx.connection, cut.title, episode_id),
                take_id=take_id,
                made_by=None if actor is None else actor.id,
                revision=1,
                title=cut.title,
                notes=cut.notes,
                start_ms=cut.start_ms,
                end_ms=cut.end_ms,
                chapters=cut.chapters,
                created_at=now,
                changed_at=now,
            )
            episodes.add(tx, episode)
            return episode

        episode = await self._salon.db.write(add)
        await self._enqueue(episode)
        return episode

    async def order_again(self, episode_id: int, cut: Cut) -> Episode:
        """Make an episode anew; its address and guid stay. Raises NotFound, Invalid, Conflict."""
        episode = await self.episode(episode_id)
        self._check(await self.take(episode.take_id), cut)
        wanted = {
            "title": cut.title,
            "notes": cut.notes,
            "start_ms": cut.start_ms,
            "end_ms": cut.end_ms,
            "chapters": cut.chapters,
        }
        return await self._change(episode_id, lambda it: _anew(it, **wanted))

    async def publish(self, episode_id: int) -> Episode:
        """Let everybody hear an episode. Raises NotFound, Conflict when it is not ready."""
        now = self._salon.clock.now()

        def published(episode: Episode) -> Episode:
            if episode.status is not EpisodeStatus.READY:
                raise Conflict("This episode is not ready yet.", reason="recording.not_ready")
            return replace(episode, published_at=episode.published_at or now, withdrawn_at=None)

        return await self._change(episode_id, published)

    async def withdraw(self, episode_id: int) -> Episode:
        """Take an episode back from its page and the feed; it can be published again."""
        now = self._salon.clock.now()
        return await self._change(episode_id, lambda it: replace(it, withdrawn_at=now))

    async def take_voice_out(self, account_id: int, take_id: int) -> None:
        """Delete a voice from a take and from every episode of it, at once.

        Episodes in which it is heard are hidden now and come back without it; where nobody else is
        heard, or the raw voices are gone, they stay withdrawn. Can be called twice.
        """
        if self._recorder.running(take_id):
            await self._recorder.forget_voice(account_id, take_id)
        path = voice_path(self._recorder.directory_of(take_id), account_id)
        await asyncio.to_thread(path.unlink, missing_ok=True)
        now = self._salon.clock.now()

        def take_out(tx: Transaction) -> list[tuple[Episode, Episode]]:  # all of it or nothing
            takes.remove_voice(tx, take_id, account_id)
            take = takes.get(tx.connection, take_id)
            can_be_made = take is not None and take.voice_ids and take.pruned_at is None
            changed = [
                (before, _anew(before) if can_be_made else _given_up(before, now))
                for before in episodes.of_take(tx.connection, take_id)
                if account_id in before.speaker_ids or before.status is not EpisodeStatus.READY
            ]
            for _, after in changed:
                episodes.put(tx, after)
            return changed

        for before, after in await self._salon.db.write(take_out):
            await self._changed(before, after)

    async def forget_account(self, account_id: int) -> None:
        """Delete everything about somebody: voices, answers, names. Can be called twice."""
        await self._recorder.forget_voice(account_id)
        for take_id in await self._salon.db.read(lambda c: takes.ids_with_voice(c, account_id)):
            await self.take_voice_out(account_id, take_id)

        def forget(tx: Transaction) -> None:
            takes.forget_account(tx, account_id)
            episodes.forget_account(tx, account_id)

        await self._salon.db.write(forget)

    async def _change(self, episode_id: int, change: Callable[[Episode], Episode]) -> Episode:
        """Change an episode as it is at that moment. Raises NotFound, and what `change` raises."""

        def put(tx: Transaction) -> tuple[Episode, Episode]:
            before = episodes.get(tx.connection, episode_id)
            if before is None:
                raise NotFound("There is no such episode.", reason="recording.no_episode")
            after = change(before)
            episodes.put(tx, after)
            return before, after

        before, after = await self._salon.db.write(put)
        await self._changed(before, after)
        return after

    async def _changed(self, before: Episode, after: Episode) -> None:
        """Let the world follow what the table says of an episode."""
        path = self.file_of(before)
        if path is not None and after.file is None:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        await self._tell(after)
        if after.status is EpisodeStatus.MAKING and after.revision != before.revision:
            await self._enqueue(after)

    async def _enqueue(self, episode: Episode) -> None:
        payload = {"episode": str(episode.id), "revision": episode.revision}
        await self._salon.jobs.enqueue(JOB, payload)

    async def _tell(self, episode: Episode) -> None:
        body = {"episode": self.wire(episode)}
        await self._salon.announce("episode_changed", Holders(OWNERS), body)
        take = await self._salon.db.read(lambda c: takes.get(c, episode.take_id))
        recorder = self._salon.accounts.get((take and take.started_by) or 0)
        may_hear = recorder is not None and self._salon.accounts.may(recorder, PERMISSION)
        if recorder is not None and may_hear and not self.sees_all(recorder):
            await self._salon.announce("episode_changed", Only(recorder.id), body)

    def _check(self, take: Take, cut: Cut) -> None:
        if self._recorder.running(take.id):
            raise Conflict("This recording is still running.", reason="recording.still_running")
        if take.pruned_at is not None:
            raise Conflict(
                "The raw voices of this recording were deleted.", reason="recording.pruned"
            )
        if not take.voice_ids:
            raise Conflict(
                "Nobody's voice was kept in this recording.", reason="recording.no_voices"
            )
        if cut.end_ms > take.duration_ms + SHORTEST_MS:
            raise Invalid(
                "The end lies after the end of the recording.",
                field="end_s",
                reason="recording.end_late",
            )
        if cut.end_ms - cut.start_ms < SHORTEST_MS:
            raise Invalid(
                "The end has to be at least a second after the beginning.",
                field="end_s",
                reason="recording.end_early",
            )
        for at_ms, _ in cut.chapters:
            if not cut.start_ms <= at_ms < cut.end_ms:
                raise Invalid(
                    "A chapter lies outside of the chosen part.",
                    field="chapters",
                    reason="recording.chapter_out",
                )

    # -- the job

    async def produce(self, payload: dict[str, Any]) -> None:
        """Make the file of an episode. Raises Unavailable when it should be tried again."""
        episode_id, revision = int(payload["episode"]), int(payload["revision"])
        episode = await self._salon.db.read(lambda c: episodes.get(c, episode_id))
        if episode is None or episode.revision != revision or episode.file is not None:
            return  # made already, or ordered anew since
        take = await self.take(episode.take_id)
        target = self._folder() / f"{episode.id}-{episode.revision}.mp3"
        self._progress[episode.id] = 0.0
        said: Mapping[str, Any] = {}
        try:
            said = await self._run(episode, take, target)
        except (OSError, ValueError) as error:  # it could not begin, or died within a word
            log.warning("an episode could not be made", episode=episode.id, reason=str(error))
        finally:
            self._progress.pop(episode.id, None)
        made = await self._finish(episode, take, target, said)
        if made is None:
            await asyncio.to_thread(target.unlink, missing_ok=True)
        elif made.status is EpisodeStatus.FAILED and not said.get("failed"):
            raise Unavailable(str(made.failure), reason="recording.not_made")

    async def _finish(
        self, episode: Episode, take: Take, target: Path, said: Mapping[str, Any]
    ) -> Episode | None:
        """Write what the process said, unless the episode was ordered anew meanwhile."""
        if "result" in said:
            result = said["result"]
            heard = zip(take.voice_ids, result["heard"], strict=True)
            made = replace(
                episode,
                status=EpisodeStatus.READY,
                failure=None,
                file=target.name,
                size_bytes=result["bytes"],
                duration_ms=result["duration_ms"],
                bars=tuple(result["bars"]),
                speaker_ids=tuple(account_id for account_id, is_heard in heard if is_heard),
            )
        else:
            reason = said.get("failed") or "The process that makes the sound ended too early."
            made = replace(episode, status=EpisodeStatus.FAILED, failure=str(reason))

        def put(tx: Transaction) -> Episode | None:
            now = episodes.get(tx.connection, episode.id)
            if now is None or now.revision != episode.revision:
                return None
            both = replace(made, published_at=now.published_at, withdrawn_at=now.withdrawn_at)
            episodes.put(tx, both)
            return both

        written = await self._salon.db.write(put)
        if written is not None:
            await self._tell(written)
            log.info("episode made", episode=episode.id, status=made.status.value)
        return written

    async def _run(self, episode: Episode, take: Take, target: Path) -> Mapping[str, Any]:
        """Run the process and return its last words: `result` or `failed`; else nothing."""
        request = target.with_suffix(".json")
        await asyncio.to_thread(_write_private, request, self._request(episode, take, target))
        try:
            return await self._listen(episode, await _started(request))
        finally:
            await asyncio.to_thread(_remove_leftovers, target)

    async def _listen(
        self, episode: Episode, process: asyncio.subprocess.Process
    ) -> Mapping[str, Any]:
        said: Mapping[str, Any] = {}
        if process.stdout is None:
            return said
        try:
            async for line in process.stdout:
                said = json.loads(line)
                if "step" in said:
                    step = said["step"]
                    self._progress[episode.id] = STEPS[step] + STEP_PARTS[step] * said["done"]
                    await self._tell(episode)
            await process.wait()
        finally:
            if process.returncode is None:
                process.terminate()
                await _ended(process)
        return said

    def _request(self, episode: Episode, take: Take, target: Path) -> dict[str, Any]:
        directory = self._recorder.directory_of(take.id)
        recorded_on = take.begun_at.date().isoformat()
        return {
            "voices": [str(voice_path(directory, account_id)) for account_id in take.voice_ids],
            "start_s": episode.start_ms / 1_000,
            "end_s": min(episode.end_ms, max(take.duration_ms, 1)) / 1_000,
            "title": episode.title,
            "artist": self._show.author,
            "album": self._show.title,
            "comment": f"{self._salon.base_url}/e/{episode.slug}",
            "date": recorded_on,
            "chapters": [[at_ms / 1_000, title] for at_ms, title in episode.own_chapters],
            "target": str(target),
        }

    # -- what goes by itself

    async def recover(self) -> None:
        """Delete what a crash left of episodes beside their sound: a voice may have left it."""
        files = await self._salon.db.read(episodes.files)
        await asyncio.to_thread(_keep_only, self._folder(), files)

    async def prune(self, _payload: dict[str, Any]) -> None:
        """Delete raw voices after their time; episodes stay."""
        before = self._salon.clock.now() - timedelta(days=self._config.retention_days)
        for take_id in await self._salon.db.read(lambda c: takes.unpruned_before(c, before)):
            made = await self._salon.db.read(lambda c, it=take_id: episodes.of_take(c, it))  # type: ignore[misc]
            if any(episode.changed_at > before for episode in made):
                continue
            directory = self._recorder.directory_of(take_id)
            await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)
            await self._salon.db.write(lambda tx, it=take_id: takes.prune(tx, it))  # type: ignore[misc]
            log.info("raw voices deleted", take=take_id)

    # -- shapes

    def wire(self, episode: Episode) -> dict[str, Any]:
        """Return an episode as it stands in frames."""
        return {
            "id": str(episode.id),
            "take_id": str(episode.take_id),
            "revision": episode.revision,
            "url": f"{self._salon.base_url}/e/{episode.slug}",
            "title": episode.title,
            "notes": episode.notes,
            "start_s": episode.start_ms / 1_000,
            "end_s": episode.end_ms / 1_000,
            "chapters": [{"at_s": at_ms / 1_000, "title": t} for at_ms, t in episode.chapters],
            "status": episode.status.value,
            "failure": episode.failure,
            "progress": self._progress.get(episode.id),
            "speakers": self.names(episode),
            "size_bytes": episode.size_bytes,
            "duration_s": episode.duration_ms / 1_000,
            "created_at": episode.created_at.isoformat(),
            "published_at": _iso(episode.published_at),
            "withdrawn_at": _iso(episode.withdrawn_at),
            "is_public": episode.is_public,
        }

    def wire_take(self, take: Take) -> dict[str, Any]:
        """Return a take as it stands in frames."""
        return {
            "id": str(take.id),
            "room_id": str(take.room_id),
            "room_name": take.room_name,
            "started_by": None if take.started_by is None else str(take.started_by),
            "status": take.status.value,
            "begun_at": take.begun_at.isoformat(),
            "ended_at": _iso(take.ended_at),
            "reason": None if take.reason is None else take.reason.value,
            "duration_s": take.duration_ms / 1_000,
            "lost_packets": take.lost_packets,
            "voices": [str(account_id) for account_id in take.voice_ids],
            "pruned": take.pruned_at is not None,
        }

    def names(self, episode: Episode) -> Sequence[str]:
        """Return how those who are heard are called now."""
        known = [self._salon.accounts.get(account_id) for account_id in episode.speaker_ids]
        return [account.display_name for account in known if account is not None]


def _anew(episode: Episode, **wanted: Any) -> Episode:
    """Return an episode hidden until it is made again, with other fields where some are given."""
    return replace(
        episode,
        revision=episode.revision + 1,
        status=EpisodeStatus.MAKING,
        failure=None,
        file=None,
        speaker_ids=(),
        **wanted,
    )


def _given_up(episode: Episode, now: datetime) -> Episode:
    """Return an episode that cannot be made again; what is being made of it comes to nothing."""
    return replace(
        _anew(episode),
        status=EpisodeStatus.FAILED,
        failure="The voices of this episode were taken out.",
        withdrawn_at=episode.withdrawn_at or now,
    )


def _iso(moment: Any) -> str | None:
    return None if moment is None else str(moment.isoformat())


def _write_private(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file)


def _keep_only(folder: Path, files: Mapping[int, str | None]) -> None:
    """Remove files of known episodes but the one that each is; others are not ours to judge."""
    for path in folder.glob("*-*.*"):
        of_episode = path.name.partition("-")[0]
        if not of_episode.isdecimal() or int(of_episode) not in files:
            continue
        if path.name != files[int(of_episode)]:
            path.unlink(missing_ok=True)
            log.info("a leftover of an episode is removed", file=path.name)


async def _started(request: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "salon_recording.produce",
        str(request),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=LINE_MAX_BYTES,
    )


def _remove_leftovers(target: Path) -> None:
    """Remove the request, and what a process that was killed left: it is full of voices."""
    for path in target.parent.glob(f"{target.stem}.*"):
        if path != target:
            path.unlink(missing_ok=True)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Wait a little for a process that was asked to end, then end it."""
    try:
        async with asyncio.timeout(STOP_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
