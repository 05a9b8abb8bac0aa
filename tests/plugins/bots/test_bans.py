"""A bot sends away and bans as libraries ask it to, with its own permissions and rank."""

import pytest
from tests.plugins.bots.clients import Registered, Rest

from salon.testing import Person, Server
from salon_bots.plugin import BotsPlugin

pytestmark = pytest.mark.plugin.with_args(BotsPlugin)


async def test_a_bot_without_the_permission_and_rank_sends_nobody_away(
    rest: Rest, bot: Registered, server: Server, owner: Person, alice: Person
) -> None:
    guild = f"/guilds/{server.app.directory.community.id}"
    for method, path in (("PUT", "bans"), ("DELETE", "members")):
        status, body = await rest.ask(method, f"{guild}/{path}/{alice.id}")
        assert (status, body["code"]) == (403, 50013)
    assert (await rest.ask("GET", f"{guild}/bans"))[0] == 403
    await give_hosts(owner, bot)
    for path in ("bans", "members"):
        method = "PUT" if path == "bans" else "DELETE"
        assert (await rest.ask(method, f"{guild}/{path}/{owner.id}"))[0] == 403
    assert (await rest.ask("PUT", f"{guild}/bans/12345"))[1]["code"] == 10013
    for said in ("604801", "-1", "x"):
        path = f"{guild}/bans/{alice.id}?delete_message_seconds={said}"
        assert (await rest.ask("PUT", path))[1]["code"] == 50035


async def test_a_ban_of_a_bot_holds_is_listed_and_ends(
    rest: Rest, bot: Registered, server: Server, owner: Person, alice: Person
) -> None:
    await give_hosts(owner, bot)
    guild = f"/guilds/{server.app.directory.community.id}"
    one = f"{guild}/bans/{alice.id}"
    assert (await rest.ask("GET", one))[1]["code"] == 10026
    said = await alice.post("#general", "Buy this")
    assert (await rest.ask("PUT", f"{one}?delete_message_days=1"))[0] == 204
    assert await alice.expect_close() == 4001
    assert (await owner.expect("messages.deleted"))["ids"] == [said["id"]]
    _, listed = await rest.ask("GET", f"{guild}/bans")
    assert [each["user"]["id"] for each in listed] == [alice.id]
    assert (await rest.ask("GET", one))[1] == listed[0]
    assert (await rest.ask("DELETE", one))[0] == 204
    assert (await alice.sign_in()).status == 303
    assert (await rest.ask("DELETE", f"{guild}/members/{alice.id}"))[0] == 204
    assert (await alice.sign_in()).status == 403


async def give_hosts(owner: Person, bot: Registered) -> None:
    hosts = next(r for r in owner.snapshot["roles"] if "room.manage" in r["permissions"])
    await owner.command("account.roles", account=bot.id, role_ids=[hosts["id"]])
