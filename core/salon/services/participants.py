"""Who is in which room: mute, silence, remove, and what the relay and the directory say of them.

How people come in is `arrivals.py`, what a place is and how it ends `places.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from salon.clock import Clock
from salon.domain.accounts import Account
from salon.domain.events import (
    Event,
    ParticipantChanged,
    SlotsChanged,
    SpeakingChanged,
    VoiceMoving,
    VoiceRuled,
)
from salon.domain.rooms import Participant, Room, Ruling
from salon.domain.stages import STAGE
from salon.errors import Denied, NotFound, SalonError
from salon.host import Host
from salon.relay.control import PeerConnected, PeerLost, PeerMoving, Relay, RelayEvent
from salon.relay.control import SlotsChanged as RelaySlots
from salon.relay.control import SpeakingChanged as RelaySpeaking
from salon.services.access import Access
from salon.services.arrivals import Arrivals
from salon.services.directory import Directory
from salon.services.limits import Paces
from salon.services.live import REMOVED_FOR_S, Live
from salon.services.places import Places
from salon.services.turn import TurnServers

VOICE_BURST = 30  # joins and changes of one account, on all its sockets together
VOICE_PER_S = 2.0


class Participants(Places):
    """Places, and what happens to the people in them."""

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
        turn: TurnServers,
    ) -> None:
        super().__init__(live=live, relay=relay, tell=tell, slots=slots)
        self._access = access
        self._directory = directory
        self._host = host
        self._clock = clock
        self._paces = Paces(VOICE_BURST, VOICE_PER_S)
        self.arrivals = Arrivals(
            self,
            live=live,
            access=access,
            directory=directory,
            host=host,
            relay=relay,
            tell=tell,
            clock=clock,
            may_speak=self.may_speak,
            check_pace=self._check_pace,
            pending_joins=pending_joins,
            turn=turn,
        )
        relay.listen(self._heard)

    def _check_pace(self, actor: Account) -> None:
        """The whole room is told of each change, and each peer costs the relay a key."""
        now_s = self._clock.monotonic_s()
        self._paces.take(actor.id, now_s, message="That is a lot of switching. One moment.")

    # -- while in

    async def set(
        self, actor: Account, room_id: int, *, muted: bool | None, deafened: bool | None
    ) -> Participant:
        """Change one's own microphone or ears. Raises NotFound, Denied (may not speak), TooMany."""
        self._check_pace(actor)
        self._own(actor, room_id)
        if muted is False:
            await self._check_may_speak(actor, room_id)
        if muted and self._rules is not None:
            self._rules.rests(actor.id, room_id)
        return await self.change(
            room_id,
            actor.id,
            lambda now: replace(
                now,
                # A time-out ends by the clock, without an event: this is where it is noticed.
                may_speak=now.may_speak or muted is False,
                muted=now.muted if muted is None else muted,
                deafened=now.deafened if deafened is None else deafened,
            ),
        )

    async def _check_may_speak(self, actor: Account, room_id: int) -> None:
        room = self._check_voice(actor, room_id)
        if (room_id, actor.id) in self.approved:
            return
        own = self._own(actor, room_id)
        try:
            await self._host.decide("may_speak", None, participant=own, room=room)
        except Denied as refused:  # a plugin's word counts for the owner too, its failure does not
            if not actor.is_owner or refused.reason != "plugin_decides":
                raise
        # A plugin takes its time: meanwhile a host may have muted them or moved them down.
        self._check_voice(self._directory.account(actor.id) or actor, room_id)
        self.approved.add((room_id, actor.id))

    def _check_voice(self, actor: Account, room_id: int) -> Room:
        room = self._access.room(actor, room_id, "room.speak")
        if not self.may_speak(actor, room_id):
            raise Denied("Raise your hand to be asked up.", reason="not_on_stage")
        if self._own(actor, room_id).silenced:
            raise Denied("A host has muted you.", reason="muted_by_host")
        return room

    async def silence(
        self, actor: Account | None, room_id: int, account_id: int, *, silenced: bool
    ) -> Participant:
        """Mute somebody, or let them open their microphone again. Without an actor: the server."""
        before = self._check_other(actor, room_id, account_id)
        if before.silenced != silenced:
            self.say_who(actor, room_id, account_id, "silenced" if silenced else "unsilenced")
        changed = await self.change(
            room_id,
            account_id,
            lambda now: replace(now, silenced=silenced, muted=now.muted or silenced),
        )
        self.look(room_id)
        return changed

    async def deafen(
        self, actor: Account, room_id: int, account_id: int, *, deafened: bool
    ) -> Participant:
        """Let somebody hear nothing of the room, or let them hear again."""
        before = self._check_other(actor, room_id, account_id)
        if before.deafened_by_host != deafened:
            self.say_who(actor, room_id, account_id, "deafened" if deafened else "undeafened")
        return await self.change(
            room_id, account_id, lambda now: replace(now, deafened_by_host=deafened)
        )

    async def remove(self, actor: Account, room_id: int, account_id: int) -> None:
        """Show somebody the door for a minute."""
        self._check_other(actor, room_id, account_id)
        until_s = self._clock.monotonic_s() + REMOVED_FOR_S
        self._live.room(room_id).removed_until_s[account_id] = until_s
        self.say_who(actor, room_id, account_id, "removed")
        await self.leave(account_id, "removed", room_id=room_id)
        if self._doors is not None:
            await self._doors.removed(room_id, account_id)

    def _own(self, actor: Account, room_id: int) -> Participant:
        live = self._live.known(room_id)
        participant = None if live is None else live.participants.get(actor.id)
        if participant is None:
            raise NotFound("You are not in this room.", reason="not_in_room")
        return participant

    def say_who(self, actor: Account | None, room_id: int, account_id: int, act: Ruling) -> None:
        """Tell somebody, and nobody else, who does this to them; before it is done."""
        live = self._live.known(room_id)
        if live is not None:
            live.rule(account_id, act, None if actor is None else actor.id)
        if actor is not None:
            self._tell(VoiceRuled(account_id, room_id, act, actor.id))

    def _check_other(self, actor: Account | None, room_id: int, account_id: int) -> Participant:
        if actor is not None:
            self.check_charge(actor, room_id, account_id)
        live = self._live.known(room_id)
        if live is None or account_id not in live.participants:
            raise NotFound("This person is not in the room.", reason="person_not_in_room")
        if actor is not None:
            self._check_rank(actor, account_id)
        return live.participants[account_id]

    def check_over(self, actor: Account, room_id: int, account_id: int) -> None:
        """Raise NotFound or Denied unless the actor has a say at this room over somebody."""
        self.check_charge(actor, room_id, account_id)
        self._check_rank(actor, account_id)

    def check_charge(self, actor: Account, room_id: int, account_id: int = 0) -> None:
        """Who hosts this stage or opened this room on the spot, and is not kept out; or keepers."""
        self._access.no_time_out(actor)
        room = self._access.room(actor, room_id)
        if room.kind == STAGE:
            leads = self._rules is not None and self._rules.is_over(actor.id, account_id, room_id)
        else:
            leads = room.temporary and room.opened_by == actor.id
        if not (leads and self._access.may(actor, "room.join", room_id)):
            self._access.room(actor, room_id, "room.manage")

    def _check_rank(self, actor: Account, account_id: int) -> None:
        other = self._directory.account(account_id)
        if other is not None and self._directory.rank(actor) < self._directory.rank(other):
            raise Denied(
                f"{other.display_name} stands above you.",
                reason="outranked",
                name=other.display_name,
            )

    # -- when a socket or a sign-in ends

    def session_lost(self, account_id: int, session_id: int) -> None:
        """A socket of this session closed: the place waits, unless the voice is still there."""
        live = self._live.room_of(account_id)
        if live is not None and self._sessions.get(account_id) == session_id:
            participant = live.participants[account_id]
            if not participant.connected:
                self.graces.start(account_id)

    def revoked(self, account_id: int, session_id: int | None) -> None:
        """A sign-in ended: the voice goes with it, at once."""
        if session_id is None:
            self.doorstep.drop_of(account_id=account_id)
        else:
            self.doorstep.drop(session_id)
        if session_id is None or self._sessions.get(account_id) == session_id:
            self.spawn(self.leave(account_id, "removed"), "participants.revoked")

    # -- what the relay says

    def _heard(self, event: RelayEvent) -> None:
        match event:
            case PeerConnected():
                self._peer_connected(event)
            case PeerLost():
                self._peer_lost(event)
            case PeerMoving():
                self._peer_moving(event)
            case RelaySpeaking():
                self._speaking(event)
            case RelaySlots():
                self._slots_changed(event)

    def _peer_connected(self, event: PeerConnected) -> None:
        participant = self._live.by_peer(int(event.room_id), event.peer_id)
        if participant is not None:
            self.graces.stop(participant.account_id)
            self._keep(replace(participant, connected=True))
            self.look(participant.room_id)

    def _peer_lost(self, event: PeerLost) -> None:
        participant = self._live.by_peer(int(event.room_id), event.peer_id)
        if participant is not None:
            self.graces.start(participant.account_id)
            self._keep(replace(participant, connected=False))
            self.look(participant.room_id)

    def _peer_moving(self, event: PeerMoving) -> None:
        room_id, peer_id = int(event.room_id), event.peer_id
        participant, line = self._live.by_peer(room_id, peer_id), self.doorstep.by_peer(peer_id)
        if participant is not None:
            account_id, session_id = participant.account_id, self.session_of(participant.account_id)
        elif line is not None:
            account_id, session_id = line.account_id, line.session_id
        else:
            return
        if session_id is not None:
            self._tell(VoiceMoving(account_id, session_id, room_id, peer_id, event.offer))

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
            gone = self.leave(participant.account_id, "removed", room_id=participant.room_id)
            self.spawn(gone, "participants.recheck")
            return
        if self._rejudged(account, participant) != participant:
            self.spawn(self.rejudge(participant.account_id), "participants.recheck")

    async def rejudge(self, account_id: int) -> None:
        """Let somebody speak, or no more, as the stage they are at has it now."""
        live, account = self._live.room_of(account_id), self._directory.account(account_id)
        if live is None or account is None:
            return
        participant = live.participants[account_id]
        if self._rejudged(account, participant) != participant:
            await self.change(live.room_id, account_id, lambda now: self._rejudged(account, now))

    def _rejudged(self, account: Account, participant: Participant) -> Participant:
        """Who may speak again is muted, and not silenced from the time before."""
        may_speak = self.may_speak(account, participant.room_id)
        if may_speak == participant.may_speak:
            return participant
        return replace(
            participant,
            may_speak=may_speak,
            muted=participant.muted or not may_speak,
            silenced=participant.silenced and may_speak,
        )

    def may_speak(self, account: Account, room_id: int) -> bool:
        """Whether somebody's packets go further: their permission, and their part on a stage."""
        may = self._directory.may(account, "room.speak", room_id)
        return may and (self._rules is None or self._rules.may_speak(account.id, room_id))

    def body(self, may_view: Callable[[int], bool]) -> Mapping[str, Any]:
        """Return the voice part of `live` for somebody who may view these rooms."""
        return self._live.body(may_view)
