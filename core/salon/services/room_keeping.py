"""What those in charge of a room do at its door: keep out, send elsewhere, let in who knocks.

A lock keeps out whoever has no key: those who were inside when it was turned, and whom they let in
since, have one, and so do those who keep rooms. Who is outside knocks, which everybody who sees the
room is told (the part `door` of its live state), and is heard for a minute; whom somebody inside
turns away cannot knock again before it is over. Keys outlive a restart, knocks do not; a room that
everybody has left is locked no more, also one that nobody came back to.

Whoever leads a room without keeping rooms lets back in whom leaders kept out, and not whom a keeper
did. Who kept whom out, and until when, is remembered as long as the room is there; a job ends what
has an end.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

from salon.clock import Clock
from salon.domain.accounts import Account
from salon.domain.events import Event, RoomChanged, RoomStateChanged, VoiceCalled
from salon.domain.rooms import Room, RoomBan
from salon.errors import Conflict, Denied, NotFound
from salon.services.access import Access
from salon.services.directory import Directory
from salon.services.jobs import Jobs
from salon.services.limits import Paces
from salon.services.live import Live
from salon.services.participants import Participants
from salon.services.roles import BAN_OVER, JOIN, Roles
from salon.store import channels as stored
from salon.store import room_bans
from salon.store.base import CoreTransaction
from salon.store.store import Store

HEARD_FOR_S = 60.0
KNOCKING_MAX = 20
BURST, PER_S = 3, 1 / 20


class Tell(Protocol):
    def __call__(self, event: Event) -> None: ...


@dataclass(frozen=True, slots=True)
class _Knock:
    session_id: int
    until_s: float
    is_heard: bool = True


class RoomKeeping:
    """Owns who stands before which door."""

    def __init__(  # noqa: PLR0913 it stands between rooms, people and roles
        self,
        *,
        store: Store,
        access: Access,
        directory: Directory,
        participants: Participants,
        roles: Roles,
        live: Live,
        tell: Tell,
        jobs: Jobs,
        clock: Clock,
    ) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._participants = participants
        self._roles = roles
        self._live = live
        self._tell = tell
        self._clock = clock
        self._knocks: dict[int, dict[int, _Knock]] = {}
        self._started_s = clock.monotonic_s()
        self._timers: dict[int, asyncio.TimerHandle] = {}  # one a room, for who is heard no more
        self._paces = Paces(BURST, PER_S)
        self._jobs = jobs
        jobs.perform(BAN_OVER, self._ban_over)

    async def ban(
        self,
        actor: Account,
        room_id: int,
        account_id: int,
        *,
        banned: bool,
        lasts: timedelta | None = None,
    ) -> None:
        """Keep somebody out of one room, for so long or as long as it is there; or no more."""
        self._participants.check_over(actor, room_id, account_id)
        is_keeper = self._access.may(actor, "room.manage", room_id)
        now = self._clock.now()
        until = None if lasts is None else now + lasts
        ban = RoomBan(room_id, account_id, actor.id, not is_keeper, now, until) if banned else None

        def judge(_: CoreTransaction, known: RoomBan | None, is_out: bool) -> bool:  # noqa: FBT001
            return is_keeper or not is_out or (known is not None and known.by_leader)

        live = self._live.known(room_id)
        if banned and live is not None and account_id in live.participants:
            self._participants.say_who(actor, room_id, account_id, "removed")
        is_done = await self._roles.keep_out(actor, room_id, account_id, ban, judge)
        self._jobs.look()
        if not (is_done or banned):
            self._access.room(actor, room_id, "room.manage")

    async def _ban_over(self, payload: dict[str, Any]) -> None:
        """Let somebody in again whose time has come, unless it was said otherwise since."""

        def judge(tx: CoreTransaction, known: RoomBan | None, _: bool) -> bool:  # noqa: FBT001
            return known is not None and known.until is not None and known.until <= tx.now

        room_id, account_id = int(payload["room_id"]), int(payload["account_id"])
        with suppress(NotFound):  # the room or the account is gone
            await self._roles.keep_out(None, room_id, account_id, None, judge)

    async def bans(self, actor: Account, room_id: int) -> Mapping[int, RoomBan | None]:
        """Return whom a room keeps out, for who leads it: the newest first.

        Of some nothing else is known: who changes exceptions has said so. Those come last.
        """
        self._participants.check_charge(actor, room_id)
        known = await self._store.read(lambda c: room_bans.of_room(c, room_id))
        said = self._access.room(actor, room_id).overwrites
        out = [o.target_id for o in said if o.target == "account" and JOIN in o.deny]
        bans: dict[int, RoomBan | None] = {
            each.account_id: each for each in known if each.account_id in out
        }
        return bans | {id_: bans.get(id_) for id_ in out}

    async def move(self, actor: Account, room_id: int, account_id: int, to_id: int) -> None:
        """Give somebody a place in another room and call them there; or they stay where they are.

        Raises NotFound, Denied and Conflict, in the words of who sends them.
        """
        arrivals = self._participants.arrivals
        other, target = self._sent(actor, room_id, account_id, to_id)
        if to_id == room_id:
            return
        try:
            await arrivals.ask(other, target)
        except Denied as refused:
            raise _not_let_in(other, target) from refused
        other, target = self._sent(actor, room_id, account_id, to_id)  # a plugin takes its time
        if len(self._participants.all(to_id)) >= target.seats:
            raise Conflict(
                f"{target.name} is full. {other.display_name} stays here.",
                reason="full_there",
                room=target.name,
                name=other.display_name,
            )
        session_id = self._participants.session_of(account_id)
        self._participants.say_who(actor, room_id, account_id, "moved")
        behind = arrivals.bring(other, target)
        if session_id is not None:
            self._tell(VoiceCalled(account_id, session_id, to_id))
        if behind is not None:
            await self._participants.close_behind(behind)
        await self._give_key(to_id, account_id)

    def _sent(
        self, actor: Account, room_id: int, account_id: int, to_id: int
    ) -> tuple[Account, Room]:
        """Return who is sent, and where, if the actor may send and they may go."""
        self._participants.check_over(actor, room_id, account_id)
        target = self._access.room(actor, to_id, "room.manage")
        other = self._directory.account(account_id)
        live = self._live.known(room_id)
        if other is None or live is None or account_id not in live.participants:
            raise NotFound("This person is not in the room.", reason="person_not_in_room")
        try:
            self._access.room(other, to_id, "room.join")
        except (Denied, NotFound) as refused:
            raise _not_let_in(other, target) from refused
        self._participants.check_inside(other, to_id)
        return other, target

    # -- a locked door

    def check_enter(self, actor: Account, room: Room) -> None:
        """Raise Denied at a locked door to who has no key, and does not keep rooms."""
        if room.key_ids is None or actor.id in room.key_ids:
            return
        if self._access.may(actor, "room.manage", room.id):
            return
        if room.temporary and room.opened_by == actor.id:
            return
        may_come_back = self._clock.monotonic_s() < self._started_s + HEARD_FOR_S
        if self._participants.all(room.id) or may_come_back:
            raise Denied("This room is locked. Knock, and somebody opens.", reason="room_locked")

    def entered(self, room_id: int, account_id: int) -> None:
        """Who has come in knocks no more."""
        if self._knocks.get(room_id, {}).pop(account_id, None) is not None:
            self._publish(room_id)

    async def removed(self, room_id: int, account_id: int) -> None:
        """Who was shown the door has no key any more."""
        await self._change_keys(room_id, lambda known: known - {account_id})

    def knock(self, actor: Account, room_id: int, session_id: int) -> None:
        """Ask those inside to be let in. Twice is once, and lasts anew."""
        room = self._access.room(actor, room_id, "room.join")
        self._access.no_time_out(actor)
        now_s = self._clock.monotonic_s()
        self._paces.take(actor.id, now_s, message="You have knocked. Give them a moment.")
        if room.key_ids is None or actor.id in room.key_ids:
            raise Conflict("The door is open: just go in.", reason="door_open")
        live = self._live.known(room_id)
        if live is not None and live.is_removed(actor.id, now_s):
            raise Denied(
                "You were asked to leave this room. Try again in a minute.", reason="asked_to_leave"
            )
        if not self._participants.all(room_id):
            raise Conflict("Nobody is inside who could open.", reason="nobody_inside")
        self._forget_old(room_id)
        knocks = self._knocks.setdefault(room_id, {})
        if actor.id in knocks and not knocks[actor.id].is_heard:
            raise Denied("Not now. Try again in a minute.", reason="turned_away")
        if actor.id not in knocks and len(knocks) >= KNOCKING_MAX:
            raise Conflict("Many are knocking. Try again in a minute.", reason="many_knock")
        knocks[actor.id] = _Knock(session_id, now_s + HEARD_FOR_S)
        self._publish(room_id)
        self._wait(room_id)

    async def let_in(self, actor: Account, room_id: int, account_id: int) -> None:
        """Open for somebody who knocks. Whoever is inside may."""
        knock = self._heard_knock(actor, room_id, account_id)
        del self._knocks[room_id][account_id]
        await self._give_key(room_id, account_id)
        self._publish(room_id)
        self._tell(VoiceCalled(account_id, knock.session_id, room_id))

    def turn_away(self, actor: Account, room_id: int, account_id: int) -> None:
        """Leave the door shut for somebody who knocks, for a minute. Whoever is inside may."""
        knock = self._heard_knock(actor, room_id, account_id)
        until_s = self._clock.monotonic_s() + HEARD_FOR_S
        self._knocks[room_id][account_id] = replace(knock, until_s=until_s, is_heard=False)
        self._publish(room_id)

    def _heard_knock(self, actor: Account, room_id: int, account_id: int) -> _Knock:
        """Return the knock that somebody inside answers. Raises Denied, NotFound."""
        self._access.room(actor, room_id, "room.join")
        self._access.no_time_out(actor)
        live = self._live.known(room_id)
        if live is None or actor.id not in live.participants:
            raise Denied("Only those inside can open.", reason="not_inside")
        knock = self._knocks.get(room_id, {}).get(account_id)
        if knock is None or not knock.is_heard or knock.until_s < self._clock.monotonic_s():
            raise NotFound("Nobody of this name is knocking.", reason="nobody_knocks")
        return knock

    def over(self, room_id: int) -> None:
        """The room is gone."""
        self._knocks.pop(room_id, None)
        timer = self._timers.pop(room_id, None)
        if timer is not None:
            timer.cancel()

    async def stop(self) -> None:
        for timer in self._timers.values():
            timer.cancel()

    def _wait(self, room_id: int) -> None:
        """Look again when the first of those who knock is heard no more."""
        knocks = self._knocks.get(room_id)
        if not knocks or room_id in self._timers:
            return
        first_s = min(each.until_s for each in knocks.values())
        rest_s = max(first_s - self._clock.monotonic_s(), 0.0) + 1
        loop = asyncio.get_running_loop()
        self._timers[room_id] = loop.call_later(rest_s, self._unheard, room_id)

    def _unheard(self, room_id: int) -> None:
        self._timers.pop(room_id, None)
        self._publish(room_id)
        self._forget_old(room_id)
        self._wait(room_id)

    def _forget_old(self, room_id: int) -> None:
        now_s = self._clock.monotonic_s()
        heard = {
            id_: each for id_, each in self._knocks.get(room_id, {}).items() if each.until_s > now_s
        }
        self._knocks.pop(room_id, None)
        if heard:
            self._knocks[room_id] = heard

    async def _give_key(self, room_id: int, account_id: int) -> None:
        await self._change_keys(room_id, lambda known: known | {account_id})

    async def _change_keys(
        self, room_id: int, change: Callable[[frozenset[int]], frozenset[int]]
    ) -> None:
        def save(tx: CoreTransaction) -> None:
            room = stored.find_room(tx.connection, room_id)
            if room is None or room.key_ids is None or change(room.key_ids) == room.key_ids:
                return
            changed = replace(room, key_ids=change(room.key_ids))
            stored.save_room(tx, changed)
            tx.announce(RoomChanged(changed))

        await self._store.write(save)

    def _publish(self, room_id: int) -> None:
        knocks, now_s = self._knocks.get(room_id), self._clock.monotonic_s()
        if knocks is None or room_id not in self._directory.rooms:
            return
        heard = (id_ for id_, each in knocks.items() if each.is_heard and each.until_s > now_s)
        knocking = [str(id_) for id_ in heard]
        state = {"knocking_ids": knocking}
        self._live.room(room_id).states["door"] = state
        self._tell(RoomStateChanged(room_id, "door", state))


def _not_let_in(other: Account, target: Room) -> Denied:
    return Denied(
        f"{other.display_name} may not enter {target.name}, and stays here.",
        reason="not_let_in_there",
        name=other.display_name,
        room=target.name,
    )
