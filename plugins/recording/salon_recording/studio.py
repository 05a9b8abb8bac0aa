"""From takes to episodes: order, publish, withdraw, take voices out, prune."""

import asyncio
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from salon.plugin import Account, Conflict, Invalid, NotFound, Salon, Transaction
from salon_recording import episodes, marks, releases, takes
from salon_recording.capture import voice_path
from salon_recording.config import RecordingConfig
from salon_recording.episodes import Episode, EpisodeStatus
from salon_recording.failure import Failure
from salon_recording.making import Making
from salon_recording.parts import Part, length, without
from salon_recording.recorder import Recorder
from salon_recording.releases import Answer, Release
from salon_recording.shelf import Shelf
from salon_recording.takes import Take

SHORTEST_MS = 1_000
EPISODES_PER_TAKE_MAX = 100

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Cut:
    """What somebody wants an episode to be; times are the take's."""

    title: str
    notes: str
    start_ms: int
    end_ms: int
    chapters: tuple[tuple[int, str], ...]
    cuts: tuple[Part, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is left of it."""
        return without((self.start_ms, self.end_ms), self.cuts)


class Studio:
    """Changes what episodes are; the shelf finds them, and making makes them."""

    def __init__(
        self,
        salon: Salon,
        config: RecordingConfig,
        recorder: Recorder,
        shelf: Shelf,
        making: Making,
    ) -> None:
        self._salon = salon
        self._config = config
        self._recorder = recorder
        self._shelf = shelf
        self._making = making

    async def order(self, take_id: int, cut: Cut, *, actor: Account | None = None) -> Episode:
        """Make a new episode of a take. Raises NotFound, Invalid, Conflict."""
        take = await self._shelf.take(take_id)
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
                cuts=cut.cuts,
                created_at=now,
                changed_at=now,
            )
            episodes.add(tx, episode)
            return episode

        episode = await self._salon.db.write(add)
        await self._making.enqueue(episode)
        return episode

    async def order_again(self, episode_id: int, cut: Cut, *, actor: Account) -> Episode:
        """Make an episode anew; its address and guid stay. Raises NotFound, Invalid, Conflict.

        Who orders it says yes for their own voice by it; others are asked about what is added.
        """
        episode = await self._shelf.episode(episode_id)
        self._check(await self._shelf.take(episode.take_id), cut)
        wanted = {
            "title": cut.title,
            "notes": cut.notes,
            "start_ms": cut.start_ms,
            "end_ms": cut.end_ms,
            "chapters": cut.chapters,
            "cuts": cut.cuts,
        }

        def ordered(tx: Transaction, it: Episode) -> Episode:
            releases.put(tx, it.id, Release(actor.id, Answer.YES, cut.parts))
            return anew(it, **wanted)

        return await self.change(episode_id, ordered)

    async def withdraw(self, episode_id: int) -> Episode:
        """Take an episode back from its page and the feed; it can be published again."""
        now = self._salon.clock.now()
        return await self.change(episode_id, lambda _tx, it: replace(it, withdrawn_at=now))

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
            changed = [
                (before, anew(before) if can_be_made(take, before) else given_up(before, now))
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
        await self._recorder.erase_from_journals(account_id)
        for take_id in await self._salon.db.read(lambda c: takes.ids_with_voice(c, account_id)):
            await self.take_voice_out(account_id, take_id)

        def forget(tx: Transaction) -> None:
            for table in (takes, episodes, marks, releases):
                table.forget_account(tx, account_id)

        await self._salon.db.write(forget)

    async def change(
        self, episode_id: int, change: Callable[[Transaction, Episode], Episode]
    ) -> Episode:
        """Change an episode as it is at that moment. Raises NotFound, and what `change` raises."""

        def put(tx: Transaction) -> tuple[Episode, Episode]:
            before = episodes.get(tx.connection, episode_id)
            if before is None:
                raise NotFound("There is no such episode.", reason="recording.no_episode")
            after = change(tx, before)
            episodes.put(tx, after)
            return before, after

        before, after = await self._salon.db.write(put)
        await self._changed(before, after)
        return after

    async def _changed(self, before: Episode, after: Episode) -> None:
        """Let the world follow what the table says of an episode."""
        path = self._shelf.file_of(before)
        if path is not None and after.file is None:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        await self._shelf.tell(after)
        if after.status is EpisodeStatus.MAKING and after.revision != before.revision:
            await self._making.enqueue(after)

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
        if length(cut.parts) < SHORTEST_MS:
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


def can_be_made(take: Take | None, episode: Episode) -> bool:
    """Whether there are voices that an episode can be made of."""
    if take is None or take.pruned_at is not None:
        return False
    return bool(set(take.voice_ids) - set(episode.left_out))


def anew(episode: Episode, **wanted: Any) -> Episode:
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


def given_up(episode: Episode, now: datetime) -> Episode:
    """Return an episode that cannot be made again; what is being made of it comes to nothing."""
    return replace(
        anew(episode),
        status=EpisodeStatus.FAILED,
        failure=Failure.TAKEN_OUT,
        withdrawn_at=episode.withdrawn_at or now,
    )
