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
from salon.web.socket.commands import core_commands

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


# -- in time out

ALLOWED_IN_TIME_OUT = frozenset(
    {
        "account.keep",
        "account.own_data",
        "sanction.heed",
        "mail.digest",
        "mail.get",
        "mail.remove",
        "mail.want",
        "account.list",
        "card.remove",
        "channel.get",
        "conversation.leave",
        "conversation.list",
        "file.limits",
        "inbox.done",
        "inbox.list",
        "inbox.unread",
        "invitation.list",
        "invitation.revoke",
        "level.set",
        "message.delete",
        "message.history",
        "message.pins",
        "passkey.add",
        "passkey.begin",
        "passkey.list",
        "passkey.remove",
        "passkey.rename",
        "permission.list",
        "presence.set",
        "privacy.block",
        "privacy.first_messages",
        "privacy.show",
        "privacy.unblock",
        "push.change",
        "push.set_quiet_hours",
        "push.show",
        "push.subscribe",
        "push.test",
        "push.unsubscribe",
        "reaction.people",
        "reaction.remove",
        "read.move",
        "room.follow_link",
        "room.join",
        "room.leave",
        "sanction.own",
        "rules.agree",
        "rules.show",
        "search.messages",
        "search.sources",
        "second_step.begin",
        "second_step.confirm",
        "second_step.get",
        "second_step.renew",
        "second_step.turn_off",
        "session.list",
        "session.revoke",
        "slash.list",
        "tag.follow",
        "tag.list",
        "thread.follow",
        "thread.list",
        "trial.answer",
        "trial.begin",
        "trial.end",
        "voice.answer",
        "voice.prepare",
        "voice.set",
    }
)


async def test_in_time_out_every_command_that_is_not_for_reading_and_listening_is_refused(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    """An administrator is put in time out: what is refused is refused for nothing else."""
    admin = (await owner.command("role.create", name="A", permissions=["administrator"]))["role"]
    general, room = owner.channel("#general"), owner.snapshot["rooms"][0]["id"]
    mine = (await alice.post(general, "mine"))["id"]
    theirs = (await bob.post(general, "theirs"))["id"]
    begun = await alice.command("conversation.begin", accounts=[bob.id, owner.id], name="Three")
    group = begun["conversation"]["id"]
    thread = (await alice.command("thread.start", channel=general, name="T"))["thread"]["id"]
    category = (await owner.command("category.create", name="C"))["category"]["id"]
    role = (await owner.command("role.create", name="B"))["role"]["id"]
    await owner.command("account.roles", account=alice.id, role_ids=[admin["id"]])
    await alice.expect("access.changed")
    fields: dict[str, dict[str, Any]] = {
        "account.edit": {"display_name": "Hear me"},
        "account.change_handle": {"handle": "hearme"},
        "account.set_avatar": {},
        "account.reset_link": {"account": bob.id},
        "account.roles": {"account": bob.id, "role_ids": []},
        "audit.list": {},
        "audit.check": {},
        "audit.undo": {"entry": "1"},
        "invitation.create": {},
        "community.edit": {"name": "Mine"},
        "community.set_icon": {},
        "category.create": {"name": "x"},
        "category.edit": {"category": category, "name": "x"},
        "category.delete": {"category": category},
        "channel.create": {"name": "x"},
        "channel.edit": {"channel": general, "name": "x"},
        "channel.delete": {"channel": general},
        "place.move": {"place": general},
        "plugin.list": {},
        "plugin.resume": {"plugin": "x"},
        "conversation.begin": {"accounts": [bob.id]},
        "conversation.rename": {"channel": group, "name": "x"},
        "conversation.add": {"channel": group, "account": bob.id},
        "message.post": {"channel": general, "text": "x", "nonce": "x"},
        "message.edit": {"message": mine, "text": "x"},
        "message.delete_many": {"channel": general, "messages": [theirs]},
        "message.pin": {"message": theirs},
        "message.unpin": {"message": theirs},
        "message.former_texts": {"message": theirs},
        "message.list_deleted": {"channel": general},
        "typing.start": {"channel": general},
        "reaction.add": {"message": theirs, "emoji": "👏"},
        "reaction.clear": {"message": theirs, "emoji": "👏"},
        "role.create": {"name": "x"},
        "role.edit": {"role": role, "name": "x"},
        "role.order": {"role_ids": [admin["id"], role]},
        "role.delete": {"role": role},
        "role.view": {"role": role},
        "overwrite.follow": {"place": general},
        "overwrite.set": {
            "place": general, "target": "account", "target_id": bob.id, "allow": [], "deny": []
        },
        "room.open": {"name": "x"},
        "room.edit": {"room": room, "topic": "x"},
        "room.close": {"room": room},
        "room.link": {"room": room},
        "stage.open": {"room": room},
        "stage.end": {"room": room},
        "stage.edit": {"room": room, "chat_open": False},
        "stage.invite": {"room": room, "account": bob.id},
        "stage.answer": {"room": room, "accept": True},
        "stage.place": {"room": room, "account": bob.id, "part": "listener"},
        "stage.mute_all": {"room": room},
        "stage.undo_mute": {"room": room},
        "hand.raise": {"room": room},
        "hand.lower": {"room": room},
        "hand.lower_all": {"room": room},
        "hand.list": {"room": room},
        "participant.silence": {"room": room, "account": bob.id, "silenced": True},
        "participant.remove": {"room": room, "account": bob.id},
        "participant.deafen": {"room": room, "account": bob.id, "deafened": True},
        "participant.ban": {"room": room, "account": bob.id, "banned": True},
        "room.bans": {"room": room},
        "participant.move": {"room": room, "account": bob.id, "to": room},
        "room.knock": {"room": room},
        "room.react": {"room": room, "emoji": "👏"},
        "room.let_in": {"room": room, "account": bob.id},
        "room.turn_away": {"room": room, "account": bob.id},
        "sanction.impose": {"account": bob.id, "kind": "kick"},
        "sanction.lift": {"account": bob.id, "kind": "kick"},
        "sanction.list": {},
        "application.list": {},
        "application.let_in": {"application": role},
        "application.refuse": {"application": role},
        "account.stay": {"handle": "alix", "password": "seven grey geese"},
        "rules.list": {},
        "emoji.add": {"name": "x", "file": role},
        "emoji.rename": {"emoji": role, "name": "x"},
        "emoji.remove": {"emoji": role},
        "tag.edit": {"tag": role, "is_hidden": True},
        "tag.merge": {"tag": role, "into": room},
        "second_step.list": {"accounts": [bob.id]},
        "server.examine": {},
        "server.measure": {},
        "slash.run": {"channel": general, "command": "x", "arguments": {}},
        "thread.start": {"channel": general, "name": "x"},
        "thread.edit": {"thread": thread, "name": "x"},
        "thread.delete": {"thread": thread},
    }  # fmt: skip
    assert fields.keys() | ALLOWED_IN_TIME_OUT == core_commands().names.keys()
    await owner.join(room)
    await bob.join(room)
    await impose(owner, alice, "time_out", lasts_s=600, reason="Breathe")
    for command, given in fields.items():
        server.clock.advance(seconds=1)  # there is a pace for all commands
        with pytest.raises(Refused) as refused:
            await alice.command(command, **given)
        assert refused.value.code in {"denied", "not_found"}, (command, refused.value.error)
    with pytest.raises(Refused):
        await alice.command("message.delete", message=theirs)
    with pytest.raises(Refused):
        await alice.command("reaction.remove", message=theirs, emoji="👏", account=bob.id)
    held = (await alice.command("sanction.own"))["sanctions"]
    assert [(each["kind"], each["reason"]) for each in held] == [("time_out", "Breathe")]


async def test_a_time_out_is_lifted_and_listed_and_written_down(
    owner: Person, alice: Person
) -> None:
    await impose(owner, alice, "time_out", lasts_s=600, reason="Noise")
    listed = (await owner.command("sanction.list", holding=True))["sanctions"]
    assert [(each["account_id"], each["by_account_id"]) for each in listed] == [
        (alice.id, owner.id)
    ]
    await owner.command("sanction.lift", account=alice.id, kind="time_out")
    await alice.expect("account.changed", timed_out_until=None)
    assert (await owner.command("sanction.list", holding=True))["sanctions"] == []
    before = (await owner.command("sanction.list", account=alice.id))["sanctions"]
    assert [each["ended_by_id"] for each in before] == [owner.id]
    entries = (await owner.command("audit.list", action="account."))["entries"]
    assert [each["action"] for each in entries] == ["account.time_out_lifted", "account.time_out"]
    assert entries[1]["details"]["reason"] == "Noise"


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
