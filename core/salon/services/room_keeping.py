"""What those in charge of a room do at its door: keep out, send elsewhere, let in who knocks.

A lock keeps out whoever is not inside already, but not those who keep rooms. Who is outside
knocks, which everybody who sees the room is told (the part `door` of its live state); whoever is
inside lets them in. A knock is heard for a minute, an open door waits as long. Both are forgotten
at a restart.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from salon.clock import Clock
from salon.domain.accounts import Account
from salon.domain.events import Event, RoomStateChanged, VoiceCalled
from salon.domain.rooms import Room
from salon.errors import Conflict, Denied, NotFound
from salon.services.access import Access
from salon.services.directory import Directory
from salon.services.limits import Paces
from salon.services.live import Live
from salon.services.participants import Participants
from salon.services.roles import Roles

HEARD_FOR_S = 60.0
KNOCKING_MAX = 20
BURST, PER_S = 3, 1 / 20


class Tell(Protocol):
    def __call__(self, event: Event) -> None: ...


@dataclass(frozen=True, slots=True)
class _Knock:
    session_id: int
    until_s: float


@dataclass(slots=True)
class _Door:
    """Who knocks, and until when it stays open for whom, by account."""

    knocking: dict[int, _Knock]
    let_in: dict[int, float]


class RoomKeeping:
    """Owns who stands before which door."""

    def __init__(  # noqa: PLR0913 it stands between rooms, people and roles
        self,
        *,
        access: Access,
        directory: Directory,
        participants: Participants,
        roles: Roles,
        live: Live,
        tell: Tell,
        clock: Clock,
    ) -> None:
        self._access = access
        self._directory = directory
        self._participants = participants
        self._roles = roles
        self._live = live
        self._tell = tell
        self._clock = clock
        self._doors: dict[int, _Door] = {}
        self._timers: set[asyncio.TimerHandle] = set()
        self._paces = Paces(BURST, PER_S)

    async def ban(self, actor: Account, room_id: int, account_id: int, *, banned: bool) -> None:
        """Keep somebody out of one room for good, or no more."""
        self._participants.check_over(actor, room_id, account_id)
        await self._roles.keep_out(actor, room_id, account_id, out=banned)

    async def move(self, actor: Account, room_id: int, account_id: int, to_id: int) -> None:
        """Send somebody to another room, where they go by themselves if they may."""
        self._participants.check_over(actor, room_id, account_id)
        self._access.room(actor, to_id, "room.manage")
        other = self._directory.account(account_id)
        live = self._live.known(room_id)
        if other is None or live is None or account_id not in live.participants:
            raise NotFound("This person is not in the room.", reason="person_not_in_room")
        target = self._access.room(other, to_id, "room.join")
        if len(self._participants.all(to_id)) >= target.seats:
            raise Conflict(
                f"All {target.seats} seats of this room are taken.",
                reason="room_full",
                seats=target.seats,
            )
        session_id = self._participants.session_of(account_id)
        await self._participants.leave(account_id, "moved")
        if session_id is not None:
            self._door(to_id).let_in[account_id] = self._clock.monotonic_s() + HEARD_FOR_S
            self._tell(VoiceCalled(account_id, session_id, to_id))

    # -- a locked door

    def check_enter(self, actor: Account, room: Room) -> None:
        """Raise Denied at a locked door, but for who is let in and who keeps rooms."""
        if not room.is_locked or self._access.may(actor, "room.manage", room.id):
            return
        if room.temporary and room.opened_by == actor.id:
            return
        live, door = self._live.known(room.id), self._doors.get(room.id)
        if live is not None and actor.id in live.participants:
            return
        until_s = 0.0 if door is None else door.let_in.get(actor.id, 0.0)
        if until_s < self._clock.monotonic_s():
            raise Denied("This room is locked. Knock, and somebody opens.", reason="room_locked")

    def entered(self, room_id: int, account_id: int) -> None:
        """Who has come in knocks no more."""
        door = self._doors.get(room_id)
        if door is not None:
            door.let_in.pop(account_id, None)
            if door.knocking.pop(account_id, None) is not None:
                self._publish(room_id)

    def knock(self, actor: Account, room_id: int, session_id: int) -> None:
        """Ask those inside to be let in. Twice is once, and lasts anew."""
        room = self._access.room(actor, room_id, "room.join")
        self._access.no_time_out(actor)
        now_s = self._clock.monotonic_s()
        self._paces.take(actor.id, now_s, message="You have knocked. Give them a moment.")
        if not room.is_locked:
            raise Conflict("The door is open: just go in.", reason="door_open")
        if not self._participants.all(room_id):
            raise Conflict("Nobody is inside who could open.", reason="nobody_inside")
        door = self._door(room_id)
        if actor.id not in door.knocking and len(door.knocking) >= KNOCKING_MAX:
            raise Conflict("Many are knocking. Try again in a minute.", reason="many_knock")
        door.knocking[actor.id] = _Knock(session_id, now_s + HEARD_FOR_S)
        self._publish(room_id)
        loop = asyncio.get_running_loop()
        self._timers = {each for each in self._timers if not each.cancelled()}
        self._timers.add(loop.call_later(HEARD_FOR_S + 1, self._publish, room_id))

    def let_in(self, actor: Account, room_id: int, account_id: int) -> None:
        """Open for somebody who knocks. Whoever is inside may."""
        self._access.room(actor, room_id, "room.join")
        self._access.no_time_out(actor)
        live = self._live.known(room_id)
        if live is None or actor.id not in live.participants:
            raise Denied("Only those inside can open.", reason="not_inside")
        door = self._door(room_id)
        knock = door.knocking.pop(account_id, None)
        if knock is None or knock.until_s < self._clock.monotonic_s():
            raise NotFound("Nobody of this name is knocking.", reason="nobody_knocks")
        door.let_in[account_id] = self._clock.monotonic_s() + HEARD_FOR_S
        self._publish(room_id)
        self._tell(VoiceCalled(account_id, knock.session_id, room_id))

    def over(self, room_id: int) -> None:
        """The room is gone."""
        self._doors.pop(room_id, None)

    async def stop(self) -> None:
        for timer in self._timers:
            timer.cancel()

    def _door(self, room_id: int) -> _Door:
        return self._doors.setdefault(room_id, _Door({}, {}))

    def _publish(self, room_id: int) -> None:
        door, now_s = self._doors.get(room_id), self._clock.monotonic_s()
        if door is None or room_id not in self._directory.rooms:
            return
        knocking: Sequence[str] = [
            str(i) for i, knock in door.knocking.items() if knock.until_s > now_s
        ]
        state = {"knocking_ids": knocking}
        self._live.room(room_id).states["door"] = state
        self._tell(RoomStateChanged(room_id, "door", state))
