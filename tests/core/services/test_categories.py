"""What a category says: new places in it begin so, those in step follow, the others stay."""

from typing import Any

import pytest

from salon.testing import Person, Refused, Server

pytestmark = pytest.mark.databases


async def hidden(owner: Person) -> dict[str, Any]:
    """Make a category that everyone but those above does not see."""
    made = await owner.command("category.create", name="Backstage")
    category: dict[str, Any] = made["category"]
    await hide(owner, category["id"])
    return category


async def hide(owner: Person, place: str, *deny: str) -> list[dict[str, Any]]:
    everyone = owner.snapshot["community"]["everyone_role_id"]
    wish = {"target": "role", "target_id": everyone, "allow": []}
    deny = deny or ("channel.view",)
    answer = await owner.command("overwrite.set", place=place, deny=list(deny), **wish)
    overwrites: list[dict[str, Any]] = answer["overwrites"]
    return overwrites


async def channel_in(owner: Person, category: str, name: str = "plans") -> dict[str, Any]:
    made = await owner.command("channel.create", name=name, category=category)
    channel: dict[str, Any] = made["channel"]
    return channel


async def sees(person: Person, place: str) -> bool:
    await person.cut()
    await person.open()
    places = [*person.snapshot["channels"], *person.snapshot["rooms"]]
    return place in [each["id"] for each in places]


async def test_a_new_place_begins_with_what_its_category_says(
    server: Server, owner: Person, alice: Person
) -> None:
    category = await hidden(owner)
    channel = await channel_in(owner, category["id"])
    opened = await owner.command(
        "room.open", name="Green room", category=category["id"], temporary=False
    )
    assert not await sees(alice, channel["id"])
    assert not await sees(alice, opened["room"]["id"])
    with pytest.raises(Refused, match="no such channel"):
        await alice.post(channel["id"], "Hello?")


async def test_places_in_step_follow_and_others_stay(
    server: Server, owner: Person, alice: Person
) -> None:
    made = await owner.command("category.create", name="Lounge two")
    category = made["category"]["id"]
    follows = await channel_in(owner, category, "follows")
    own = await channel_in(owner, category, "own")
    own_overwrites = await hide(owner, own["id"], "message.post")
    await hide(owner, category)
    told = await owner.expect("channel.changed", id=follows["id"])
    assert [each["deny"] for each in told["overwrites"]] == [["channel.view"]]
    assert not await sees(alice, follows["id"])
    assert await sees(alice, own["id"])
    await owner.cut()
    await owner.open()
    kept = next(c for c in owner.snapshot["channels"] if c["id"] == own["id"])
    assert kept["overwrites"] == own_overwrites


async def test_a_place_falls_in_step_again_when_it_is_told_to(
    server: Server, owner: Person, alice: Person
) -> None:
    category = await hidden(owner)
    general = owner.channel("#general")
    await hide(owner, general, "message.post")
    await owner.command("channel.edit", channel=general, category=category["id"])
    assert await sees(alice, general)  # it was moved, and keeps what it says
    after = (await owner.command("overwrite.follow", place=general))["overwrites"]
    assert [each["deny"] for each in after] == [["channel.view"]]
    assert not await sees(alice, general)


async def test_only_who_may_say_each_of_it_brings_a_place_in_step(
    server: Server, owner: Person, alice: Person
) -> None:
    category = await hidden(owner)
    general = owner.channel("#general")
    await owner.command("channel.edit", channel=general, category=category["id"])
    with pytest.raises(Refused, match="need the permission"):
        await alice.command("overwrite.follow", place=general)
    with pytest.raises(Refused, match="need the permission"):
        await hide(alice, category["id"])
    lone = (await owner.command("channel.create", name="lone"))["channel"]
    with pytest.raises(Refused, match="no such category"):
        await owner.command("overwrite.follow", place=lone["id"])


async def test_a_role_that_goes_is_taken_out_of_what_categories_say(
    server: Server, owner: Person
) -> None:
    role = (await owner.command("role.create", name="Singers"))["role"]
    made = await owner.command("category.create", name="Stage")
    wish = {"target": "role", "target_id": role["id"], "allow": ["channel.view"], "deny": []}
    await owner.command("overwrite.set", place=made["category"]["id"], **wish)
    await owner.command("role.delete", role=role["id"])
    await owner.cut()
    await owner.open()
    said = [each["overwrites"] for each in owner.snapshot["categories"]]
    assert all(overwrites == [] for overwrites in said)
