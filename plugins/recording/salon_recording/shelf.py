"""What lies in the studio: takes and episodes, who may use them, how they look in frames."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from salon.plugin import Account, Everyone, Holders, NotFound, Only, Salon, SearchResult, folded
from salon_recording import episodes, takes
from salon_recording.capture import voice_path
from salon_recording.episodes import Episode, Voices
from salon_recording.marks import Mark
from salon_recording.production.pace import Progress
from salon_recording.recorder import PERMISSION, Recorder
from salon_recording.segments import Segment
from salon_recording.takes import Take

OWNERS = "server.manage"
NAMES_MAX = 200


@dataclass(frozen=True, slots=True)
class AtWork:
    """How far an episode is that is being made: of whose voices, and at whose it is now."""

    progress: Progress
    voices: Voices
    voice_id: int | None = None


class Shelf:
    """Finds takes, episodes and their sound; they are in the tables and in `episodes/`."""

    def __init__(self, salon: Salon, recorder: Recorder) -> None:
        self._salon = salon
        self._recorder = recorder
        self.at_work: dict[int, AtWork] = {}  # by the episode that is being made
        self.changed = asyncio.Event()  # an episode did, or something about it
        self.away: frozenset[int] = frozenset()  # episodes whose sound is in object storage
        self.stuck: Mapping[int, str] = {}  # episode -> why its sound is not where it belongs
        self.away_why: str | None = None  # what was last in the way of moving any

    # -- finding

    @property
    def folder(self) -> Path:
        """Where the sound of episodes is."""
        return self._salon.data_directory / "episodes"

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
        if not self.may_use(actor, take):
            raise NotFound("There is no such recording.", reason="recording.no_recording")
        return take

    def may_use(self, actor: Account, take: Take) -> bool:
        """Whether the raw voices of a take are for somebody's ears."""
        return take.started_by == actor.id or self.sees_all(actor)

    async def voice_for(self, actor: Account, take_id: int, account_id: int) -> Path | None:
        """Return where a raw voice is, for who recorded it and for whose it is. Raises NotFound."""
        take = await self.take(take_id)
        if actor.id != account_id:
            take = await self.take_for(self._maker(actor), take_id)
        is_there = account_id in take.voice_ids and take.pruned_at is None
        return voice_path(self._recorder.directory_of(take.id), account_id) if is_there else None

    async def folder_for(self, actor: Account, take_id: int) -> Path:
        """Return where a take's voices are, also while it runs, for who recorded it.

        Raises NotFound.
        """
        take = await self.take_for(self._maker(actor), take_id)
        return self._recorder.directory_of(take.id)

    def _maker(self, actor: Account) -> Account:
        if not self._salon.accounts.may(actor, PERMISSION):
            raise NotFound("There is no such recording.", reason="recording.no_recording")
        return actor

    async def episode_for(self, actor: Account, episode_id: int) -> Episode:
        """Return an episode that the actor has a hand in, or any to who manages the server.

        A hand in it have who made it, who recorded one of its takes, and whose show it is in.
        Raises NotFound.
        """
        episode = await self.episode(episode_id)
        makers = await self._salon.db.read(lambda c: episodes.makers(c, episode))
        if actor.id not in makers and not self.sees_all(actor):
            raise NotFound("There is no such episode.", reason="recording.no_episode")
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

    async def find_public(
        self, _actor: Account, words: Sequence[str], limit: int
    ) -> Sequence[SearchResult]:
        """Return the newest public episodes with all the words in title, notes or chapters."""
        found: list[SearchResult] = []
        for episode in await self._salon.db.read(episodes.public):
            chapters = "\n".join(title for _, title in episode.own_chapters)
            said = folded(f"{episode.title}\n{episode.notes}\n{chapters}")
            if len(found) < limit and all(word in said for word in words):
                names = ", ".join(self.names(episode))[:NAMES_MAX]
                found.append(SearchResult(episode.title, f"/e/{episode.slug}", names))
        return found

    def file_of(self, episode: Episode, suffix: str = "mp3") -> Path | None:
        """Return where an episode's sound is, if there is one."""
        if episode.file is None:
            return None
        return (self.folder / episode.file).with_suffix(f".{suffix}")

    # -- telling

    async def tell(self, episode: Episode) -> None:
        """Tell an episode to who may use it, and a clip to who made it."""
        if episode.id not in self.at_work:
            self.changed.set()
        if episode.is_clip:
            if episode.made_by is not None:
                body = {"clip": self.wire_clip(episode)}
                await self._salon.announce("clip_changed", Only(episode.made_by), body)
            return
        await self.tell_of_episode(episode, "episode_changed", {"episode": self.wire(episode)})
        if episode.published_at is not None and episode.id not in self.at_work:
            await self._salon.announce("latest_changed", Everyone(), {})

    async def tell_of_episode(self, episode: Episode, event: str, body: dict[str, Any]) -> None:
        """Tell something to who has a hand in an episode."""
        await self._salon.announce(event, Holders(OWNERS), body)
        makers = await self._salon.db.read(lambda c: episodes.makers(c, episode))
        for account_id in sorted(makers):
            maker = self._salon.accounts.get(account_id)
            may_hear = maker is not None and self._salon.accounts.may(maker, PERMISSION)
            if maker is not None and may_hear and not self.sees_all(maker):
                await self._salon.announce(event, Only(maker.id), body)

    async def tell_of_take(self, take_id: int, event: str, body: dict[str, Any]) -> None:
        """Tell something to who may use a take."""
        await self._salon.announce(event, Holders(OWNERS), body)
        take = await self._salon.db.read(lambda c: takes.get(c, take_id))
        recorder = self._salon.accounts.get((take and take.started_by) or 0)
        may_hear = recorder is not None and self._salon.accounts.may(recorder, PERMISSION)
        if recorder is not None and may_hear and not self.sees_all(recorder):
            await self._salon.announce(event, Only(recorder.id), body)

    def wire(self, episode: Episode) -> dict[str, Any]:
        """Return an episode as it stands in frames."""
        return {
            "id": str(episode.id),
            "show_id": str(episode.show_id),
            "revision": episode.revision,
            "url": f"{self._salon.base_url}/e/{episode.slug}",
            "title": episode.title,
            "notes": episode.notes,
            "segments": [wire_segment(segment) for segment in episode.segments],
            "status": episode.status.value,
            "failure": episode.failure,
            "making": self._wire_making(episode),
            "formats": ["mp3", *(suffix for suffix, _ in episode.formats)] if episode.file else [],
            "speakers": self.names(episode),
            "waiting": self.names_of(episode.waiting_ids),
            "planned_at": _iso(episode.planned_at),
            "held": episode.held,
            "left_out": self.names_of(episode.left_out),
            "size_bytes": episode.size_bytes,
            "duration_s": episode.duration_ms / 1_000,
            "created_at": episode.created_at.isoformat(),
            "published_at": _iso(episode.published_at),
            "withdrawn_at": _iso(episode.withdrawn_at),
            "is_out": episode.is_out,
            "is_public": episode.is_public,
            "is_away": episode.id in self.away,
            "away_why": self.stuck.get(episode.id),
        }

    def _wire_making(self, episode: Episode) -> dict[str, Any] | None:
        """Return how far the making of an episode is, and whose voices are to be in it."""
        found = self.at_work.get(episode.id)
        if found is None:
            return None
        expected = replace(episode, voices=found.voices)
        waiting = set(expected.waiting_ids)
        return {
            "step": found.progress.step,
            "step_progress": found.progress.within,
            "progress": found.progress.done,
            "left_s": found.progress.left_s,
            "voice": None if found.voice_id is None else str(found.voice_id),
            "voices": [
                {"account": str(account_id), "has_said_yes": account_id not in waiting}
                for account_id in expected.speaker_ids
            ],
        }

    def wire_clip(self, clip: Episode) -> dict[str, Any]:
        """Return a clip as it stands in frames."""
        return {
            "id": str(clip.id),
            "url": f"{self._salon.base_url}/e/{clip.slug}",
            "title": clip.title,
            "made_by": None if clip.made_by is None else str(clip.made_by),
            "status": clip.status.value,
            "failure": clip.failure,
            "duration_s": clip.duration_ms / 1_000,
            "created_at": clip.created_at.isoformat(),
            "waiting": self.names_of(clip.waiting_ids),
            "withdrawn": clip.withdrawn_at is not None,
            "is_public": clip.is_public,
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
            "marks": [wire_mark(mark) for mark in take.marks],
            "pruned": take.pruned_at is not None,
        }

    def names(self, episode: Episode) -> Sequence[str]:
        """Return how those who are heard are called now."""
        return self.names_of(episode.speaker_ids)

    def names_of(self, account_ids: Sequence[int]) -> Sequence[str]:
        known = [self._salon.accounts.get(account_id) for account_id in account_ids]
        return [account.display_name for account in known if account is not None]


def wire_segment(segment: Segment) -> dict[str, Any]:
    """Return a segment as it stands in frames."""
    return {
        "take_id": None if segment.take_id is None else str(segment.take_id),
        "piece_id": None if segment.piece_id is None else str(segment.piece_id),
        "slot": segment.slot,
        "title": segment.title,
        "start_s": segment.start_ms / 1_000,
        "end_s": segment.end_ms / 1_000,
        "cuts": [{"start_s": a / 1_000, "end_s": b / 1_000} for a, b in segment.cuts],
        "chapters": [{"at_s": at_ms / 1_000, "title": t} for at_ms, t in segment.chapters],
        "is_silent": segment.is_silent,
    }


def wire_mark(mark: Mark) -> dict[str, Any]:
    """Return a mark as it stands in frames."""
    return {
        "at_s": mark.at_ms / 1_000,
        "end_s": None if mark.end_ms is None else mark.end_ms / 1_000,
        "title": mark.title,
    }


def _iso(moment: Any) -> str | None:
    return None if moment is None else str(moment.isoformat())
