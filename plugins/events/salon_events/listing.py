"""Looking at the calendar and answering it: only what the asker may know of, each time anew."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from salon.plugin import Account, Conflict, Denied, NotFound, Salon, SearchResult, Transaction
from salon_events import answer_rows, occurrence_rows, shapes
from salon_events.audience import Audience
from salon_events.changes import Changes
from salon_events.config import EventsConfig
from salon_events.event import TO_COME, Answer, Occurrence, Said, State, Tally
from salon_events.occurrence_rows import Wanted
from salon_events.payloads import Listed, Month, One, Remind, Say
from salon_events.recurrence import on_the_wall, zone_of

LOOKED_AT_ONCE = 200
LOOKED_AT_MAX = 2_000  # in one question, of which the asker may know of none
MONTH_MAX = 500
SERIES_SHOWN = 3
PEOPLE_MAX = 200
REMIND_MIN = 10
SEARCHED_BACK = timedelta(days=30)

STATES: Mapping[str, Sequence[State]] = {
    "coming": TO_COME,
    "mine": (*TO_COME, State.CANCELLED),  # who wanted to come sees that it is off
    "past": (State.OVER, State.CANCELLED, State.MISSED),
}


class Listing:
    """The commands that show events and take answers."""

    def __init__(
        self, salon: Salon, config: EventsConfig, audience: Audience, changes: Changes
    ) -> None:
        self._salon = salon
        self._config = config
        self._audience = audience
        self._changes = changes

    # -- showing

    async def list(self, actor: Account, payload: Listed) -> dict[str, Any]:
        """Return a page of occurrences. Raises NotFound (`after`)."""
        is_past = payload.which == "past"
        wanted = Wanted(
            states=STATES[payload.which],
            begins=None if is_past else self._salon.clock.now(),
            ends=self._salon.clock.now() if is_past else None,
            room_id=payload.room,
            account_id=actor.id if payload.which == "mine" else None,
            after=None if payload.after is None else await self._place(payload.after),
            newest_first=is_past,
        )
        if payload.which == "coming":
            found = await self.among(wanted, payload.limit + 1, self._first_of_each(actor))
        else:
            found = await self.seen_by(actor, wanted, payload.limit + 1)
        shown = found[: payload.limit]
        return {"events": await self._shapes(actor, shown), "has_more": len(found) > len(shown)}

    def _first_of_each(self, actor: Account) -> Callable[[Occurrence], bool]:
        """Keep a daily event from filling the page: of each only the next ones are shown."""
        shown: Counter[int] = Counter()

        def is_shown(each: Occurrence) -> bool:
            if not self._audience.sees(actor, each.event):
                return False
            shown[each.event.id] += 1
            return shown[each.event.id] <= SERIES_SHOWN

        return is_shown

    async def _place(self, occurrence_id: int) -> tuple[datetime, int]:
        found = await self._salon.db.read(lambda c: occurrence_rows.find(c, occurrence_id))
        if found is None:
            raise NotFound("There is no such event.", field="after", reason="events.no_event")
        return found.starts_at, found.id

    async def seen_by(self, actor: Account, wanted: Wanted, limit: int) -> Sequence[Occurrence]:
        """Return the first of what is wanted that somebody may know of."""
        return await self.among(wanted, limit, lambda each: self._audience.sees(actor, each.event))

    async def among(
        self, wanted: Wanted, limit: int, is_seen: Callable[[Occurrence], bool]
    ) -> Sequence[Occurrence]:
        """Return the first of what is wanted that is seen, of the first `LOOKED_AT_MAX`."""
        found: list[Occurrence] = []
        part: Wanted | None = wanted
        looks = LOOKED_AT_MAX // LOOKED_AT_ONCE
        while part is not None and len(found) < limit and looks > 0:
            some = await self._look(part)
            found += [each for each in some if is_seen(each)]
            last = some[-1] if len(some) == LOOKED_AT_ONCE else None
            part = None if last is None else replace(part, after=(last.starts_at, last.id))
            looks -= 1
        return found[:limit]

    async def _look(self, wanted: Wanted) -> Sequence[Occurrence]:
        return await self._salon.db.read(lambda c: occurrence_rows.page(c, wanted, LOOKED_AT_ONCE))

    async def month(self, actor: Account, payload: Month) -> dict[str, Any]:
        """Return when something begins in some weeks."""
        states = (*TO_COME, State.OVER)
        wanted = Wanted(states, payload.begins, payload.ends)
        found = await self.seen_by(actor, wanted, MONTH_MAX)
        return {"starts": shapes.times(found)}

    async def get(self, actor: Account, payload: One) -> dict[str, Any]:
        """Return one occurrence with all that is said of it. Raises NotFound."""
        found = await self._seen(actor, payload.occurrence)
        people = await self._salon.db.read(lambda c: answer_rows.people(c, found.id, PEOPLE_MAX))
        wall = on_the_wall(found.starts_at, zone_of(found.event.zone))
        may_change = self._audience.may_change(actor, found.event)
        opens_at = found.starts_at - timedelta(minutes=self._config.open_before_minutes)
        tags = [tag.name for tag in self._salon.tags.shown(found.event.tag_ids)]
        details = shapes.details(
            found, people, wall, opens_at=opens_at, may_change=may_change, tags=tags
        )
        (shape,) = await self._shapes(actor, [found])
        return {"event": shape | details}

    async def _shapes(
        self, actor: Account, found: Sequence[Occurrence]
    ) -> Sequence[dict[str, Any]]:
        ids = [each.id for each in found]
        tallies = await self._salon.db.read(lambda c: answer_rows.tallies(c, ids))
        answers = await self._salon.db.read(lambda c: answer_rows.of_account(c, actor.id, ids))
        return [
            shapes.occurrence(
                each,
                tallies.get(each.id, Tally()),
                answers.get(each.id),
                self._audience.room_of(each),
            )
            for each in found
        ]

    async def _seen(self, actor: Account, occurrence_id: int) -> Occurrence:
        found = await self._salon.db.read(lambda c: occurrence_rows.find(c, occurrence_id))
        if found is None or not self._audience.sees(actor, found.event):
            raise NotFound("There is no such event.", field="occurrence", reason="events.no_event")
        return found

    async def search(
        self, actor: Account, words: Sequence[str], limit: int
    ) -> Sequence[SearchResult]:
        """Return what is called so, from a month ago on."""
        begins = self._salon.clock.now() - SEARCHED_BACK
        wanted = Wanted((*TO_COME, State.OVER), begins, words=words)
        found = await self.seen_by(actor, wanted, limit)
        return [
            SearchResult(each.own_title, f"/p/events/{each.id}", each.own_about[:200])
            for each in found
        ]

    # -- answering

    async def say(self, actor: Account, payload: Say) -> None:
        """Answer; who comes is reminded unless they chose otherwise.

        Raises Denied (in time out), NotFound, Conflict.
        """
        if actor.is_timed_out(self._salon.clock.now()):
            raise Denied(
                "You are in time out: you can read and listen for now.", reason="timed_out"
            )
        found = await self._answerable(actor, payload.occurrence)

        def save(tx: Transaction) -> None:
            known = answer_rows.find(tx.connection, found.id, actor.id)
            remind_min = known.remind_min
            if payload.said is Said.COMING and known.said is not Said.COMING:
                remind_min = REMIND_MIN if remind_min is None else remind_min
            elif payload.said in {Said.NOT, None}:
                remind_min = None
            self._save(tx, found, Answer(found.id, actor.id, payload.said, remind_min))

        await self._salon.db.write(save)
        await self._changes.changed(found.event)

    async def remind(self, actor: Account, payload: Remind) -> None:
        """Set when to be told, or not to be. Raises NotFound, Conflict."""
        found = await self._answerable(actor, payload.occurrence)

        def save(tx: Transaction) -> None:
            known = answer_rows.find(tx.connection, found.id, actor.id)
            self._save(tx, found, Answer(found.id, actor.id, known.said, payload.minutes))

        await self._salon.db.write(save)

    def _save(self, tx: Transaction, occurrence: Occurrence, answer: Answer) -> None:
        known = answer_rows.find(tx.connection, occurrence.id, answer.account_id)
        is_news = answer.remind_min != known.remind_min and tx.now < occurrence.starts_at
        answer_rows.save(tx, answer, occurrence.starts_at, is_news=is_news)

    async def _answerable(self, actor: Account, occurrence_id: int) -> Occurrence:
        found = await self._seen(actor, occurrence_id)
        if not found.is_to_come:
            raise Conflict("This event is over.", field="occurrence", reason="events.is_over")
        return found
