"""Planning: what is put into the calendar, changed and taken out again, by whom.

An event is a row; each time at which it happens is a row as well, made ahead for a year and at most
`AHEAD` of them, and extended while time goes on. So everything that is asked about a time (what
comes next, who comes, whom to tell, what to open) is one question to one table, and nobody who
looks at a calendar makes anybody reckon.

A change of one occurrence is kept at its row. A change of this and all later ones is one of the
event: the rows that are to come are paired in order with the times that the rule gives now, so that
who said they come is still coming, an hour later; what is left over is cancelled, what is new is
added. What was sent once keeps its id, so that calendars know it again (RFC 5545, 3.8.4.7).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

from salon.plugin import (
    Account,
    Conflict,
    Invalid,
    Salon,
    Transaction,
)
from salon_events import answer_rows, event_rows, occurrence_rows
from salon_events.audience import Audience
from salon_events.changes import Changes
from salon_events.config import EventsConfig
from salon_events.event import NO_MORE, Answer, Event, Occurrence, Said, State
from salon_events.judging import Judging, check_time
from salon_events.occurrence_rows import Wanted
from salon_events.payloads import Announce, Cancel, Change, Plan, Preview
from salon_events.recurrence import instant, on_the_wall, read_rule, zone_of
from salon_events.shapes import time
from salon_events.telling import Telling

AHEAD = 60
AHEAD_LEAST = 30  # when fewer are to come, more are made
HORIZON = timedelta(days=366)
NEXT_SHOWN = 3
REMIND_MIN = 10


class Planning:
    """The commands that change events."""

    def __init__(
        self,
        salon: Salon,
        config: EventsConfig,
        audience: Audience,
        changes: Changes,
        telling: Telling,
    ) -> None:
        self._salon = salon
        self._config = config
        self._audience = audience
        self._judging = Judging(salon, config, audience)
        self._changes = changes
        self._telling = telling

    # -- planning

    async def plan(self, actor: Account, payload: Plan) -> dict[str, Any]:
        """Put an event into the calendar. Raises Denied, NotFound, Invalid, Conflict."""
        self._judging.check_place(actor, payload.room)
        self._judging.check_people((*payload.role_ids, *payload.told_role_ids), payload.host_ids)
        self._judging.check_told(actor, payload.told_role_ids)
        self._judging.check_public(actor, payload.room, is_public=payload.is_public)
        event = Event(
            id=self._salon.new_id(),
            title=payload.title,
            about=payload.about,
            room_id=payload.room,
            wall=payload.starts,
            zone=payload.zone,
            lasts=timedelta(minutes=payload.lasts_min),
            rule=payload.rule,
            role_ids=_once(payload.role_ids),
            host_ids=_once(payload.host_ids),
            is_public=payload.is_public,
            made_by=actor.id,
            kind=payload.kind,
            is_draft=payload.is_draft,
            to_be_recorded=payload.to_be_recorded,
            tag_ids=tuple(await self._salon.tags.named(payload.tags, actor=actor)),
            told_role_ids=_once(payload.told_role_ids),
        )
        now = self._salon.clock.now()
        event, occurrences = self._planned(event, now)

        def add(tx: Transaction) -> None:
            self._judging.check_numbers(event_rows.count(tx.connection, actor.id), actor, event)
            event_rows.add(tx, event)
            occurrence_rows.add(tx, occurrences)
            if actor.id in event.host_ids and not event.is_draft:
                coming = Answer(occurrences[0].id, actor.id, Said.COMING, REMIND_MIN)
                answer_rows.save(tx, coming, occurrences[0].starts_at, is_news=True)

        await self._salon.db.write(add)
        await self._tell_of(actor, event, occurrences[0])
        return {"event_id": str(event.id), "occurrence_id": str(occurrences[0].id)}

    async def announce(self, actor: Account, payload: Announce) -> None:
        """Let everybody see a draft who may. Raises NotFound, Denied, Conflict, Invalid (over)."""
        known = await self._judging.changeable(actor, payload.occurrence)
        if not known.event.is_draft:
            raise Conflict("It is in the calendar.", reason="events.announced")
        now = self._salon.clock.now()
        check_time(known.starts_at, known.ends_at - known.starts_at, now)

        def save(tx: Transaction) -> Event:
            event = event_rows.find(tx.connection, known.event.id)
            if event is None or not event.is_draft:
                raise Conflict("It is in the calendar.", reason="events.announced")
            announced = replace(event, is_draft=False)
            event_rows.save(tx, announced)
            if actor.id in event.host_ids:
                coming = Answer(known.id, actor.id, Said.COMING, REMIND_MIN)
                answer_rows.save(tx, coming, known.starts_at, is_news=True)
            return announced

        event = await self._salon.db.write(save)
        await self._tell_of(actor, event, replace(known, event=event))

    async def _tell_of(self, actor: Account, event: Event, first: Occurrence) -> None:
        """Tell of a new event whoever is to know of it; of a draft nobody."""
        await self._changes.changed(event)
        if event.is_draft:
            return
        await self._record(actor, "planned", event)
        await self._telling.asked(first, actor)
        self._salon.spawn(self._telling.announced(first, actor), name="announced")

    def _planned(self, event: Event, now: datetime) -> tuple[Event, Sequence[Occurrence]]:
        """Return an event with the first of its occurrences. Raises Invalid."""
        zone = zone_of(event.zone)
        check_time(instant(event.wall, zone), event.lasts, now)
        walls = _walls(event, now, after=None, most=AHEAD)
        extended = replace(event, extended_to=walls[-1])
        return extended, [self._occurrence(extended, wall, zone, now) for wall in walls]

    def _occurrence(
        self, event: Event, wall: datetime, zone: ZoneInfo, now: datetime
    ) -> Occurrence:
        at = instant(wall, zone)
        id_ = self._salon.new_id()
        return Occurrence(id_, event, at, at + event.lasts, State.PLANNED, changed_at=now)

    async def preview(self, actor: Account, payload: Preview) -> dict[str, Any]:
        """Return the next times of an event, and what is on in the room at the first.

        Raises Invalid.
        """
        now = self._salon.clock.now()
        event = Event(
            id=0, title="", about="", room_id=payload.room, wall=payload.starts, zone=payload.zone,
            lasts=timedelta(minutes=payload.lasts_min), rule=payload.rule, role_ids=(), host_ids=(),
            is_public=False, made_by=actor.id,
        )  # fmt: skip
        _event, found = self._planned(event, now)
        clash = await self._clash(actor, payload, found[0])
        return {
            "opens_before_min": self._config.open_before_minutes,
            "next": [time(each.starts_at) for each in found[:NEXT_SHOWN]],
            "clash": None
            if clash is None
            else {"title": clash.own_title, "ends_at": time(clash.ends_at)},
        }

    async def _clash(
        self, actor: Account, payload: Preview, first: Occurrence
    ) -> Occurrence | None:
        """Return what is on in the room then, as far as the actor may know of it."""
        if payload.room is None:
            return None
        wanted = Wanted(_STANDING, first.starts_at, first.ends_at, payload.room)
        found = await self._salon.db.read(
            lambda c: occurrence_rows.page(c, wanted, _CLASHES_LOOKED_AT)
        )
        return next(
            (
                each
                for each in found
                if each.event.id != payload.except_event and self._audience.sees(actor, each.event)
            ),
            None,
        )

    # -- changing

    async def change(self, actor: Account, payload: Change) -> None:
        """Change an occurrence, or it and all later ones. Raises NotFound, Denied, Invalid."""
        known = await self._judging.changeable(actor, payload.occurrence)
        now = self._salon.clock.now()
        has_begun = known.state is State.OPEN
        if has_begun and (payload.every or payload.starts is not None):
            raise Conflict("It has begun.", field="occurrence", reason="events.has_begun")
        if payload.every or not (known.event.rule or has_begun):
            tag_ids = None
            if payload.tags is not None:
                tag_ids = tuple(await self._salon.tags.named(payload.tags, actor=actor))
            changed = self._changed_event(actor, known, payload, now, tag_ids)
            moved = await self._salon.db.write(lambda tx: self._save_series(tx, changed, now))
        else:
            one = self._changed_one(known, payload, now)
            moved = await self._salon.db.write(lambda tx: _save_one(tx, known, one))
        await self._changes.changed(known.event)
        if known.event.is_draft:
            return
        await self._record(actor, "changed", known.event)
        await self._telling.changed(moved, actor)

    def _changed_one(self, known: Occurrence, payload: Change, now: datetime) -> Occurrence:
        """Return one occurrence as it is to be. Raises Invalid for what only all of them have."""
        given = payload.model_dump(exclude={"occurrence", "every"}, exclude_defaults=True)
        if set(given) - {"title", "about", "starts", "lasts_min"}:
            raise Invalid("Only all of them can be changed so.", reason="events.only_all")
        starts_at, lasts = known.starts_at, known.ends_at - known.starts_at
        if payload.starts is not None:
            starts_at = instant(payload.starts, zone_of(known.event.zone))
        if payload.lasts_min is not None:
            lasts = timedelta(minutes=payload.lasts_min)
        check_time(starts_at, lasts, now)
        return replace(
            known,
            state=_before_opening(known.state),
            title=known.title if payload.title is None else payload.title,
            about=known.about if payload.about is None else payload.about,
            starts_at=starts_at,
            ends_at=starts_at + lasts,
            sequence=known.sequence + 1,
            changed_at=now,
        )

    def _changed_event(
        self,
        actor: Account,
        known: Occurrence,
        payload: Change,
        now: datetime,
        tag_ids: tuple[int, ...] | None,
    ) -> "_Changed":
        """Return an event as it is to be, and from when on. Raises Denied, NotFound, Invalid."""
        before = known.event
        room_id = before.room_id if payload.room is None else payload.room
        if payload.has_own_room:
            room_id = None
        if room_id != before.room_id:
            self._judging.check_place(actor, room_id)
        told_role_ids = payload.told_role_ids or ()
        self._judging.check_people(
            (*(payload.role_ids or ()), *told_role_ids), payload.host_ids or ()
        )
        self._judging.check_told(actor, told_role_ids)
        is_public = before.is_public if payload.is_public is None else payload.is_public
        if is_public and (not before.is_public or room_id != before.room_id):
            self._judging.check_public(actor, room_id, is_public=True)
        zone = before.zone if payload.zone is None else payload.zone
        after = replace(
            before,
            title=before.title if payload.title is None else payload.title,
            about=before.about if payload.about is None else payload.about,
            room_id=room_id,
            wall=payload.starts or on_the_wall(known.starts_at, zone_of(before.zone)),
            zone=zone,
            lasts=before.lasts
            if payload.lasts_min is None
            else timedelta(minutes=payload.lasts_min),
            rule=before.rule if payload.rule is None else payload.rule,
            role_ids=before.role_ids if payload.role_ids is None else _once(payload.role_ids),
            host_ids=before.host_ids if payload.host_ids is None else _once(payload.host_ids),
            is_public=is_public,
            kind=payload.kind or before.kind,
            to_be_recorded=before.to_be_recorded
            if payload.to_be_recorded is None
            else payload.to_be_recorded,
            tag_ids=before.tag_ids if tag_ids is None else tag_ids,
            told_role_ids=before.told_role_ids
            if payload.told_role_ids is None
            else _once(payload.told_role_ids),
            sequence=before.sequence + 1,
        )
        is_moved = any(
            value is not None
            for value in (payload.starts, payload.zone, payload.rule, payload.lasts_min)
        )
        if not is_moved:
            return _Changed(replace(after, wall=before.wall), (), None)
        return _Changed(*self._planned(after, now), known.starts_at)

    def _save_series(
        self, tx: Transaction, changed: "_Changed", now: datetime
    ) -> Sequence[Occurrence]:
        """Write an event and what is to come of it; return what was moved or cancelled."""
        event_rows.save(tx, changed.event)
        if changed.begins is None:
            for each in occurrence_rows.of_event(tx.connection, changed.event.id):
                counted = replace(each, sequence=each.sequence + 1, changed_at=now)
                occurrence_rows.save(tx, counted)
            return ()
        # One that was cancelled by itself stays so, and keeps its place in the order.
        states = (State.PLANNED, State.OPENING, State.CANCELLED)
        known = occurrence_rows.of_event(
            tx.connection, changed.event.id, states, begins=changed.begins
        )
        moved: list[Occurrence] = []
        for old, new in zip_longest(known, changed.occurrences):
            if old is None:
                occurrence_rows.add(tx, [new])
                continue
            after = _cancelled(old, now) if new is None else _paired(old, new)
            occurrence_rows.save(tx, after)
            if new is None or after.starts_at != old.starts_at:
                occurrence_rows.set_reminders(tx, after)
                moved += [after] if old.is_to_come else []
        return moved

    # -- cancelling

    async def cancel(self, actor: Account, payload: Cancel) -> None:
        """Let an occurrence, or it and all later ones, not take place. Raises NotFound, Denied."""
        known = await self._judging.changeable(actor, payload.occurrence)
        now = self._salon.clock.now()

        def save(tx: Transaction) -> Sequence[Occurrence]:
            ending = [known]
            if payload.every:
                begins = known.starts_at
                ending = [*occurrence_rows.of_event(tx.connection, known.event.id, begins=begins)]
                event_rows.extend(tx, known.event.id, NO_MORE)
            cancelled = [_cancelled(each, now) for each in ending]
            for each in cancelled:
                occurrence_rows.save(tx, each)
                occurrence_rows.set_reminders(tx, each)
            return cancelled

        cancelled = await self._salon.db.write(save)
        await self._changes.changed(known.event)
        if known.event.is_draft:
            return
        await self._record(actor, "cancelled", known.event)
        await self._telling.changed(cancelled, actor)

    # -- going on

    async def extend(self, _payload: dict[str, Any]) -> None:
        """Make more occurrences of what recurs, and forget what is long over; some times a day."""
        now = self._salon.clock.now()
        for event in await self._salon.db.read(event_rows.load_series):
            await self._extend(event, now)
        before = now - timedelta(days=self._config.keep_past_days)
        while await self._salon.db.write(
            lambda tx: occurrence_rows.prune(tx, before, _PRUNED_AT_ONCE)
        ):
            pass

    async def _extend(self, event: Event, now: datetime) -> None:
        to_come = len(
            await self._salon.db.read(lambda c: occurrence_rows.of_event(c, event.id, begins=now))
        )
        if to_come >= AHEAD_LEAST or event.extended_to in {None, NO_MORE}:
            return
        after = event.extended_to
        walls = _walls(event, now, after=after, most=AHEAD - to_come)
        zone = zone_of(event.zone)
        made = [self._occurrence(event, wall, zone, now) for wall in walls]
        has_ended = not made and not read_rule(event.rule, event.wall).starts(
            event.wall, after=after, until=NO_MORE, most=1
        )

        def add(tx: Transaction) -> None:
            known = event_rows.find(tx.connection, event.id)
            if known == event:  # nobody changed it meanwhile
                occurrence_rows.add(tx, made)
                event_rows.extend(tx, event.id, walls[-1] if made else NO_MORE)

        if made or has_ended:
            await self._salon.db.write(add)

    async def _record(self, actor: Account, what: str, event: Event) -> None:
        await self._salon.audit.record(
            actor, what, kind="event", target_id=str(event.id), name=event.title
        )


_STANDING = (State.PLANNED, State.OPENING, State.OPEN)
_CLASHES_LOOKED_AT = 20
_PRUNED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class _Changed:
    """An event as it is to be; from `begins` on it happens at the times of `occurrences`."""

    event: Event
    occurrences: Sequence[Occurrence]
    begins: datetime | None


def _walls(event: Event, now: datetime, *, after: datetime | None, most: int) -> Sequence[datetime]:
    """Return when an event begins, on the wall, up to a year ahead. Raises Invalid."""
    if not event.rule:
        return [event.wall] if after is None else []
    until = max(on_the_wall(now, zone_of(event.zone)), event.wall) + HORIZON
    rule = read_rule(event.rule, event.wall)
    return rule.starts(event.wall, after=after, until=until, most=most)


def _save_one(tx: Transaction, before: Occurrence, after: Occurrence) -> Sequence[Occurrence]:
    """Write an occurrence; return it if it was moved."""
    occurrence_rows.save(tx, after)
    if after.starts_at == before.starts_at:
        return ()
    occurrence_rows.set_reminders(tx, after)
    return (after,)


def _paired(old: Occurrence, new: Occurrence) -> Occurrence:
    """Return an occurrence at the time of another, which it stands for from now on."""
    return replace(
        old,
        event=new.event,
        state=_before_opening(old.state),
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        sequence=old.sequence + 1,
        changed_at=new.changed_at,
    )


def _before_opening(state: State) -> State:
    """What waits for a room in vain begins anew when it is changed."""
    return State.PLANNED if state is State.OPENING else state


def _cancelled(occurrence: Occurrence, now: datetime) -> Occurrence:
    """Return an occurrence that does not take place; what is on ends now."""
    is_on = occurrence.starts_at < now
    return replace(
        occurrence,
        state=State.CANCELLED,
        ends_at=min(occurrence.ends_at, now) if is_on else occurrence.ends_at,
        sequence=occurrence.sequence + 1,
        changed_at=now,
    )


def _once(ids: Sequence[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(ids))
