"""Where the name of the public address leads is told to browsers, and followed."""

from collections.abc import Sequence

import pytest

from salon.testing import Person, Server
from salon.web import doors
from salon.web.public_addresses import leading_to, may_be_told

URL = "http://salon.example.org"
HOME, MOVED = "203.0.113.7", "203.0.113.8"


async def told(person: Person) -> set[str]:
    """Return the addresses in an offer."""
    joined = await person.command("room.join", room=person.room("Kitchen table"))
    lines = joined["offer"].splitlines()
    return {line.split()[4] for line in lines if line.startswith("a=candidate")}


class Names:
    """A resolver that answers what it is told to."""

    def __init__(self, *answer: str) -> None:
        self.answer: Sequence[str] | None = answer
        self.asked: list[str] = []

    async def leading_to(self, url: str) -> Sequence[str] | None:
        self.asked.append(url)
        return self.answer


@pytest.mark.settings(server={"public_url": URL})
async def test_browsers_are_told_where_the_name_leads_beside_the_machines_own_addresses(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(HOME)
    monkeypatch.setattr(doors, "leading_to", names.leading_to)
    own = await told(owner)
    await server.app.doors.follow_name(claimed=True)
    assert await told(owner) == {*own, HOME}
    names.answer = [MOVED]
    await server.app.doors.follow_name(claimed=True)
    assert await told(owner) == {*own, MOVED}
    names.answer = None  # nobody knows just now
    await server.app.doors.follow_name(claimed=True)
    assert await told(owner) == {*own, MOVED}
    assert set(names.asked) == {URL}


@pytest.mark.settings(server={"public_url": URL}, media={"addresses": [MOVED]})
async def test_addresses_that_were_configured_are_the_only_ones(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(HOME)
    monkeypatch.setattr(doors, "leading_to", names.leading_to)
    await server.app.doors.follow_name(claimed=True)
    assert await told(owner) == {"127.0.0.1", MOVED}
    assert names.asked == []


async def test_of_what_a_name_leads_to_only_what_another_machine_can_reach_is_taken() -> None:
    async def ask(_host: str) -> Sequence[str]:
        return ["127.0.1.1", "fe80::1", "0.0.0.0", HOME, HOME, "224.0.0.1", "2001:db8::7"]  # noqa: S104

    assert await leading_to(URL, ask) == sorted([HOME, "2001:db8::7"])
    assert not may_be_told("a name")


async def test_a_name_that_leads_to_very_many_gives_four() -> None:
    async def ask(_host: str) -> Sequence[str]:
        return [f"203.0.113.{number}" for number in range(200)]

    assert len(await leading_to(URL, ask) or ()) == 4


@pytest.mark.parametrize("error", [OSError("no such name"), UnicodeError("too long"), TimeoutError])
async def test_a_name_that_nobody_knows_changes_nothing(
    error: Exception | type[Exception],
) -> None:
    async def ask(_host: str) -> Sequence[str]:
        raise error

    assert await leading_to(URL, ask) is None


@pytest.mark.settings(server={"trusted_proxies": ["127.0.0.1/32"]})
async def test_who_is_signed_in_is_told_where_they_come_from(owner: Person) -> None:
    headers = {"X-Forwarded-For": HOME}
    async with owner.web.get("/api/address", headers=headers) as answer:
        assert await answer.json() == {"address": HOME}
