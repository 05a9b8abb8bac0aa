"""The socket: hello, commands, errors, events, resume."""

import json
from typing import Annotated

import aiohttp
import pytest
from pydantic import Field

from salon.errors import Invalid
from salon.plugin import Payload
from salon.testing import Person, Refused, Server
from salon.web.socket.connection import FLOOD_FACTOR
from salon.web.socket.gateway import AT_THE_DOOR_S, BACK_WITHIN_S
from salon.web.socket.registry import validated


async def test_a_message_reaches_everybody_and_is_acknowledged(
    owner: Person, alice: Person
) -> None:
    posted = await owner.post("#general", "bonjour *tous*")
    heard = await alice.expect("message.posted")
    assert heard["id"] == posted["id"]
    assert heard["html"] == "<p>bonjour <em>tous</em></p>"
    assert (await owner.expect("message.posted"))["id"] == posted["id"]


async def test_the_same_nonce_again_gives_the_first_message_again(owner: Person) -> None:
    first = await owner.post("#general", "once", nonce="n1")
    again = await owner.post("#general", "once more", nonce="n1")
    assert again == first
    assert len(owner.heard("message.posted")) == 1


async def test_an_unknown_command_is_answered_with_the_nearest_name(owner: Person) -> None:
    with pytest.raises(Refused, match=r"did you mean 'message\.post'"):
        await owner.command("mesage.post")


async def test_a_payload_with_a_wrong_field_names_it(owner: Person) -> None:
    with pytest.raises(Refused) as refused:
        await owner.command("message.post", channel=7, text="x", nonce="n")
    assert refused.value.error["field"] == "channel"
    assert refused.value.error["reason"] == "malformed"
    with pytest.raises(Refused, match="not known"):
        await owner.command("read.move", channel="1", message="1", more=1)


def test_what_a_person_can_get_wrong_in_a_payload_has_a_reason_of_its_own() -> None:
    class Note(Payload):
        text: Annotated[str, Field(min_length=1, max_length=5)]

    with pytest.raises(Invalid) as refused:
        validated(Note, {"text": "too long"})
    assert (refused.value.reason, refused.value.facts) == ("long", {"most": 5})
    with pytest.raises(Invalid) as refused:
        validated(Note, {"text": ""})
    assert refused.value.reason == "empty"


@pytest.mark.parametrize(
    "frame",
    [
        "not json",
        '{"id": 5, "id": 6, "type": "ping"}',
        '{"id": 5, "type": "ping", "x": NaN}',
        '{"id": 5, "type": "ping", "x": ' + "[" * 10_000 + "]" * 10_000 + "}",
        '{"id": 5, "type": "ping", "x": "\\ud800"}',
        '{"id": 5, "type": "ping", "x": 123456789012345678901234567890}',
        '{"type": "ping"}',
        '{"id": true, "type": "ping"}',
        "[]",
    ],
)
async def test_a_broken_frame_closes_the_socket(owner: Person, frame: str) -> None:
    await owner.send(frame)
    assert await owner.expect_close() == 1002


async def test_a_frame_over_64_kib_closes_the_socket(owner: Person) -> None:
    await owner.send(json.dumps({"id": 9, "type": "ping", "x": "a" * 70_000}))
    assert await owner.expect_close() in {1009, 1006}


async def test_a_binary_frame_closes_the_socket(owner: Person) -> None:
    await owner.send(b"\x00\x01")
    assert await owner.expect_close() == 1003


async def test_a_socket_needs_our_own_origin(server: Server, owner: Person) -> None:
    own = f"127.0.0.1:{server.port}"
    for origin in (
        None,
        "null",
        "http://evil.example",
        f"http://{own}.evil.example",
        f"http://evil.example/{own}",
        f"http://sub.{own}",
        "http://127.0.0.1:1",
        f"ws://{own}",
        f"{server.url}/",
        f"{server.url} http://evil.example",
    ):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await owner.web.ws_connect("/socket", origin=origin)
        assert refused.value.status == 403, origin


async def test_a_ticket_opens_one_socket_only(server: Server, owner: Person) -> None:
    async with owner.web.post("/api/ticket", headers={"Origin": owner.url}) as response:
        ticket = (await response.json())["ticket"]
    for code in (None, 4001):
        socket = await owner.web.ws_connect("/socket", origin=owner.url)
        await socket.send_json({"id": 1, "type": "hello", "ticket": ticket})
        message = await socket.receive(timeout=5)
        if code is None:
            assert json.loads(message.data)["ok"]
        else:
            assert (message.type, socket.close_code) == (aiohttp.WSMsgType.CLOSE, code)
        await socket.close()


async def test_a_ticket_runs_out_after_half_a_minute(server: Server, owner: Person) -> None:
    async with owner.web.post("/api/ticket", headers={"Origin": owner.url}) as response:
        ticket = (await response.json())["ticket"]
    server.clock.advance(seconds=30)
    async with owner.web.ws_connect("/socket", origin=owner.url) as socket:
        await socket.send_json({"id": 1, "type": "hello", "ticket": ticket})
        assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 4001


async def test_whoever_comes_back_is_told_what_was_missed_and_nothing_twice(
    owner: Person, alice: Person
) -> None:
    await owner.post("#general", "one")
    await alice.expect("message.posted")
    await alice.cut()
    for text in ("two", "three"):
        await owner.post("#general", text)
    await alice.open(resume=True)
    assert alice.welcome["resumed"]
    assert [(await alice.expect("message.posted"))["text"] for _ in range(2)] == ["two", "three"]
    assert alice.heard("message.posted") == []


async def test_after_a_change_of_roles_a_snapshot_is_told_instead_of_the_gap(
    server: Server, owner: Person, alice: Person
) -> None:
    await alice.cut()
    host = next(role for role in owner.snapshot["roles"] if role["name"] == "Host")
    await owner.command("account.roles", account=alice.id, role_ids=[host["id"]])
    await alice.open(resume=True)
    assert not alice.welcome["resumed"]
    assert "message.manage" in alice.welcome["permissions"]


async def test_new_permissions_are_told_at_once(owner: Person, alice: Person) -> None:
    host = next(role for role in owner.snapshot["roles"] if role["name"] == "Host")
    await owner.command("account.roles", account=alice.id, role_ids=[host["id"]])
    changed = await alice.expect("access.changed")
    assert "member.manage" in changed["permissions"]
    assert changed["snapshot"]["community"]["name"] == "Les Voisins"


async def test_too_many_commands_are_refused_with_the_time_to_wait(owner: Person) -> None:
    async def flood() -> None:
        for _ in range(200):
            await owner.command("ping")

    with pytest.raises(Refused) as refused:
        await flood()
    assert refused.value.code == "too_many"
    assert refused.value.error["retry_after_s"] > 0


@pytest.mark.settings(limits={"frames_per_10_s": 20})
async def test_a_flood_of_commands_ends_the_socket_and_no_other(
    owner: Person, alice: Person
) -> None:
    for number in range(2, 20 * (1 + FLOOD_FACTOR) + 100):
        await alice.send(json.dumps({"id": number, "type": "ping"}))
    assert await alice.expect_close() == 4429
    assert (await owner.command("ping"))["seq"] > 0
    await alice.open()


@pytest.mark.settings(limits={"frames_per_10_s": 10})
async def test_what_somebody_asks_on_many_sockets_is_counted_together(
    server: Server, owner: Person, alice: Person
) -> None:
    tabs = [Person(server.url, "owner", owner.password) for _ in range(4)]
    refusals = []
    for tab in tabs:
        await tab.sign_in()
        await tab.open()
        for _ in range(9):  # within what one socket may
            try:
                await tab.command("ping")
            except Refused as refused:
                refusals.append(refused.error)
    assert len(refusals) >= 4
    assert {error["code"] for error in refusals} == {"too_many"}
    assert all(error["retry_after_s"] > 0 for error in refusals)
    assert (await alice.command("ping"))["seq"] > 0
    for tab in tabs:
        await tab.close()


@pytest.mark.settings(limits={"sockets_opened_per_s": 10})
async def test_when_all_come_back_at_once_some_are_told_to_come_later_each_at_their_own_moment(
    server: Server, owner: Person
) -> None:
    own = {"Origin": server.url}
    later = []
    for _ in range(10 * AT_THE_DOOR_S + 10):
        async with owner.web.post("/api/ticket", headers=own) as answer:
            if answer.status != 200:
                assert answer.status == 503
                assert int(answer.headers["Retry-After"]) >= 1
                later.append((await answer.json())["error"]["retry_after_s"])
    assert later
    assert len(set(later)) > 1
    assert max(later) <= 1 + BACK_WITHIN_S
    server.clock.advance(seconds=max(later))
    async with owner.web.post("/api/ticket", headers=own) as answer:
        assert answer.status == 200


async def test_a_revoked_session_loses_its_socket(owner: Person) -> None:
    sessions = (await owner.command("session.list"))["sessions"]
    await owner.command("ping")
    await owner.command("session.revoke", session=sessions[0]["id"])
    assert await owner.expect_close() == 4001


async def test_presence_is_told_when_somebody_comes(owner: Person, alice: Person) -> None:
    here = await owner.expect("presence.changed")
    assert alice.id in here["here"] or owner.id in here["here"]
