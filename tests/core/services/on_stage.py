"""What tests of stages share: a stage, somebody brought up, and what the relay lets through."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from salon.relay.control import Relay
from salon.services.participants import Participants
from salon.testing import Person, Refused

TONE_HZ = 440.0


async def stage_of(person: Person, **fields: Any) -> str:
    """Open a stage on the spot and go in as its host."""
    opened = await person.command("room.open", name="After the match", kind="stage", **fields)
    room_id: str = opened["room"]["id"]
    await person.join(room_id)
    return room_id


async def told(person: Person, room: str, **wanted: Any) -> dict[str, Any]:
    """Return the next state of the stage that is as wanted."""
    while True:
        state: dict[str, Any] = (await person.expect("room.state_changed", room_id=room))["state"]
        if all(state[key] == value for key, value in wanted.items()):
            return state


async def invited(person: Person, room: str, whom: Person, part: str) -> None:
    """Wait until it is told that somebody is asked to be this."""
    asked: set[tuple[str, str]] = set()
    while (whom.id, part) not in asked:
        state = await told(person, room)
        asked = {(each["account_id"], each["part"]) for each in state["invited"]}


async def bring_up(host: Person, other: Person, room: str) -> None:
    await other.join(room)
    await host.command("stage.invite", room=room, account=other.id)
    await other.command("stage.answer", room=room, accept=True)


async def hands(host: Person, room: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await host.command("hand.list", room=room))["hands"]
    return listed


async def refused(person: Person, command: str, **fields: Any) -> str:
    with pytest.raises(Refused) as caught:
        await person.command(command, **fields)
    reason: str = caught.value.error["reason"]
    return reason


async def at_rest(participants: Participants) -> None:
    """Return when nothing is being done for anybody."""
    while participants._tasks:
        await asyncio.gather(*participants._tasks)


async def _at_once() -> None:
    """Let nobody wait."""


class LetThrough:
    """What the relay was told of each peer that it has: whether it forwards what they send.

    `before_adding` and `pause` are where others do something meanwhile.
    """

    def __init__(self, relay: Relay) -> None:
        self.now: dict[str, bool] = {}
        self.before_adding: Callable[[], Awaitable[None]] = _at_once
        self.pause: Callable[[], Awaitable[None]] = _at_once
        self._add, self._allow, self._remove = relay.add_peer, relay.allow, relay.remove_peer

    async def add_peer(self, room_id: int, peer_id: str, owner: str, **fields: bool) -> str:
        await self.before_adding()
        self.now[peer_id] = fields["may_speak"]
        try:
            return await self._add(
                room_id, peer_id, owner, may_speak=fields["may_speak"], music=fields["music"]
            )
        except BaseException:
            self.now.pop(peer_id, None)
            raise

    async def allow(self, peer_id: str, *, speak: bool, hear: bool) -> None:
        if peer_id in self.now:
            self.now[peer_id] = speak
        await self._allow(peer_id, speak=speak, hear=hear)
        await self.pause()

    async def remove_peer(self, peer_id: str) -> None:
        self.now.pop(peer_id, None)
        await self._remove(peer_id)
        await self.pause()
