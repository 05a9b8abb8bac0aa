"""Reactions in rooms: told at once, together when they are many, and kept nowhere."""

import asyncio

import pytest

from salon.services.live_reactions import BURST, SHOWN_MAX
from salon.testing import Person, Refused, Server

CLAP, TEA = "👏", "🍵"


async def refused(person: Person, room: str, emoji: str = CLAP) -> str:
    with pytest.raises(Refused) as caught:
        await person.command("room.react", room=room, emoji=emoji)
    error = caught.value.error
    return str(error["reason"] or error["code"])


async def test_who_is_in_the_room_reacts_and_who_sees_it_is_told(
    owner: Person, alice: Person
) -> None:
    await alice.join("Kitchen table")
    room = alice.room("Kitchen table")
    await alice.command("room.react", room=room, emoji=CLAP)
    told = await owner.expect("room.reacted")
    assert told == {
        "room_id": room,
        "reactions": [{"account_id": alice.id, "emoji": CLAP}],
        "more": 0,
    }


async def test_many_at_once_are_told_together_and_those_above_a_few_as_a_number(
    server: Server, owner: Person
) -> None:
    crowd = [await server.member(f"fan{n}", owner) for n in range(4)]
    room = owner.room("Kitchen table")
    for fan in crowd:
        await fan.join("Kitchen table")
    claps = [fan.command("room.react", room=room, emoji=CLAP) for fan in crowd * BURST]
    await asyncio.gather(*claps)
    shown, more, events = 0, 0, 0
    while shown + more < len(claps):
        told = await owner.expect("room.reacted", room_id=room)
        events += 1
        assert len(told["reactions"]) <= SHOWN_MAX
        shown, more = shown + len(told["reactions"]), more + told["more"]
    assert shown + more == len(claps)
    assert events < len(claps) / 2


async def test_a_reaction_of_who_left_meanwhile_is_not_told(
    owner: Person, alice: Person, bob: Person
) -> None:
    room = owner.room("Kitchen table")
    for person in (alice, bob):
        await person.join("Kitchen table")
    await asyncio.gather(
        alice.command("room.react", room=room, emoji=CLAP),
        bob.command("room.react", room=room, emoji=CLAP),
        bob.command("room.react", room=room, emoji=TEA),
        bob.command("room.leave", room=room),
    )
    await owner.expect("participant.left", account_id=bob.id)
    await alice.command("room.react", room=room, emoji="🔥")
    told = await owner.expect("room.reacted")
    pictures = [each["emoji"] for each in told["reactions"]]
    while "🔥" not in pictures:
        told = await owner.expect("room.reacted")
        pictures += [each["emoji"] for each in told["reactions"]]
    assert TEA not in pictures


async def test_who_is_not_in_the_room_or_may_not_react_is_refused(
    owner: Person, alice: Person
) -> None:
    room = owner.room("Kitchen table")
    assert await refused(alice, room) == "not_in_room"
    await alice.join("Kitchen table")
    assert await refused(alice, room, "not a picture") == "no_emoji"
    assert await refused(alice, room, "123456789012345678") == "no_emoji"
    everyone = next(role["id"] for role in owner.snapshot["roles"] if not role["position"])
    await owner.command(
        "overwrite.set",
        place=room,
        target="role",
        target_id=everyone,
        allow=[],
        deny=["reaction.add"],
    )
    assert await refused(alice, room) == "no_permission"


async def test_more_than_a_hand_can_clap_is_refused_for_a_moment(alice: Person) -> None:
    await alice.join("Kitchen table")
    room = alice.room("Kitchen table")
    for _ in range(BURST):
        await alice.command("room.react", room=room, emoji=CLAP)
    assert await refused(alice, room) == "pace"
