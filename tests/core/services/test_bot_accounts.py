"""Accounts of bots: made and ended by plugins."""

import pytest

from salon.domain.accounts import AccountKind, AccountState
from salon.errors import NotFound
from salon.services.facade import Facade
from salon.testing import Person, Server


async def test_a_person_cannot_be_removed_as_a_bot(server: Server, alice: Person) -> None:
    with pytest.raises(NotFound, match="no such bot"):
        await server.app.services.accounts.remove_bot(int(alice.id))


async def test_a_removed_bot_is_gone_for_everybody_and_frees_its_handle(
    server: Server, alice: Person
) -> None:
    accounts = server.app.services.accounts
    bot = await accounts.create_bot("almanac", "Almanac")
    assert bot.kind is AccountKind.BOT
    await accounts.remove_bot(bot.id)
    told = await alice.expect("account.changed", id=str(bot.id))
    assert told["state"] == AccountState.DELETED
    again = await accounts.create_bot("Almanac", "Almanac")
    assert again.id != bot.id


async def test_a_plugin_shows_its_bots_as_here_and_nobody_else(
    server: Server, owner: Person, alice: Person
) -> None:
    bot = await server.app.services.accounts.create_bot("almanac", "Almanac")
    await alice.close()
    plugin = Facade("almanac", server.app.services)
    plugin.accounts.show_here([bot.id, int(alice.id)])
    while str(bot.id) not in (told := await owner.expect("presence.changed"))["here"]:
        pass
    assert alice.id not in told["here"]
    plugin.accounts.show_here(())
    while str(bot.id) not in (await owner.expect("presence.changed"))["gone"]:
        pass
