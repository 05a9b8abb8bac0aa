"""Releases before publishing: each voice in an episode says yes first, or is not in it.

Who publishes says yes for their own voice by it. A no makes the episode anew without that voice,
as does leaving out who has not answered; a yes may still come later, and brings it back. The
answers are judged where an episode is read (`Episode.is_public`): one that was made anew and holds
more than was agreed to is not public until everybody has said yes to that, too.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from salon.plugin import Account, Conflict, NotFound, Salon, Transaction
from salon_recording import episodes, releases, takes
from salon_recording.asking import Asking
from salon_recording.episodes import Episode, EpisodeStatus
from salon_recording.parts import joined
from salon_recording.releases import Answer, Asked, Parts, Release
from salon_recording.shelf import Shelf
from salon_recording.studio import Studio, anew, can_be_made, remade

NOTHING: Parts = {}


class _GoesOnWaitingError(Exception):
    """Nobody would be left in the episode, or they answered this very moment."""


class Releasing:
    """Asks, notes answers, and publishes what everybody in it agreed to."""

    def __init__(self, salon: Salon, shelf: Shelf, studio: Studio, asking: Asking) -> None:
        self._salon = salon
        self._shelf = shelf
        self._studio = studio
        self._asking = asking

    async def asked(self, actor: Account) -> Sequence[dict[str, Any]]:
        """Return the episodes in which somebody's voice is, or would be, and what they said."""
        found = await self._salon.db.read(lambda c: episodes.with_voice(c, actor.id))
        asked = await self._salon.db.read(lambda c: releases.waiting_for(c, actor.id))
        until = {one.episode_id: self._asking.answer_by(one.asked_at) for one in asked}
        return [
            {
                "id": str(episode.id),
                "title": episode.title,
                "made_by": None if episode.made_by is None else str(episode.made_by),
                "duration_s": episode.duration_ms / 1_000,
                "answer": _answer_of(episode, actor.id),
                "answer_by": None if (by := until.get(episode.id)) is None else by.isoformat(),
                "is_public": episode.is_public,
            }
            for episode in found
            if episode.status is EpisodeStatus.READY
            and actor.id in {*episode.speaker_ids, *episode.left_out}
        ]

    async def answer(
        self, actor: Account, episode_id: int, answer: Answer, without: Parts = NOTHING
    ) -> None:
        """Note what somebody says of their voice, and of which moments a yes is not.

        Raises NotFound (also of moments of other takes), Conflict (not ready).
        """

        def answered(tx: Transaction, episode: Episode) -> Episode:
            _check_voice(tx, episode, actor)
            if answer is Answer.YES and episode.status is not EpisodeStatus.READY:
                raise Conflict("This episode is not ready yet.", reason="recording.not_ready")
            if not set(without) <= set(episode.take_ids):
                raise NotFound("There is no such recording in it.", reason="recording.no_recording")
            return self._said(tx, episode, Release(actor.id, answer, episode.parts, without))

        def follows(tx: Transaction, clip: Episode) -> Episode:
            """A yes to an episode was one to its clips, and so is what it leaves out."""
            _check_voice(tx, clip, actor)
            if answer is Answer.NO:
                return self._said(tx, clip, Release(actor.id, answer, clip.parts))
            before = next((one for one in clip.releases if one.account_id == actor.id), None)
            if before is None or before.answer is Answer.NO:
                return clip
            both = {
                take_id: joined((*before.without.get(take_id, ()), *without.get(take_id, ())))
                for take_id in {*before.without, *without} & set(clip.take_ids)
            }
            return self._said(tx, clip, replace(before, without=both))

        await self._studio.change(episode_id, answered)
        for clip in await self._salon.db.read(lambda c: episodes.clips_of(c, episode_id)):
            with suppress(NotFound):  # a clip of other recordings
                await self._studio.change(clip.id, follows)

    def _said(self, tx: Transaction, episode: Episode, said: Release) -> Episode:
        """Write an answer, and have made anew what it makes sound otherwise."""
        releases.put(tx, episode.id, said)
        left_out = set(episode.left_out) - {said.account_id}
        if said.answer is Answer.NO:
            left_out.add(said.account_id)
        is_heard_so = said.without == episode.left_out_by(said.account_id)
        if left_out == set(episode.left_out) and is_heard_so:
            return _with(episode, said)
        changed = replace(_with(episode, said), left_out=tuple(sorted(left_out)))
        return remade(tx, changed, self._salon.clock.now())

    async def leave_out(self, episode_id: int) -> Episode:
        """Make an episode without those who have not answered. Raises NotFound, Conflict."""

        def left(tx: Transaction, episode: Episode) -> Episode:
            if episode.status is not EpisodeStatus.READY:
                raise Conflict("This episode is not ready yet.", reason="recording.not_ready")
            if not episode.waiting_ids:
                return episode
            without = tuple(sorted({*episode.left_out, *episode.waiting_ids}))
            changed = replace(episode, left_out=without)
            if not can_be_made(tx, changed):
                raise Conflict(
                    "Nobody has said yes to their voice in it.", reason="recording.nobody_released"
                )
            return anew(tx, changed)

        return await self._studio.change(episode_id, left)

    async def look(self, _payload: dict[str, Any]) -> None:
        """Remind who has not answered, and take no answer for a no when its time is over."""
        now = self._salon.clock.now()
        for asked in await self._salon.db.read(releases.asked):
            episode = await self._salon.db.read(lambda c, it=asked: episodes.get(c, it.episode_id))  # type: ignore[misc]
            if episode is not None and episode.status is EpisodeStatus.MAKING:
                continue
            if episode is None or asked.account_id not in episode.waiting_ids:
                await self._salon.db.write(lambda tx, it=asked: releases.not_asked(tx, it))  # type: ignore[misc]
            elif self._asking.is_over(asked, now):
                await self._lapse(asked)
            elif self._asking.is_to_be_reminded(asked, now):
                await self._asking.remind(episode, asked)

    async def _lapse(self, asked: Asked) -> None:
        """Make an episode without somebody who has not answered in time."""

        def lapsed(tx: Transaction, episode: Episode) -> Episode:
            left_out = tuple(sorted({*episode.left_out, asked.account_id}))
            changed = replace(episode, left_out=left_out)
            if asked.account_id not in episode.waiting_ids or not can_be_made(tx, changed):
                raise _GoesOnWaitingError
            releases.not_asked(tx, asked)
            return anew(tx, changed)

        try:
            await self._studio.change(asked.episode_id, lapsed)
        except _GoesOnWaitingError:
            await self._salon.db.write(lambda tx: releases.not_asked(tx, asked))

    async def publish(self, actor: Account, episode_id: int) -> Episode:
        """Let everybody hear an episode. Raises NotFound, Conflict (not ready, not released)."""
        now = self._salon.clock.now()

        def published(tx: Transaction, episode: Episode) -> Episode:
            if episode.status is not EpisodeStatus.READY:
                raise Conflict("This episode is not ready yet.", reason="recording.not_ready")
            if actor.id in episode.waiting_ids:
                said = episode.yes_of(actor.id)
                releases.put(tx, episode.id, said)
                episode = _with(episode, said)
            if episode.waiting_ids:
                names = ", ".join(self._shelf.names_of(episode.waiting_ids))
                raise Conflict(
                    f"Not everybody in it has said yes: {names}.",
                    reason="recording.not_released",
                    names=names,
                )
            public_since = episode.published_at or now
            return replace(episode, published_at=public_since, withdrawn_at=None, held=None)

        return await self._studio.change(episode_id, published)


def _check_voice(tx: Transaction, episode: Episode, actor: Account) -> None:
    found = takes.some(tx.connection, episode.take_ids)
    if not any(actor.id in take.voice_ids for take in found.values()):
        raise NotFound("There is no such episode.", reason="recording.no_episode")


def _answer_of(episode: Episode, account_id: int) -> str | None:
    if account_id in episode.left_out:
        return Answer.NO.value
    return None if account_id in episode.waiting_ids else Answer.YES.value


def _with(episode: Episode, said: Release) -> Episode:
    others = [one for one in episode.releases if one.account_id != said.account_id]
    return replace(episode, releases=(*others, said))
