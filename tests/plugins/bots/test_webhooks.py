"""Incoming webhooks."""

import pytest
from tests.plugins.bots.clients import Rest

from salon.testing import Person, PushedClock, Refused, Server
from salon_bots.plugin import BotsPlugin

pytestmark = pytest.mark.plugin.with_args(BotsPlugin)


async def _made(owner: Person) -> tuple[str, str]:
    """Return id and address of a webhook in #general."""
    made = await owner.command(
        "bots.webhook_create", channel=owner.channel("#general"), name="Weather"
    )
    return made["webhook"]["id"], made["url"]


async def test_whoever_has_the_address_posts_under_a_name(
    server: Server, owner: Person, alice: Person
) -> None:
    id_, url = await _made(owner)
    async with (
        server.visitor() as stranger,
        stranger.post(
            url,
            json={
                "content": None,
                "username": "Gauge",
                "embeds": [
                    {
                        "title": "Rain",
                        "url": "https://weather.example/now",
                        "description": "from *noon*",
                        "color": None,
                        "fields": [{"name": "mm", "value": 7}],
                        "footer": {"text": "station 4"},
                    }
                ],
            },
        ) as response,
    ):
        assert response.status == 204
    heard = await alice.expect("message.posted", author_id=id_)
    assert heard["shown_as"] == "Gauge"
    assert heard["text"] == (
        "**[Rain](https://weather.example/now)**\n\nfrom *noon*\n\n**mm**\n7\n\nstation 4"
    )


async def test_the_message_is_returned_when_one_waits(server: Server, owner: Person) -> None:
    id_, url = await _made(owner)
    async with (
        server.visitor() as stranger,
        stranger.post(f"{url}?wait=true", data={"content": "by form"}) as response,
    ):
        assert response.headers["Content-Type"] == "application/json"
        message = await response.json()
    assert [message["content"], message["webhook_id"]] == ["by form", id_]
    assert message["author"]["username"] == "Weather"
    assert message["author"]["discriminator"] == "0000"


async def test_a_webhook_tells_where_it_writes(server: Server, owner: Person) -> None:
    id_, url = await _made(owner)
    async with (
        server.visitor() as stranger,
        stranger.get(url.replace("/api/", "/api/v10/")) as response,
    ):
        webhook = await response.json()
    assert [webhook["id"], webhook["channel_id"]] == [id_, owner.channel("#general")]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (lambda url, id_: url.replace(id_, "7"), 404, 10015),
        (lambda url, id_: url.replace(id_, "99999999999999999999"), 404, 10015),
        (lambda url, id_: url[:-1] + ("B" if url[-1] == "A" else "A"), 401, 50027),
        (lambda url, id_: url[:-20], 400, 40006),
        (lambda url, id_: f"{url}/slack", 400, 40006),
        (lambda url, id_: url.replace("/api/", "/api/v10/") + "/github", 400, 40006),
        (lambda url, id_: url.rpartition("/")[0], 404, 0),
    ],
)
async def test_a_wrong_address_leads_nowhere(
    server: Server, owner: Person, change: object, status: int, code: int
) -> None:
    id_, url = await _made(owner)
    assert callable(change)
    async with (
        server.visitor() as stranger,
        stranger.post(change(url, id_), json={"content": "x"}) as response,
    ):
        assert response.status == status
        assert (await response.json())["code"] == code


@pytest.mark.parametrize(
    "fields",
    [{}, {"content": ""}, {"content": "x", "username": ""}, {"content": "x", "username": 7}],
)
async def test_what_cannot_be_posted_is_a_bad_request(
    server: Server, owner: Person, fields: dict[str, object]
) -> None:
    _, url = await _made(owner)
    async with server.visitor() as stranger, stranger.post(url, json=fields) as response:
        assert response.status == 400


async def test_a_webhook_posts_so_often_and_no_more(
    server: Server, owner: Person, clock: PushedClock
) -> None:
    _, url = await _made(owner)
    async with server.visitor() as stranger:
        for status in (204, 204, 204, 204, 204, 429):
            async with stranger.post(url, json={"content": "x"}) as response:
                assert response.status == status
        clock.advance(seconds=2)
        async with stranger.post(url, json={"content": "x"}) as response:
            assert response.status == 204


async def test_another_address_ends_the_one_before_and_removal_ends_both(
    server: Server, owner: Person
) -> None:
    id_, first = await _made(owner)
    second = (await owner.command("bots.webhook_new_address", webhook=id_))["url"]
    async with server.visitor() as stranger:
        async with stranger.post(first, json={"content": "x"}) as response:
            assert response.status == 401
        async with stranger.post(second, json={"content": "x"}) as response:
            assert response.status == 204
        await owner.command("bots.webhook_remove", webhook=id_)
        async with stranger.post(second, json={"content": "x"}) as response:
            assert response.status == 404
    assert (await owner.command("bots.webhook_list"))["webhooks"] == []


async def test_an_address_stays_after_the_server_was_started_again(
    server: Server, owner: Person
) -> None:
    _, url = await _made(owner)
    await owner.close()
    await server.restart()
    async with server.visitor() as stranger, stranger.post(url, json={"content": "x"}) as answer:
        assert answer.status == 204


async def test_a_webhook_is_no_member(owner: Person, rest: Rest) -> None:
    id_, _ = await _made(owner)
    _, guilds = await rest.ask("GET", "/users/@me/guilds")
    path = f"/guilds/{guilds[0]['id']}/members"
    _, members = await rest.ask("GET", f"{path}?limit=100")
    assert id_ not in {member["user"]["id"] for member in members}
    assert (await rest.ask("GET", f"{path}/{id_}"))[1]["code"] == 10007
    assert (await rest.ask("GET", f"/users/{id_}"))[1]["username"].startswith("hook-")


async def test_members_cannot_make_webhooks(alice: Person) -> None:
    with pytest.raises(Refused) as refused:
        await alice.command(
            "bots.webhook_create", channel=alice.channel("#general"), name="Weather"
        )
    assert refused.value.code == "denied"


async def test_a_webhook_needs_a_channel_that_exists(owner: Person) -> None:
    with pytest.raises(Refused) as refused:
        await owner.command("bots.webhook_create", channel="7", name="Weather")
    assert refused.value.code == "not_found"
    with pytest.raises(Refused) as refused:
        await owner.command("bots.webhook_create", channel="me", name="Weather")
    assert refused.value.code == "invalid"


@pytest.mark.plugin.with_args(BotsPlugin, webhooks_max=1)
async def test_there_are_so_many_webhooks_and_no_more(owner: Person) -> None:
    await _made(owner)
    with pytest.raises(Refused) as refused:
        await _made(owner)
    assert refused.value.code == "conflict"
