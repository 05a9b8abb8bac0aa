"""Somebody leaves for good: with days to think it over, and with or without what they wrote."""

from http import HTTPStatus
from typing import Any

import pytest

from salon.testing import Person, Server
from salon.testing.person import PASSWORD, Refused

pytestmark = pytest.mark.databases


async def ask(person: Person, **fields: Any) -> int:
    wish = {"handle": person.handle, "current": PASSWORD, "keeps_content": False, **fields}
    async with person.web.post(
        "/api/deletion", json=wish, headers={"Origin": person.url}
    ) as response:
        return response.status


async def posted_with_file(person: Person, content: bytes, name: str) -> dict[str, Any]:
    file = await person.hand_in(content, name)
    return await person.post("#general", "", files=[{"file": file["id"]}])


async def texts(owner: Person) -> list[str]:
    page = await owner.command("message.history", channel=owner.channel("#general"))
    return [message["text"] for message in page["messages"]]


async def test_nobody_is_erased_before_it_is_due(
    server: Server, owner: Person, alice: Person
) -> None:
    await alice.post("#general", "Still here")
    assert await ask(alice) == HTTPStatus.OK
    server.clock.advance(days=6)
    await server.settled()
    assert await texts(owner) == ["Still here"]
    server.clock.advance(days=1, seconds=1)
    await server.settled()
    assert await texts(owner) == []
    assert "alice" not in "\n".join((await server.stored()).values()).lower()


async def test_what_somebody_wrote_may_stay_without_their_name(
    server: Server, owner: Person, alice: Person
) -> None:
    sent = await posted_with_file(alice, b"la la", "song.txt")
    await alice.command("message.edit", message=sent["id"], text="My song")
    assert await ask(alice, keeps_content=True) == HTTPStatus.OK
    server.clock.advance(days=7, seconds=1)
    await server.settled()
    assert await texts(owner) == ["My song"]
    async with owner.web.get(f"/f/{sent['files'][0]['id']}/song.txt") as response:
        assert await response.read() == b"la la"
    assert "alice" not in "\n".join((await server.stored()).values()).lower()


async def test_it_can_be_taken_back_and_asked_for_anew(
    server: Server, owner: Person, alice: Person
) -> None:
    assert await ask(alice) == HTTPStatus.OK
    assert await ask(alice) == HTTPStatus.CONFLICT
    server.clock.advance(days=5)
    await alice.command("account.keep")
    assert (await alice.command("account.own_data"))["deletion"] is None
    assert await ask(alice) == HTTPStatus.OK
    server.clock.advance(days=3)  # when the first would have been due
    await server.settled()
    assert server.app.directory.by_handle("alice") is not None
    with pytest.raises(Refused, match="Nothing was to be deleted"):
        await owner.command("account.keep")


@pytest.mark.settings(accounts={"deletion_days": 0})
async def test_the_keeper_may_choose_that_it_is_done_at_once(server: Server, alice: Person) -> None:
    assert await ask(alice) == HTTPStatus.OK
    await server.settled()
    assert server.app.directory.by_handle("alice") is None


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"handle": "bob"}, HTTPStatus.BAD_REQUEST),
        ({"current": "something else"}, HTTPStatus.FORBIDDEN),
        ({"keeps_content": "no"}, HTTPStatus.BAD_REQUEST),
        ({"handle": 7}, HTTPStatus.BAD_REQUEST),
    ],
)
async def test_it_is_asked_for_with_the_handle_and_the_password(
    alice: Person, fields: dict[str, Any], status: HTTPStatus
) -> None:
    assert await ask(alice, **fields) == status
    assert (await alice.command("account.own_data"))["deletion"] is None


async def test_the_owner_stays(owner: Person) -> None:
    assert await ask(owner) == HTTPStatus.FORBIDDEN


async def test_the_record_keeps_that_somebody_left_and_not_who(
    server: Server, owner: Person, alice: Person
) -> None:
    await ask(alice)
    asked = (await owner.command("audit.list", action="account.deletion"))["entries"]
    assert [entry["details"]["name"] for entry in asked] == ["Alice"]
    server.clock.advance(days=7, seconds=1)
    await server.settled()
    kept = (await owner.command("audit.list", action="account."))["entries"]
    assert "account.erased" in [entry["action"] for entry in kept]
    assert "alice" not in str(kept).lower()
