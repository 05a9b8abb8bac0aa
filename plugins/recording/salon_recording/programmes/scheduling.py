"""Episodes that go out by themselves, once a person has approved the show's template.

A day before its time a draft is made, so that its voices can be asked; at its time it is published
if the template is approved as it stands, and every voice has said yes to all that is heard of it.
In any other case it does not go out: those who make it and who approved are told why, and it waits
for one of them. Each episode is judged once.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from salon.plugin import Account, News, Only, Salon, SalonError, Transaction
from salon_recording import episodes
from salon_recording.episodes import Episode, EpisodeStatus, Held
from salon_recording.programmes import shows
from salon_recording.programmes.programming import Programming
from salon_recording.programmes.words import TITLES, WHY
from salon_recording.recorder import PERMISSION
from salon_recording.segments import take_ids
from salon_recording.show import Show
from salon_recording.studio import Studio, anew, settled

LOOK = "programme"
LOOK_EVERY = timedelta(minutes=1)
ASKED_BEFORE = timedelta(days=1)
MADE_WITHIN = timedelta(hours=1)  # after its time, if it is still being made then
TEXT_MAX = 160
ADDRESS = "/p/recording/studio/episodes"

log = structlog.get_logger(__name__)


class Scheduling:
    """Looks once a minute at what is planned."""

    def __init__(self, salon: Salon, programming: Programming, studio: Studio) -> None:
        self._salon = salon
        self._programming = programming
        self._studio = studio

    async def look(self, _payload: dict[str, Any]) -> None:
        """Make what goes out within a day, and let out, or hold, what is due."""
        now = self._salon.clock.now()
        soon = now + ASKED_BEFORE
        for episode in await self._salon.db.read(lambda c: episodes.planned_before(c, soon)):
            if episode.status is EpisodeStatus.DRAFT and take_ids(episode.segments):
                await self._make(episode)
            elif episode.planned_at is not None and episode.planned_at <= now:
                await self._judge(episode)

    async def _make(self, episode: Episode) -> None:
        def made(tx: Transaction, it: Episode) -> Episode:
            if it.revision != episode.revision:  # somebody is at it: the next look sees to it
                return it
            filled = tuple(one for one in it.segments if not one.is_empty)
            return anew(tx, replace(it, segments=settled(tx, filled, it.left_out)))

        await self._studio.change(episode.id, made)

    async def _judge(self, episode: Episode) -> None:
        """Publish an episode that is due, or hold it and say why; what is being made has time."""
        now = self._salon.clock.now()
        is_late = episode.planned_at is not None and now > episode.planned_at + MADE_WITHIN
        if episode.status is EpisodeStatus.MAKING and not is_late:
            return
        told: list[Held] = []

        def judged(tx: Transaction, it: Episode) -> Episode:
            if it.published_at is not None or it.held is not None or it.withdrawn_at is not None:
                return it
            why = self._why_not(shows.get(tx.connection, it.show_id), it)
            if why is None:
                return replace(it, published_at=now)
            told.append(why)
            return replace(it, held=why)

        after = await self._studio.change(episode.id, judged)
        for why in told:
            await self._tell(after, why)

    def _why_not(self, show: Show | None, episode: Episode) -> Held | None:
        approver = self._salon.accounts.get((show and show.approved_by) or 0)
        may = approver is not None and self._salon.accounts.may(approver, PERMISSION)
        if episode.status is EpisodeStatus.DRAFT:
            return Held.EMPTY
        if show is None or not show.is_approved or not may:
            return Held.UNAPPROVED
        if episode.status is not EpisodeStatus.READY:
            return Held.FAILED
        return Held.WAITING if episode.waiting_ids else None

    async def _tell(self, episode: Episode, why: Held) -> None:
        """Tell those who make it, and who approved the template."""
        makers = await self._salon.db.read(lambda c: episodes.makers(c, episode))
        approver = (await self._programming.show(episode.show_id)).approved_by
        ids = sorted({*makers, *([] if approver is None else [approver])})
        people = [one for id_ in ids if (one := self._salon.accounts.get(id_)) is not None]
        body = {"episode": str(episode.id), "title": episode.title, "why": why.value}
        for person in people:
            if self._salon.accounts.may(person, PERMISSION):
                await self._salon.announce("held", Only(person.id), body)
                await self._push(person, episode, why)
        log.info("an episode did not go out by itself", episode=episode.id, why=why.value)

    async def _push(self, person: Account, episode: Episode, why: Held) -> None:
        words = {
            language: said.format(title=episode.title[:80])[:TEXT_MAX]
            for language, said in WHY[why].items()
        }
        try:
            await self._salon.accounts.push(
                person.id, News(TITLES, words, ADDRESS, topic=str(episode.id))
            )
        except SalonError as error:
            log.info("nobody could be told at their devices", why=str(error))
