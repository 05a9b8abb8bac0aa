"""Things that happen to bots and webhooks at the same time, at a real server."""

import asyncio

import aiohttp
import pytest
from tests.plugins.bots.clients import Line, Registered, Rest

from salon.plugin import Conflict
from salon.testing import Person, PushedClock, Refused, Server
from salon_bots import models
from salon_bots.plugin import BotsPlugin

ROUNDS = 12


async def posts(session: aiohttp.ClientSession, url: str) -> int:
    async with session.post(url, json={"content": "rain"}) as response:
        return response.status


@pytest.mark.plugin(BotsPlugin, webhook_posts_per_2_s=100)
async def test_an_address_that_is_replaced_while_it_is_used_never_comes_back(
    server: Server, owner: Person, clock: PushedClock
) -> None:
    made = await owner.command(
        "bots.webhook_create", channel=owner.channel("#general"), name="Weather"
    )
    hook = made["webhook"]["id"]
    async with server.visitor() as stranger:
        for _ in range(ROUNDS):
            clock.advance(minutes=2)
            before = made["url"]
            made, *_ = await asyncio.gather(
                owner.command("bots.webhook_new_address", webhook=hook),
                *(posts(stranger, before) for _ in range(4)),
            )
            assert await posts(stranger, before) == 401
            assert await posts(stranger, made["url"]) == 204
        await server.restart()
        assert await posts(stranger, before) == 401
        assert await posts(stranger, made["url"]) == 204


@pytest.mark.plugin.with_args(BotsPlugin)
async def test_a_token_that_is_replaced_while_its_bot_is_here_never_comes_back(
    server: Server, owner: Person, bot: Registered, clock: PushedClock
) -> None:
    token = bot.token
    for _ in range(ROUNDS):
        clock.advance(minutes=2)
        async with aiohttp.ClientSession(server.url) as session:
            line = Line(await session.ws_connect("/gateway"), compressed=False)
            await line.next()
            await line.identify(token)
            clock.advance(minutes=2)
            made, _ = await asyncio.gather(
                owner.command("bots.new_token", bot=bot.id), line.send(1, None)
            )
            assert await line.close_code() == 4004
        for secret, status in ((token, 401), (made["token"], 200)):
            rest = Rest(server.url, secret)
            assert (await rest.ask("GET", "/users/@me"))[0] == status
            await rest.session.close()
        token = made["token"]


@pytest.mark.plugin(BotsPlugin, webhooks_max=1)
async def test_two_at_once_do_not_both_take_the_last_place(
    server: Server, owner: Person, alice: Person
) -> None:
    roles = [role for role in owner.snapshot["roles"] if "room.manage" in role["permissions"]]
    await owner.command("account.roles", account=alice.id, role_ids=[roles[0]["id"]])
    await alice.expect("access.changed")
    fields = {"channel": owner.channel("#general"), "name": "Weather"}
    answers = await asyncio.gather(
        *(person.command("bots.webhook_create", **fields) for person in (owner, alice)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    assert len((await owner.command("bots.webhook_list"))["webhooks"]) == 1


def breaks_off(*_: object) -> None:
    """Stand for a server that ends before the row is written."""
    raise Conflict("The server ended.")


async def break_off(monkeypatch: pytest.MonkeyPatch, owner: Person) -> None:
    channel = owner.channel("#general")
    with monkeypatch.context() as broken:
        broken.setattr(models, "add_bot", breaks_off)
        broken.setattr(models, "add_webhook", breaks_off)
        with pytest.raises(Refused, match="The server ended"):
            await owner.command("bots.create", handle="almanac", display_name="Almanac")
        with pytest.raises(Refused, match="The server ended"):
            await owner.command("bots.webhook_create", channel=channel, name="Weather")


@pytest.mark.plugin.with_args(BotsPlugin)
async def test_an_account_that_never_became_a_bot_is_gone_after_the_next_start(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await break_off(monkeypatch, owner)
    await server.restart()
    names = {account.display_name for account in server.app.services.directory.accounts()}
    assert not names & {"Almanac", "Weather"}


@pytest.mark.plugin.with_args(BotsPlugin)
async def test_a_name_is_free_again_when_a_bot_could_not_be_made(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await break_off(monkeypatch, owner)
    made = await owner.command("bots.create", handle="almanac", display_name="Almanac")
    await server.restart()
    await owner.open()
    assert [bot["id"] for bot in (await owner.command("bots.list"))["bots"]] == [made["bot"]["id"]]
