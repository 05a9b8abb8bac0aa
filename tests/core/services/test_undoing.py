"""Taking a deed back: what can be, by whom, until when; and that it is a deed itself."""

from typing import Any

import pytest

from salon.testing import Person, Refused, Server

pytestmark = pytest.mark.databases


async def newest(person: Person) -> dict[str, Any]:
    found: dict[str, Any] = (await person.command("audit.list", limit=1))["entries"][0]
    return found


async def undo(person: Person) -> dict[str, Any]:
    """Undo the newest deed, and return the entry of that."""
    entry = await newest(person)
    assert entry["can_undo"]
    await person.command("audit.undo", entry=entry["id"])
    again = await newest(person)
    assert int(again["id"]) > int(entry["id"])
    return again


async def role_of(owner: Person, name: str, *held: str) -> str:
    made = await owner.command("role.create", name=name, permissions=list(held))
    id_: str = made["role"]["id"]
    return id_


async def test_roles_that_were_given_are_taken_and_others_stay(
    server: Server, owner: Person, alice: Person
) -> None:
    garden, kitchen = await role_of(owner, "Garden"), await role_of(owner, "Kitchen")
    await owner.command("account.roles", account=alice.id, role_ids=[garden])
    given = await newest(owner)
    await owner.command("account.roles", account=alice.id, role_ids=[garden, kitchen])
    await owner.command("audit.undo", entry=given["id"])
    account = server.app.services.directory.account(int(alice.id))
    assert account is not None
    assert account.role_ids == {int(kitchen)}


async def test_a_changed_role_is_as_before(owner: Person) -> None:
    role = await role_of(owner, "Garden", "message.pin")
    await owner.command(
        "role.edit", role=role, name="Orchard", hue=3, mentionable=True, permissions=[]
    )
    after = (await undo(owner))["details"]["after"]
    assert after == {
        "name": "Garden", "hue": None, "mentionable": False, "permissions": ["message.pin"],
    }  # fmt: skip


async def test_an_exception_is_as_before(server: Server, owner: Person, alice: Person) -> None:
    place = owner.channel("general")
    wish = {"place": place, "target": "account", "target_id": alice.id}
    await owner.command("overwrite.set", **wish, allow=["message.pin"], deny=[])
    await owner.command("overwrite.set", **wish, allow=[], deny=["message.post"])
    await undo(owner)
    (said,) = server.app.services.directory.channels[int(place)].overwrites
    assert said.allow == {"message.pin"}
    assert not said.deny


async def test_a_channel_has_its_name_and_pace_back_and_stands_where_it_stood(
    server: Server, owner: Person
) -> None:
    category = (await owner.command("category.create", name="Garden"))["category"]["id"]
    made = [
        (await owner.command("channel.create", name=name, category=category))["channel"]["id"]
        for name in ("beans", "kale", "peas")
    ]
    await owner.command("channel.edit", channel=made[1], name="cabbage", slow_mode_s=60)
    await undo(owner)
    await owner.command("place.move", place=made[1])
    await undo(owner)
    directory = server.app.services.directory
    kale = directory.channels[int(made[1])]
    assert (kale.name, kale.slow_mode_s, kale.category_id) == ("kale", 0, int(category))
    order = sorted(map(int, made), key=lambda id_: directory.channels[id_].position)
    assert order == [int(id_) for id_ in made]


async def test_a_room_a_category_and_the_community_are_as_before(
    server: Server, owner: Person
) -> None:
    room = (await owner.command("room.open", name="Hall", temporary=False, seats=20))["room"]
    await owner.command("room.edit", room=room["id"], topic="Loud", seats=10, sound="music")
    await undo(owner)
    group = (await owner.command("category.create", name="Town"))["category"]
    await owner.command("category.edit", category=group["id"], name="City")
    await undo(owner)
    await owner.command("community.edit", name="Ours", accent_hue=20, registration="open")
    await undo(owner)
    directory = server.app.services.directory
    hall = directory.rooms[int(room["id"])]
    assert (hall.topic, hall.seats, hall.sound) == ("", 20, "speech")
    assert directory.categories[int(group["id"])].name == "Town"
    assert directory.community.name == owner.snapshot["community"]["name"]
    assert directory.community.registration == "invitation"


@pytest.mark.parametrize("kind", ["time_out", "suspension", "ban", "kick"])
async def test_a_sanction_is_lifted(
    server: Server, owner: Person, alice: Person, kind: str
) -> None:
    lasting = {"lasts_s": 600} if kind == "time_out" else {}
    await owner.command("sanction.impose", account=alice.id, kind=kind, **lasting)
    assert (await undo(owner))["action"] == f"account.{kind}_lifted"
    entry = (await owner.command("audit.list", limit=2))["entries"][1]
    assert not entry["can_undo"]


async def test_what_was_changed_again_is_not_undone(owner: Person) -> None:
    channel = owner.channel("general")
    await owner.command("channel.edit", channel=channel, topic="Beans")
    entry = await newest(owner)
    await owner.command("channel.edit", channel=channel, topic="Peas")
    with pytest.raises(Refused, match="cannot be undone any more"):
        await owner.command("audit.undo", entry=entry["id"])
    shown = (await owner.command("audit.list", limit=2))["entries"]
    assert [each["can_undo"] for each in shown] == [True, False]


async def test_what_was_too_long_to_be_kept_is_not_undone(owner: Person) -> None:
    channel = owner.channel("general")
    await owner.command("channel.edit", channel=channel, topic="b" * 300)
    await owner.command("channel.edit", channel=channel, topic="Peas")
    assert not (await newest(owner))["can_undo"]


async def test_what_was_made_or_ended_is_not_undone(owner: Person) -> None:
    made = (await owner.command("channel.create", name="Garden"))["channel"]
    assert not (await newest(owner))["can_undo"]
    await owner.command("channel.delete", channel=made["id"])
    entry = await newest(owner)
    assert not entry["can_undo"]
    with pytest.raises(Refused, match="cannot be undone any more"):
        await owner.command("audit.undo", entry=entry["id"])
    with pytest.raises(Refused, match="no such entry"):
        await owner.command("audit.undo", entry="999999")


async def test_an_undo_needs_what_the_deed_needs_and_sight_of_the_record(
    owner: Person, alice: Person
) -> None:
    channel = owner.channel("general")
    await owner.command("channel.edit", channel=channel, topic="Beans")
    entry = await newest(owner)
    with pytest.raises(Refused, match="See what was changed"):
        await alice.command("audit.undo", entry=entry["id"])
    role = await role_of(owner, "Readers", "audit.view")
    await owner.command("account.roles", account=alice.id, role_ids=[role])
    shown = (await alice.command("audit.list", limit=5))["entries"]
    assert not any(each["can_undo"] for each in shown)
    with pytest.raises(Refused, match="Create, change and delete channels"):
        await alice.command("audit.undo", entry=entry["id"])
    await owner.command("role.edit", role=role, permissions=["audit.view", "member.manage"])
    given = (await owner.command("audit.list", limit=2))["entries"][1]
    with pytest.raises(Refused, match="of your rank or above"):
        await alice.command("audit.undo", entry=given["id"])
