"""A code after the password: once each, not by guessing, and a way in when the app is gone."""

import asyncio
import re
import stat
from collections.abc import Sequence

import pyotp
import pytest

from salon.errors import Denied, Unavailable
from salon.services.sealing import FILE, Seal
from salon.testing import Person, PushedClock, Refused, Server


def code_of(secret: str, server: Server) -> str:
    return pyotp.TOTP(secret).at(server.clock.now())


async def with_an_app(server: Server, person: Person) -> tuple[str, Sequence[str]]:
    """Turn codes on; return the app's secret and the recovery codes."""
    secret = (await person.command("second_step.begin"))["secret"]
    answer = await person.command("second_step.confirm", code=code_of(secret, server))
    server.clock.advance(seconds=60)
    return secret, answer["recovery_codes"]


async def ticket_of(person: Person) -> str:
    page = await person.sign_in()
    assert page.status == 200
    found = re.search(r'name="ticket" value="([^"]+)"', await page.text())
    assert found is not None
    return found[1]


async def test_an_app_that_is_on_is_asked_for_after_the_password(
    server: Server, alice: Person
) -> None:
    secret, _codes = await with_an_app(server, alice)
    async with server.visitor() as visitor:
        alice.web, mine = visitor, alice.web
        ticket = await ticket_of(alice)
        wrong = await alice.fill("/signin/code", ticket=ticket, code="000000")
        assert (wrong.status, "not right" in await wrong.text()) == (403, True)
        assert (await visitor.get("/", allow_redirects=False)).status == 303
        right = {"ticket": ticket, "code": code_of(secret, server), "next": "/c/general"}
        come = await alice.fill("/signin/code", **right)
        assert (come.status, come.headers["Location"]) == (303, "/c/general")
        again = await alice.fill("/signin/code", **right)
        assert (again.status, "took too long" in await again.text()) == (403, True)
        alice.web = mine


async def test_a_code_counts_once(server: Server, alice: Person) -> None:
    secret, _codes = await with_an_app(server, alice)
    code = code_of(secret, server)
    assert (
        await alice.fill("/signin/code", ticket=await ticket_of(alice), code=code)
    ).status == 303
    again = await alice.fill("/signin/code", ticket=await ticket_of(alice), code=code)
    assert (again.status, "was used" in await again.text()) == (403, True)


async def test_one_code_lets_one_in_of_those_who_give_it_at_once(
    server: Server, alice: Person
) -> None:
    secret, _codes = await with_an_app(server, alice)
    tickets = [await ticket_of(alice) for _ in range(5)]
    step = server.app.services.second_step
    given = code_of(secret, server)
    came = await asyncio.gather(
        *(step.come_in(ticket, given) for ticket in tickets), return_exceptions=True
    )
    assert sum(not isinstance(one, Denied) for one in came) == 1


async def test_a_recovery_code_opens_once_however_it_is_typed(
    server: Server, alice: Person
) -> None:
    _secret, codes = await with_an_app(server, alice)
    assert len(set(codes)) == 10
    typed = codes[0].upper().replace("-", " ")
    first = await alice.fill("/signin/code", ticket=await ticket_of(alice), code=typed)
    assert first.status == 303
    again = await alice.fill("/signin/code", ticket=await ticket_of(alice), code=codes[0])
    assert again.status == 403
    await alice.fill("/signin/code", ticket=await ticket_of(alice), code=codes[1])
    await alice.open()
    assert (await alice.command("second_step.get"))["recovery_codes_left"] == 8
    renewed = (await alice.command("second_step.renew"))["recovery_codes"]
    old = await alice.fill("/signin/code", ticket=await ticket_of(alice), code=codes[2])
    assert old.status == 403
    new = await alice.fill("/signin/code", ticket=await ticket_of(alice), code=renewed[0])
    assert new.status == 303


async def test_codes_cannot_be_guessed_from_many_places(server: Server, alice: Person) -> None:
    secret, _codes = await with_an_app(server, alice)
    for _ in range(10):
        ticket = await ticket_of(alice)
        assert (await alice.fill("/signin/code", ticket=ticket, code="123456")).status == 403
    late = await alice.fill("/signin/code", ticket=ticket, code=code_of(secret, server))
    assert (late.status, "Retry-After" in late.headers) == (429, True)


async def test_a_ticket_ends_after_ten_minutes_and_with_the_password_it_was_given_for(
    server: Server, alice: Person, clock: PushedClock
) -> None:
    secret, _codes = await with_an_app(server, alice)
    late = await ticket_of(alice)
    clock.advance(minutes=10)
    given = await alice.fill("/signin/code", ticket=late, code=code_of(secret, server))
    assert given.status == 403
    early = await ticket_of(alice)
    await server.app.sessions.end_all(int(alice.id))
    given = await alice.fill("/signin/code", ticket=early, code=code_of(secret, server))
    assert given.status == 403


async def test_a_reset_link_does_not_pass_by_the_app(
    server: Server, owner: Person, alice: Person
) -> None:
    await with_an_app(server, alice)
    url = (await owner.command("account.reset_link", account=alice.id))["url"]
    page = await alice.fill(url.removeprefix(server.url), password="another unlikely phrase")
    assert (page.status, 'name="ticket"' in await page.text()) == (200, True)


async def test_nothing_is_on_before_a_code_shows_that_the_app_has_the_secret(
    server: Server, alice: Person
) -> None:
    secret = (await alice.command("second_step.begin"))["secret"]
    with pytest.raises(Refused) as refused:
        await alice.command("second_step.confirm", code="000000")
    assert (refused.value.error["reason"], refused.value.error["field"]) == ("code_wrong", "code")
    assert (await alice.sign_in()).status == 303
    await alice.open()
    assert (await alice.command("second_step.get"))["on_since"] is None
    await alice.command("second_step.confirm", code=code_of(secret, server))
    with pytest.raises(Refused) as refused:
        await alice.command("second_step.begin")
    assert refused.value.error["reason"] == "codes_on"
    await alice.command("second_step.turn_off")
    assert (await alice.sign_in()).status == 303


async def test_who_left_the_page_open_shows_first_that_it_is_they(
    server: Server, alice: Person, clock: PushedClock
) -> None:
    clock.advance(minutes=11)
    for command in ("second_step.begin", "second_step.turn_off", "second_step.renew"):
        with pytest.raises(Refused) as refused:
            await alice.command(command)
        assert refused.value.error["reason"] == "prove"
    own = {"Origin": server.url}
    async with alice.web.post("/api/prove", json={"password": "no"}, headers=own) as wrong:
        assert wrong.status == 403
    right = {"password": alice.password}
    async with alice.web.post("/api/prove", json=right, headers=own) as proven:
        assert proven.status == 200
    await alice.command("second_step.begin")


async def test_who_manages_members_sees_who_has_it_and_never_the_secret(
    server: Server, owner: Person, alice: Person
) -> None:
    secret, _codes = await with_an_app(server, alice)
    answer = await owner.command("second_step.list", accounts=[owner.id, alice.id])
    assert [each["codes"] for each in answer["accounts"]] == [False, True]
    with pytest.raises(Refused):
        await alice.command("second_step.list", accounts=[owner.id])
    assert not [name for name, rows in (await server.stored()).items() if secret in rows]
    entries = (await owner.command("audit.list", action="account."))["entries"]
    assert "account.second_step_on" in {entry["action"] for entry in entries}


async def test_the_key_is_the_servers_alone_and_opens_nothing_elsewhere(server: Server) -> None:
    data = server.app.config.data.directory
    assert stat.S_IMODE((data / FILE).stat().st_mode) == 0o600
    seal = await asyncio.to_thread(Seal.of, data)
    sealed = seal.seal(b"rosy", "code_app/1")
    assert seal.open(sealed, "code_app/1") == b"rosy"
    with pytest.raises(Unavailable):
        seal.open(sealed, "code_app/2")
    with pytest.raises(Unavailable):
        Seal(bytes(32)).open(sealed, "code_app/1")
