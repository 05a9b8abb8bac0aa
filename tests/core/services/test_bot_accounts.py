"""Accounts of bots: made and ended by plugins."""

import pytest

from salon.domain.accounts import AccountKind, AccountState
from salon.errors import NotFound
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
