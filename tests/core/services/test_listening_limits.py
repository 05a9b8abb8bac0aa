"""Pages that listen: how many there may be, and what ends one that does not behave."""

from typing import Any

import aiohttp
import pytest
from tests.core.services.listeners import SOCKET, TONE_HZ, listener, own, refusal, talking

from salon.errors import Conflict, TooMany
from salon.services import listening
from salon.testing import Person, Refused, Server
from salon.web.listening import CLOSE_LINE, FRAME_MAX_BYTES
from salon.web.socket.connection import CLOSE_FLOOD

HOSTILE: tuple[dict[str, Any] | str | bytes, ...] = (
    {"id": 1, "type": "message.post", "channel": "1", "text": "hello", "nonce": "n"},
    {"id": 1, "type": "hello", "ticket": "x"},
    {"type": "answer", "sdp": "v=0"},
    {"type": "answer", "sdp": 7},
    {"type": "answer"},
    {"type": "answer", "sdp": "v=0", "room": "1"},
    {"type": "room", "name": "mine"},
    {},
    "[",
    "[1]",
    "x" * (FRAME_MAX_BYTES + 1),
    b"",
    b"\x00" * 64,
)


@pytest.mark.settings(limits={"visitors_per_address": 100})
async def test_a_page_that_says_anything_but_its_answer_is_hung_up_on(
    server: Server, public_room: str
) -> None:
    for said in HOSTILE:
        async with listener(server) as visitor:
            await visitor.frame("offer")
            match said:
                case bytes():
                    await visitor.socket.send_bytes(said)
                case str():
                    await visitor.socket.send_str(said)
                case _:
                    await visitor.say(**said)
            assert await visitor.closed() in {1002, 1003, 1009}, said
    assert not server.app.services.listening.places_taken


async def test_a_second_answer_and_a_flood_of_pings_end_the_line(
    server: Server, public_room: str
) -> None:
    async with listener(server) as visitor:
        voice = await visitor.connect()
        await visitor.say(type="answer", sdp=await voice.answer())
        assert await visitor.closed() == aiohttp.WSCloseCode.PROTOCOL_ERROR
    async with listener(server) as visitor:
        await visitor.frame("offer")
        for _ in range(30):
            await visitor.socket.ping()
        assert await visitor.closed() == CLOSE_FLOOD


async def test_another_sites_page_opens_no_line(server: Server, public_room: str) -> None:
    status, body = await refusal(server, SOCKET, Origin="https://evil.example")
    assert (status, body["reason"]) == (403, "origin")


# -- how many


@pytest.mark.settings(limits={"visitors_per_address": 2})
async def test_an_address_has_few_places_and_gets_them_back(
    server: Server, public_room: str
) -> None:
    async with listener(server) as first, listener(server) as second:
        await first.frame("offer")
        await second.frame("offer")
        status, body = await refusal(server, SOCKET, **own(server))
        assert (status, body["reason"]) == (409, "visitors_full")
    async with listener(server) as third:
        await third.connect()


@pytest.mark.settings(limits={"visitors": 3, "visitors_per_address": 1_000})
async def test_thousands_who_come_at_once_leave_the_room_to_its_members(
    server: Server, owner: Person, alice: Person, public_room: str
) -> None:
    service = server.app.services.listening
    taken = [service.come("kitchen-table", f"net-{number}") for number in range(3)]
    for number in range(3_000):
        with pytest.raises(Conflict):
            service.come("kitchen-table", f"other-{number}")
    await alice.join("Kitchen table")
    assert alice.voice is not None
    assert await alice.voice.hears(TONE_HZ)
    for visit in taken:
        await service.leave(visit)
    service.come("kitchen-table", "net-again")


@pytest.mark.settings(limits={"visitors": 0})
async def test_a_server_whose_keeper_wants_no_visitors_has_none(
    server: Server, public_room: str
) -> None:
    status, body = await refusal(server, SOCKET, **own(server))
    assert (status, body["reason"]) == (409, "visitors_full")


async def test_an_address_that_comes_and_goes_all_the_time_waits(
    server: Server, public_room: str
) -> None:
    service = server.app.services.listening
    for _ in range(listening.COMES_PER_MIN):
        await service.leave(service.come("kitchen-table", "net"))
    with pytest.raises(TooMany, match="coming and going"):
        service.come("kitchen-table", "net")
    assert (await refusal(server, SOCKET, **own(server)))[0] == 400


async def test_a_place_that_never_connects_is_given_back(
    server: Server, public_room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "CONNECTS_WITHIN_S", 0.1)
    async with listener(server) as visitor:
        await visitor.frame("offer")
        assert await visitor.closed() == CLOSE_LINE
    assert not server.app.services.listening.places_taken


async def test_a_full_room_has_its_seats_and_its_listeners_theirs(
    server: Server, owner: Person, alice: Person
) -> None:
    await owner.command("community.edit", public_rooms=True)
    opened = await owner.command("room.open", name="Closet", temporary=False, seats=1)
    closet = opened["room"]["id"]
    await owner.command("room.edit", room=closet, is_public=True)
    await talking(owner, closet)
    async with listener(server, "closet") as visitor:
        assert await (await visitor.connect()).hears(TONE_HZ)
        with pytest.raises(Refused, match="seats"):
            await alice.command("room.join", room=closet)
