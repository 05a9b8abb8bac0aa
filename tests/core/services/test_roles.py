"""Roles over the socket: who may, who is told, and what they see from then on."""

from typing import Any

import pytest

from salon.testing import Person, Refused, Server


async def refusal(person: Person, command: str, **fields: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        await person.command(command, **fields)
    return refused.value.code, refused.value.error["reason"]


async def made(owner: Person, name: str, *permissions: str) -> str:
    role = (await owner.command("role.create", name=name, permissions=permissions))["role"]
    id_: str = role["id"]
    return id_


async def give(owner: Person, person: Person, *role_ids: str) -> None:
    await owner.command("account.roles", account=person.id, role_ids=role_ids)
    await person.command("ping")


def everyone(person: Person) -> str:
    id_: str = person.snapshot["community"]["everyone_role_id"]
    return id_


async def say(
    person: Person, place: str, target_id: str, *, target: str = "role", **fields: list[str]
) -> list[dict[str, Any]]:
    said = {"allow": [], "deny": [], **fields}
    answer = await person.command(
        "overwrite.set", place=place, target=target, target_id=target_id, **said
    )
    overwrites: list[dict[str, Any]] = answer["overwrites"]
    return overwrites


async def test_who_keeps_no_roles_changes_none(owner: Person, alice: Person) -> None:
    role, general = await made(owner, "Gardener"), owner.channel("#general")
    nothing: dict[str, Any] = {"allow": [], "deny": []}
    asked: dict[str, dict[str, Any]] = {
        "role.create": {"name": "Mine", "permissions": ["administrator"]},
        "role.edit": {"role": role, "name": "Mine"},
        "role.delete": {"role": role},
        "role.order": {"role_ids": [role]},
        "role.view": {"role": role},
        "account.roles": {"account": alice.id, "role_ids": [role]},
        "overwrite.set": {"place": general, "target": "role", "target_id": role, **nothing},
    }
    for command, fields in asked.items():
        assert await refusal(alice, command, **fields) == ("denied", "no_permission"), command


async def test_an_administrator_does_not_rise(owner: Person, alice: Person, bob: Person) -> None:
    above, admin = await made(owner, "Above"), await made(owner, "Admin", "administrator")
    await give(owner, alice, admin)
    await give(owner, bob, above)
    outranked = ("denied", "role_outranked")
    everybody = {"account": alice.id, "role_ids": [admin, above]}
    assert await refusal(alice, "account.roles", **everybody) == outranked
    assert await refusal(alice, "role.edit", role=admin, name="Owner") == outranked
    assert await refusal(alice, "role.edit", role=above, permissions=[]) == outranked
    assert await refusal(alice, "role.delete", role=above) == outranked
    robbed = {"account": bob.id, "role_ids": []}
    assert await refusal(alice, "account.roles", **robbed) == ("denied", "outranked")
    below = await alice.command("role.create", name="Below", permissions=["administrator"])
    assert below["role"]["position"] == 1
    roles = {role["name"]: role for role in owner_roles(owner)}
    order = [roles[name]["id"] for name in ("Admin", "Host", "Above")]
    wrong = [*order, below["role"]["id"]]
    assert await refusal(alice, "role.order", role_ids=wrong) == outranked


def owner_roles(person: Person) -> list[dict[str, Any]]:
    """Return the roles as they were last told, by events on the snapshot."""
    known = {role["id"]: role for role in person.snapshot["roles"]}
    known |= {role["id"]: role for role in person.heard("role.changed")}
    return list(known.values())


async def test_an_order_of_other_roles_than_there_are_is_refused(owner: Person) -> None:
    mine = await made(owner, "Mine")
    host = next(role["id"] for role in owner.snapshot["roles"] if role["name"] == "Host")
    for wrong in ([mine], [mine, mine], [mine, host, everyone(owner)], [mine, "999"]):
        assert await refusal(owner, "role.order", role_ids=wrong) == ("conflict", "roles_changed")
    roles = (await owner.command("role.order", role_ids=[mine, host]))["roles"]
    assert [role["id"] for role in roles] == [everyone(owner), host, mine]


async def test_a_role_taken_away_closes_the_channel_at_once(owner: Person, alice: Person) -> None:
    role = await made(owner, "Gardener")
    shed = (await owner.command("channel.create", name="shed"))["channel"]["id"]
    await alice.expect("channel.created", id=shed)
    await say(owner, shed, everyone(owner), deny=["channel.view"])
    assert shed not in str((await alice.expect("access.changed"))["snapshot"])
    await say(owner, shed, role, allow=["channel.view"])
    await give(owner, alice, role)
    assert shed in str((await alice.expect("access.changed"))["snapshot"]["channels"])
    await alice.post(shed, "the hoe is mine")
    await give(owner, alice)
    assert shed not in str((await alice.expect("access.changed"))["snapshot"])
    alice.events.clear()
    await owner.post(shed, "she has gone")
    await alice.command("ping")
    assert not alice.heard("message.posted")


async def test_an_overwrite_for_one_account_holds_for_that_one(
    owner: Person, alice: Person, bob: Person
) -> None:
    general = owner.channel("#general")
    said = await say(owner, general, alice.id, target="account", deny=["message.post"])
    assert [each["target_id"] for each in said] == [alice.id]
    posting = {"channel": general, "text": "x", "nonce": "n"}
    assert await refusal(alice, "message.post", **posting) == ("denied", "no_permission")
    await bob.post(general, "still here")
    assert await say(owner, general, alice.id, target="account") == []
    await alice.post(general, "so am I")


async def test_a_room_says_it_with_its_chat(server: Server, owner: Person, alice: Person) -> None:
    room = owner.room("Kitchen table")
    await alice.command("room.join", room=room)
    await say(owner, room, everyone(owner), deny=["channel.view"])
    directory = server.app.directory
    assert directory.channels[int(room)].overwrites == directory.rooms[int(room)].overwrites != ()
    await alice.expect("access.changed")
    assert (await owner.expect("participant.left"))["account_id"] == alice.id
    assert await refusal(alice, "message.history", channel=room) == ("not_found", "no_channel")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"allow": ["administrator"]}, ("invalid", "malformed")),
        ({"allow": ["message.post"], "deny": ["message.post"]}, ("invalid", "malformed")),
        ({"allow": ["nobody.knows"]}, ("invalid", "no_such_permission")),
        ({"target_id": "999", "deny": ["message.post"]}, ("not_found", "no_role")),
        ({"target": "account", "target_id": "999"}, ("not_found", "nobody")),
        ({"place": "999"}, ("not_found", "no_channel")),
    ],
)
async def test_an_overwrite_that_cannot_be_is_refused(
    owner: Person, fields: dict[str, Any], expected: tuple[str, str]
) -> None:
    right = {"place": owner.channel("#general"), "target": "role", "allow": [], "deny": []}
    wrong = {**right, "target_id": everyone(owner), **fields}
    assert await refusal(owner, "overwrite.set", **wrong) == expected


async def test_a_deleted_role_leaves_nothing_behind(
    server: Server, owner: Person, alice: Person
) -> None:
    role, general = await made(owner, "Gardener"), owner.channel("#general")
    await give(owner, alice, role)
    await say(owner, general, role, deny=["message.post"])
    await say(owner, owner.room("Kitchen table"), role, deny=["room.join"])
    await owner.command("role.delete", role=role)
    assert role not in str(server.app.front.gateway.access_body(int(alice.id)))
    await alice.post(general, "free again")
    await give(owner, alice)  # what she had is no obstacle
    assert await refusal(owner, "role.delete", role=role) == ("not_found", "no_role")
    await server.restart()
    await owner.open()
    assert role not in str(owner.snapshot)


async def test_who_views_as_a_role_sees_what_it_sees(owner: Person, alice: Person) -> None:
    role = await made(owner, "Gardener", "message.manage")
    shed = (await owner.command("channel.create", name="shed"))["channel"]["id"]
    await say(owner, shed, everyone(owner), deny=["channel.view"])
    as_gardener = await owner.command("role.view", role=role)
    assert as_gardener["account"]["id"] == owner.id
    assert (as_gardener["account"]["is_owner"], as_gardener["account"]["role_ids"]) == (
        False,
        [role],
    )
    assert "message.manage" in as_gardener["permissions"]
    assert shed not in str(as_gardener["snapshot"])
    await give(owner, alice, role)
    await alice.cut()
    await alice.open()
    for part in ("channels", "rooms", "categories"):
        assert as_gardener["snapshot"][part] == alice.snapshot[part]
    assert as_gardener["permissions"] == alice.welcome["permissions"]
    await say(owner, shed, role, allow=["channel.view"])
    assert shed in str((await owner.command("role.view", role=role))["snapshot"]["channels"])
    as_everyone = await owner.command("role.view", role=everyone(owner))
    assert as_everyone["account"]["role_ids"] == []
    assert "message.manage" not in as_everyone["permissions"]


async def test_viewing_as_a_role_shows_nothing_that_one_does_not_see(
    owner: Person, alice: Person
) -> None:
    gardener = await made(owner, "Gardener")
    keeper = await made(owner, "Keeper", "role.manage")
    shed = (await owner.command("channel.create", name="shed"))["channel"]["id"]
    await say(owner, shed, everyone(owner), deny=["channel.view"])
    await say(owner, shed, gardener, allow=["channel.view"])
    await give(owner, alice, keeper)
    assert shed not in str(await alice.command("role.view", role=gardener))
    assert shed not in str(await alice.command("role.view", role=keeper))


async def test_every_permission_is_listed_once(owner: Person) -> None:
    listed = (await owner.command("permission.list"))["permissions"]
    names = [each["name"] for each in listed]
    assert len(names) == len(set(names))
    assert {"administrator", "channel.view", "role.manage"} <= set(names)
    assert all(each["title"] for each in listed)
