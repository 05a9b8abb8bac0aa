"""The REST API: what is read, written, refused, and how often."""

from typing import Any

import aiohttp
import pytest
from tests.plugins.bots.clients import Registered, Rest

from salon.plugin import Deny, Draft, Plugin, hookimpl
from salon.testing import Person, PushedClock, Server
from salon_bots.plugin import BotsPlugin

pytestmark = pytest.mark.plugin.with_args(BotsPlugin)


class Strict(Plugin[Any]):
    """Denies what nobody should say."""

    name = "strict"

    @hookimpl
    async def may_post_message(self, draft: Draft) -> Deny | None:
        return Deny("Not that word.") if "zut" in draft.text else None


# -- reading


async def test_a_bot_reads_who_it_is(rest: Rest, bot: Registered, owner: Person) -> None:
    status, me = await rest.ask("GET", "/users/@me")
    assert [status, me["id"], me["username"], me["bot"]] == [200, bot.id, "almanac", True]
    for path in ("/applications/@me", "/oauth2/applications/@me"):
        _, application = await rest.ask("GET", path)
        assert [application["id"], application["owner"]["id"]] == [bot.id, owner.id]
        assert len(application["verify_key"]) == 64


async def test_a_bot_reads_what_files_a_message_has(
    rest: Rest, bot: Registered, server: Server, alice: Person
) -> None:
    file = await alice.hand_in(b"x" * 10, "a plan.txt")
    chosen = {"file": file["id"], "description": "What we do"}
    said = await alice.post("#general", f"@almanac <@{bot.id}>", files=[chosen])
    _, told = await rest.ask("GET", f"/channels/{said['channel_id']}/messages/{said['id']}")
    url = f"{server.url}/f/{file['id']}/a%20plan.txt"
    assert told["attachments"] == [
        {
            "id": file["id"],
            "filename": "a plan.txt",
            "size": 10,
            "url": url,
            "proxy_url": url,
            "content_type": "application/octet-stream",
            "description": "What we do",
        }
    ]


async def test_a_bot_reads_the_guild_and_who_is_in_it(
    rest: Rest, bot: Registered, owner: Person, alice: Person
) -> None:
    _, guilds = await rest.ask("GET", "/users/@me/guilds")
    path = f"/guilds/{guilds[0]['id']}"
    assert int(guilds[0]["permissions"]) & 1 << 11
    _, guild = await rest.ask("GET", f"{path}?with_counts=true")
    assert [guild["owner_id"], guild["approximate_member_count"]] == [owner.id, 3]
    [group, *_] = owner.snapshot["categories"]
    everyone = owner.snapshot["community"]["everyone_role_id"]
    said = {"place": group["id"], "target": "role", "target_id": everyone, "allow": []}
    await owner.command("overwrite.set", **said, deny=["message.attach"])
    table = owner.room("Kitchen table")
    await owner.command("channel.edit", channel=table, slow_mode_s=20)
    _, channels = await rest.ask("GET", f"{path}/channels")
    assert {channel["type"] for channel in channels} == {0, 2, 4}
    known = {channel["id"]: channel for channel in channels}
    assert known[table]["rate_limit_per_user"] == 20
    refused = {"id": everyone, "type": 0, "allow": "0", "deny": str(1 << 15)}
    assert known[group["id"]]["permission_overwrites"] == [refused]
    _, roles = await rest.ask("GET", f"{path}/roles")
    assert roles[-1]["name"] == "@everyone"
    assert (await rest.ask("GET", f"{path}/roles/{guild['id']}"))[1] == roles[-1]
    _, member = await rest.ask("GET", f"{path}/members/{alice.id}")
    assert member["user"]["global_name"] == "Alice"
    assert (await rest.ask("GET", f"{path}/members/@me"))[1]["user"]["id"] == bot.id
    _, first = await rest.ask("GET", f"{path}/members?limit=1")
    _, others = await rest.ask("GET", f"{path}/members?limit=9&after={first[0]['user']['id']}")
    assert {m["user"]["id"] for m in [*first, *others]} == {owner.id, alice.id, bot.id}
    _, found = await rest.ask("GET", f"{path}/members/search?query=al&limit=5")
    assert {m["user"]["username"] for m in found} == {"alice", "almanac"}


async def test_the_gateway_is_named_with_and_without_a_token(server: Server, rest: Rest) -> None:
    url = server.url.replace("http", "ws") + "/gateway"
    _, bot_gateway = await rest.ask("GET", "/gateway/bot")
    assert [bot_gateway["url"], bot_gateway["shards"]] == [url, 1]
    async with (
        server.visitor() as visitor,
        visitor.get("/api/v9/gateway", headers={"Accept": "*/*"}) as response,
    ):
        assert await response.json() == {"url": url}


async def test_history_is_read_in_every_direction(rest: Rest, owner: Person) -> None:
    ids = [(await owner.post("#general", f"number {number}"))["id"] for number in range(9)]
    path = f"/channels/{owner.channel('#general')}/messages"

    async def numbers(query: str) -> list[str]:
        _, page = await rest.ask("GET", f"{path}?{query}")
        return [message["content"][-1] for message in page]

    assert await numbers("limit=100") == list("876543210")
    assert await numbers("limit=2") == list("87")
    assert await numbers(f"before={ids[3]}&limit=2") == list("21")
    assert await numbers(f"after={ids[3]}&limit=2") == list("54")
    assert await numbers(f"around={ids[4]}&limit=4") == list("5432")
    status, refused = await rest.ask("GET", f"{path}?before={ids[0]}&after={ids[0]}")
    assert [status, refused["code"]] == [400, 50035]


async def test_pins_and_slow_mode_are_told_as_discord_tells_them(rest: Rest, owner: Person) -> None:
    channel = owner.channel("general")
    said = await owner.post(channel, "look")
    await owner.command("message.pin", message=said["id"])
    await owner.command("channel.edit", channel=channel, slow_mode_s=30)
    _, (line, pinned) = await rest.ask("GET", f"/channels/{channel}/messages")
    assert (pinned["pinned"], pinned["type"]) == (True, 0)
    assert (line["type"], line["message_reference"]["message_id"]) == (6, said["id"])
    _, shown = await rest.ask("GET", f"/channels/{channel}")
    assert shown["rate_limit_per_user"] == 30


async def test_a_page_is_longer_than_the_servers_own(
    rest: Rest, owner: Person, clock: PushedClock
) -> None:
    for number in range(45):
        clock.advance(seconds=1)
        await owner.post("#general", f"number {number}")
    _, page = await rest.ask("GET", f"/channels/{owner.channel('#general')}/messages?limit=42")
    assert [message["content"] for message in page] == [f"number {n}" for n in range(44, 2, -1)]


async def test_a_bot_without_the_right_reads_only_what_is_for_it(
    rest: Rest, bot: Registered, owner: Person
) -> None:
    await owner.post("#general", "among people")
    await owner.post("#general", "@almanac for you")
    await owner.command("bots.edit", bot=bot.id, reads_messages=False, sees_people=False)
    path = f"/channels/{owner.channel('#general')}/messages"
    _, page = await rest.ask("GET", path)
    assert [message["content"] for message in page] == [f"<@{bot.id}> for you", ""]
    assert (await rest.ask("GET", f"{path}/{page[1]['id']}"))[1]["content"] == ""
    _, guilds = await rest.ask("GET", "/users/@me/guilds")
    for query in ("members?limit=9", "members/search?query=a"):
        status, refused = await rest.ask("GET", f"/guilds/{guilds[0]['id']}/{query}")
        assert [status, refused["code"]] == [403, 50001]


# -- writing


async def test_a_bot_posts_changes_and_deletes(
    rest: Rest, bot: Registered, owner: Person, alice: Person
) -> None:
    path = f"/channels/{alice.channel('#general')}/messages"
    asked = await alice.post("#general", "who?")
    status, posted = await rest.ask(
        "POST",
        path,
        content=f"<@{alice.id}> see <#{alice.channel('#introductions')}>",
        message_reference={"message_id": int(asked["id"])},
        nonce=7,
    )
    assert [status, posted["type"], posted["nonce"]] == [200, 19, "7"]
    assert posted["referenced_message"]["id"] == asked["id"]
    heard = await alice.expect("message.posted", author_id=bot.id)
    assert heard["text"] == f"<@{alice.id}> see <#{alice.channel('#introductions')}>"
    one = f"{path}/{posted['id']}"
    _, edited = await rest.ask("PATCH", one, content="changed")
    assert edited["content"] == "changed"
    assert (await rest.ask("GET", one))[1]["edited_timestamp"] is not None
    assert await rest.ask("DELETE", one) == (204, None)
    assert (await rest.ask("GET", one))[1]["code"] == 10008


async def test_an_enforced_nonce_gives_the_first_message_again(rest: Rest, owner: Person) -> None:
    path = f"/channels/{owner.channel('#general')}/messages"
    _, first = await rest.ask("POST", path, content="one", nonce="n", enforce_nonce=True)
    _, again = await rest.ask("POST", path, content="one", nonce="n", enforce_nonce=True)
    _, other = await rest.ask("POST", path, content="one", nonce="n")
    assert again["id"] == first["id"] != other["id"]


async def test_a_reply_to_what_is_gone_is_refused_or_passed_over(rest: Rest, owner: Person) -> None:
    path = f"/channels/{owner.channel('#general')}/messages"
    status, refused = await rest.ask(
        "POST", path, content="x", message_reference={"message_id": "7"}
    )
    assert [status, list(refused["errors"])] == [400, ["message_reference"]]
    status, posted = await rest.ask(
        "POST",
        path,
        content="x",
        message_reference={"message_id": "7", "fail_if_not_exists": False},
    )
    assert [status, posted["type"]] == [200, 0]


async def test_a_bot_shows_that_it_writes(rest: Rest, bot: Registered, alice: Person) -> None:
    general = alice.channel("#general")
    assert await rest.ask("POST", f"/channels/{general}/typing") == (204, None)
    assert await alice.expect("typing.started", account_ids=[bot.id])


# -- refusals


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, 0),
        ("DELETE", "/users/@me", 400, 40006),
        ("POST", "/gateway/bot", 405, 0),
        ("GET", "/guilds/7", 404, 10004),
        ("GET", "/users/7", 404, 10013),
        ("GET", "/users/99999999999999999999", 404, 10013),
        ("GET", "/channels/7", 404, 10003),
        ("GET", "/channels/7/messages/8", 404, 10003),
        ("PUT", "/channels/7/messages/8/reactions/x/@me", 400, 40006),
        ("POST", "/users/@me/channels", 400, 40006),
        ("GET", "/applications/7/commands", 400, 40006),
        ("PATCH", "/guilds/7/members/8", 400, 40006),
    ],
)
async def test_what_cannot_be_is_refused_with_the_code_of_discord(
    rest: Rest, method: str, path: str, status: int, code: int
) -> None:
    got, body = await rest.ask(method, path)
    assert (got, body["code"]) == (status, code)
    assert body["message"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"content": " "}, 50006),
        ({"content": 7}, 50035),
        ({"content": "x" * 2_001}, 50035),
        ({"content": "x", "nonce": "n" * 26}, 50035),
        ({"content": "x", "nonce": True}, 50035),
        ({"content": "x", "message_reference": 7}, 50035),
        ({"content": "x", "message_reference": {"message_id": "me"}}, 10008),
        ({"content": "x", "message_reference": {"type": 1, "message_id": "7"}}, 40006),
        ({"content": "x", "components": [{"type": 1}]}, 40006),
        ({"content": "x", "poll": {"question": {}}}, 40006),
        ({"embeds": {}}, 50035),
        ({"embeds": [7]}, 50035),
        ({"embeds": [{"title": "t" * 257}]}, 50035),
        ({"embeds": [{"fields": [{}] * 26}]}, 50035),
        ({"embeds": [{"description": "d" * 4_000}, {"description": "d" * 4_000}]}, 50035),
        ({"content": "zut"}, 200000),
    ],
)
@pytest.mark.plugin.with_args(Strict)
async def test_a_message_that_cannot_be_posted_says_why(
    rest: Rest, owner: Person, fields: dict[str, Any], code: int
) -> None:
    path = f"/channels/{owner.channel('#general')}/messages"
    status, body = await rest.ask("POST", path, **fields)
    assert 400 <= status < 500
    assert body["code"] == code


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"7"),
        ("application/json", b"[" * 10_000),
        ("application/json", b'{"content": NaN}'),
        ("application/json", b'{"content": "\\ud800"}'),
        ("text/plain", b"hello"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n"),
        ("multipart/form-data", b"nothing"),
        ("application/x-www-form-urlencoded", b"payload_json=%7B"),
        ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(40))),
    ],
)
async def test_a_body_that_cannot_be_read_is_a_bad_request(
    rest: Rest, owner: Person, content_type: str, body: bytes
) -> None:
    path = f"/api/v10/channels/{owner.channel('#general')}/messages"
    headers = {"Content-Type": content_type}
    async with rest.session.post(path, data=body, headers=headers) as response:
        assert response.status == 400
        assert (await response.json())["code"] in {50006, 50035, 50109}


async def test_a_form_carries_its_json_and_no_files(rest: Rest, owner: Person) -> None:
    path = f"/api/v10/channels/{owner.channel('#general')}/messages"
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("payload_json", '{"content": "by form"}', content_type="application/json")
    async with rest.session.post(path, data=form) as response:
        assert (await response.json())["content"] == "by form"
    form = aiohttp.FormData()
    form.add_field("files[0]", b"x", filename="x.txt")
    async with rest.session.post(path, data=form) as response:
        assert (await response.json())["code"] == 40006


async def test_another_persons_message_cannot_be_changed(rest: Rest, alice: Person) -> None:
    posted = await alice.post("#general", "mine")
    path = f"/channels/{alice.channel('#general')}/messages/{posted['id']}"
    assert (await rest.ask("PATCH", path, content="yours"))[1]["code"] == 50005
    assert (await rest.ask("DELETE", path))[1]["code"] == 50013
    elsewhere = f"/channels/{alice.channel('#introductions')}/messages/{posted['id']}"
    assert (await rest.ask("GET", elsewhere))[1]["code"] == 10008


@pytest.mark.parametrize("token", [None, "nobody", "NzA5.abcdef1." + "x" * 40])
async def test_without_a_right_token_nothing_is_said(
    server: Server, owner: Person, token: str | None
) -> None:
    stranger = Rest(server.url, token)
    try:
        assert await stranger.ask("GET", "/users/@me") == (
            401,
            {"message": "401: Unauthorized", "code": 0},
        )
    finally:
        await stranger.session.close()


async def test_a_signed_in_person_is_nobody_for_the_bots_api(owner: Person) -> None:
    async with owner.web.get("/api/v10/users/@me") as response:
        assert response.status == 401


async def test_a_removed_bots_token_is_worth_nothing(
    rest: Rest, bot: Registered, owner: Person
) -> None:
    await owner.command("bots.remove", bot=bot.id)
    assert (await rest.ask("GET", "/users/@me"))[0] == 401


async def test_who_writes_too_fast_is_told_when_to_go_on(
    rest: Rest, owner: Person, clock: PushedClock
) -> None:
    path = f"/api/v10/channels/{owner.channel('#general')}/messages"
    for left in range(4, -1, -1):
        async with rest.session.post(path, json={"content": "x"}) as response:
            assert response.headers["X-RateLimit-Remaining"] == str(left)
    async with rest.session.post(path, json={"content": "x"}) as response:
        assert response.status == 429
        assert response.headers["Via"] == "1.1 salon"
        assert response.headers["X-RateLimit-Scope"] == "user"
        body = await response.json()
        assert 0 < body["retry_after"] <= 5
        assert body["global"] is False
    clock.advance(seconds=5)
    async with rest.session.post(path, json={"content": "x"}) as response:
        assert response.status == 200


@pytest.mark.plugin.with_args(BotsPlugin, requests_per_s=5)
async def test_all_requests_of_a_bot_are_counted_together(
    rest: Rest, bot: Registered, owner: Person
) -> None:
    paths = ["/users/@me", "/users/@me/guilds", "/voice/regions", "/sticker-packs"]
    statuses = [(await rest.ask("GET", path))[0] for path in [*paths, f"/users/{bot.id}"]]
    assert statuses == [200] * 5
    status, body = await rest.ask("GET", f"/users/{owner.id}")
    assert [status, body["global"]] == [429, True]


@pytest.mark.parametrize(
    "path",
    ["/soundboard-default-sounds", "/sticker-packs", "/voice/regions", "/guilds/1/stickers"],
)
async def test_what_libraries_read_at_their_start_does_not_fail(rest: Rest, path: str) -> None:
    assert (await rest.ask("GET", path))[0] == 200
