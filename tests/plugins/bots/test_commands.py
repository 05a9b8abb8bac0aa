"""Bots as the owner keeps them."""

import base64

import pytest
from tests.plugins.bots.clients import Registered, Rest

from salon.testing import Person, Refused, Server
from salon_bots.plugin import BotsPlugin

pytestmark = pytest.mark.plugin.with_args(BotsPlugin)


async def test_a_token_names_its_bot_and_is_shown_once(
    bot: Registered, owner: Person, server: Server
) -> None:
    name = bot.token.split(".")[0]
    assert base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode() == bot.id
    assert 59 <= len(bot.token) <= 80
    listed = await owner.command("bots.list")
    assert listed["address"] == server.url
    assert [b["id"] for b in listed["bots"]] == [bot.id]
    assert bot.token not in str(listed)
    written = [p.read_bytes() for p in (server.directory / "data").glob("*") if p.is_file()]
    assert not any(bot.token.split(".")[2].encode() in content for content in written)


async def test_only_who_may_manage_bots_sees_them(bot: Registered, alice: Person) -> None:
    for command, fields in (
        ("list", {}),
        ("create", {"handle": "mine", "display_name": "Mine"}),
        ("new_token", {"bot": bot.id}),
        ("remove", {"bot": bot.id}),
    ):
        with pytest.raises(Refused) as refused:
            await alice.command(f"bots.{command}", **fields)
        assert refused.value.code == "denied"


async def test_a_bots_name_is_its_own(bot: Registered, alice: Person, owner: Person) -> None:
    for handle in ("Almanac", "alice"):
        with pytest.raises(Refused) as refused:
            await owner.command("bots.create", handle=handle, display_name="Almanac")
        assert refused.value.code == "conflict"
    with pytest.raises(Refused) as refused:
        await owner.command("bots.create", handle="a b", display_name="Almanac")
    assert refused.value.error["field"] == "handle"


@pytest.mark.parametrize("command", ["new_token", "remove", "edit"])
async def test_a_bot_that_is_not_there_is_not_found(owner: Person, command: str) -> None:
    with pytest.raises(Refused) as refused:
        await owner.command(f"bots.{command}", bot=owner.id)
    assert refused.value.code == "not_found"


@pytest.mark.plugin.with_args(BotsPlugin, bots_max=1)
async def test_there_are_so_many_bots_and_no_more(bot: Registered, owner: Person) -> None:
    with pytest.raises(Refused) as refused:
        await owner.command("bots.create", handle="second", display_name="Second")
    assert refused.value.code == "conflict"


async def test_a_bot_is_known_after_the_server_was_started_again(
    server: Server, bot: Registered, owner: Person, rest: Rest
) -> None:
    await owner.close()
    await server.restart()
    assert (await rest.ask("GET", "/users/@me"))[1]["id"] == bot.id


async def test_an_erased_keeper_is_forgotten_and_the_bot_stays(
    server: Server, bot: Registered, owner: Person
) -> None:
    await server.app.host.erase_account(int(owner.id))
    (listed,) = (await owner.command("bots.list"))["bots"]
    assert [listed["id"], listed["kept_by"]] == [bot.id, None]


async def test_an_erased_bot_is_forgotten(
    server: Server, bot: Registered, owner: Person, rest: Rest
) -> None:
    await server.app.host.erase_account(int(bot.id))
    assert (await owner.command("bots.list"))["bots"] == []
    assert (await rest.ask("GET", "/users/@me"))[0] == 401
