"""Places in rooms: kept, changed and ended, and what the relay lets through for each.

A participant is kept in memory and holds a *place* (account, room, choices) and a *peer* (the
WebRTC connection of the moment). A lost peer or socket does not end the place at once: for a grace
the same account may join again with a new peer and finds its place and choices.
Everything that limits a voice is told to the relay and awaited before the change is announced, so
that no packet that arrives after the answer is forwarded.
"""

import asyncio
from collections.abc import Callable, Collection
from typing import Any, Protocol

import structlog

from salon.domain.accounts import Account
from salon.domain.events import Event, ParticipantChanged, ParticipantLeft, VoiceMoved
from salon.domain.rooms import Participant, Room
from salon.errors import NotFound
from salon.relay.control import Relay
from salon.services.doorstep import Doorstep, Line
from salon.services.graces import Graces
from salon.services.live import Live, LiveRoom

log = structlog.get_logger(__name__)


class StageRules(Protocol):
    """What stages add to rooms: who speaks, who is let in, and who must know of it."""

    def may_speak(self, account_id: int, room_id: int) -> bool: ...
    def is_over(self, account_id: int, other_id: int, room_id: int) -> bool: ...
    def rests(self, account_id: int, room_id: int) -> None: ...
    def check_enter(self, actor: Account, room_id: int) -> None: ...
    def look(self, room_id: int) -> None: ...
    async def gone(self, room_id: int, account_ids: Collection[int]) -> None: ...


class DoorRules(Protocol):
    """What locks add to rooms."""

    def check_enter(self, actor: Account, room: Room) -> None: ...
    def entered(self, room_id: int, account_id: int) -> None: ...
    async def removed(self, room_id: int, account_id: int) -> None: ...
    def over(self, room_id: int) -> None: ...


class Places:
    """Owns the live rooms and is the relay's only customer for people's peers."""

    def __init__(
        self, *, live: Live, relay: Relay, tell: Callable[[Event], None], slots: int
    ) -> None:
        self._live = live
        self._relay = relay
        self._tell = tell
        self._slots = slots
        self.doorstep = Doorstep(live, relay, self.open_relay_room, self._line_ended)
        self.graces = Graces(self._give_up)
        self.approved: set[tuple[int, int]] = set()  # (room, account) whom may_speak let speak
        self._sessions: dict[int, int] = {}  # account -> the signed-in session that joined
        self._tasks: set[asyncio.Task[None]] = set()
        self._emptied: Callable[[int], None] = lambda _room_id: None
        self._rules: StageRules | None = None
        self._doors: DoorRules | None = None

    def when_emptied(self, callback: Callable[[int], None]) -> None:
        """Call back with the room's id when its last participant has left."""
        self._emptied = callback

    def obey(self, rules: StageRules) -> None:
        """Let stages have their say; before anybody is in."""
        self._rules = rules

    def mind(self, doors: DoorRules) -> None:
        """Let locks have their say; before anybody is in."""
        self._doors = doors

    def check_enter(self, actor: Account, room: Room) -> None:
        """Raise Denied at a stage that is not open, and at a locked door."""
        if self._rules is not None:
            self._rules.check_enter(actor, room.id)
        if self._doors is not None:
            self._doors.check_enter(actor, room)

    def check_inside(self, actor: Account, room_id: int) -> None:
        """Raise Denied at what no key opens: a stage that is not open."""
        if self._rules is not None:
            self._rules.check_enter(actor, room_id)

    def entered(self, room_id: int, account_id: int) -> None:
        if self._doors is not None:
            self._doors.entered(room_id, account_id)
        self.look(room_id)

    def look(self, room_id: int) -> None:
        """Who is in a room with a voice has changed."""
        if self._rules is not None:
            self._rules.look(room_id)

    def all(self, room_id: int) -> tuple[Participant, ...]:
        live = self._live.known(room_id)
        return () if live is None else tuple(live.participants.values())

    def seat(self, participant: Participant) -> Participant | None:
        """Give somebody a place, and in the same moment take the one they have in another room.

        Returns that one, what is left of which ends with `close_behind`.
        """
        live = self._live.room_of(participant.account_id)
        behind = None if live is None else live.participants.get(participant.account_id)
        self._live.seat(participant)
        if behind is None or behind.room_id == participant.room_id:
            return None
        self._live.unseat(behind.room_id, behind.account_id)
        self.approved.discard((behind.room_id, behind.account_id))
        self._tell(ParticipantLeft(behind, "moved"))
        return behind

    async def close_behind(self, behind: Participant) -> None:
        """End the line of a place that was given up for another, and whatever hung on it."""
        live = self._live.known(behind.room_id)
        await self._clear(behind)
        if live is not None:
            await self._left(live, [behind.account_id])

    def take_over(self, account_id: int, room_id: int, session_id: int) -> None:
        """Give the place to a sign-in; one that had it must not fight for it."""
        if self._sessions.get(account_id, session_id) != session_id:
            self._tell(VoiceMoved(account_id, room_id, session_id))
        self._sessions[account_id] = session_id

    def session_of(self, account_id: int) -> int | None:
        """Return the sign-in that has the account's place in a room."""
        return self._sessions.get(account_id)

    # -- the relay

    async def open_relay_room(self, live: LiveRoom) -> None:
        """Open the room at the relay unless it is open; also for a sink before anybody came."""
        if not live.relayed:
            live.relayed = True
            await self._relay.open_room(live.room_id, slots=self._slots)

    async def rest(self, live: LiveRoom) -> None:
        """Close the room at the relay when nobody is in and nothing listens."""
        if live.is_quiet and live.relayed:
            live.relayed = False
            live.slots, live.speaking = (), ()
            await self._relay.close_room(live.room_id)

    async def change(
        self, room_id: int, account_id: int, alter: Callable[[Participant], Participant]
    ) -> Participant:
        """Keep a change of what is so now, enforce it at the relay, then tell what is so then.

        Raises NotFound when they are not in, or no more: a change brings nobody back.
        """
        live = self._live.known(room_id)
        before = None if live is None else live.participants.get(account_id)
        if before is None:
            raise NotFound("This person is not in the room.", reason="person_not_in_room")
        changed = alter(before)
        self._live.seat(changed)
        await self.allow(changed)
        now = self._live.by_peer(room_id, changed.peer_id)
        if now is None:
            return changed  # who left has been told of, and so is who has a new line
        self._tell(ParticipantChanged(now))
        return now

    async def allow(self, participant: Participant) -> None:
        """Let the relay forward to and from somebody what may be, and nothing else."""
        await self._relay.allow(
            participant.peer_id, speak=is_audible(participant), hear=not is_deaf(participant)
        )

    # -- going

    async def leave(
        self, account_id: int, reason: str = "left", *, room_id: int | None = None
    ) -> None:
        """End somebody's place wherever it is, or in this room and no other. Twice is once."""
        live = await self._end_place(account_id, reason, room_id)
        if live is not None and reason != "shutdown":  # or they come back, to what they left
            await self._left(live, [account_id])

    async def leave_room(self, actor: Account, room_id: int) -> None:
        """Leave this room and no other: a late `room.leave` must not end a newer place."""
        await self.leave(actor.id, room_id=room_id)

    async def empty(self, room_id: int, reason: str) -> None:
        """Send everybody out of a room that ends; who has gone elsewhere meanwhile stays there."""
        live = self._live.known(room_id)
        leaving = [each.account_id for each in self.all(room_id)]
        for id_ in leaving:
            await self._end_place(id_, reason, room_id)
        if live is not None and leaving:
            await self._left(live, leaving)

    async def _end_place(
        self, account_id: int, reason: str, room_id: int | None
    ) -> LiveRoom | None:
        """Return the room that somebody was in until now."""
        live = self._live.room_of(account_id)
        participant = None if live is None else live.participants.get(account_id)
        if live is None or participant is None or room_id not in {None, live.room_id}:
            return None
        self.forget(participant)
        self._tell(ParticipantLeft(participant, reason))
        await self._clear(participant)
        return live

    async def _left(self, live: LiveRoom, account_ids: Collection[int]) -> None:
        if self._rules is not None:
            await self._rules.gone(live.room_id, account_ids)
        if not live.participants:
            self._emptied(live.room_id)

    async def end(self, room_id: int) -> None:
        """Forget a room that is no more: people, peers and whatever still listens."""
        self.doorstep.drop_of(room_id=room_id)
        await self.empty(room_id, "closed")
        live = self._live.forget(room_id)
        if self._doors is not None:
            self._doors.over(room_id)
        if live is not None and live.relayed:
            live.relayed = False
            await self._relay.close_room(room_id)

    async def stop(self) -> None:
        """Shutdown: everybody leaves, timers end."""
        self.doorstep.drop_all()
        for participant in list(self._live.participants()):
            await self.leave(participant.account_id, "shutdown")
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def forget(self, participant: Participant) -> None:
        """Strike a place off, and all that was kept about it; nobody is told."""
        self._live.unseat(participant.room_id, participant.account_id)
        self.graces.stop(participant.account_id)
        self._sessions.pop(participant.account_id, None)
        self.approved.discard((participant.room_id, participant.account_id))

    def _line_ended(self, line: Line) -> None:
        self.spawn(self._clear(line), "participants.line")

    async def _clear(self, place: Line | Participant) -> None:
        await self._relay.remove_peer(place.peer_id)
        live = self._live.known(place.room_id)
        if live is not None:
            await self.rest(live)

    def _give_up(self, account_id: int) -> None:
        self.spawn(self._lose(account_id), "participants.lost")

    async def _lose(self, account_id: int) -> None:
        live = self._live.room_of(account_id)
        if live is None or live.participants[account_id].connected:
            return
        if not self.graces.waits(account_id):  # or they have just come back, with time of their own
            await self.leave(account_id, "lost")

    def spawn(self, work: Any, name: str) -> None:
        """Begin work that nobody waits for; it ends with the server."""
        task: asyncio.Task[None] = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error(
                "a participant could not be moved", task=task.get_name(), exc_info=task.exception()
            )


def is_audible(participant: Participant) -> bool:
    """Whether the relay forwards what this participant sends."""
    return participant.may_speak and not participant.muted and not participant.silenced


def is_deaf(participant: Participant) -> bool:
    """Whether the relay forwards nothing to this participant."""
    return participant.deafened or participant.deafened_by_host
