"""How the server is: told to those who keep it, and of what they may see."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from tests.core.services.test_voice import talking

from salon.testing import Person, Refused

WITHIN_S = 10.0


def kitchen(person: Person) -> str:
    return next(str(r["id"]) for r in person.snapshot["rooms"] if r["name"] == "Kitchen table")


async def looked(
    person: Person, is_it: Callable[[dict[str, Any]], bool], **fields: Any
) -> dict[str, Any]:
    """Return the answer when it is so. Nothing tells of counts, so it is asked for."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            answer = await person.command("server.measure", **fields)
            if is_it(answer):
                return answer
            await asyncio.sleep(0.3)


async def test_the_keeper_sees_workers_rooms_and_the_lines_of_one(
    owner: Person, alice: Person
) -> None:
    await talking(alice)
    room_id = kitchen(owner)

    def is_known(answer: dict[str, Any]) -> bool:
        return any(line["loss_up"] is not None for line in answer["lines"])

    answer = await looked(owner, is_known, room=room_id)
    (worker,) = answer["workers"]
    assert worker["is_there"]
    assert worker["received"] > 0
    room = next(room for room in answer["rooms"] if room["room_id"] == room_id)
    assert room["people"] == 1
    assert room["received"] > 0
    (line,) = answer["lines"]
    assert (line["account_id"], line["transport"], line["loss_up"]) == (alice.id, "udp", 0.0)
    assert line["loss_down"] is None  # nobody else talks


async def test_of_a_room_that_was_not_asked_for_only_the_worst_lines_are_told(
    owner: Person, alice: Person
) -> None:
    await talking(alice)
    answer = await looked(owner, lambda answer: answer["worst"] != [])
    assert answer["lines"] == []
    (line,) = answer["worst"]
    assert (line["room_id"], line["account_id"]) == (kitchen(owner), alice.id)


async def test_a_line_at_the_door_is_told_to_nobody(owner: Person, alice: Person) -> None:
    await talking(alice)
    await owner.command("voice.prepare", room=kitchen(owner))
    answer = await looked(owner, lambda answer: answer["lines"] != [], room=kitchen(owner))
    for told in ("lines", "worst"):
        assert [line["account_id"] for line in answer[told]] == [alice.id]


async def test_how_the_server_is_concerns_those_who_keep_it(alice: Person) -> None:
    with pytest.raises(Refused) as refused:
        await alice.command("server.measure")
    assert refused.value.code == "denied"
