"""Lines that stand at a door: silent and deaf until somebody goes in, and gone when nobody does."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest

from salon.services import doorstep
from salon.testing import Person, Refused, Server
from salon.testing.voice import VoicePeer

TONE_HZ = 440.0
ROOM = "Kitchen table"


async def standing(person: Person) -> tuple[VoicePeer, str]:
    """Return a connected line to the kitchen, and the name of its peer."""
    room = person.room(ROOM)
    offered = await person.command("voice.prepare", room=room)
    line = VoicePeer({"room": {"id": room}, "offer": offered["offer"]})
    sdp = await line.answer()
    await person.command("voice.answer", room=room, peer=offered["peer"], sdp=sdp)
    await line.connected()
    return line, offered["peer"]


async def gone_in(person: Person, peer: str) -> dict[str, Any]:
    return await person.command("room.join", room=person.room(ROOM), peer=peer)


async def test_a_line_at_the_door_hears_nothing_is_not_heard_and_is_no_place(
    owner: Person, alice: Person
) -> None:
    await owner.join(ROOM)
    assert owner.voice is not None
    await owner.command("voice.set", room=owner.voice.room_id, muted=False)
    owner.voice.talk(TONE_HZ)
    line, _ = await standing(alice)
    line.talk(TONE_HZ * 2)
    assert not await line.hears(TONE_HZ, within_s=1.5)
    assert not await owner.voice.hears(TONE_HZ * 2, within_s=0.5)
    with pytest.raises(Refused, match="not in this room"):
        await alice.command("voice.set", room=alice.room(ROOM), muted=False)
    await owner.cut()
    await owner.open()
    assert [each["account_id"] for each in owner.welcome["live"]["participants"]] == [owner.id]
    await line.close()


async def test_whoever_goes_in_with_a_line_is_connected_at_once(
    owner: Person, alice: Person
) -> None:
    await owner.join(ROOM)
    assert owner.voice is not None
    line, peer = await standing(alice)
    joined = await gone_in(alice, peer)
    assert (joined["peer"], joined["offer"]) == (peer, None)
    assert (await owner.expect("participant.joined", account_id=alice.id))["connected"]
    await owner.command("voice.set", room=owner.voice.room_id, muted=False)
    owner.voice.talk(TONE_HZ)
    assert await line.hears(TONE_HZ)
    await alice.command("voice.set", room=alice.room(ROOM), muted=False)
    line.talk(TONE_HZ * 2)
    assert await owner.voice.hears(TONE_HZ * 2)
    await line.close()


async def test_nobody_goes_in_with_anothers_line(owner: Person, alice: Person) -> None:
    line, peer = await standing(alice)
    joined = await gone_in(owner, peer)
    assert joined["peer"] != peer
    assert joined["offer"]
    with pytest.raises(Refused, match="not yours"):
        await owner.command("voice.answer", room=owner.room(ROOM), peer=peer, sdp="v=0")
    assert (await gone_in(alice, peer))["offer"] is None
    await line.close()


async def test_a_line_nobody_went_in_with_ends_and_the_room_comes_to_rest(
    server: Server, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorstep, "STANDS_S", 0.05)
    relay, rested = server.app.services.relay, asyncio.Event()
    close_room = relay.close_room

    async def closing(room_id: int) -> None:
        await close_room(room_id)
        rested.set()

    monkeypatch.setattr(relay, "close_room", closing)
    offered = await alice.command("voice.prepare", room=alice.room(ROOM))
    async with asyncio.timeout(10):
        await rested.wait()
    assert (await gone_in(alice, offered["peer"]))["offer"]


async def test_a_sign_in_has_one_line_and_loses_it_with_the_sign_in(
    server: Server, alice: Person
) -> None:
    first = await alice.command("voice.prepare", room=alice.room(ROOM))
    second = await alice.command("voice.prepare", room=alice.room(ROOM))
    assert first["peer"] != second["peer"]
    with pytest.raises(Refused, match="not yours or has ended"):
        await alice.command("voice.answer", room=alice.room(ROOM), peer=first["peer"], sdp="v=0")
    await server.app.sessions.end_all(int(alice.id))
    assert not server.app.services.participants.doorstep._lines


@pytest.mark.parametrize("bound", ["LINES_PER_ROOM", "LINES"])
async def test_few_lines_stand_and_going_in_stays_possible(
    owner: Person, alice: Person, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    monkeypatch.setattr(doorstep, bound, 1)
    await owner.command("voice.prepare", room=owner.room(ROOM))
    with pytest.raises(Refused) as refused:
        await alice.command("voice.prepare", room=alice.room(ROOM))
    assert refused.value.code == "unavailable"
    await alice.join(ROOM)


async def test_who_signs_in_on_many_devices_has_few_lines(
    server: Server, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorstep, "LINES_PER_ACCOUNT", 2)
    async with AsyncExitStack() as devices:
        for _ in range(3):
            device = Person(alice.url, alice.handle, alice.password)
            devices.push_async_callback(device.close)
            await device.sign_in()
            await device.open()
            prepared = await device.command("voice.prepare", room=alice.room(ROOM))
        lines = server.app.services.participants.doorstep._lines.values()
        assert len(lines) == 2
        assert prepared["peer"] in {line.peer_id for line in lines}


async def test_a_room_that_closes_ends_the_lines_to_it(owner: Person, server: Server) -> None:
    room = (await owner.command("room.open", name="Balcony", temporary=False))["room"]["id"]
    await owner.command("voice.prepare", room=room)
    await owner.command("room.close", room=room)
    assert not server.app.services.participants.doorstep._lines
    with pytest.raises(Refused) as refused:
        await owner.command("voice.prepare", room=room)
    assert refused.value.code == "not_found"
