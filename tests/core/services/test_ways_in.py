"""Coming in: with roles, as a guest, by asking; and what is agreed to at the door."""

import re

import pytest

from salon.services.erasing import JOB
from salon.services.jobs import CORE
from salon.store import jobs
from salon.testing import Person, PushedClock, Refused, Server

HTML = {"Accept": "text/html"}


async def at_the_door(server: Server, path: str, **fields: str) -> tuple[int, str]:
    """Send a form as somebody without an account; return the last answer."""
    async with (
        server.visitor() as visitor,
        visitor.post(path, data=fields, headers={"Origin": server.url, **HTML}) as answer,
    ):
        return answer.status, await answer.text()


def wish(handle: str, **more: str) -> dict[str, str]:
    names = {"handle": handle, "display_name": handle.title(), "password": "rosy lantern quiet"}
    return {**names, **more}


async def role(owner: Person, name: str, *permissions: str) -> str:
    made = await owner.command("role.create", name=name, permissions=list(permissions))
    return str(made["role"]["id"])


async def code_of(inviter: Person, **fields: object) -> str:
    made = await inviter.command("invitation.create", **fields)
    return str(made["invitation"]["code"])


# -- roles


async def test_an_invitation_gives_its_roles_but_not_those_that_were_deleted(
    server: Server, owner: Person
) -> None:
    kept, gone = await role(owner, "Reader"), await role(owner, "Old")
    code = await code_of(owner, role_ids=[kept, gone])
    await owner.command("role.delete", role=gone)
    await at_the_door(server, f"/i/{code}", **wish("nina"))
    told = await owner.expect("account.created", handle="nina")
    assert told["role_ids"] == [kept]


async def test_nobody_invites_to_a_role_that_they_may_not_give(
    server: Server, owner: Person, alice: Person
) -> None:
    reader = await role(owner, "Reader")
    with pytest.raises(Refused, match="permission"):
        await alice.command("invitation.create", role_ids=[reader])
    host = next(r for r in owner.snapshot["roles"] if r["name"] == "Host")
    await owner.command("account.roles", account=alice.id, role_ids=[host["id"]])
    await alice.command("invitation.create", role_ids=[reader])
    with pytest.raises(Refused, match="rank"):
        await alice.command("invitation.create", role_ids=[host["id"]])
    with pytest.raises(Refused, match="no such role"):
        await owner.command("invitation.create", role_ids=["7"])


async def test_roles_are_left_out_when_who_invited_may_not_give_them_any_more(
    server: Server, owner: Person, alice: Person
) -> None:
    reader = await role(owner, "Reader")
    host = next(r for r in owner.snapshot["roles"] if r["name"] == "Host")
    await owner.command("account.roles", account=alice.id, role_ids=[host["id"]])
    code = await code_of(alice, role_ids=[reader])
    await owner.command("account.roles", account=alice.id, role_ids=[])
    await at_the_door(server, f"/i/{code}", **wish("nina"))
    assert (await owner.expect("account.created", handle="nina"))["role_ids"] == []


# -- guests


async def guest_of(server: Server, owner: Person, days: int = 2, **fields: object) -> Person:
    code = await code_of(owner, guest_days=days, **fields)
    guest = server._person("passing")
    answer = await guest.fill(f"/i/{code}", display_name="Passing By")
    assert answer.status == 303
    return await guest.open()


async def test_a_guest_comes_in_by_a_name_and_may_little_whatever_their_role(
    server: Server, owner: Person
) -> None:
    powers = await role(owner, "Powers", "administrator", "member.manage", "channel.manage")
    guest = await guest_of(server, owner, role_ids=[powers])
    told = guest.welcome["account"]
    assert told["display_name"] == "Passing By"
    assert told["guest_until"] is not None
    assert "*" not in guest.welcome["permissions"]
    assert "member.invite" not in guest.welcome["permissions"]
    await guest.post("#general", "Good evening")
    for command, fields in (
        ("invitation.create", {}),
        ("channel.create", {"name": "mine"}),
        ("account.roles", {"account": guest.id, "role_ids": []}),
    ):
        with pytest.raises(Refused):
            await guest.command(command, **fields)


async def test_the_time_of_a_guest_ends_by_the_clock_and_what_they_wrote_stays(
    server: Server, owner: Person, clock: PushedClock
) -> None:
    guest = await guest_of(server, owner, days=1)
    said = await guest.post("#general", "I was here")
    clock.advance(days=1, seconds=1)
    with pytest.raises(Refused):
        await guest.post("#general", "And still am")
    async with guest.web.get("/c/general", headers=HTML, allow_redirects=False) as answer:
        assert answer.status == 303
    await server.app.services.guests.end_due()
    assert await guest.expect_close() == 4001
    await owner.expect("account.changed", id=guest.id, state="deleted")
    await owner.sign_in()
    await owner.open()
    page = await owner.command("message.history", channel=owner.channel("general"))
    assert said["id"] in [message["id"] for message in page["messages"]]


async def test_a_guest_who_chooses_a_name_and_a_password_stays(
    server: Server, owner: Person, clock: PushedClock
) -> None:
    guest = await guest_of(server, owner, days=1)
    with pytest.raises(Refused, match="called that already"):
        await guest.command("account.stay", handle="owner", password=guest.password)
    with pytest.raises(Refused, match="at least"):
        await guest.command("account.stay", handle="passing", password="short")
    stayed = await guest.command("account.stay", handle="passing", password=guest.password)
    assert stayed["account"]["guest_until"] is None
    clock.advance(days=2)
    await server.app.services.guests.end_due()
    assert (await guest.sign_in()).status == 303
    await guest.open()
    assert "member.invite" in guest.welcome["permissions"]
    with pytest.raises(Refused, match="no guest"):
        await guest.command("account.stay", handle="other", password=guest.password)


async def test_an_invitation_for_guests_makes_no_member_and_the_other_way_round(
    server: Server, owner: Person
) -> None:
    code = await code_of(owner, guest_days=1)
    async with server.visitor() as visitor, visitor.get(f"/i/{code}", headers=HTML) as page:
        text = await page.text()
    assert 'name="password"' not in text
    assert "as a guest" in text
    assert "It is for a day," in text
    status, _ = await at_the_door(server, f"/i/{code}", **wish("nina"))
    told = await owner.expect("account.created", display_name="Nina")
    assert told["handle"].startswith("guest-")
    assert status == 200
    status, _ = await at_the_door(
        server, f"/i/{await code_of(owner)}", display_name="Without a password"
    )
    assert status == 400


# -- asking


async def ask(server: Server, visitor: object, handle: str, **more: str) -> tuple[int, str]:
    async with visitor.post(  # type: ignore[attr-defined]
        "/join",
        data=wish(handle, reason="I live next door", **more),
        headers={"Origin": server.url, **HTML},
    ) as answer:
        return answer.status, await answer.text()


async def test_who_asks_is_let_in_by_a_host_and_reads_it_at_their_next_visit(
    server: Server, owner: Person, alice: Person
) -> None:
    await owner.command("channel.edit", channel=owner.channel("general"), is_public=True)
    await owner.command("community.edit", registration="approval")
    assert await leads_to_join(server)
    async with server.visitor() as visitor:
        status, page = await ask(server, visitor, "nina")
        assert status == 200
        assert "Thank you, Nina" in page
        await owner.expect("applications.changed", waiting=1)
        with pytest.raises(Refused, match="permission"):
            await alice.command("application.list")
        (waiting,) = (await owner.command("application.list"))["applications"]
        assert (waiting["handle"], waiting["reason"]) == ("nina", "I live next door")
        await owner.command("application.let_in", application=waiting["id"], answer="Welcome!")
        async with visitor.get("/join", headers=HTML) as answer:
            page = await answer.text()
        assert "Come in, Nina" in page
        assert "Welcome!" in page
    status, _ = await at_the_door(server, "/signin", **wish("nina"))
    assert status == 200
    await owner.expect("applications.changed", waiting=0)
    assert alice.heard("applications.changed") == []
    assert (await owner.command("application.list"))["applications"] == []
    (deed,) = (await owner.command("audit.list", action="application."))["entries"]
    assert (deed["target"]["kind"], deed["details"]["name"]) == ("account", "Nina")
    with pytest.raises(Refused, match="Nobody waits"):
        await owner.command("application.let_in", application=waiting["id"])


@pytest.mark.databases
async def test_who_was_let_in_and_is_called_otherwise_since_reads_so_and_is_erased_with_it(
    server: Server, owner: Person
) -> None:
    await owner.command("community.edit", registration="approval")
    async with server.visitor() as visitor:
        await ask(server, visitor, "nina")
        (waiting,) = (await owner.command("application.list"))["applications"]
        await owner.command("application.let_in", application=waiting["id"])
        nina = Person(server.url, "nina", "rosy lantern quiet")
        await nina.sign_in()
        await nina.open()
        await nina.command("account.edit", display_name="Paloma")
        await nina.command("account.change_handle", handle="paloma")
        async with visitor.get("/join", headers=HTML) as answer:
            page = await answer.text()
        assert "Come in, Paloma" in page
        assert "nina" not in page.lower()
    payload = {"account_id": nina.id}
    await server.app.store.write(lambda tx: jobs.add(tx, CORE, JOB, payload, tx.now))
    await server.settled()
    assert "next door" not in (await server.stored())["application"]
    await nina.close()


async def test_who_is_refused_reads_why_and_has_no_account(server: Server, owner: Person) -> None:
    await owner.command("community.edit", registration="approval")
    async with server.visitor() as visitor:
        await ask(server, visitor, "nina")
        (waiting,) = (await owner.command("application.list"))["applications"]
        await owner.command("application.refuse", application=waiting["id"], answer="<b>Full")
        async with visitor.get("/join", headers=HTML) as answer:
            page = await answer.text()
    await owner.expect("applications.changed", waiting=0)
    assert "Not now, Nina" in page
    assert "&lt;b&gt;Full" in page
    status, _ = await at_the_door(server, "/signin", **wish("nina"))
    assert status == 403
    assert "rosy" not in (await server.stored())["application"]


@pytest.mark.parametrize("registration", ["open", "invitation", "closed"])
async def test_nobody_is_asked_where_registration_is_another(
    server: Server, owner: Person, registration: str
) -> None:
    await owner.command("channel.edit", channel=owner.channel("general"), is_public=True)
    await owner.command("community.edit", registration=registration)
    assert await leads_to_join(server) == (registration == "open")
    status, _ = await at_the_door(server, "/join", **wish("nina", reason="Please"))
    assert status == (200 if registration == "open" else 404)
    assert (await owner.command("application.list"))["applications"] == []


async def leads_to_join(server: Server) -> bool:
    """Whether who has no account is told at the sign-in and in a public channel where to go."""
    async with server.visitor() as visitor:
        async with visitor.get("/signin?next=/c/general", headers=HTML) as answer:
            at_sign_in = 'href="/join?next=/c/general"' in await answer.text()
        async with visitor.get("/c/general", headers=HTML) as answer:
            in_public = 'href="/join?next=/c/general"' in await answer.text()
    assert at_sign_in == in_public
    return at_sign_in


async def test_two_cannot_ask_for_names_that_a_reader_takes_for_one(
    server: Server, owner: Person
) -> None:
    await owner.command("community.edit", registration="approval")
    for handle, expected in (("nina", 200), ("n1na", 409), ("owner", 409)):
        async with server.visitor() as visitor:
            status, _ = await ask(server, visitor, handle)
        assert status == expected, handle


async def test_questions_have_a_bound_by_address_and_are_forgotten_when_old(
    server: Server, owner: Person, clock: PushedClock
) -> None:
    await owner.command("community.edit", registration="approval")
    async with server.visitor() as visitor:
        await ask(server, visitor, "nina")
    clock.advance(days=91)
    await server.app.services.applications.prune()
    await owner.expect("applications.changed", waiting=0)
    assert "nina" not in (await server.stored())["application"]


@pytest.mark.settings(limits={"sign_ups_per_address_hour": 2})
async def test_one_address_asks_so_often_an_hour(server: Server, owner: Person) -> None:
    await owner.command("community.edit", registration="approval")
    answers = []
    for handle in ("nina", "otto", "paula"):
        async with server.visitor() as visitor:
            answers.append((await ask(server, visitor, handle))[0])
    assert answers == [200, 200, 429]


# -- house rules


async def test_the_house_rules_are_agreed_to_at_the_door_and_once_for_each_version(
    server: Server, owner: Person, alice: Person
) -> None:
    assert alice.snapshot["rules_read"] == 0
    await owner.command("community.edit", rules="Be *kind*. <script>")
    code = await code_of(owner)
    status, page = await at_the_door(server, f"/i/{code}", **wish("nina"))
    assert status == 400
    assert re.search(r'id="rules-error">Please read the house rules', page)
    assert "Be <em>kind</em>" in page
    assert "<script>\n" not in page.split("kind")[1]
    await at_the_door(server, f"/i/{code}", **wish("nina", rules="on"))
    await owner.expect("account.created", handle="nina")

    shown = await alice.command("rules.show")
    assert shown["version"] == 1
    assert "<em>kind</em>" in shown["html"]
    await alice.command("rules.agree", version=1)
    assert await alice.expect("rules.read") == {"version": 1}
    await owner.command("community.edit", rules="Be kind, and on time.")
    with pytest.raises(Refused, match="changed meanwhile"):
        await alice.command("rules.agree", version=1)
    await alice.open()
    assert alice.snapshot["rules_read"] == 1
    assert alice.snapshot["community"]["rules_version"] == 2
    versions = (await owner.command("rules.list"))["versions"]
    assert [(v["version"], v["text"][:7]) for v in versions] == [(2, "Be kind"), (1, "Be *kin")]
    with pytest.raises(Refused, match="permission"):
        await alice.command("rules.list")
