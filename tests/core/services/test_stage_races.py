"""Many things at a stage at the same time, in an order that nobody planned."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from salon.domain.accounts import Account
from salon.domain.stages import Part
from salon.errors import SalonError
from salon.services.places import is_audible
from salon.services.stages import Wanted
from salon.testing import Person, Server

ROUNDS = 200
AT_ONCE = 8
SEATS = 3
PARTS: tuple[Wanted, ...] = (None, None, Part.SPEAKER, Part.COHOST)
ROUND_S = 0.5
"""Slow enough for the paces, which are held to elsewhere; all is over before a stage without its
host would close."""


class Stage:
    """A stage of few seats, and what its people may ask, in whatever order."""

    def __init__(self, server: Server, room: int, people: dict[int, Account]) -> None:
        self._services = server.app.services
        self._room = room
        self._people = people
        self._chosen = random.Random(7)  # noqa: S311 an order, not a secret
        self.done = 0
        relay = server.app.services.relay
        self.lets_through: dict[str, bool] = {}
        self._add, self._allow, self._remove = relay.add_peer, relay.allow, relay.remove_peer

    async def add_peer(self, room_id: int, peer_id: str, owner: str, **fields: bool) -> str:
        await self._pause()
        offer = await self._add(
            room_id, peer_id, owner, may_speak=fields["may_speak"], music=fields["music"]
        )
        self.lets_through[peer_id] = fields["may_speak"]
        return offer

    async def allow(self, peer_id: str, *, speak: bool, hear: bool) -> None:
        if peer_id in self.lets_through:
            self.lets_through[peer_id] = speak
        await self._allow(peer_id, speak=speak, hear=hear)
        await self._pause()

    async def remove_peer(self, peer_id: str) -> None:
        self.lets_through.pop(peer_id, None)
        await self._remove(peer_id)
        await self._pause()

    async def decide(self, *_arguments: object, **_facts: object) -> None:
        await self._pause()

    async def _pause(self) -> None:
        for _ in range(self._chosen.randrange(12)):
            await asyncio.sleep(0)

    def anything(self) -> Coroutine[Any, Any, Any]:
        """Return something that somebody asks of the stage about somebody."""
        stages, places, room = self._services.stages, self._services.participants, self._room
        me, other = self._chosen.choices(list(self._people.values()), k=2)
        part = self._chosen.choice(PARTS)
        asks: list[Callable[[], Awaitable[Any]]] = [
            lambda: places.arrivals.join(me, room, me.id),
            lambda: places.arrivals.join(me, room, me.id),
            lambda: places.leave_room(me, room),
            lambda: places.set(me, room, muted=False, deafened=None),
            lambda: places.set(me, room, muted=False, deafened=None),
            lambda: places.silence(me, room, other.id, silenced=self._chosen.random() < 0.5),
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

    def check(self) -> None:
        """What must hold whenever nothing is being done."""
        inside = {each.peer_id: each for each in self._services.participants.all(self._room)}
        assert len(inside) <= SEATS
        assert self.lets_through == {id_: is_audible(each) for id_, each in inside.items()}
        for each in inside.values():
            assert each.may_speak == self._services.stages.may_speak(each.account_id, self._room)
        for id_ in self._people:
            live = self._services.live.room_of(id_)
            assert (live is not None) == (id_ in {each.account_id for each in inside.values()})


async def test_nobody_without_a_part_is_let_through_and_nothing_is_left_of_who_has_gone(
    server: Server,
    owner: Person,
    alice: Person,
    bob: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services = server.app.services
    persons = (owner, alice, bob, await server.member("carol", owner))
    people = {int(each.id): server.app.directory.account(int(each.id)) for each in persons}
    known = {id_: each for id_, each in people.items() if each is not None}
    opened = await alice.command("room.open", name="After", kind="stage", seats=SEATS)
    room = int(opened["room"]["id"])
    stage = Stage(server, room, known)
    monkeypatch.setattr(services.relay, "add_peer", stage.add_peer)
    monkeypatch.setattr(services.relay, "allow", stage.allow)
    monkeypatch.setattr(services.relay, "remove_peer", stage.remove_peer)
    monkeypatch.setattr(server.app.host, "decide", stage.decide)
    for _ in range(ROUNDS):
        await asyncio.gather(*(stage.anything() for _ in range(AT_ONCE)))
        await asyncio.gather(*services.participants._tasks)
        stage.check()
        server.clock.advance(seconds=ROUND_S)
    assert stage.done > ROUNDS
    ends = [services.stages.end(known[int(owner.id)], room) for _ in range(2)]
    await asyncio.gather(*ends, *(stage.anything() for _ in range(AT_ONCE)), return_exceptions=True)
    await asyncio.gather(*services.participants._tasks)
    assert room not in server.app.directory.rooms
    assert stage.lets_through == {}
    assert services.live.known(room) is None
    assert room not in services.stages.keeping._stages
    assert room not in services.stages._muted
    assert not services.participants.graces._timers
    assert not services.participants.approved
    assert services.relay.counters()["peers"] == 0
