"""Telling somebody about an event: in their open pages, and at their devices that take pushes.

Whether they may still know of it is asked at that moment. What pages are told is kept, so that one
whose line was lost hears it when it is back. The text of a push says no time: the
server does not know what clocks they read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from salon.plugin import Account, News, Only, Salon, Transaction
from salon_events import answer_rows, occurrence_rows
from salon_events.answer_rows import Reminder
from salon_events.audience import Audience
from salon_events.event import Occurrence, State
from salon_events.shapes import time
from salon_events.words import TEXTS

What = Literal["reminder", "moved", "cancelled", "asked", "announced"]

AT_ONCE = 100  # told in one write
NEWS_FOR = timedelta(minutes=30)  # who was to be told while the server was away is told so late


@dataclass(frozen=True, slots=True)
class _Told:
    """One person who is told one thing of one occurrence; `text` is what a push says.

    What somebody asks `by` themselves reaches nobody who blocks them.
    """

    account_id: int
    occurrence: Occurrence
    what: What
    text: Mapping[str, str]
    by: Account | None = None


class Telling:
    """Tells people."""

    def __init__(self, salon: Salon, audience: Audience) -> None:
        self._salon = salon
        self._audience = audience

    async def remind(self, _payload: dict[str, Any]) -> None:
        """Tell everybody whose time has come; some times a minute.

        What pages are told is kept in the write that notes it: after a crash nobody is told twice
        there or never. What ended while the server was away, or began long ago, is told to nobody.
        """
        now = self._salon.clock.now()
        while due := await self._salon.db.read(
            lambda c: answer_rows.due_reminders(c, now, AT_ONCE)
        ):
            await self._remind(due)

    async def _remind(self, due: Sequence[Reminder]) -> None:
        known = await self._salon.db.read(lambda c: _occurrences(c, due))
        told = [
            each
            for reminder in due
            if (each := self._reminder(reminder, known.get(reminder.occurrence_id))) is not None
        ]
        await self._tell(told, due)

    def _reminder(self, reminder: Reminder, occurrence: Occurrence | None) -> _Told | None:
        now = self._salon.clock.now()
        if occurrence is None or not occurrence.is_to_come:
            return None
        if now >= min(occurrence.ends_at, occurrence.starts_at + NEWS_FOR):
            return None
        text = TEXTS["begun" if occurrence.starts_at <= now else "soon"]
        return _Told(reminder.account_id, occurrence, "reminder", text)

    async def changed(self, occurrences: Sequence[Occurrence], actor: Account) -> None:
        """Tell who comes, or wants to be told, that these were moved or cancelled: each once."""
        by_id = {each.id: each for each in occurrences}
        found = await self._salon.db.read(lambda c: answer_rows.interested(c, list(by_id)))
        told = []
        for account_id, occurrence_id in found.items():
            occurrence = by_id[occurrence_id]
            what: What = "cancelled" if occurrence.state is State.CANCELLED else "moved"
            if account_id != actor.id:
                told.append(_Told(account_id, occurrence, what, TEXTS[what]))
        for at in range(0, len(told), AT_ONCE):
            await self._tell(told[at : at + AT_ONCE])

    async def asked(self, occurrence: Occurrence, actor: Account) -> None:
        """Tell the hosts of a new event that they are asked."""
        if occurrence.event.is_draft:
            return
        hosts = [id_ for id_ in occurrence.event.host_ids if id_ != actor.id]
        await self._tell([_Told(id_, occurrence, "asked", TEXTS["asked"], actor) for id_ in hosts])

    async def announced(self, occurrence: Occurrence, actor: Account) -> None:
        """Tell those with the roles that are to be told, once; some at a time."""
        event = occurrence.event
        roles = set(event.told_role_ids)
        if event.is_draft or not roles:
            return
        text = TEXTS["announced"]
        told = [
            _Told(account.id, occurrence, "announced", text, actor)
            for account in self._salon.accounts.all()
            if account.id != actor.id
            and account.id not in event.host_ids
            and roles.intersection(account.role_ids)
        ]
        for at in range(0, len(told), AT_ONCE):
            await self._tell(told[at : at + AT_ONCE])

    async def _tell(self, told: Sequence[_Told], reminders: Sequence[Reminder] = ()) -> None:
        """Tell pages, note reminders that were due, and then knock at devices."""
        seen = [
            each
            for each in told
            if self._audience.sees_id(each.account_id, each.occurrence.event) is not None
        ]

        def keep(tx: Transaction) -> None:
            for each in seen:
                if each.by is None:
                    tx.announce("told", Only(each.account_id), self._body(each))
            for reminder in reminders:
                answer_rows.was_told(tx, reminder)

        if seen or reminders:
            await self._salon.db.write(keep)
        for each in seen:
            if each.by is not None:
                scope = Only(each.account_id)
                await self._salon.announce("told", scope, self._body(each), by=each.by)
            title = each.occurrence.own_title
            news = News(
                {"en": title, "fr": title},
                each.text,
                f"/p/events/{each.occurrence.id}",
                topic=str(each.occurrence.id),
                news_for=NEWS_FOR,
            )
            await self._salon.accounts.push(each.account_id, news, by=each.by)

    def _body(self, told: _Told) -> dict[str, Any]:
        room = self._audience.room_of(told.occurrence)
        return {
            "what": told.what,
            "occurrence_id": str(told.occurrence.id),
            "title": told.occurrence.own_title,
            "starts_at": time(told.occurrence.starts_at),
            "room_slug": None if room is None else room.slug,
        }


def _occurrences(connection: Any, due: Sequence[Reminder]) -> Mapping[int, Occurrence]:
    ids = {reminder.occurrence_id for reminder in due}
    found = (occurrence_rows.find(connection, id_) for id_ in sorted(ids))
    return {each.id: each for each in found if each is not None}
