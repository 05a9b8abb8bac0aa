"""Whom an event is hidden from: in lists, pages, search, feeds, news and pushes, at any time."""

from typing import Any

import pytest
from tests.core.services.push_service import PushService
from tests.plugins.events.conftest import Look, Plan, fetched, listed

from salon.testing import Person, Refused, Server
from salon.testing.clock import PushedClock
from salon_events.plugin import EventsPlugin

pytestmark = pytest.mark.plugin.with_args(EventsPlugin)


async def knows(person: Person, occurrence: str, feed: str) -> set[str]:
    """Return by which ways somebody learns of an event called Canary."""
    ways = set()
    if any(each["id"] == occurrence for each in await listed(person)):
        ways.add("list")
    try:
        await person.command("events.get", occurrence=occurrence)
        ways.add("page")
    except Refused as refused:
        ways |= set() if refused.code == "not_found" else {refused.code}
    found = await person.command("search.sources", query="canary")
    if "Canary" in str(found):
        ways.add("search")
    if b"Canary" in (await fetched(person, feed))[1]:
        ways.add("feed")
    return ways


async def address(person: Person, **fields: Any) -> str:
    made = await person.command("events.make_address", **({"holds": "all"} | fields))
    url: str = made["url"]
    return url


async def hide(owner: Person, room: str) -> None:
    """Let only the owner see a room."""
    everyone = next(role["id"] for role in owner.snapshot["roles"] if not role["position"])
    denied = {"allow": [], "deny": ["channel.view"]}
    await owner.command("overwrite.set", place=room, target="role", target_id=everyone, **denied)


EVERY_WAY = {"list", "page", "search", "feed"}


@pytest.mark.databases
async def test_an_event_in_a_hidden_room_is_known_to_who_may_see_the_room_alone(
    server: Server, owner: Person, alice: Person, bob: Person, plan: Plan, look: Look,
    clock: PushedClock,
) -> None:  # fmt: skip
    made = (await plan(title="Canary", room=owner.room("Kitchen table")))["occurrence_id"]
    feed = await address(bob)
    await bob.command("events.say", occurrence=made, said="coming")
    assert await knows(bob, made, feed) == EVERY_WAY
    async with PushService.reached_by(server) as push:
        await push.subscribe(bob)
        await hide(owner, owner.room("Kitchen table"))
        assert await knows(bob, made, feed) == set()
        assert await knows(owner, made, await address(owner)) == EVERY_WAY
        clock.advance(minutes=51)
        await look()
        assert bob.heard("events.told") == []
        await server.app.services.plugin_pushes.settled()
        assert push.told == []


async def test_an_event_for_a_role_is_known_to_who_has_it_and_its_own_room_is_seen_by_them(
    server: Server, owner: Person, alice: Person, bob: Person, plan: Plan, look: Look,
    clock: PushedClock,
) -> None:  # fmt: skip
    role = (await owner.command("role.create", name="Choir", permissions=[]))["role"]["id"]
    await owner.command("account.roles", account=alice.id, role_ids=[role])
    made = (await plan(title="Canary", role_ids=[role]))["occurrence_id"]
    assert await knows(alice, made, await address(alice)) == EVERY_WAY
    assert await knows(bob, made, await address(bob)) == set()
    clock.advance(minutes=51)
    await look()
    assert (await alice.expect("room.opened"))["name"] == "Canary"
    assert bob.heard("room.opened") == []
    await owner.command("role.delete", role=role)  # a role that is gone lets nobody in
    assert await knows(alice, made, await address(alice)) == set()
    assert "page" in await knows(owner, made, await address(owner))


async def test_without_an_account_one_sees_what_is_public_and_hides_from_no_member(
    server: Server, owner: Person, alice: Person, bob: Person, plan: Plan
) -> None:
    room = owner.room("Kitchen table")
    await plan(title="Inside", room=room)
    await plan(title="Open to all", room=room, is_public=True)
    await owner.command("channel.edit", channel=owner.channel("#general"), is_public=True)
    for path in ("/p/events/calendar.ics", f"/p/events/rooms/{room}.ics", "/"):
        async with server.visitor() as visitor, visitor.get(path) as answer:
            text = await answer.text()
        assert ("Open to all" in text, "Inside" in text) == (True, False)
    await hide(owner, room)
    for path in ("/p/events/calendar.ics", "/"):
        async with server.visitor() as visitor, visitor.get(path) as answer:
            assert "Open to all" not in await answer.text()
    with pytest.raises(Refused) as refused:
        await plan(alice, is_public=True)
    assert refused.value.error["permission"] == "events.manage"


async def test_an_address_shows_what_it_is_for_until_it_is_revoked_or_its_owner_removed(
    server: Server, owner: Person, alice: Person, bob: Person, plan: Plan
) -> None:
    kitchen = owner.room("Kitchen table")
    first = await plan(title="In the kitchen", room=kitchen)
    await plan(title="Elsewhere")
    mine, room = (
        await address(alice, holds="mine"),
        await address(alice, holds="room", room=kitchen),
    )
    assert b"SUMMARY" not in (await fetched(alice, mine))[1]
    await alice.command("events.say", occurrence=first["occurrence_id"], said="maybe")
    for url in (mine, room):
        status, text, headers = await fetched(alice, url)
        assert (status, b"In the kitchen" in text, b"Elsewhere" in text) == (200, True, False)
        assert headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert headers["Cache-Control"] == "private, no-cache"
        again = await fetched(alice, url, {"If-None-Match": headers["ETag"]})
        assert (again[0], again[1]) == (304, b"")
    known = (await alice.command("events.addresses"))["addresses"]
    assert [each["fetched_at"] is not None for each in known] == [True, True]
    assert mine.rsplit("/", 1)[1].removesuffix(".ics") not in str(await server.stored())
    with pytest.raises(Refused):
        await bob.command("events.revoke_address", address=known[0]["id"])
    await alice.command("events.revoke_address", address=known[0]["id"])
    assert (await fetched(alice, mine))[0] == 404
    await owner.command("sanction.impose", account=alice.id, kind="ban", reason="a test")
    assert (await fetched(bob, room))[0] == 404
