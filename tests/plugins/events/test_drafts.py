"""Drafts that nobody else sees, roles that are told, and what the room of an event says."""

from typing import Any

import pytest
from tests.core.services.push_service import PushService
from tests.plugins.events.conftest import Look, Plan, listed

from salon.testing import Person, Refused, Server
from salon.testing.clock import PushedClock
from salon_events.plugin import EventsPlugin

pytestmark = pytest.mark.plugin.with_args(EventsPlugin)


async def refused(person: Person, command: str, **fields: Any) -> str:
    with pytest.raises(Refused) as caught:
        await person.command(command, **fields)
    return str(caught.value.error["reason"])


async def role_of(owner: Person, person: Person, *, mentionable: bool = False) -> str:
    made = await owner.command("role.create", name="Regulars")
    role: str = made["role"]["id"]
    await owner.command("role.edit", role=role, mentionable=mentionable)
    await owner.command("account.roles", account=person.id, role_ids=[role])
    return role


@pytest.mark.databases
async def test_a_draft_is_seen_by_who_planned_it_alone_until_it_is_announced(
    owner: Person, alice: Person, bob: Person, plan: Plan
) -> None:
    one = (await plan(alice, is_draft=True, host_ids=[alice.id, bob.id]))["occurrence_id"]
    (shown,) = await listed(alice)
    assert shown["is_draft"]
    for person in (owner, bob):
        assert await listed(person) == await listed(person, "mine") == []
        for command in ("get", "announce", "cancel", "remind", "say"):
            assert await refused(person, f"events.{command}", occurrence=one) == "events.no_event"
    await alice.command("events.change", occurrence=one, title="Open stage at last")
    audited = (await owner.command("audit.list", action="events."))["entries"]
    assert bob.heard("events.told") == audited == []
    await alice.command("events.announce", occurrence=one)
    told = await bob.expect("events.told")
    assert (told["what"], told["title"]) == ("asked", "Open stage at last")
    (shown,) = await listed(bob)
    assert not shown["is_draft"]
    (mine,) = await listed(alice)
    assert mine["said"] == "coming"
    assert await refused(alice, "events.announce", occurrence=one) == "events.announced"


async def test_the_door_of_a_draft_stays_shut_and_its_time_passes_in_silence(
    server: Server, alice: Person, bob: Person, clock: PushedClock, plan: Plan, look: Look
) -> None:
    one = (await plan(alice, is_draft=True))["occurrence_id"]
    clock.advance(minutes=70)
    await look()
    assert bob.heard("room.opened") == []
    clock.advance(minutes=60)
    await look()
    assert bob.heard("events.changed") == []
    assert await listed(alice) == []
    assert await refused(alice, "events.announce", occurrence=one) == "events.is_over"


@pytest.mark.databases
async def test_roles_are_told_once_when_an_event_is_announced_in_the_page_and_at_devices(
    server: Server, owner: Person, alice: Person, bob: Person, plan: Plan
) -> None:
    role = await role_of(owner, bob, mentionable=True)
    async with PushService.reached_by(server) as push:
        await push.subscribe(bob)
        draft = await plan(alice, title="Soup", told_role_ids=[role], is_draft=True)
        await alice.command("events.announce", occurrence=draft["occurrence_id"])
        told = await bob.expect("events.told")
        assert (told["what"], told["title"]) == ("announced", "Soup")
        await server.settled()
        await server.app.services.plugin_pushes.settled()
        ((_browser, content),) = push.told
        assert (content["title"], content["text"]) == ("Soup", "Est au programme.")
    assert alice.heard("events.told") == owner.heard("events.told") == []


async def test_roles_are_told_by_who_may_name_them_and_only_who_may_know_of_the_event(
    server: Server, owner: Person, alice: Person, bob: Person, plan: Plan
) -> None:
    role = await role_of(owner, bob)
    assert await _reason(plan(alice, told_role_ids=[role])) == "events.role_untold"
    assert await _reason(plan(owner, told_role_ids=["1"])) == "no_role"
    hosts = next(r["id"] for r in owner.snapshot["roles"] if "room.manage" in r["permissions"])
    await plan(owner, told_role_ids=[role], role_ids=[hosts])
    await server.settled()
    await alice.command("ping")
    assert bob.heard("events.told") == []


async def _reason(asked: Any) -> str:
    with pytest.raises(Refused) as caught:
        await asked
    return str(caught.value.error["reason"])


async def test_a_room_says_what_its_event_is_about_and_that_it_will_be_recorded(
    owner: Person, alice: Person, bob: Person, clock: PushedClock, plan: Plan, look: Look
) -> None:
    made = await plan(alice, tags=["Soup"], to_be_recorded=True)
    (shown,) = await listed(bob)
    assert shown["to_be_recorded"]
    (tag,) = (await bob.command("tag.list"))["tags"]
    assert shown["tag_ids"] == [tag["id"]]
    await bob.command("tag.follow", tag=tag["id"], follows=True)
    await alice.command("events.change", occurrence=made["occurrence_id"], tags=["soup", "Bread"])
    clock.advance(minutes=51)
    await look()
    opened = await bob.expect("room.opened")
    assert opened["to_be_recorded"]
    assert (await bob.expect("room.live"))["room_id"] == opened["id"]
    assert len(opened["tag_ids"]) == 2


async def test_erasing_who_made_a_draft_erases_it(
    server: Server, alice: Person, plan: Plan
) -> None:
    await plan(alice, is_draft=True)
    await server.app.host.erase_account(int(alice.id))
    assert await listed(alice) == []
