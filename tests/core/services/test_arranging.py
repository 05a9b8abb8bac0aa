"""Where places stand: moved between categories, out of one, and among their neighbours."""

from collections.abc import Sequence
from typing import Any

import pytest

from salon.testing import Person, Refused, Server

pytestmark = pytest.mark.databases


async def made(owner: Person, kind: str, name: str, **fields: Any) -> str:
    verb = "open" if kind == "room" else "create"
    more = {"temporary": False} if kind == "room" else {}
    answer = await owner.command(f"{kind}.{verb}", name=name, **more, **fields)
    id_: str = answer[kind]["id"]
    return id_


async def under(owner: Person, table: str, category: str | None) -> Sequence[str]:
    """The names of the channels or rooms under a heading, as they stand."""
    await owner.cut()
    await owner.open()
    here = [
        place
        for place in owner.snapshot[table]
        if place.get("room_id") is None and place["category_id"] == category
    ]
    return [place["name"] for place in sorted(here, key=lambda place: place["position"])]


async def test_a_channel_goes_into_a_category_between_two_and_out_again(owner: Person) -> None:
    category = await made(owner, "category", "Garden")
    await made(owner, "channel", "beans", category=category)
    peas = await made(owner, "channel", "peas", category=category)
    kale = await made(owner, "channel", "kale")
    await owner.command("place.move", place=kale, category=category, before=peas)
    assert await under(owner, "channels", category) == ["beans", "kale", "peas"]
    await owner.command("place.move", place=kale, category=category)
    assert await under(owner, "channels", category) == ["beans", "peas", "kale"]
    await owner.command("place.move", place=kale)
    assert await under(owner, "channels", category) == ["beans", "peas"]
    assert (await under(owner, "channels", None))[-1] == "kale"


async def test_a_room_goes_into_a_category_and_its_chat_with_it(owner: Person) -> None:
    category = await made(owner, "category", "Stages")
    room = await made(owner, "room", "Green room")
    await owner.command("place.move", place=room, category=category)
    assert await under(owner, "rooms", category) == ["Green room"]
    chat = next(each for each in owner.snapshot["channels"] if each["id"] == room)
    assert chat["category_id"] == category
    await owner.command("place.move", place=room)
    assert await under(owner, "rooms", category) == []


async def test_categories_change_places(owner: Person) -> None:
    first = await made(owner, "category", "First")
    second = await made(owner, "category", "Second")
    await owner.command("place.move", place=second, before=first)
    await owner.cut()
    await owner.open()
    names = [each["name"] for each in owner.snapshot["categories"]]
    assert names.index("Second") < names.index("First")


async def test_a_moved_place_keeps_what_it_says(owner: Person) -> None:
    category = await made(owner, "category", "Backstage")
    everyone = owner.snapshot["community"]["everyone_role_id"]
    wish = {"target": "role", "target_id": everyone, "allow": [], "deny": ["channel.view"]}
    await owner.command("overwrite.set", place=category, **wish)
    channel = await made(owner, "channel", "plans")
    await owner.command("place.move", place=channel, category=category)
    await owner.cut()
    await owner.open()
    moved = next(each for each in owner.snapshot["channels"] if each["id"] == channel)
    assert moved["overwrites"] == []


async def test_only_the_move_is_written_down(owner: Person) -> None:
    category = await made(owner, "category", "Garden")
    beans = await made(owner, "channel", "beans", category=category)
    kale = await made(owner, "channel", "kale")
    await owner.command("place.move", place=kale, category=category, before=beans)
    await owner.command("place.move", place=kale, category=category, before=beans)  # it is there
    moved, before = (await owner.command("audit.list", limit=2))["entries"]
    assert moved["target"] == {"kind": "channel", "id": kale}
    assert moved["details"]["after"]["category_id"] == category
    assert before["action"] == "channel.created"


async def test_what_is_not_there_is_no_place_to_move_to(owner: Person) -> None:
    channel = await made(owner, "channel", "kale")
    room = await made(owner, "room", "Hall")
    for refused, fields in {
        "no such category": {"place": channel, "category": room},
        "no such channel": {"place": channel, "before": room},
        "There is no such channel": {"place": "7"},
    }.items():
        with pytest.raises(Refused, match=refused):
            await owner.command("place.move", **fields)


async def test_only_who_may_manage_a_place_moves_it(
    server: Server, owner: Person, alice: Person
) -> None:
    channel = await made(owner, "channel", "kale")
    with pytest.raises(Refused, match="need the permission"):
        await alice.command("place.move", place=channel)
    secret = await made(owner, "category", "Secret")
    wish = {"target": "account", "target_id": alice.id, "allow": ["channel.manage"], "deny": []}
    await owner.command("overwrite.set", place=channel, **wish)
    await alice.command("place.move", place=channel)
    with pytest.raises(Refused, match="no such category"):
        await alice.command("place.move", place=channel, category=secret)
