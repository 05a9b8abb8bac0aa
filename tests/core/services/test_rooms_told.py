"""Whoever opens a room says who is told of it: followers of its topics, some roles, or nobody."""

from collections.abc import AsyncIterator

import pytest
from tests.core.services.push_service import PushService

from salon.testing import Person, Refused, Server


@pytest.fixture
async def push(server: Server) -> AsyncIterator[PushService]:
    async with PushService.reached_by(server) as service:
        yield service


async def settled(server: Server) -> None:
    await server.app.services.rooms_told.settled()
    await server.app.services.plugin_pushes.settled()


async def gardeners(owner: Person, *people: Person, mentionable: bool = True) -> str:
    """Give them a role of their own and return its id."""
    role: str = (await owner.command("role.create", name="Gardeners"))["role"]["id"]
    await owner.command("role.edit", role=role, mentionable=mentionable)
    for person in people:
        await owner.command("account.roles", account=person.id, role_ids=[role])
    return role


async def test_everybody_with_a_role_is_told_once_and_not_who_opened_the_room_or_is_blocked(
    server: Server, owner: Person, alice: Person, bob: Person, push: PushService
) -> None:
    carol = await server.member("carol", owner)
    role = await gardeners(owner, alice, bob, carol)
    for person in (alice, bob, carol):
        await push.subscribe(person)
    await carol.command("privacy.block", account=bob.id)
    await owner.command("room.open", name="Shed", tags=["Roses"])
    tag = (await alice.command("tag.list"))["tags"][0]["id"]
    await alice.command("tag.follow", tag=tag, follows=True)
    fields = {"name": "Balcony", "tags": ["Roses"], "tell_roles": [role, role]}
    room = (await bob.command("room.open", **fields))["room"]
    assert await alice.expect("room.live") == {"room_id": room["id"], "tag_id": tag}
    await settled(server)
    await bob.command("room.open", name="Terrace", tell_roles=[role])
    assert (await alice.expect("room.live"))["tag_id"] is None
    await settled(server)
    assert [content["title"] for _browser, content in push.told] == ["Balcony", "Terrace"]
    for person in (alice, bob, carol, owner):
        assert person.heard("room.live") == []


async def test_of_a_quiet_room_nobody_is_told(server: Server, owner: Person, alice: Person) -> None:
    await owner.command("room.open", name="Shed", tags=["Roses"])
    tag = (await alice.command("tag.list"))["tags"][0]["id"]
    await alice.command("tag.follow", tag=tag, follows=True)
    await settled(server)
    await owner.command("room.open", name="Balcony", tags=["Roses"], tell_followers=False)
    await settled(server)
    assert alice.heard("room.live") == []


async def test_a_stage_tells_roles_when_its_hosts_open_it_also_after_a_restart(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    role = await gardeners(owner, alice)
    fields = {"name": "Open air", "kind": "stage", "temporary": False, "tell_roles": [role]}
    room = (await owner.command("room.open", **fields))["room"]["id"]
    await settled(server)
    assert alice.heard("room.live") == []
    await server.restart()
    for person in (owner, alice):
        await person.open()
    await owner.command("stage.open", room=room)
    assert (await alice.expect("room.live"))["room_id"] == room


async def test_only_roles_are_told_that_the_opener_may_name_to_all_who_have_them(
    owner: Person, alice: Person, bob: Person
) -> None:
    role = await gardeners(owner, bob, mentionable=False)
    everyone = alice.snapshot["community"]["everyone_role_id"]
    for wanted, reason in ((role, "role_untold"), (everyone, "no_role"), ("7", "no_role")):
        with pytest.raises(Refused) as caught:
            await alice.command("room.open", name="Balcony", tell_roles=[wanted])
        assert caught.value.error["reason"] == reason
    await owner.command("room.open", name="Balcony", tell_roles=[role])
    await bob.expect("room.live")
