"""Who is in which room: join, answer, mute, silence, remove, leave, come back.

A participant is kept in memory and holds a *place* (account, room, choices) and a *peer* (the
WebRTC connection of the moment). A lost peer or socket does not end the place at once: for
`GRACE_S` the same account may join again with a new peer and finds its place and choices.
Everything that limits a voice is told to the relay and awaited before the change is announced, so
that no packet that arrives after the answer is forwarded.

What can happen at the same time: two joins of one account (the later peer wins, the earlier is
removed), a join and the end of the room, a seat taken while a plugin was thinking. So everything
that was true before an `await` is asked again after it, and seats are taken without awaiting.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from salon.clock import Clock
from salon.domain import wire
from salon.domain.accounts import Account
from salon.domain.events import (
    Event,
    ParticipantChanged,
    ParticipantJoined,
    ParticipantLeft,
    SlotsChanged,
    SpeakingChanged,
    VoiceMoved,
)
from salon.domain.rooms import Participant, Room
from salon.errors import Conflict, Denied, NotFound, SalonError
from salon.host import Host
from salon.ids import new_secret
from salon.relay.control import (
    PeerConnected,
    PeerLost,
    Relay,
    RelayEvent,
)
from salon.relay.control import SlotsChanged as RelaySlots
from salon.relay.control import SpeakingChanged as RelaySpeaking
from salon.services.access import Access
from salon.services.directory import Directory
from salon.services.doorstep import Doorstep, Line
from salon.services.limits import Paces
from salon.services.live import REMOVED_FOR_S, Live, LiveRoom

VOICE_BURST = 30  # joins and changes of one account, on all its sockets together
VOICE_PER_S = 2.0
GRACE_S = 45.0  # a lost line keeps its place; the page needs at most a few seconds, a phone more

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Joined:
    """What the page needs to come in."""

    room: Room
    participants: tuple[Participant, ...]
    peer_id: str
    offer: str | None
    slots: tuple[int | None, ...]
    speaking: tuple[int, ...]

    def body(self) -> dict[str, Any]:
        return {
            "room": wire.room(self.room),
            "participants": [wire.participant(p) for p in self.participants],
            "peer": self.peer_id,
            "offer": self.offer,
            "slots": [wire.id_or_none(id_) for id_ in self.slots],
            "speaking": [str(id_) for id_ in self.speaking],
        }


class Participants:
    """Owns the live rooms and is the relay's only customer for people's peers."""

    def __init__(  # noqa: PLR0913 the relay meets people here
        self,
        *,
        live: Live,
        access: Access,
        directory: Directory,
        host: Host,
        relay: Relay,
        tell: Callable[[Event], None],
        clock: Clock,
        slots: int,
        pending_joins: int,
    ) -> None:
        self._live = live
        self._access = access
        self._directory = directory
        self._host = host
        self._relay = relay
        self._tell = tell
        self._clock = clock
        self._slots = slots
        self._pending_joins = pending_joins
        self._joining: Counter[int] = Counter()
        self._paces = Paces(VOICE_BURST, VOICE_PER_S)
        self._sessions: dict[int, int] = {}  # account -> the signed-in session that joined
        self._graces: dict[int, asyncio.TimerHandle] = {}
        self._approved: set[tuple[int, int]] = set()  # (room, account) whom may_speak let speak
        self._tasks: set[asyncio.Task[None]] = set()
        self._doorstep = Doorstep(live, relay, self.open_relay_room, self._line_ended)
        self._emptied: Callable[[int], None] = lambda _room_id: None
        relay.listen(self._heard)

    def when_emptied(self, callback: Callable[[int], None]) -> None:
        """Call back with the room's id when its last participant has left."""
        self._emptied = callback

    def all(self, room_id: int) -> tuple[Participant, ...]:
        live = self._live.known(room_id)
        return () if live is None else tuple(live.participants.values())

    # -- coming in

    async def prepare(self, actor: Account, room_id: int, session_id: int) -> dict[str, Any]:
        """Let a sign-in that shows a room's door have a line. Raises NotFound, Denied, Unavailable.

        Whether there is a seat, and what plugins say, is asked when the person goes in.
        """
        self._check_pace(actor)
        self._access.room(actor, room_id, "room.join")
        live = self._live.room(room_id)
        peer_id, offer = await self._doorstep.prepare(live, actor.id, session_id)
        return {"peer": peer_id, "offer": offer}

    def _line_ended(self, line: Line) -> None:
        self._spawn(self._clear(line), "participants.line")

    async def _clear(self, line: Line) -> None:
        await self._relay.remove_peer(line.peer_id)
        live = self._live.known(line.room_id)
        if live is not None:
            await self.rest(live)

    async def join(
        self, actor: Account, room_id: int, session_id: int, peer_id: str | None = None
    ) -> Joined:
        """Enter, with a prepared line if it still stands, or come back with a new peer.

        Raises NotFound, Denied, Conflict (full), TooMany.
        """
        self._check_pace(actor)
        room = self._access.room(actor, room_id, "room.join")
        if self._joining[actor.id] >= self._pending_joins:
            raise Conflict("You are coming in already. One moment.", reason="coming_in")
        self._joining[actor.id] += 1
        try:
            return await self._join(actor, room, session_id, peer_id)
        finally:
            self._joining[actor.id] -= 1
            if not self._joining[actor.id]:
                del self._joining[actor.id]

    def _check_pace(self, actor: Account) -> None:
        """The whole room is told of each change, and each peer costs the relay a key."""
        now_s = self._clock.monotonic_s()
        self._paces.take(actor.id, now_s, message="That is a lot of switching. One moment.")

    async def _join(
        self, actor: Account, room: Room, session_id: int, peer_id: str | None
    ) -> Joined:
        room_id = room.id
        live = self._live.room(room_id)
        if live.is_removed(actor.id, self._clock.monotonic_s()):
            raise Denied(
                "You were asked to leave this room. Try again in a minute.", reason="asked_to_leave"
            )
        if actor.id not in live.participants:
            self._check_seats(live, room)
            if not actor.is_owner:
                await self._host.decide("may_join_room", None, account=actor, room=room)
            await self._leave_others(actor.id, room_id)
            room = self._access.room(actor, room_id, "room.join")
        return await self._admit(actor, room, session_id, peer_id)

    @staticmethod
    def _check_seats(live: LiveRoom, room: Room) -> None:
        if len(live.participants) >= room.seats:
            raise Conflict(
                f"All {room.seats} seats of this room are taken.",
                full=True,
                reason="room_full",
                seats=room.seats,
            )

    async def _leave_others(self, account_id: int, room_id: int) -> None:
        elsewhere = self._live.room_of(account_id)
        if elsewhere is not None and elsewhere.room_id != room_id:
            await self.leave(account_id, "moved")

    async def _admit(
        self, actor: Account, room: Room, session_id: int, peer_id: str | None
    ) -> Joined:
        """Seat somebody who may come in. Seats are counted and taken without an await between."""
        live = self._live.room(room.id)
        before = live.participants.get(actor.id)
        if before is None:
            self._check_seats(live, room)
        participant = self._participant(actor, room, before)
        line = self._doorstep.take(session_id, room.id, peer_id)
        if line is not None:
            participant = replace(participant, peer_id=line.peer_id, connected=line.connected)
        self._live.seat(participant)
        self._take_over(actor.id, room.id, session_id)
        self._stop_grace(actor.id)  # of the line that was lost: the new one has its own time
        if not participant.connected:
            self._start_grace(actor.id)  # a seat that never connects is given back
        try:
            offer = None if line is not None else await self._offer(live, participant)
            if line is not None:
                await self._allow(participant)
        except BaseException:
            if self._live.by_peer(room.id, participant.peer_id) is not None:
                self._forget(participant)
            raise
        if before is not None:
            await self._relay.remove_peer(before.peer_id)
        if self._live.by_peer(room.id, participant.peer_id) is None:
            await self._relay.remove_peer(participant.peer_id)
            raise Conflict(
                "This place was taken away while you came in. Try again.", reason="place_taken"
            )
        kind = ParticipantJoined if before is None else ParticipantChanged
        self._tell(kind(participant))
        return Joined(
            room, self.all(room.id), participant.peer_id, offer, live.slots, live.speaking
        )

    def _take_over(self, account_id: int, room_id: int, session_id: int) -> None:
        """Give the place to a sign-in; one that had it must not fight for it."""
        if self._sessions.get(account_id, session_id) != session_id:
            self._tell(VoiceMoved(account_id, room_id, session_id))
        self._sessions[account_id] = session_id

    def session_of(self, account_id: int) -> int | None:
        """Return the sign-in that has the account's place in a room."""
        return self._sessions.get(account_id)

    def _participant(self, actor: Account, room: Room, before: Participant | None) -> Participant:
        may_speak = self._directory.may(actor, "room.speak", room.id)
        if before is not None:
            return replace(before, peer_id=new_secret(16), may_speak=may_speak, connected=False)
        return Participant(room.id, actor.id, new_secret(16), self._clock.now(), may_speak)

    async def _offer(self, live: LiveRoom, participant: Participant) -> str:
        await self.open_relay_room(live)
        offer = await self._relay.add_peer(
            live.room_id,
            participant.peer_id,
            str(participant.account_id),
            may_speak=is_audible(participant),
        )
        if participant.deafened:
            await self._allow(participant)
        return offer

    async def open_relay_room(self, live: LiveRoom) -> None:
        """Open the room at the relay unless it is open; also for a sink before anybody came."""
        if not live.relayed:
            live.relayed = True
            await self._relay.open_room(live.room_id, slots=self._slots)

    async def answer(
        self, actor: Account, room_id: int, peer_id: str, sdp: str, session_id: int
    ) -> None:
        """Hand the page's answer to the relay. Raises NotFound (not one's own peer), Invalid."""
        participant = self._live.by_peer(room_id, peer_id)
        is_own = participant is not None and participant.account_id == actor.id
        if not is_own and self._doorstep.of(session_id, peer_id) is None:
            raise NotFound(
                "This connection is not yours or has ended. Join the room again.",
                reason="connection_gone",
            )
        await self._relay.answer(peer_id, sdp)

    # -- while in

    async def set(
        self, actor: Account, room_id: int, *, muted: bool | None, deafened: bool | None
    ) -> Participant:
        """Change one's own microphone or ears. Raises NotFound, Denied (may not speak), TooMany."""
        self._check_pace(actor)
        participant = self._own(actor, room_id)
        if muted is False:
            await self._check_may_speak(actor, participant)
            # A time-out ends by the clock, without an event: this is where it is noticed.
            participant = replace(self._own(actor, room_id), may_speak=True)
        changed = replace(
            participant,
            muted=participant.muted if muted is None else muted,
            deafened=participant.deafened if deafened is None else deafened,
        )
        return await self._change(changed)

    async def _check_may_speak(self, actor: Account, participant: Participant) -> None:
        room = self._access.room(actor, participant.room_id, "room.speak")
        if participant.silenced:
            raise Denied("A host has muted you.", reason="muted_by_host")
        if (room.id, actor.id) in self._approved:
            return
        if not actor.is_owner:
            await self._host.decide("may_speak", None, participant=participant, room=room)
        self._approved.add((room.id, actor.id))

    async def silence(
        self, actor: Account | None, room_id: int, account_id: int, *, silenced: bool
    ) -> Participant:
        """Mute somebody, or let them open their microphone again. Without an actor: the server."""
        participant = self._other(actor, room_id, account_id)
        changed = replace(participant, silenced=silenced, muted=participant.muted or silenced)
        return await self._change(changed)

    async def remove(self, actor: Account, room_id: int, account_id: int) -> None:
        """Show somebody the door for a minute."""
        self._other(actor, room_id, account_id)
        until_s = self._clock.monotonic_s() + REMOVED_FOR_S
        self._live.room(room_id).removed_until_s[account_id] = until_s
        await self.leave(account_id, "removed")

    def _own(self, actor: Account, room_id: int) -> Participant:
        live = self._live.known(room_id)
        participant = None if live is None else live.participants.get(actor.id)
        if participant is None:
            raise NotFound("You are not in this room.", reason="not_in_room")
        return participant

    def _other(self, actor: Account | None, room_id: int, account_id: int) -> Participant:
        if actor is not None:
            self._access.room(actor, room_id, "room.manage")
        live = self._live.known(room_id)
        participant = None if live is None else live.participants.get(account_id)
        if participant is None:
            raise NotFound("This person is not in the room.", reason="person_not_in_room")
        if actor is not None:
            self._check_rank(actor, account_id)
        return participant

    def _check_rank(self, actor: Account, account_id: int) -> None:
        other = self._directory.account(account_id)
        if other is not None and self._directory.rank(actor) < self._directory.rank(other):
            raise Denied(
                f"{other.display_name} stands above you.",
                reason="outranked",
                name=other.display_name,
            )

    async def _change(self, changed: Participant) -> Participant:
        """Keep a change, enforce it at the relay, then tell. The latest change wins."""
        self._live.seat(changed)
        await self._allow(changed)
        self._tell(ParticipantChanged(changed))
        return changed

    async def _allow(self, participant: Participant) -> None:
        await self._relay.allow(
            participant.peer_id, speak=is_audible(participant), hear=not participant.deafened
        )

    # -- going

    async def leave(self, account_id: int, reason: str = "left") -> None:
        """End somebody's place wherever it is. Twice is once."""
        live = self._live.room_of(account_id)
        participant = None if live is None else live.participants.get(account_id)
        if live is None or participant is None:
            return
        self._forget(participant)
        self._tell(ParticipantLeft(participant, reason))
        await self._relay.remove_peer(participant.peer_id)
        await self.rest(live)
        if not live.participants:
            self._emptied(live.room_id)

    async def leave_room(self, actor: Account, room_id: int) -> None:
        """Leave this room and no other: a late `room.leave` must not end a newer place."""
        live = self._live.room_of(actor.id)
        if live is not None and live.room_id == room_id:
            await self.leave(actor.id)

    async def empty(self, room_id: int, reason: str) -> None:
        """Send everybody out of a room that ends."""
        for participant in self.all(room_id):
            await self.leave(participant.account_id, reason)

    async def end(self, room_id: int) -> None:
        """Forget a room that is no more: people, peers and whatever still listens."""
        self._doorstep.drop_of(room_id=room_id)
        await self.empty(room_id, "closed")
        live = self._live.forget(room_id)
        if live is not None and live.relayed:
            live.relayed = False
            await self._relay.close_room(room_id)

    async def rest(self, live: LiveRoom) -> None:
        """Close the room at the relay when nobody is in and nothing listens."""
        if live.is_quiet and live.relayed:
            live.relayed = False
            live.slots, live.speaking = (), ()
            await self._relay.close_room(live.room_id)

    async def stop(self) -> None:
        """Shutdown: everybody leaves, timers end."""
        self._doorstep.drop_all()
        for participant in list(self._live.participants()):
            await self.leave(participant.account_id, "shutdown")
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _forget(self, participant: Participant) -> None:
        self._live.unseat(participant.room_id, participant.account_id)
        self._stop_grace(participant.account_id)
        self._sessions.pop(participant.account_id, None)
        self._approved.discard((participant.room_id, participant.account_id))

    # -- lost lines

    def session_lost(self, account_id: int, session_id: int) -> None:
        """A socket of this session closed: the place waits, unless the voice is still there."""
        live = self._live.room_of(account_id)
        if live is not None and self._sessions.get(account_id) == session_id:
            participant = live.participants[account_id]
            if not participant.connected:
                self._start_grace(account_id)

    def revoked(self, account_id: int, session_id: int | None) -> None:
        """A sign-in ended: the voice goes with it, at once."""
        if session_id is None:
            self._doorstep.drop_of(account_id=account_id)
        else:
            self._doorstep.drop(session_id)
        if session_id is None or self._sessions.get(account_id) == session_id:
            self._spawn(self.leave(account_id, "removed"), "participants.revoked")

    def _start_grace(self, account_id: int) -> None:
        if account_id in self._graces:
            return
        loop = asyncio.get_running_loop()
        self._graces[account_id] = loop.call_later(GRACE_S, self._give_up, account_id)

    def _stop_grace(self, account_id: int) -> None:
        timer = self._graces.pop(account_id, None)
        if timer is not None:
            timer.cancel()

    def _give_up(self, account_id: int) -> None:
        self._graces.pop(account_id, None)
        self._spawn(self.leave(account_id, "lost"), "participants.lost")

    # -- what the relay says

    def _heard(self, event: RelayEvent) -> None:
        match event:
            case PeerConnected():
                self._peer_connected(event)
            case PeerLost():
                self._peer_lost(event)
            case RelaySpeaking():
                self._speaking(event)
            case RelaySlots():
                self._slots_changed(event)

    def _peer_connected(self, event: PeerConnected) -> None:
        participant = self._live.by_peer(int(event.room_id), event.peer_id)
        if participant is not None:
            self._stop_grace(participant.account_id)
            self._keep(replace(participant, connected=True))

    def _peer_lost(self, event: PeerLost) -> None:
        participant = self._live.by_peer(int(event.room_id), event.peer_id)
        if participant is not None:
            self._start_grace(participant.account_id)
            self._keep(replace(participant, connected=False))

    def _keep(self, changed: Participant) -> None:
        self._live.seat(changed)
        self._tell(ParticipantChanged(changed))

    def _speaking(self, event: RelaySpeaking) -> None:
        live = self._live.known(int(event.room_id))
        if live is not None:
            known = live.accounts(event.speaking)
            live.speaking = tuple(id_ for id_ in known if id_ is not None)
            self._tell(SpeakingChanged(live.room_id, live.speaking))

    def _slots_changed(self, event: RelaySlots) -> None:
        live = self._live.known(int(event.room_id))
        if live is not None:
            live.slots = live.accounts(event.slots)
            self._tell(SlotsChanged(live.room_id, live.slots))

    # -- what the directory says

    def access_changed(self) -> None:
        """Roles, overwrites, time-outs or accounts changed: ask again for everybody in a room."""
        for participant in self._live.participants():
            self._recheck(participant)

    def _recheck(self, participant: Participant) -> None:
        account = self._directory.account(participant.account_id)
        try:
            if account is None:
                raise NotFound("gone", reason="nobody")
            self._access.room(account, participant.room_id, "room.join")
        except SalonError:
            self._spawn(self.leave(participant.account_id, "removed"), "participants.recheck")
            return
        may_speak = self._directory.may(account, "room.speak", participant.room_id)
        if may_speak != participant.may_speak:
            muted = participant.muted or not may_speak
            changed = replace(participant, may_speak=may_speak, muted=muted)
            self._spawn(self._change_quietly(changed), "participants.recheck")

    async def _change_quietly(self, changed: Participant) -> None:
        if self._live.by_peer(changed.room_id, changed.peer_id) is not None:
            await self._change(changed)

    def _spawn(self, work: Any, name: str) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error(
                "a participant could not be moved", task=task.get_name(), exc_info=task.exception()
            )

    def body(self, may_view: Callable[[int], bool]) -> Mapping[str, Any]:
        """Return the voice part of `live` for somebody who may view these rooms."""
        return self._live.body(may_view)


def is_audible(participant: Participant) -> bool:
    """Whether the relay forwards what this participant sends."""
    return participant.may_speak and not participant.muted and not participant.silenced
