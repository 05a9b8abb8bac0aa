"""Gathering an episode before it is made: a draft of a show's template, filled part by part.

Each show has at most one episode that is gathered, "tonight's". Everybody who records may put a
part of a take of theirs into it: that needs no look at what others did meanwhile, because it takes
nothing away. Whoever changes the order, or takes something out, says which revision they looked at.
An episode with a plan may have been made already, so that its voices could be asked; what is put
into it then makes it anew.
"""

import asyncio
import uuid
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from salon.plugin import Account, Conflict, NotFound, Only, Salon, SalonError, Transaction
from salon_recording import episodes, marks
from salon_recording.episodes import Episode, EpisodeStatus
from salon_recording.marks import Mark
from salon_recording.programmes import pieces, shows
from salon_recording.programmes.template import opened, placed
from salon_recording.segments import Segment
from salon_recording.shelf import Shelf
from salon_recording.show import Show, told
from salon_recording.studio import SEGMENTS_MAX, Outline, Studio, anew, revised
from salon_recording.takes import Take

log = structlog.get_logger(__name__)

MADE_EARLY = timedelta(minutes=5)  # an episode that begins so shortly before is the next one's


class Gathering:
    """Begins, fills and orders drafts; the studio makes them."""

    def __init__(self, salon: Salon, shelf: Shelf, studio: Studio) -> None:
        self._salon = salon
        self._shelf = shelf
        self._studio = studio
        self._landing = asyncio.Lock()

    async def begin(self, actor: Account, show_id: int) -> Episode:
        """Return the episode of a show that is gathered; where there is none, it begins.

        Raises NotFound.
        """
        episode_id, guid = self._salon.new_id(), str(uuid.uuid4())

        def begin(tx: Transaction) -> Episode:
            return self._open(tx, actor, show_id, episode_id, guid)

        episode = await self._salon.db.write(begin)
        await self._shelf.tell(episode)
        return episode

    async def place(self, actor: Account, show_id: int, segment: Segment) -> Episode:
        """Put a part of a take into the episode of a show that is gathered.

        Raises NotFound, Invalid, Conflict (full, or the take cannot be used).
        """
        await self._studio.check(actor, (segment,))
        episode = await self.begin(actor, show_id)

        def put(tx: Transaction, before: Episode) -> Episode:
            show = shows.get(tx.connection, show_id)
            slots = () if show is None else show.template
            found = placed(before.segments, segment, slots, _lengths(tx))
            if len(found) > SEGMENTS_MAX:
                raise Conflict(
                    f"An episode has at most {SEGMENTS_MAX} segments.",
                    reason="recording.segments_full",
                    most=SEGMENTS_MAX,
                )
            after = replace(before, segments=found, edited_by=actor.id)
            return revised(tx, after) if _is_draft(before) else anew(tx, after)

        return await self._studio.change(episode.id, put)

    async def take_ended(self, _take: Take) -> None:
        """Put what was kept for a show, while a take ran, into its episode."""
        await self.recover()

    async def recover(self) -> None:
        """Place all parts that were kept for a show, of takes that have ended by now.

        Who kept one is told if it cannot be there; it stays where kept parts are.
        """
        async with self._landing:  # two takes may end at once
            for mark in await self._salon.db.read(marks.on_their_way):
                await self._land(mark)

    async def _land(self, mark: Mark) -> None:
        actor = self._salon.accounts.get(mark.made_by or 0)
        take = await self._shelf.take(mark.take_id)
        try:
            if actor is not None:
                await self.place(actor, mark.for_show or 0, _part(mark, take))
        except SalonError as error:
            log.warning("a part cannot go into an episode", mark=mark.id, reason=error.message)
            await self._salon.announce("not_placed", Only(mark.made_by or 0), {"title": mark.title})
        await self._salon.db.write(lambda tx: marks.landed(tx, mark.id))

    async def arrange(
        self, actor: Account, episode_id: int, outline: Outline, *, revision: int
    ) -> Episode:
        """Write a draft as somebody wants it, without making it. Raises NotFound, Conflict."""
        before = await self._shelf.episode(episode_id)
        await self._studio.check(actor, outline.segments, before)

        def arranged(tx: Transaction, it: Episode) -> Episode:
            self._studio.check_revision(it, revision)
            if not _is_draft(it):
                raise Conflict("This episode is made already.", reason="recording.made_already")
            after = replace(
                it,
                title=outline.title,
                notes=outline.notes,
                segments=outline.segments,
                edited_by=actor.id,
            )
            return revised(tx, after)

        return await self._studio.change(episode_id, arranged)

    async def discard(self, episode_id: int) -> None:
        """Throw a draft away; what it was made of stays. Raises NotFound, Conflict (made)."""

        def discard(tx: Transaction) -> None:
            episode = episodes.get(tx.connection, episode_id)
            if episode is None:
                raise NotFound("There is no such episode.", reason="recording.no_episode")
            if not _is_draft(episode):
                raise Conflict("This episode is made already.", reason="recording.made_already")
            episodes.remove(tx, episode_id)

        await self._salon.db.write(discard)

    def _open(
        self, tx: Transaction, actor: Account, show_id: int, episode_id: int, guid: str
    ) -> Episode:
        show = shows.get(tx.connection, show_id)
        if show is None:
            raise NotFound("There is no such show.", reason="recording.no_show")
        found = episodes.open_of(tx.connection, show_id)
        if found is not None:
            return found
        title = _title(told(show, self._salon), tx)
        episode = Episode(
            id=episode_id,
            guid=guid,
            slug=episodes.free_slug(tx.connection, title, episode_id),
            for_members=show.for_members,
            show_id=show_id,
            made_by=actor.id,
            edited_by=actor.id,
            revision=1,
            title=title,
            notes="",
            segments=tuple(opened(show.template, _lengths(tx))),
            status=EpisodeStatus.DRAFT,
            planned_at=_planned(show, tx.now),
            created_at=tx.now,
            changed_at=tx.now,
        )
        episodes.add(tx, episode)
        return episode


def _part(mark: Mark, take: Take) -> Segment:
    """Return what was kept while a take ran, with the chapters that were set within it."""
    end_ms = min(mark.end_ms or mark.at_ms, take.duration_ms)
    moments = ((one.at_ms, one.title) for one in take.marks if one.end_ms is None)
    within = {at_ms: title for at_ms, title in moments if mark.at_ms <= at_ms < end_ms}
    chapters = {mark.at_ms: mark.title} | within
    return Segment(
        take_id=take.id,
        start_ms=mark.at_ms,
        end_ms=end_ms,
        chapters=tuple(sorted(chapters.items())),
        slot=mark.slot,
        title=mark.title,
    )


def _is_draft(episode: Episode) -> bool:
    return episode.status is EpisodeStatus.DRAFT


def _planned(show: Show, now: datetime) -> datetime | None:
    return None if show.schedule is None else show.schedule.next_after(now + MADE_EARLY)


def _title(show: Show, tx: Transaction) -> str:
    return f"{show.title}, {tx.now.date().isoformat()}"[:200]


def _lengths(tx: Transaction) -> dict[int, tuple[str, int]]:
    return {one.id: (one.title, one.duration_ms) for one in pieces.everything(tx.connection)}
