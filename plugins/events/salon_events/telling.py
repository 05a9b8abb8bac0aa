"""Telling somebody about an event: in their open pages, and at their devices that take pushes.

Whether they may still know of it is asked at that moment. The text of a push says no time: the
server does not know what clocks they read.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

from salon.plugin import Account, News, Only, Salon, Transaction
from salon_events import models
from salon_events.audience import Audience
from salon_events.event import Occurrence, State
from salon_events.models import Reminder
from salon_events.shapes import time
from salon_events.words import TEXTS

What = Literal["reminder", "moved", "cancelled", "asked"]

AT_ONCE = 200
NEWS_FOR = timedelta(minutes=30)  # who was to be told while the server was away is told so late


class Telling:
    """Tells people, one by one."""

    def __init__(self, salon: Salon, audience: Audience) -> None:
        self._salon = salon
        self._audience = audience

    async def remind(self, _payload: dict[str, Any]) -> None:
        """Tell everybody whose time has come; some times a minute.

        Each is told before it is written down: after a crash somebody is told twice and nobody
        never. What ended while the server was away, or began long ago, is told to nobody.
        """
        now = self._salon.clock.now()
        while due := await self._salon.db.read(lambda c: models.due_reminders(c, now, AT_ONCE)):
            await self._remind_all(due)

    async def _remind_all(self, due: Sequence[Reminder]) -> None:
        known = await self._salon.db.read(lambda c: _occurrences(c, due))
        for reminder in due:
            await self._remind(reminder, known.get(reminder.occurrence_id))

        def note(tx: Transaction) -> None:
            for reminder in due:
                models.was_told(tx, reminder)

        await self._salon.db.write(note)

    async def _remind(self, reminder: Reminder, occurrence: Occurrence | None) -> None:
        now = self._salon.clock.now()
        if occurrence is None or not occurrence.is_to_come:
            return
        if now < min(occurrence.ends_at, occurrence.starts_at + NEWS_FOR):
            has_begun = occurrence.starts_at <= now
            text = TEXTS["begun" if has_begun else "soon"]
            await self._tell(reminder.account_id, occurrence, "reminder", text)

    async def changed(self, occurrences: Sequence[Occurrence], actor: Account) -> None:
        """Tell who comes, or wants to be told, that these were moved or cancelled: each once."""
        by_id = {each.id: each for each in occurrences}
        found = await self._salon.db.read(lambda c: models.interested(c, list(by_id)))
        for account_id, occurrence_id in found.items():
            occurrence = by_id[occurrence_id]
            what: What = "cancelled" if occurrence.state is State.CANCELLED else "moved"
            if account_id != actor.id:
                await self._tell(account_id, occurrence, what, TEXTS[what])

    async def asked(self, occurrence: Occurrence, actor: Account) -> None:
        """Tell the hosts of a new event that they are asked."""
        for account_id in occurrence.event.host_ids:
            if account_id != actor.id:
                await self._tell(account_id, occurrence, "asked", TEXTS["asked"], by=actor)

    async def _tell(
        self,
        account_id: int,
        occurrence: Occurrence,
        what: What,
        text: Mapping[str, str],
        *,
        by: Account | None = None,
    ) -> None:
        """Tell somebody; what a person asks `by` themselves reaches nobody who blocks them."""
        if self._audience.sees_id(account_id, occurrence.event) is None:
            return
        room = self._audience.room_of(occurrence)
        address = f"/p/events/{occurrence.id}"
        body = {
            "what": what,
            "occurrence_id": str(occurrence.id),
            "title": occurrence.own_title,
            "starts_at": time(occurrence.starts_at),
            "room_slug": None if room is None else room.slug,
        }
        await self._salon.announce("told", Only(account_id), body, by=by)
        title = occurrence.own_title
        news = News(
            {"en": title, "fr": title}, text, address, topic=str(occurrence.id), news_for=NEWS_FOR
        )
        await self._salon.accounts.push(account_id, news, by=by)


def _occurrences(connection: Any, due: Sequence[Reminder]) -> Mapping[int, Occurrence]:
    ids = {reminder.occurrence_id for reminder in due}
    found = (models.find(connection, id_) for id_ in sorted(ids))
    return {each.id: each for each in found if each is not None}
