"""Who has no account and listens to a public room: what they hear, know, and never do."""

import json
from typing import Any

import pytest
from tests.core.services.listeners import (
    SOCKET,
    TONE_HZ,
    listener,
    own,
    publish,
    refusal,
    shut,
    talking,
)

from salon.plugin import Caption, Plugin
from salon.services.facade import Facade
from salon.testing import Person, Refused, Server
from salon.web.listening import CLOSE_OVER


class Stenographer(Plugin[Any]):
    """A plugin that writes along."""

    name = "stenographer"


# -- who may be heard


async def test_a_room_is_heard_without_an_account_and_its_listener_is_counted(
    server: Server, owner: Person, public_room: str
) -> None:
    async with listener(server) as visitor:
        voice = await visitor.connect()
        assert await voice.hears(TONE_HZ)
        await owner.expect("visitors.changed", room_id=public_room, count=1)
    await owner.expect("visitors.changed", room_id=public_room, count=0)


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
    server: Server, owner: Person, public_room: str
) -> None:
    everyone = owner.snapshot["community"]["everyone_role_id"]
    role: dict[str, Any] = {
        "place": public_room,
        "target": "role",
        "target_id": everyone,
        "allow": [],
    }
    ways: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("room.edit", {"room": public_room, "is_public": False}, {"is_public": True}),
        ("community.edit", {"public_rooms": False}, {"public_rooms": True}),
        ("room.edit", {"room": public_room, "is_locked": True}, {"is_locked": False}),
        ("overwrite.set", {**role, "deny": ["room.join"]}, {"deny": []}),
        ("room.close", {"room": public_room}, {}),
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
    server: Server, owner: Person, public_room: str
) -> None:
    async with listener(server) as visitor:
        await visitor.connect()
        await owner.command("room.leave", room=public_room)
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
    server: Server, owner: Person, public_room: str
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
    server: Server, owner: Person, public_room: str
) -> None:
    await owner.command("privacy.show", name_outside=True)
    async with listener(server) as visitor:
        offer = await visitor.frame("offer")
        told = json.dumps([offer, await visitor.frame("room")])
    async with server.visitor() as web, web.get("/listen/kitchen-table") as answer:
        told += await answer.text()
    assert "Owner" in told
    for id_ in (owner.id, public_room, owner.snapshot["community"]["everyone_role_id"]):
        assert str(id_) not in told


@pytest.mark.plugin.with_args(Stenographer)
async def test_a_listener_reads_the_captions_and_no_name_that_is_not_shown_outside(
    server: Server, owner: Person, public_room: str
) -> None:
    async with listener(server) as visitor:
        await visitor.connect()
        captions = await Facade("stenographer", server.app.services).rooms.caption(int(public_room))
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
    server: Server, owner: Person, public_room: str
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
    own = (await owner.command("voice.prepare", room=public_room))["turn"]
    assert own[0]["username"].partition(":")[2] not in names


async def test_the_chat_of_a_public_room_stays_among_its_people(
    server: Server, owner: Person, public_room: str
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
