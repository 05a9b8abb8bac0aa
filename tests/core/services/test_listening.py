"""Who has no account and listens to a public room: what they hear, know, and never do."""

import asyncio
import json
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from salon.errors import Conflict, TooMany
from salon.plugin import Caption, Plugin
from salon.services import listening, room_pictures
from salon.services.facade import Facade
from salon.testing import Person, Refused, Server
from salon.testing.voice import VoicePeer
from salon.web.listening import CLOSE_LINE, CLOSE_OVER, FRAME_MAX_BYTES
from salon.web.socket.connection import CLOSE_FLOOD

TONE_HZ = 440.0
WITHIN_S = 10.0
NOBODYS = "/listen/never"
SOCKET = "/listen/kitchen-table/socket"


class Stenographer(Plugin[Any]):
    """A plugin that writes along."""

    name = "stenographer"


class Listener:
    """A page of somebody without an account, which may do what no page of ours does."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.voice: VoicePeer | None = None
        self.room: dict[str, Any] = {}

    async def frame(self, kind: str) -> dict[str, Any]:
        """Return the next frame of a kind."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                frame: dict[str, Any] = await self.socket.receive_json()
                if frame["type"] == "room":
                    self.room = frame
                if frame["type"] == kind:
                    return frame

    async def connect(self) -> VoicePeer:
        offer = (await self.frame("offer"))["sdp"]
        await self.frame("room")
        self.voice = VoicePeer({"room": {"id": ""}, "offer": offer})
        await self.say(type="answer", sdp=await self.voice.answer())
        await self.voice.connected()
        return self.voice

    async def say(self, **said: Any) -> None:
        await self.socket.send_str(json.dumps(said))

    async def closed(self) -> int | None:
        """Return the code with which the server hangs up."""
        async with asyncio.timeout(WITHIN_S):
            while not self.socket.closed:
                await self.socket.receive()
        return self.socket.close_code


@asynccontextmanager
async def listener(server: Server, slug: str = "kitchen-table") -> AsyncIterator[Listener]:
    async with (
        server.visitor() as web,
        web.ws_connect(f"/listen/{slug}/socket", origin=server.url) as socket,
    ):
        visitor = Listener(socket)
        try:
            yield visitor
        finally:
            if visitor.voice is not None:
                await visitor.voice.close()


def own(server: Server) -> dict[str, str]:
    """Return what a script of ours sends."""
    return {"Origin": server.url, "Accept": "application/json"}


async def refusal(server: Server, path: str, **headers: str) -> tuple[int, Any]:
    """Return how the server refuses a socket."""
    async with server.visitor() as web, web.get(path, headers=headers) as answer:
        is_refused = answer.content_type == "application/json"
        return answer.status, (await answer.json())["error"] if is_refused else {}


async def shut(server: Server, slug: str = "kitchen-table") -> bool:
    """Whether nothing of the room is there, in exactly the words for what never was."""
    page, nothing = f"/listen/{slug}", await refusal(server, NOBODYS, **own(server))
    assert nothing[0] == 404
    socket = await refusal(server, f"{page}/socket", **own(server))
    return await refusal(server, page, **own(server)) == nothing and socket == nothing


async def publish(owner: Person, room: str = "Kitchen table") -> str:
    """Make a room public in a community that has public rooms."""
    await owner.command("community.edit", public_rooms=True)
    await owner.command("room.edit", room=owner.room(room), is_public=True)
    return owner.room(room)


async def talking(person: Person, room: str = "Kitchen table") -> str:
    await person.join(room)
    assert person.voice is not None
    await person.command("voice.set", room=person.voice.room_id, muted=False)
    person.voice.talk(TONE_HZ)
    return person.voice.room_id


@pytest.fixture
async def room(owner: Person) -> str:
    """A public room in which its owner talks."""
    await publish(owner)
    return await talking(owner)


# -- who may be heard


async def test_a_room_is_heard_without_an_account_and_its_listener_is_counted(
    server: Server, owner: Person, room: str
) -> None:
    async with listener(server) as visitor:
        voice = await visitor.connect()
        assert await voice.hears(TONE_HZ)
        await owner.expect("visitors.changed", room_id=room, count=1)
    await owner.expect("visitors.changed", room_id=room, count=0)


async def test_nothing_tells_a_private_an_empty_and_an_unknown_room_apart(
    server: Server, owner: Person, alice: Person
) -> None:
    assert await shut(server)
    await owner.command("community.edit", public_rooms=True)
    await talking(owner)
    assert await shut(server)
    room = await publish(owner)
    assert not await shut(server)
    await owner.command("room.leave", room=room)
    status, _body = await refusal(server, SOCKET, **own(server))
    assert status == 404


async def test_listening_ends_at_once_when_the_room_is_not_for_everybody_any_more(
    server: Server, owner: Person, room: str
) -> None:
    everyone = owner.snapshot["community"]["everyone_role_id"]
    role: dict[str, Any] = {"place": room, "target": "role", "target_id": everyone, "allow": []}
    ways: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("room.edit", {"room": room, "is_public": False}, {"is_public": True}),
        ("community.edit", {"public_rooms": False}, {"public_rooms": True}),
        ("room.edit", {"room": room, "is_locked": True}, {"is_locked": False}),
        ("overwrite.set", {**role, "deny": ["room.join"]}, {"deny": []}),
        ("room.close", {"room": room}, {}),
    ]
    for command, shut_out, again in ways:
        async with listener(server) as visitor:
            voice = await visitor.connect()
            assert await voice.hears(TONE_HZ)
            await owner.command(command, **shut_out)
            assert await visitor.closed() == CLOSE_OVER
            assert not await voice.hears(TONE_HZ, within_s=0.3)
            assert await shut(server)
        if again:
            await owner.command(command, **(shut_out | again))


async def test_listening_ends_with_the_last_one_who_is_in(
    server: Server, owner: Person, room: str
) -> None:
    async with listener(server) as visitor:
        await visitor.connect()
        await owner.command("room.leave", room=room)
        assert await visitor.closed() == CLOSE_OVER
    assert (await refusal(server, SOCKET, **own(server)))[0] == 404


async def test_a_stage_is_heard_once_it_is_open_and_not_before(
    server: Server, owner: Person
) -> None:
    await owner.command("community.edit", public_rooms=True)
    opened = await owner.command("room.open", name="Studio", kind="stage", temporary=False)
    room = opened["room"]["id"]
    await owner.command("room.edit", room=room, is_public=True)
    await owner.join(room)
    assert (await refusal(server, "/listen/studio/socket", **own(server)))[0] == 404
    await owner.command("stage.open", room=room)
    async with listener(server, "studio") as visitor:
        await visitor.connect()
        assert visitor.room["speakers"] == [
            {"name": None, "hue": 0, "is_host": True, "is_talking": False}
        ]
        await owner.command("stage.end", room=room)
        assert await visitor.closed() == CLOSE_OVER


async def test_who_may_not_publish_makes_no_room_public_though_it_is_their_own(
    owner: Person, alice: Person
) -> None:
    await owner.command("community.edit", public_rooms=True)
    opened = await alice.command("room.open", name="Balcony")
    with pytest.raises(Refused, match="without an account"):
        await alice.command("room.edit", room=opened["room"]["id"], is_public=True)
    with pytest.raises(Refused, match="permission"):
        await alice.command("room.edit", room=owner.room("Kitchen table"), is_public=True)


async def test_the_host_of_a_stage_shuts_strangers_out_and_lets_them_in_only_if_they_may(
    server: Server, owner: Person, alice: Person
) -> None:
    await owner.command("community.edit", public_rooms=True)
    opened = await owner.command("room.open", name="Studio", kind="stage", temporary=False)
    room = opened["room"]["id"]
    await owner.command("room.edit", room=room, is_public=True)
    await owner.command("stage.open", room=room)
    await owner.join(room)
    await alice.join(room)
    with pytest.raises(Refused, match="permission"):
        await alice.command("room.edit", room=room, is_public=False)
    await owner.command("stage.invite", room=room, account=alice.id)
    await alice.command("stage.answer", room=room, accept=True)
    for part in ("cohost", "host"):
        await owner.command("stage.place", room=room, account=alice.id, part=part)
    with pytest.raises(Refused, match="permission"):
        await alice.command("room.edit", room=room, is_public=False, topic="Mine")
    async with listener(server, "studio") as visitor:
        await visitor.connect()
        await alice.command("room.edit", room=room, is_public=False)
        assert await visitor.closed() == CLOSE_OVER
    with pytest.raises(Refused, match="without an account"):
        await alice.command("room.edit", room=room, is_public=True)


async def test_no_room_is_public_where_the_community_has_none(owner: Person) -> None:
    with pytest.raises(Refused) as refused:
        await owner.command("room.edit", room=owner.room("Kitchen table"), is_public=True)
    assert refused.value.error["reason"] == "no_public_rooms"


async def test_who_made_a_room_public_stands_in_the_audit_log(owner: Person) -> None:
    await owner.command("community.edit", public_rooms=True)
    opened = await owner.command("room.open", name="Balcony")
    await owner.command("room.edit", room=opened["room"]["id"], is_public=True)
    newest = (await owner.command("audit.list"))["entries"][0]
    assert (newest["action"], newest["actor_id"]) == ("room.changed", owner.id)
    assert newest["details"]["after"] == {"is_public": True}


# -- what a listener knows


async def test_who_speaks_is_named_outside_only_by_their_own_wish(
    server: Server, owner: Person, room: str
) -> None:
    async with listener(server) as visitor:
        await visitor.connect()
        assert [one["name"] for one in visitor.room["speakers"]] == [None]
        await owner.command("privacy.show", name_outside=True)
        while [one["name"] for one in visitor.room["speakers"]] == [None]:
            await visitor.frame("room")
        await owner.command("privacy.show", name_outside=False)
        while [one["name"] for one in visitor.room["speakers"]] != [None]:
            await visitor.frame("room")


async def test_no_id_of_anybody_or_anything_reaches_a_listener(
    server: Server, owner: Person, room: str
) -> None:
    await owner.command("privacy.show", name_outside=True)
    async with listener(server) as visitor:
        offer = await visitor.frame("offer")
        told = json.dumps([offer, await visitor.frame("room")])
    async with server.visitor() as web, web.get("/listen/kitchen-table") as answer:
        told += await answer.text()
    assert "Owner" in told
    for id_ in (owner.id, room, owner.snapshot["community"]["everyone_role_id"]):
        assert str(id_) not in told


@pytest.mark.plugin.with_args(Stenographer)
async def test_a_listener_reads_the_captions_and_no_name_that_is_not_shown_outside(
    server: Server, owner: Person, room: str
) -> None:
    async with listener(server) as visitor:
        await visitor.connect()
        captions = await Facade("stenographer", server.app.services).rooms.caption(int(room))
        captions.say(Caption(int(owner.id), "Bonsoir", "fr", is_final=False))
        told = (await visitor.frame("captions"))["captions"]
        said = {"speaker": 0, "name": None, "text": "Bonsoir", "language": "fr"}
        assert told == [said | {"is_final": False}]
        await owner.command("privacy.show", name_outside=True)
        captions.say(Caption(int(owner.id), "Bonsoir à tous", "fr"))
        (last,) = (await visitor.frame("captions"))["captions"]
        assert (last["name"], last["is_final"]) == ("Owner", True)


@pytest.mark.settings(
    turn={"servers": ["turns:turn.example.org:443?transport=tcp"], "secret": "seven grey geese fl"}
)
async def test_listeners_get_a_way_through_the_turn_server_that_their_address_shares_for_an_hour(
    server: Server, owner: Person, room: str
) -> None:
    given = []
    for _ in range(2):
        async with listener(server) as visitor:
            given += (await visitor.frame("offer"))["turn"]
    names = {each["username"].partition(":")[2] for each in given}
    until_s = {int(each["username"].partition(":")[0]) for each in given}
    assert len(names) == 1
    assert max(until_s) <= server.clock.now().timestamp() + 3_600
    assert given[0]["urls"] == ["turns:turn.example.org:443?transport=tcp"]
    own = (await owner.command("voice.prepare", room=room))["turn"]
    assert own[0]["username"].partition(":")[2] not in names


async def test_the_chat_of_a_public_room_stays_among_its_people(
    server: Server, owner: Person, room: str
) -> None:
    async with (
        server.visitor() as web,
        web.get("/c/kitchen-table", allow_redirects=False) as answer,
    ):
        assert answer.status == 303
    async with server.visitor() as web, web.get("/r/kitchen-table", allow_redirects=False) as page:
        assert page.status == 303


@pytest.mark.parametrize("pasted", ["{url}/i/{code}", "{code}", " {url}/i/{code}/ "])
async def test_an_invitation_that_a_listener_pastes_leads_back_to_the_room(
    server: Server, owner: Person, pasted: str
) -> None:
    code = (await owner.command("invitation.create"))["invitation"]["code"]
    form = {"display_name": "Nell", "handle": "nell", "password": "three unrelated words"}
    async with server.visitor() as web:
        asked = {"code": pasted.format(url=server.url, code=code), "next": "/r/kitchen-table"}
        async with web.get("/i", params=asked) as page:
            assert page.status == 200
            place = page.url
        async with web.post(
            place, data=form, headers={"Origin": server.url}, allow_redirects=False
        ) as answer:
            assert answer.headers["Location"] == "/r/kitchen-table"


async def test_no_invitation_leads_to_another_site(server: Server, owner: Person) -> None:
    code = (await owner.command("invitation.create"))["invitation"]["code"]
    async with server.visitor() as web:
        for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example"):
            asked = {"code": code, "next": elsewhere}
            async with web.get("/i", params=asked, allow_redirects=False) as answer:
                assert answer.headers["Location"] == f"/i/{code}?next=%2F"


# -- what a listener does not do


async def test_nothing_that_a_listener_says_is_heard_by_anybody(
    server: Server, owner: Person, alice: Person
) -> None:
    await publish(owner)
    await owner.join("Kitchen table")
    await alice.join("Kitchen table")
    async with listener(server) as visitor:
        voice = await visitor.connect()
        voice.talk(TONE_HZ)
        assert alice.voice is not None
        assert not await alice.voice.hears(TONE_HZ, within_s=1.0)
        async with listener(server) as other:
            assert not await (await other.connect()).hears(TONE_HZ, within_s=1.0)
    assert not alice.heard("speaking.changed")


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
    server: Server, room: str
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


async def test_a_second_answer_and_a_flood_of_pings_end_the_line(server: Server, room: str) -> None:
    async with listener(server) as visitor:
        voice = await visitor.connect()
        await visitor.say(type="answer", sdp=await voice.answer())
        assert await visitor.closed() == aiohttp.WSCloseCode.PROTOCOL_ERROR
    async with listener(server) as visitor:
        await visitor.frame("offer")
        for _ in range(30):
            await visitor.socket.ping()
        assert await visitor.closed() == CLOSE_FLOOD


async def test_another_sites_page_opens_no_line(server: Server, room: str) -> None:
    status, body = await refusal(server, SOCKET, Origin="https://evil.example")
    assert (status, body["reason"]) == (403, "origin")


# -- how many


@pytest.mark.settings(limits={"visitors_per_address": 2})
async def test_an_address_has_few_places_and_gets_them_back(server: Server, room: str) -> None:
    async with listener(server) as first, listener(server) as second:
        await first.frame("offer")
        await second.frame("offer")
        status, body = await refusal(server, SOCKET, **own(server))
        assert (status, body["reason"]) == (409, "visitors_full")
    async with listener(server) as third:
        await third.connect()


@pytest.mark.settings(limits={"visitors": 3, "visitors_per_address": 1_000})
async def test_thousands_who_come_at_once_leave_the_room_to_its_members(
    server: Server, owner: Person, alice: Person, room: str
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
async def test_a_server_whose_keeper_wants_no_visitors_has_none(server: Server, room: str) -> None:
    status, body = await refusal(server, SOCKET, **own(server))
    assert (status, body["reason"]) == (409, "visitors_full")


async def test_an_address_that_comes_and_goes_all_the_time_waits(server: Server, room: str) -> None:
    service = server.app.services.listening
    for _ in range(listening.COMES_PER_MIN):
        await service.leave(service.come("kitchen-table", "net"))
    with pytest.raises(TooMany, match="coming and going"):
        service.come("kitchen-table", "net")
    assert (await refusal(server, SOCKET, **own(server)))[0] == 400


async def test_a_place_that_never_connects_is_given_back(
    server: Server, room: str, monkeypatch: pytest.MonkeyPatch
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


# -- the picture of its link


async def picture_of(server: Server) -> tuple[str, bytes]:
    """Return the address that the page names, and what is there."""
    async with server.visitor() as web:
        async with web.get("/listen/kitchen-table") as answer:
            page = await answer.text()
        address = page.split('property="og:image" content="')[1].split('"')[0]
        async with web.get(address) as answer:
            assert answer.content_type == "image/png"
            assert "immutable" in answer.headers["Cache-Control"]
            return address, await answer.read()


async def test_a_link_has_a_picture_whose_address_changes_with_what_is_on_it(
    server: Server, owner: Person, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_pictures, "ANEW_AFTER_S", 0.0)
    before, png = await picture_of(server)
    assert png.startswith(b"\x89PNG")
    assert struct.unpack("!II", png[16:24]) == (1200, 630)
    assert await picture_of(server) == (before, png)
    await owner.command("room.edit", room=room, topic="After the match")
    after, other = await picture_of(server)
    assert after != before
    assert other != png
    async with server.visitor() as web, web.get(before) as old:
        assert await old.read() == other
        assert old.headers["Cache-Control"] == "no-cache"
    await owner.command("room.edit", room=room, is_public=False)
    async with server.visitor() as web, web.get(after) as gone:
        assert gone.status == 404


async def test_a_room_that_changes_all_the_time_is_not_drawn_all_the_time(
    server: Server, owner: Person, room: str
) -> None:
    pictures, service = server.app.services.room_pictures, server.app.services.listening
    drawn = await pictures.png(service.look("kitchen-table"), "Live")
    for topic in ("One", "Two", "Three"):
        await owner.command("room.edit", room=room, topic=topic)
        assert await pictures.png(service.look("kitchen-table"), "Live") == drawn
    server.clock.advance(seconds=room_pictures.ANEW_AFTER_S)
    assert await pictures.png(service.look("kitchen-table"), "Live") != drawn
