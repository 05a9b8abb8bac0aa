"""Listening without an account: to public rooms, while somebody is in them, and nothing else.

A visitor has a peer at the relay like everybody who is in, with the same offer, path and guard; it
may never speak. A visitor is no participant: nobody is told who they are, since nobody knows; only
how many there are is counted. What is told to them is the room's name and topic, how many listen,
who speaks, by name only if they chose so in their privacy, and the captions of the room. Nothing of
a visit outlives its connection but the window in which its address is counted, and for an hour what
it was given for the TURN server.

A room may be heard so while the community has public rooms, the room is one, is not locked, and
lets everyone's role in (`Directory.is_heard_outside`), somebody is in it and, if it is a stage, it
is open. That is asked when somebody comes and again at whatever may have changed it; the moment it
is not so, all who listen are cut off. What may not be heard, is empty or is not there is one
answer.

Visitors take nobody's seat: they have places of their own, in all, in each room and for each
address, beside the seats that the relay has for a room. A place that is taken and never connected
is given back after `CONNECTS_WITHIN_S`.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from salon.clock import Clock
from salon.config import Limits
from salon.domain.accounts import Account
from salon.domain.captions import Caption
from salon.domain.events import (
    Event,
    ParticipantJoined,
    ParticipantLeft,
    RoomCaptioned,
    RoomStateChanged,
    SpeakingChanged,
    VisitorsChanged,
)
from salon.domain.rooms import MUSIC, Participant, Room
from salon.domain.stages import SPEAKERS_MAX, STAGE
from salon.errors import Conflict, NotFound
from salon.ids import new_secret
from salon.relay.control import PeerConnected, PeerLost, PeerMoving, Relay, RelayEvent
from salon.services.directory import Directory
from salon.services.limits import RateLimits
from salon.services.live import Live
from salon.services.places import Places
from salon.services.stages import Stages
from salon.services.turn import TurnServers

CONNECTS_WITHIN_S = 15.0
TOLD_EVERY_S = 1.0
COMES_PER_MIN = 20
COMES_KEPT = 10_000  # addresses whose comings are counted
OWNER = "visitor"  # of their peers at the relay; sinks hear only who speaks


class Outlet(Protocol):
    """A visitor's page."""

    def tell(self, said: Mapping[str, Any]) -> None:
        """Send a frame; never waits."""

    def end(self, *, is_over: bool) -> None:
        """Say goodbye: the room is not to be heard any more, or only this line has ended."""


@dataclass(slots=True, eq=False)
class Visit:
    """One visitor's line."""

    room_id: int
    network: str
    peer_id: str
    outlet: Outlet | None = None
    connected: bool = False
    timer: asyncio.TimerHandle | None = None


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who may speak; without an account it is one who is not named outside."""

    account: Account | None
    is_host: bool
    is_talking: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """What a visitor may know of a room. `speakers` are at most as many as a stage has."""

    room: Room
    is_live: bool
    speakers: tuple[Speaker, ...] = ()
    listening: int = 0  # with visitors
    visitors: int = 0

    @property
    def host(self) -> Account | None:
        return next((one.account for one in self.speakers if one.is_host), None)

    def body(self) -> dict[str, Any]:
        """Return it for the page; docs/protocol.md, section 9."""
        return {
            "type": "room",
            "name": self.room.name,
            "topic": self.room.topic,
            "speakers": [
                {
                    "name": None if one.account is None else one.account.display_name,
                    "hue": 0 if one.account is None else one.account.hue,
                    "is_host": one.is_host,
                    "is_talking": one.is_talking,
                }
                for one in self.speakers
            ],
            "listening": self.listening,
            "visitors": self.visitors,
        }


@dataclass(slots=True)
class _Hearing:
    """Those who listen to one room, by peer; they are told after a pause."""

    visits: dict[str, Visit] = field(default_factory=dict)
    pause: asyncio.TimerHandle | None = None
    is_behind: bool = False
    told: dict[str, Any] | None = None
    numbers: dict[int, int] = field(default_factory=dict)  # of those who have been captioned


class Listening:
    """Owns the visits. Comings and goings are synchronous but for the relay's part in them."""

    def __init__(  # noqa: PLR0913 it stands between rooms, stages and the relay
        self,
        *,
        directory: Directory,
        live: Live,
        relay: Relay,
        turn: TurnServers,
        places: Places,
        stages: Stages,
        tell: Callable[[Event], None],
        clock: Clock,
        limits: Limits,
    ) -> None:
        self._directory = directory
        self._live = live
        self._relay = relay
        self._turn = turn
        self._places = places
        self._stages = stages
        self._tell = tell
        self._limits = limits
        self._rates = RateLimits(clock, windows_max=COMES_KEPT)
        self._rooms: dict[int, _Hearing] = {}
        self._going: set[asyncio.Task[None]] = set()  # peers that the relay is asked to end
        relay.listen(self._relayed)

    # -- looking in

    def look(self, slug: str) -> Heard:
        """Return what somebody without an account may know of a room. Raises NotFound."""
        room = self._directory.public_room(slug)
        if room is None:
            raise NotFound("There is nothing at this address.", reason="nothing_here")
        return self._heard(room)

    def rooms(self) -> Sequence[Heard]:
        """Return every room that may be heard without an account, the fullest first."""
        rooms = self._directory.rooms.values()
        heard = [self._heard(each) for each in rooms if self._directory.is_heard_outside(each.id)]
        return sorted(heard, key=lambda one: (-len(one.speakers) - one.listening, one.room.id))

    def is_heard(self, room_id: int) -> bool:
        """Whether somebody without an account could listen to a room this moment."""
        return self._directory.is_heard_outside(room_id) and self._is_live(room_id)

    def _is_live(self, room_id: int) -> bool:
        return self._stages.is_open(room_id) and bool(self._places.all(room_id))

    def _heard(self, room: Room) -> Heard:
        if not self._is_live(room.id):
            return Heard(room, is_live=False)
        within = self._places.all(room.id)
        live = self._live.room(room.id)
        speaking = [each for each in within if each.may_speak][:SPEAKERS_MAX]
        shown = [self._speaker(room, each, live.speaking) for each in speaking]
        visitors = self._count(room.id)
        return Heard(
            room,
            is_live=True,
            speakers=tuple(sorted(shown, key=lambda one: not one.is_host)),
            listening=sum(not each.may_speak for each in within) + visitors,
            visitors=visitors,
        )

    def _speaker(self, room: Room, each: Participant, talking: tuple[int, ...]) -> Speaker:
        is_named = self._directory.privacy(each.account_id).shows_name_outside
        opener_id = room.opened_by if room.temporary else None
        host_id = self._stages.host_of(room.id) if room.kind == STAGE else opener_id
        return Speaker(
            self._directory.account(each.account_id) if is_named else None,
            is_host=each.account_id == host_id,
            is_talking=each.account_id in talking,
        )

    def _count(self, room_id: int) -> int:
        hearing = self._rooms.get(room_id)
        return 0 if hearing is None else sum(one.connected for one in hearing.visits.values())

    # -- coming and going

    def come(self, slug: str, network: str) -> Visit:
        """Take a place; `begin` follows, or `leave`.

        Raises NotFound (also of a room in which nobody is), TooMany, Conflict (full).
        """
        heard = self.look(slug)
        if not heard.is_live:
            raise NotFound("There is nothing at this address.", reason="nothing_here")
        self._rates.hit(
            "listen",
            network,
            times=COMES_PER_MIN,
            per_s=60,
            message="That is a lot of coming and going. Please wait a minute.",
        )
        self._check_places(heard.room.id, network)
        visit = Visit(heard.room.id, network, new_secret(16))
        self._rooms.setdefault(visit.room_id, _Hearing()).visits[visit.peer_id] = visit
        loop = asyncio.get_running_loop()
        visit.timer = loop.call_later(CONNECTS_WITHIN_S, self._give_up, visit)
        return visit

    @property
    def places_taken(self) -> int:
        """How many listen, or are about to."""
        return sum(len(each.visits) for each in self._rooms.values())

    def _check_places(self, room_id: int, network: str) -> None:
        everywhere = [one for each in self._rooms.values() for one in each.visits.values()]
        if sum(one.network == network for one in everywhere) >= self._limits.visitors_per_address:
            raise _full()
        here = sum(one.room_id == room_id for one in everywhere)
        if here >= self._limits.visitors_per_room or len(everywhere) >= self._limits.visitors:
            raise _full()

    async def begin(self, visit: Visit, outlet: Outlet) -> None:
        """Connect a visit to its page, which is told an offer and the room.

        Raises what `Relay.add_peer` does, and NotFound when it has ended meanwhile.
        """
        visit.outlet = outlet
        room = self._directory.rooms.get(visit.room_id)
        if room is None or not self._is_on(visit):
            raise NotFound("There is nothing at this address.", reason="nothing_here")
        await self._places.open_relay_room(self._live.room(room.id))
        offer = await self._relay.add_peer(
            room.id, visit.peer_id, OWNER, may_speak=False, music=room.sound == MUSIC
        )
        if not self._is_on(visit):
            await self._relay.remove_peer(visit.peer_id)
            raise NotFound("There is nothing at this address.", reason="nothing_here")
        self._rooms[room.id].told = None  # what this one is told may be newer
        turn = self._turn.visitors_body(visit.network)
        outlet.tell({"type": "offer", "sdp": offer, "turn": turn})
        outlet.tell(self._heard(room).body())

    async def answer(self, visit: Visit, sdp: str) -> None:
        """Hand a page's answer to the relay. Raises Invalid, NotFound, Conflict (was answered)."""
        await self._relay.answer(visit.peer_id, sdp)

    async def leave(self, visit: Visit) -> None:
        """End a visit. Twice is once."""
        if self._forget(visit):
            await self._relay.remove_peer(visit.peer_id)

    def _is_on(self, visit: Visit) -> bool:
        hearing = self._rooms.get(visit.room_id)
        return hearing is not None and hearing.visits.get(visit.peer_id) is visit

    def _forget(self, visit: Visit) -> bool:
        if not self._is_on(visit):
            return False
        hearing = self._rooms[visit.room_id]
        del hearing.visits[visit.peer_id]
        if visit.timer is not None:
            visit.timer.cancel()
        self._soon(visit.room_id)
        return True

    def _give_up(self, visit: Visit) -> None:
        if not visit.connected:
            self._end(visit, is_over=False)

    def _end(self, visit: Visit, *, is_over: bool) -> None:
        """Cut a visitor off; the relay is told in the order in which all this happens."""
        if not self._forget(visit):
            return
        task = asyncio.create_task(self._relay.remove_peer(visit.peer_id), name="listening.end")
        self._going.add(task)
        task.add_done_callback(self._going.discard)
        if visit.outlet is not None:
            visit.outlet.end(is_over=is_over)

    async def stop(self) -> None:
        """The server stops: all visits end, and none is told of any more."""
        for hearing in list(self._rooms.values()):
            for visit in list(hearing.visits.values()):
                self._end(visit, is_over=False)
            if hearing.pause is not None:
                hearing.pause.cancel()
        self._rooms.clear()
        await asyncio.gather(*self._going, return_exceptions=True)

    # -- what changes who may listen

    async def judge(self, room_id: int) -> None:
        """Ask again whether a room may be heard; if not, return when nobody is sent anything."""
        self._look(room_id)
        await asyncio.gather(*self._going)

    def access_changed(self) -> None:
        """Roles, rooms, the community or somebody's wish to be named have changed."""
        for room_id in list(self._rooms):
            self._look(room_id)

    def happened(self, event: Event) -> None:
        """Something was told of a room: it may be over, and who speaks may be another."""
        match event:
            case ParticipantJoined(participant=one) | ParticipantLeft(participant=one):
                self._look(one.room_id)
            case SpeakingChanged(room_id=room_id) | RoomStateChanged(room_id=room_id):
                self._look(room_id)
            case RoomCaptioned(room_id=room_id, captions=captions):
                self._tell_captions(room_id, captions)

    def _look(self, room_id: int) -> None:
        if room_id in self._rooms:
            self._cut_off(room_id)
            self._soon(room_id)

    def _cut_off(self, room_id: int) -> None:
        """End all visits of a room that is not to be heard any more."""
        if self._directory.is_heard_outside(room_id) and self._is_live(room_id):
            return
        for visit in list(self._rooms[room_id].visits.values()):
            self._end(visit, is_over=True)

    # -- telling

    def _soon(self, room_id: int) -> None:
        """Tell the room how many listen, and them who speaks: now, or when the pause is over."""
        hearing = self._rooms.get(room_id)
        if hearing is None:
            return
        hearing.is_behind = True
        if hearing.pause is None:
            self._tell_all(room_id)

    def _tell_all(self, room_id: int) -> None:
        hearing = self._rooms[room_id]
        hearing.pause = None
        if not hearing.is_behind:
            if not hearing.visits:
                del self._rooms[room_id]
            return
        hearing.is_behind = False
        loop = asyncio.get_running_loop()
        hearing.pause = loop.call_later(TOLD_EVERY_S, self._tell_all, room_id)
        self._tell_count(room_id)
        room = self._directory.rooms.get(room_id)
        body = None if room is None else self._heard(room).body()
        if body is None or body == hearing.told:
            return
        hearing.told = body
        for visit in list(hearing.visits.values()):
            if visit.outlet is not None:
                visit.outlet.tell(body)

    def _tell_captions(self, room_id: int, captions: Sequence[Caption]) -> None:
        """Tell at once what was said; who said it by a number, and by name only if they like."""
        hearing = self._rooms.get(room_id)
        if hearing is None:
            return
        body = {
            "type": "captions",
            "captions": [
                {
                    "speaker": hearing.numbers.setdefault(one.account_id, len(hearing.numbers)),
                    "name": self._name_of(one.account_id),
                    "text": one.text,
                    "language": one.language,
                    "is_final": one.is_final,
                }
                for one in captions
            ],
        }
        for visit in list(hearing.visits.values()):
            if visit.outlet is not None:
                visit.outlet.tell(body)

    def _name_of(self, account_id: int) -> str | None:
        account = self._directory.account(account_id)
        is_named = self._directory.privacy(account_id).shows_name_outside
        return account.display_name if account is not None and is_named else None

    def _tell_count(self, room_id: int) -> None:
        live, count = self._live.known(room_id), self._count(room_id)
        if live is not None and live.visitors != count:
            live.visitors = count
            self._tell(VisitorsChanged(room_id, count))

    # -- what the relay says

    def _relayed(self, event: RelayEvent) -> None:
        if not isinstance(event, PeerConnected | PeerLost | PeerMoving):
            return
        hearing = self._rooms.get(int(event.room_id))
        visit = None if hearing is None else hearing.visits.get(event.peer_id)
        if visit is None:
            return
        match event:
            case PeerConnected():
                visit.connected = True
                self._soon(visit.room_id)
            case PeerLost():
                self._end(visit, is_over=False)
            case PeerMoving(offer=offer):
                if visit.outlet is not None:
                    visit.outlet.tell({"type": "offer", "sdp": offer})


def _full() -> Conflict:
    return Conflict(
        "All places for people without an account are taken.", full=True, reason="visitors_full"
    )
