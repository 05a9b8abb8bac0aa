"""Opening and closing: what is due is done some times a minute, by a schedule of the core.

An occurrence goes from planned to opening, and once its room is there to open; when its time has
passed, to over. Each step is written down before the next is taken, and taken by one only (see
`occurrence_rows.move_on`): a server that died on the way goes on where it was. What began while it
was away is opened late; what also ended is said to have been missed.

A room that was there before stays as it is. One that is opened for an event is closed once the
event is over, nobody is in, and some time has passed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from salon.plugin import NotFound, Overwrite, Room, Salon, SalonError
from salon_events import occurrence_rows
from salon_events.audience import VIEW, Audience
from salon_events.changes import Changes
from salon_events.config import EventsConfig
from salon_events.event import Event, Occurrence, State

AT_ONCE = 100
NAME_MAX_CHARACTERS = 64

log = structlog.get_logger(__name__)


class Doors:
    """Opens and closes rooms."""

    def __init__(
        self, salon: Salon, config: EventsConfig, audience: Audience, changes: Changes
    ) -> None:
        self._salon = salon
        self._config = config
        self._audience = audience
        self._changes = changes
        self._told: set[int] = set()  # occurrences that got no room, said once

    async def look(self, _payload: dict[str, Any]) -> None:
        """Do what is due now."""
        now = self._salon.clock.now()
        soon = now + timedelta(minutes=self._config.open_before_minutes)
        for occurrence in await self._salon.db.read(
            lambda c: occurrence_rows.due(c, soon, AT_ONCE)
        ):
            if occurrence.ends_at <= now:
                await self._miss(occurrence)
            else:
                await self._open(occurrence)
        for occurrence in await self._salon.db.read(
            lambda c: occurrence_rows.ended(c, now, AT_ONCE)
        ):
            if await self._move(occurrence, State.OPEN, State.OVER):
                await self._changes.changed(occurrence.event)
        await self._close(now)
        await self._salon.db.write(lambda tx: occurrence_rows.lapse(tx, now))

    async def _move(self, occurrence: Occurrence, was: State, state: State) -> bool:
        return await self._salon.db.write(
            lambda tx: occurrence_rows.move_on(tx, occurrence.id, was, state)
        )

    # -- opening

    async def _miss(self, occurrence: Occurrence) -> None:
        self._told.discard(occurrence.id)
        if await self._move(occurrence, occurrence.state, State.MISSED):
            log.warning("an event was missed while the server was away", title=occurrence.own_title)
            await self._changes.changed(occurrence.event)

    async def _open(self, occurrence: Occurrence) -> None:
        if occurrence.state is State.PLANNED:
            drawn = self._salon.new_id()
            if not await self._salon.db.write(
                lambda tx: occurrence_rows.begin_opening(tx, occurrence.id, drawn)
            ):
                return
        try:
            await self._open_door(occurrence)
        except SalonError as error:  # no place for another room; tried again at the next look
            if occurrence.id not in self._told:
                self._told.add(occurrence.id)
                log.warning(
                    "an event got no room", title=occurrence.own_title, reason=error.message
                )
            return
        self._told.discard(occurrence.id)
        if await self._move(occurrence, State.OPENING, State.OPEN):
            log.info("an event began", title=occurrence.own_title)
            await self._changes.changed(occurrence.event)

    async def _open_door(self, occurrence: Occurrence) -> None:
        """Open a room for an event that has none. Raises Conflict, when there is no place."""
        if occurrence.event.room_id is not None:
            if self._audience.room_of(occurrence) is None:
                raise NotFound("Its room has gone.", reason="no_room")
            return
        room = self._left_behind(occurrence) or await self._salon.rooms.open(
            _name(occurrence),
            topic=_first_line(occurrence.own_about),
            kind=occurrence.event.kind,
            overwrites=self._overwrites(occurrence.event),
            host_ids=self._hosts(occurrence.event),
            tag_ids=occurrence.event.tag_ids,
            to_be_recorded=occurrence.event.to_be_recorded,
        )
        await self._salon.db.write(lambda tx: occurrence_rows.set_room(tx, occurrence.id, room.id))

    def _left_behind(self, occurrence: Occurrence) -> Room | None:
        """Return the room that was opened just before a crash: ours, of its name, and younger."""
        name, drawn = _name(occurrence), occurrence.drawn_id
        for room in self._salon.rooms.all():
            if drawn is not None and room.id > drawn and not room.opened_by and room.name == name:
                return room
        return None

    def _hosts(self, event: Event) -> Sequence[int]:
        """Return who leads a stage: its hosts that are still here, else who planned it."""
        asked = event.host_ids or ([event.made_by] if event.made_by is not None else [])
        now = self._salon.clock.now()
        known = [self._salon.accounts.get(id_) for id_ in asked]
        return [each.id for each in known if each is not None and each.is_usable(now)]

    def _overwrites(self, event: Event) -> tuple[Overwrite, ...]:
        """Return who alone sees a room that is opened for some roles: they and who leads it."""
        if not event.role_ids:
            return ()
        everyone = self._salon.accounts.roles()[-1]
        seen = frozenset({VIEW})
        people = dict.fromkeys((*event.host_ids, *([event.made_by] if event.made_by else [])))
        return (
            Overwrite("role", everyone.id, frozenset(), seen),
            *(Overwrite("role", id_, seen, frozenset()) for id_ in event.role_ids),
            *(Overwrite("account", id_, seen, frozenset()) for id_ in people),
        )

    # -- closing

    async def _close(self, now: datetime) -> None:
        over = now - timedelta(minutes=self._config.close_after_minutes)
        for occurrence in await self._salon.db.read(
            lambda c: occurrence_rows.with_rooms(c, over, AT_ONCE)
        ):
            await self._close_room(occurrence)

    async def _close_room(self, occurrence: Occurrence) -> None:
        """Close the room of what is over, unless somebody is in."""
        room = self._audience.room_of(occurrence)
        if room is not None and self._salon.rooms.participants(room.id):
            return
        if room is not None:
            await self._salon.rooms.close(room.id)
        await self._salon.db.write(lambda tx: occurrence_rows.set_room(tx, occurrence.id, None))

    async def room_closed(self, room: Room) -> None:
        """Somebody ended a room: what was on in it is over."""
        await self._salon.db.write(lambda tx: occurrence_rows.forget_room(tx, room.id))


def _name(occurrence: Occurrence) -> str:
    return occurrence.own_title[:NAME_MAX_CHARACTERS].strip()


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0][:200]
