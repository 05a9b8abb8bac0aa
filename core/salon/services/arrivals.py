"""Coming in: a line at the door, a seat, an offer and its answer; and coming back to one's place.

What can happen at the same time: two joins of one account (the later peer wins, the earlier is
removed), a join and the end of the room, a seat taken while a plugin was thinking. So everything
that was true before an `await` is asked again after it, and seats are taken without awaiting: who
comes from another room has a place here in the moment in which that one ends, or keeps that one.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from salon.clock import Clock
from salon.domain import wire
from salon.domain.accounts import Account
from salon.domain.events import Event, ParticipantChanged, ParticipantJoined, VoiceRuled
from salon.domain.rooms import MUSIC, Participant, Room
from salon.errors import Conflict, Denied, NotFound
from salon.host import Host
from salon.ids import new_secret
from salon.relay.control import Relay
from salon.services.access import Access
from salon.services.directory import Directory
from salon.services.doorstep import Line
from salon.services.live import Live, LiveRoom
from salon.services.places import Places, is_audible, is_deaf
from salon.services.turn import TurnServers


@dataclass(frozen=True, slots=True)
class Joined:
    """What the page needs to come in."""

    room: Room
    participants: tuple[Participant, ...]
    peer_id: str
    offer: str | None
    slots: tuple[int | None, ...]
    speaking: tuple[int, ...]
    turn: Sequence[Mapping[str, object]]

    def body(self) -> dict[str, Any]:
        return {
            "room": wire.room(self.room),
            "participants": [wire.participant(p) for p in self.participants],
            "peer": self.peer_id,
            "offer": self.offer,
            "slots": [wire.id_or_none(id_) for id_ in self.slots],
            "speaking": [str(id_) for id_ in self.speaking],
            "turn": self.turn,
        }


class Arrivals:
    """Gives places to people."""

    def __init__(  # noqa: PLR0913 who comes in is asked about everywhere
        self,
        places: Places,
        *,
        live: Live,
        access: Access,
        directory: Directory,
        host: Host,
        relay: Relay,
        tell: Callable[[Event], None],
        clock: Clock,
        may_speak: Callable[[Account, int], bool],
        check_pace: Callable[[Account], None],
        pending_joins: int,
        turn: TurnServers,
    ) -> None:
        self._places = places
        self._live = live
        self._access = access
        self._directory = directory
        self._host = host
        self._relay = relay
        self._tell = tell
        self._clock = clock
        self._may_speak = may_speak
        self._check_pace = check_pace
        self._pending_joins = pending_joins
        self._turn = turn
        self._joining: Counter[int] = Counter()

    async def prepare(self, actor: Account, room_id: int, session_id: int) -> dict[str, Any]:
        """Let a sign-in that shows a room's door have a line. Raises NotFound, Denied, Unavailable.

        Whether there is a seat, and what plugins say, is asked when the person goes in.
        """
        self._check_pace(actor)
        room = self._access.room(actor, room_id, "room.join")
        live = self._live.room(room_id)
        peer_id, offer = await self._places.doorstep.prepare(
            live, actor.id, session_id, music=room.sound == MUSIC
        )
        return {"peer": peer_id, "offer": offer, "turn": self._turn.body(actor.id, session_id)}

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

    async def _join(
        self, actor: Account, room: Room, session_id: int, peer_id: str | None
    ) -> Joined:
        live = self._live.room(room.id)
        if actor.id not in live.participants:  # or they only come back to their place
            self._check_enter(actor, room)
            await self.ask(actor, room)
            room = self._access.room(actor, room.id, "room.join")
            self._check_enter(actor, room)
        return await self._admit(actor, room, session_id, peer_id)

    async def ask(self, account: Account, room: Room) -> None:
        """Ask plugins whether somebody may come in. Raises Denied."""
        if not account.is_owner:
            await self._host.decide("may_join_room", None, account=account, room=room)

    def bring(self, account: Account, room: Room) -> Participant | None:
        """Seat somebody, who comes with their line as one comes back. Raises Conflict (full).

        Returns the place in another room that they have given up.
        """
        live = self._live.room(room.id)
        self._check_seats(live, room)
        participant = self._participant(account, room, None)
        behind = self._places.seat(participant)
        live.removed_until_s.pop(account.id, None)
        self._places.graces.stop(account.id)
        self._places.graces.start(account.id)
        self._arrived(participant)
        return behind

    def _check_enter(self, actor: Account, room: Room) -> None:
        live = self._live.room(room.id)
        if live.is_removed(actor.id, self._clock.monotonic_s()):
            raise Denied(
                "You were asked to leave this room. Try again in a minute.", reason="asked_to_leave"
            )
        self._places.check_enter(actor, room)
        self._check_seats(live, room)

    @staticmethod
    def _check_seats(live: LiveRoom, room: Room) -> None:
        if len(live.participants) >= room.seats:
            raise Conflict(
                f"All {room.seats} seats of this room are taken.",
                full=True,
                reason="room_full",
                seats=room.seats,
            )

    async def _admit(
        self, actor: Account, room: Room, session_id: int, peer_id: str | None
    ) -> Joined:
        """Seat somebody who may come in. Seats are counted and taken without an await between."""
        live = self._live.room(room.id)
        before = live.participants.get(actor.id)
        if before is None:
            self._check_seats(live, room)
        participant = self._participant(actor, room, before)
        line = self._places.doorstep.take(session_id, room.id, peer_id)
        if line is not None:
            participant = replace(participant, peer_id=line.peer_id, connected=line.connected)
        behind = self._places.seat(participant)
        self._places.take_over(actor.id, room.id, session_id)
        self._places.graces.stop(actor.id)  # of the lost line: the new one has its own time
        if not participant.connected:
            self._places.graces.start(actor.id)  # a seat that never connects is given back
        if behind is not None:
            await self._places.close_behind(behind)
        offer = await self._connect(live, participant, room, line)
        if before is not None:
            await self._relay.remove_peer(before.peer_id)
        now = self._live.by_peer(room.id, participant.peer_id)
        if now is None:
            await self._relay.remove_peer(participant.peer_id)
            raise Conflict(
                "This place was taken away while you came in. Try again.", reason="place_taken"
            )
        self._arrived(now, before)
        return Joined(
            room,
            self._places.all(room.id),
            participant.peer_id,
            offer,
            live.slots,
            live.speaking,
            self._turn.body(actor.id, session_id),
        )

    def _arrived(self, now: Participant, before: Participant | None = None) -> None:
        """Tell of somebody who has a place now, or who has come back to it."""
        for act, by in self._live.room(now.room_id).ruled(now.account_id):
            self._tell(VoiceRuled(now.account_id, now.room_id, act, by))
        kind = ParticipantJoined if before is None else ParticipantChanged
        self._tell(kind(now))
        self._places.entered(now.room_id, now.account_id)

    def _participant(self, actor: Account, room: Room, before: Participant | None) -> Participant:
        may_speak = self._may_speak(actor, room.id)
        if before is not None:
            return replace(before, peer_id=new_secret(16), may_speak=may_speak, connected=False)
        ruled = dict(self._live.room(room.id).ruled(actor.id))
        return Participant(
            room.id,
            actor.id,
            new_secret(16),
            self._clock.now(),
            may_speak,
            silenced=may_speak and "silenced" in ruled,
            deafened_by_host="deafened" in ruled,
        )

    async def _connect(
        self, live: LiveRoom, participant: Participant, room: Room, line: Line | None
    ) -> str | None:
        """Return the offer of a new line, unless somebody has come with one, or is gone again."""
        now = self._live.by_peer(room.id, participant.peer_id)
        if now is None:
            return None
        try:
            if line is None:
                return await self._offer(live, now, room)
            await self._places.allow(now)
        except BaseException:
            if self._live.by_peer(room.id, participant.peer_id) is not None:
                self._places.forget(participant)
            raise
        return None

    async def _offer(self, live: LiveRoom, participant: Participant, room: Room) -> str:
        await self._places.open_relay_room(live)
        speaks = is_audible(participant)
        offer = await self._relay.add_peer(
            live.room_id,
            participant.peer_id,
            str(participant.account_id),
            may_speak=speaks,
            music=room.sound == MUSIC,
        )
        # What a host has said meanwhile, the relay could not keep for a peer it did not know.
        now = self._live.by_peer(live.room_id, participant.peer_id)
        if now is not None and (is_deaf(now) or is_audible(now) != speaks):
            await self._places.allow(now)
        return offer

    async def answer(
        self, actor: Account, room_id: int, peer_id: str, sdp: str, session_id: int
    ) -> None:
        """Hand the page's answer to the relay. Raises NotFound (not one's own peer), Invalid."""
        participant = self._live.by_peer(room_id, peer_id)
        is_own = participant is not None and participant.account_id == actor.id
        if not is_own and self._places.doorstep.of(session_id, peer_id) is None:
            raise NotFound(
                "This connection is not yours or has ended. Join the room again.",
                reason="connection_gone",
            )
        await self._relay.answer(peer_id, sdp)
