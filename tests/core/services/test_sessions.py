"""Who was signed out everywhere stays out, whatever was under way."""

import asyncio

import pytest

from salon.errors import Denied
from salon.services.accounts import Visitor
from salon.services.passwords import Passwords, Verified
from salon.testing import Person, Server
from salon.testing.person import PASSWORD

VISITOR = Visitor("192.0.2.1", "")


async def test_an_old_password_that_was_being_checked_opens_nothing_after_it_was_changed(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = Passwords.verify

    async def slowly(self: Passwords, password: str, stored: str | None) -> Verified:
        verified = await checked(self, password, stored)
        await server.app.sessions.end_all(int(owner.id))
        return verified

    monkeypatch.setattr(Passwords, "verify", slowly)
    with pytest.raises(Denied, match="signed out everywhere"):
        await server.app.services.accounts.sign_in(VISITOR, "owner", PASSWORD)


async def test_a_session_that_begins_while_all_are_ended_is_ended_too(
    server: Server, owner: Person
) -> None:
    sessions = server.app.sessions
    account = server.app.directory.account(int(owner.id))
    assert account is not None
    begun = asyncio.create_task(sessions.begin(account, ""), name="test.begin")
    await asyncio.sleep(0)  # it has asked the writer
    await sessions.end_all(account.id)
    with pytest.raises(Denied):
        await begun
    assert not sessions.of(account.id)
