"""Time outs, kicks, suspensions and bans: what they end and forbid, and when they are over."""

import asyncio
from typing import Any

import pytest
from aiohttp import ClientSession, DummyCookieJar

from salon.domain.accounts import Account, AccountState
from salon.errors import SalonError
from salon.services.erasing import JOB
from salon.services.jobs import CORE
from salon.store import jobs
from salon.testing import Person, Refused, Server

OUT = ("kick", "suspension", "ban")
DAY_S = 86_400


async def impose(by: Person, whom: Person, kind: str, **fields: Any) -> dict[str, Any]:
    answer = await by.command("sanction.impose", account=whom.id, kind=kind, **fields)
    changed: dict[str, Any] = answer["account"]
    return changed


async def host(owner: Person, person: Person) -> None:
    hosts = next(r for r in owner.snapshot["roles"] if "room.manage" in r["permissions"])
    await owner.command("account.roles", account=person.id, role_ids=[hosts["id"]])
    await person.expect("access.changed")


def state(server: Server, person: Person) -> AccountState:
    account = server.app.directory.account(int(person.id))
    assert account is not None
    return account.state


# -- who may


@pytest.mark.parametrize("kind", ["warning", "time_out", *OUT])
async def test_nobody_does_it_to_the_owner_to_a_peer_to_themselves_or_without_permission(
    owner: Person, alice: Person, bob: Person, kind: str
) -> None:
    lasts = {"lasts_s": 600} if kind == "time_out" else {}
    with pytest.raises(Refused) as refused:
        await impose(alice, bob, kind, **lasts)
    assert refused.value.error["reason"] == "no_permission"
    await host(owner, alice)
    await host(owner, bob)
    for by, whom in ((alice, owner), (alice, bob), (alice, alice), (owner, owner)):
        with pytest.raises(Refused, match="denied"):
            await impose(by, whom, kind, **lasts)
        with pytest.raises(Refused, match="denied"):
            await by.command("sanction.lift", account=whom.id, kind=kind)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("time_out", {}),
        ("time_out", {"lasts_s": 29 * DAY_S}),
        ("warning", {"lasts_s": 600}),
        ("warning", {"delete_messages_s": 60}),
        ("kick", {"lasts_s": 600}),
        ("suspension", {"delete_messages_s": 60}),
        ("ban", {"delete_messages_s": 8 * DAY_S}),
        ("ban", {"lasts_s": 0}),
        ("ban", {"reason": "x" * 513}),
        ("exile", {}),
    ],
)
async def test_what_no_sanction_can_be_is_refused_and_changes_nothing(
    server: Server, owner: Person, alice: Person, kind: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(Refused, match="invalid"):
        await impose(owner, alice, kind, **fields)
    assert state(server, alice) is AccountState.ACTIVE
    assert (await owner.command("sanction.list"))["sanctions"] == []


async def test_a_host_sees_and_lifts_only_what_they_could_do(
    owner: Person, alice: Person, bob: Person
) -> None:
    made = await owner.command("role.create", name="Quiet", permissions=["member.time_out"])
    await owner.command("account.roles", account=alice.id, role_ids=[made["role"]["id"]])
    await alice.expect("access.changed")
    await impose(alice, bob, "time_out", lasts_s=600)
    await impose(owner, bob, "ban")
    seen = (await alice.command("sanction.list"))["sanctions"]
    assert [each["kind"] for each in seen] == ["time_out"]
    for command in ("sanction.list", "sanction.lift"):
        given = {} if command == "sanction.list" else {"account": bob.id}
        with pytest.raises(Refused, match="denied"):
            await alice.command(command, kind="ban", **given)


# -- out


@pytest.mark.parametrize("kind", OUT)
async def test_who_is_sent_away_learns_why_and_loses_socket_seat_and_sign_in_at_once(
    server: Server, owner: Person, alice: Person, kind: str
) -> None:
    await owner.join("Kitchen table")
    await alice.join("Kitchen table")
    await owner.expect("participant.joined", account_id=alice.id)
    await impose(owner, alice, kind, reason="Adverts, again")
    told = await alice.expect("account.suspended")
    assert (told["kind"], told["reason"]) == (kind, "Adverts, again")
    assert await alice.expect_close() == 4001
    await owner.expect("participant.left", account_id=alice.id)
    answer = await alice.sign_in()
    assert answer.status == 403
    assert "Adverts, again" in await answer.text()
    assert server.app.sessions.of(int(alice.id)) == []


@pytest.mark.parametrize("kind", OUT)
async def test_what_was_signed_in_is_a_stranger_at_every_address(
    server: Server, owner: Person, alice: Person, kind: str
) -> None:
    """Every route answers the old cookie as it answers none."""
    cookie = "; ".join(f"{each.key}={each.value}" for each in alice.web.cookie_jar)
    await impose(owner, alice, kind)
    room, general = owner.snapshot["rooms"][0]["id"], owner.channel("#general")
    known = {"code": "x", "token": "x", "id": general, "room": room, "name": "x", "path": "x"}
    async with server.visitor() as stranger, old_client(server, cookie) as old:
        for route in server.app.front.application.router.routes():
            resource = route.resource
            if resource is None or route.method not in {"GET", "POST", "DELETE", "PUT"}:
                continue
            keys = resource.get_info().get("formatter", resource.canonical)
            path = keys.format_map(_Any(known)) if "{" in keys else keys
            answers = [await _status(who, route.method, path, server) for who in (stranger, old)]
            assert answers[0] == answers[1], (route.method, path)


def old_client(server: Server, cookie: str) -> ClientSession:
    """Return a client that sends this cookie, whatever it is answered."""
    return ClientSession(server.url, cookie_jar=DummyCookieJar(), headers={"Cookie": cookie})


class _Any(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "1"


async def _status(who: ClientSession, method: str, path: str, server: Server) -> tuple[int, str]:
    headers = {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}
    async with who.request(method, path, headers=headers, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


async def test_a_suspension_is_over_by_the_clock_at_the_door_and_for_everybody(
    server: Server, owner: Person, alice: Person
) -> None:
    await impose(owner, alice, "suspension", lasts_s=600)
    server.clock.advance(minutes=11)
    assert (await alice.sign_in()).status == 303  # before anything has looked
    await impose(owner, alice, "suspension", lasts_s=600)
    server.clock.advance(minutes=11)
    await server.settled()
    await owner.expect("account.changed", state="active")
    assert state(server, alice) is AccountState.ACTIVE


async def test_a_sanction_outlives_a_restart_and_its_end_does_too(
    server: Server, owner: Person, alice: Person
) -> None:
    await impose(owner, alice, "ban", lasts_s=3_600)
    await server.restart()
    assert (await alice.sign_in()).status == 403
    server.clock.advance(minutes=61)
    await server.settled()
    assert state(server, alice) is AccountState.ACTIVE


async def test_a_longer_one_goes_on_when_a_shorter_one_is_over_or_lifted(
    server: Server, owner: Person, alice: Person
) -> None:
    await impose(owner, alice, "ban")
    await impose(owner, alice, "suspension", lasts_s=600)
    server.clock.advance(minutes=11)
    await server.settled()
    assert state(server, alice) is AccountState.SUSPENDED
    await owner.command("sanction.lift", account=alice.id, kind="suspension")
    assert state(server, alice) is AccountState.SUSPENDED
    await owner.command("sanction.lift", account=alice.id, kind="ban")
    assert (await alice.sign_in()).status == 303


async def test_a_ban_takes_back_what_was_written_lately_but_not_what_is_between_people(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    old = await alice.post("#general", "long ago")
    server.clock.advance(hours=3)
    begun = await alice.command("conversation.begin", accounts=[bob.id])
    private = begun["conversation"]["id"]
    await alice.command("message.post", channel=private, text="between us", nonce="p")
    new = [await alice.post("#general", f"advert {n}") for n in range(3)]
    await owner.post("#general", "mine")
    await impose(owner, alice, "ban", delete_messages_s=3_600)
    await server.settled()
    gone = await bob.expect("messages.deleted")
    assert set(gone["ids"]) == {each["id"] for each in new}
    left = await bob.command("message.history", channel=bob.channel("#general"))
    assert [m["text"] for m in left["messages"]] == [old["text"], "mine"]
    between = await bob.command("message.history", channel=private)
    assert [m["text"] for m in between["messages"]] == ["between us"]


async def test_a_ban_of_somebody_erased_still_holds_for_their_name_and_says_nothing_else(
    server: Server, owner: Person
) -> None:
    canary = await server.member("canary", owner)
    await impose(owner, canary, "suspension", reason="The canary sang")
    await impose(owner, canary, "ban", reason="The canary sang on")
    payload = {"account_id": canary.id}
    await server.app.store.write(lambda tx: jobs.add(tx, CORE, JOB, payload, tx.now))
    await server.settled()
    kept = await server.stored()
    assert {name for name, rows in kept.items() if "anary" in rows} == set()
    code = (await owner.command("invitation.create"))["url"].rpartition("/")[2]
    async with server.visitor() as visitor:
        wish = {"display_name": "C", "handle": "Canary", "password": "seven grey geese"}
        origin = {"Origin": server.url}
        async with visitor.post(f"/i/{code}", data=wish, headers=origin) as answer:
            assert answer.status == 409


async def test_who_posts_while_being_banned_has_posted_before_or_not_at_all(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    account = server.app.directory.account(int(alice.id))
    assert account is not None

    async def post(author: Account, n: int) -> None:
        try:
            await server.app.services.messages.post(
                author, int(alice.channel("#general")), f"word {n}"
            )
        except SalonError:
            return

    await asyncio.gather(*(post(account, n) for n in range(4)), impose(owner, alice, "ban"))
    after = await bob.command("message.history", channel=bob.channel("#general"))
    await post(account, 9)
    again = await bob.command("message.history", channel=bob.channel("#general"))
    assert len(after["messages"]) == len(again["messages"])


# -- a warning


async def test_a_warning_is_told_with_its_reason_and_nothing_follows_until_it_is_read(
    server: Server, owner: Person, alice: Person
) -> None:
    await host(owner, alice)
    bob = await server.member("bob", owner)
    await impose(alice, bob, "warning", reason="Please read the rules")
    told = await bob.expect("account.suspended")
    assert (told["kind"], told["until"], told["reason"]) == (
        "warning", None, "Please read the rules",
    )  # fmt: skip
    assert state(server, bob) is AccountState.ACTIVE
    await bob.post("#general", "Sorry, I did not know")
    (warning,) = (await bob.command("sanction.own"))["sanctions"]
    assert warning["kind"] == "warning"
    await bob.command("sanction.heed")
    await bob.command("sanction.heed")  # nothing more to read
    assert (await bob.command("sanction.own"))["sanctions"] == []
    (read,) = (await alice.command("sanction.list", kind="warning"))["sanctions"]
    assert read["ended_by_id"] == bob.id
    newest = (await owner.command("audit.list", limit=1))["entries"][0]
    assert newest["action"] == "account.warning"
    assert not newest["can_undo"]


async def test_a_warning_is_taken_back_and_ends_no_time_out(
    server: Server, owner: Person, alice: Person
) -> None:
    await impose(owner, alice, "time_out", lasts_s=600)
    await impose(owner, alice, "warning")
    await owner.command("sanction.lift", account=alice.id, kind="warning")
    (holding,) = (await alice.command("sanction.own"))["sanctions"]
    assert holding["kind"] == "time_out"
