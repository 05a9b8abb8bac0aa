"""Many things at a stage at the same time, in an order that nobody planned.

The long form: `./salon test tests/core/services/test_stage_races.py --race-rounds 1000`.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from tests.core.services.on_stage import LetThrough, at_rest

from salon.domain.accounts import Account
from salon.domain.stages import Part
from salon.errors import SalonError
from salon.relay.control import PeerConnected, PeerLost
from salon.services.places import is_audible
from salon.services.stages import Wanted
from salon.testing import Person, Server

ACTS_A_ROUND = 8
ENDS_EVERY = 25  # rounds; a new stage is opened then
SEATS = 3
PARTS: tuple[Wanted, ...] = (None, None, Part.SPEAKER, Part.COHOST)
ROUND_S = 0.5
"""Slow enough for the paces, which are held to elsewhere; all is over before a stage without its
host would close."""


class Stage:
    """A stage of few seats, and what its people may ask, in whatever order."""

    def __init__(self, server: Server, relayed: LetThrough, people: dict[int, Account]) -> None:
        self._services = server.app.services
        self._relayed = relayed
        self._people = people
        self._chosen = random.Random(7)  # noqa: S311 an order, not a secret
        self.room = 0
        self.done = 0
        relayed.before_adding = relayed.pause = self.pause

    async def decide(self, *_arguments: object, **_facts: object) -> None:
        await self.pause()

    async def pause(self) -> None:
        for _ in range(self._chosen.randrange(12)):
            await asyncio.sleep(0)

    async def open(self, host: Account) -> None:
        rooms = self._services.rooms
        self.room = (await rooms.open(host, "After the match", kind="stage", seats=SEATS)).id

    async def end(self, host: Account) -> None:
        """End it, twice, while others go on; whoever comes too late is told so."""
        ends = [self._services.stages.end(host, self.room) for _ in range(2)]
        acts = [self.anything() for _ in range(ACTS_A_ROUND)]
        await asyncio.gather(*ends, *acts, return_exceptions=True)

    def anything(self) -> Coroutine[Any, Any, Any]:
        """Return something that somebody asks of the stage about somebody."""
        stages, places, room = self._services.stages, self._services.participants, self.room
        keeping, rooms = self._services.room_keeping, self._services.rooms
        me, other = self._chosen.choices(list(self._people.values()), k=2)
        part, is_so = self._chosen.choice(PARTS), self._chosen.random() < 0.5
        asks: list[Callable[[], Awaitable[Any]]] = [
            lambda: places.arrivals.join(me, room, me.id),
            lambda: places.arrivals.join(me, room, me.id),
            lambda: places.arrivals.join(me, room, other.id),  # in another tab
            lambda: places.arrivals.prepare(me, room, me.id),
            lambda: self._prepare_and_go_in(me),
            lambda: places.leave_room(me, room),
            lambda: places.set(me, room, muted=False, deafened=None),
            lambda: places.set(me, room, muted=False, deafened=None),
            lambda: places.silence(me, room, other.id, silenced=is_so),
            lambda: places.remove(me, room, other.id),
            lambda: keeping.ban(me, room, other.id, banned=False),
            lambda: self._ban_for_a_moment(me, other),
            lambda: rooms.edit(me, room, is_locked=is_so),
            lambda: self._sign_out(me),
            lambda: self._line(other, is_there=is_so),
            lambda: self._line(me, is_there=True),
            lambda: stages.raise_hand(me, room, ""),
            lambda: stages.lower_all(me, room),
            lambda: stages.invite(me, room, other.id),
            lambda: stages.answer(me, room, accept=True),
            lambda: stages.place(me, room, other.id, part),
            lambda: stages.mute_all(me, room),
            lambda: stages.undo_mute(me, room),
        ]
        return self._asked(self._chosen.choice(asks))

    async def _asked(self, ask: Callable[[], Awaitable[Any]]) -> None:
        try:
            await ask()
        except SalonError:
            return
        self.done += 1

    async def _prepare_and_go_in(self, me: Account) -> None:
        arrivals = self._services.participants.arrivals
        line = await arrivals.prepare(me, self.room, me.id)
        await self.pause()
        await arrivals.join(me, self.room, me.id, line["peer"])

    async def _ban_for_a_moment(self, me: Account, other: Account) -> None:
        keeping = self._services.room_keeping
        await keeping.ban(me, self.room, other.id, banned=True)
        await self.pause()
        await keeping.ban(me, self.room, other.id, banned=False)

    async def _sign_out(self, me: Account) -> None:
        self._services.participants.revoked(me.id, self._chosen.choice((me.id, None)))

    async def _line(self, whose: Account, *, is_there: bool) -> None:
        """Let the relay say that somebody's line is there, or is lost."""
        for each in self._services.participants.all(self.room):
            if each.account_id == whose.id:
                said = PeerConnected if is_there else PeerLost
                self._services.participants._heard(said(self.room, each.peer_id))

    def check(self) -> None:
        """What must hold whenever nothing is being done."""
        inside = {each.peer_id: each for each in self._services.participants.all(self.room)}
        lines = self._services.participants.doorstep._lines.values()
        assert len(inside) <= SEATS
        expected = {id_: is_audible(each) for id_, each in inside.items()}
        assert self._relayed.now == expected | {line.peer_id: False for line in lines}
        assert self._services.relay.counters()["peers"] == len(self._relayed.now)
        for each in inside.values():
            assert each.may_speak == self._services.stages.may_speak(each.account_id, self.room)
        for id_ in self._people:
            live = self._services.live.room_of(id_)
            assert (live is not None) == (id_ in {each.account_id for each in inside.values()})

    def check_gone(self, server: Server) -> None:
        """What must hold when it has ended: nothing of it, and nothing of who was there."""
        participants, stages = self._services.participants, self._services.stages
        assert self.room not in server.app.directory.rooms
        assert self._relayed.now == {}
        assert self._services.live.known(self.room) is None
        assert stages.keeping.get(self.room) is None
        assert self.room not in stages._muted
        assert not participants.graces._timers
        assert not participants.approved
        assert not participants._sessions
        assert not participants.doorstep._timers
        assert self._services.relay.counters()["peers"] == 0
        assert self._services.relay.counters()["rooms"] == 0


@pytest.mark.timeout(900)  # the long form, on a machine that has other work
async def test_nobody_without_a_part_is_let_through_and_nothing_is_left_of_who_has_gone(
    server: Server,
    owner: Person,
    alice: Person,
    bob: Person,
    let_through: LetThrough,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    participants = server.app.services.participants
    persons = (owner, alice, bob, await server.member("carol", owner))
    people = {int(each.id): server.app.directory.account(int(each.id)) for each in persons}
    known = {id_: each for id_, each in people.items() if each is not None}
    stage = Stage(server, let_through, known)
    monkeypatch.setattr(server.app.host, "decide", stage.decide)
    rounds = request.config.getoption("--race-rounds")
    for number in range(rounds):
        if number % ENDS_EVERY == 0:
            await stage.open(known[int(owner.id)])
        await asyncio.gather(*(stage.anything() for _ in range(ACTS_A_ROUND)))
        await at_rest(participants)
        stage.check()
        server.clock.advance(seconds=ROUND_S)
        if number % ENDS_EVERY == ENDS_EVERY - 1:
            await stage.end(known[int(owner.id)])
            await at_rest(participants)
            stage.check_gone(server)
    assert stage.done > rounds
