"""How who was sent away comes back, and how they do not."""

from tests.core.services.test_sanctions import impose

from salon.testing import Person, Server


async def test_a_reset_link_opens_no_door_to_who_is_banned(
    server: Server, owner: Person, alice: Person
) -> None:
    url = (await owner.command("account.reset_link", account=alice.id))["url"]
    await impose(owner, alice, "ban")
    async with server.visitor() as visitor:
        origin = {"Origin": server.url}
        form = {"password": "another long one"}
        path = url.removeprefix(server.url)
        async with visitor.post(path, data=form, headers=origin, allow_redirects=False) as answer:
            assert answer.status == 403


async def test_who_was_sent_away_comes_back_by_an_invitation_once(
    server: Server, owner: Person, alice: Person
) -> None:
    made = await owner.command("invitation.create", max_uses=1)
    code = made["url"].rpartition("/")[2]
    await impose(owner, alice, "kick")
    assert (await alice.sign_in()).status == 403
    back = {"handle": "alice", "password": alice.password, "next": f"/i/{code}"}
    assert (await alice.fill("/signin", **back)).headers["Location"] == "/"
    await alice.open()
    assert (await owner.command("invitation.list"))["invitations"][0]["uses"] == 1
    await impose(owner, alice, "kick")
    assert (await alice.fill("/signin", **back)).status == 404


async def test_where_everybody_may_sign_up_who_was_sent_away_comes_back_at_once(
    server: Server, owner: Person, alice: Person
) -> None:
    await owner.command("community.edit", registration="open")
    await impose(owner, alice, "kick")
    assert await alice.expect_close() == 4001
    assert (await alice.sign_in()).status == 303


async def test_an_invitation_brings_nobody_back_who_is_banned(
    server: Server, owner: Person, alice: Person
) -> None:
    code = (await owner.command("invitation.create"))["url"].rpartition("/")[2]
    await impose(owner, alice, "ban")
    back = {"handle": "alice", "password": alice.password, "next": f"/i/{code}"}
    assert (await alice.fill("/signin", **back)).status == 403


async def test_an_invitation_of_somebody_banned_lets_nobody_in(
    server: Server, owner: Person, alice: Person
) -> None:
    url = (await alice.command("invitation.create"))["url"]
    await impose(owner, alice, "ban")
    async with server.visitor() as visitor, visitor.get(url.removeprefix(server.url)) as answer:
        assert answer.status == 404
