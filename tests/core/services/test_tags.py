"""What rooms are about: named, followed, told of, and kept by those in charge."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.core.services.push_service import PushService

from salon.domain.tags import SHOWN_MAX, Tag
from salon.services.facade import Facade
from salon.store import tags as stored
from salon.store.base import CoreTransaction
from salon.testing import Person, Refused, Server

pytestmark = pytest.mark.databases


@pytest.fixture
async def push(server: Server) -> AsyncIterator[PushService]:
    async with PushService.reached_by(server) as service:
        yield service


async def named(server: Server, owner: Person, *tags: str) -> None:
    """Have these tags, and nobody left to be told of the room that brought them."""
    await opened(owner, *tags)
    await server.app.services.rooms_told.settled()


async def opened(person: Person, *tags: str, **fields: Any) -> dict[str, Any]:
    made = await person.command("room.open", name="Balcony", tags=list(tags), **fields)
    return dict(made["room"])


async def listed(person: Person) -> dict[str, str]:
    tags = (await person.command("tag.list"))["tags"]
    return {tag["name"]: tag["id"] for tag in tags if tag["merged_into_id"] is None}


async def refused(person: Person, command: str, **fields: Any) -> str:
    with pytest.raises(Refused) as caught:
        await person.command(command, **fields)
    return str(caught.value.error["reason"])


async def test_a_tag_is_made_by_being_named_and_two_spellings_are_one(
    owner: Person, alice: Person
) -> None:
    first = await opened(alice, "Football", " #Reading  group ")
    changed = await owner.expect("tag.changed", name="Football")
    second = await opened(owner, "football", "FOOTBALL")
    assert second["tag_ids"] == [changed["id"]]
    assert first["tag_ids"][0] == changed["id"]
    assert list(await listed(alice)) == ["Football", "Reading group"]


async def test_what_is_no_name_of_a_tag_is_refused(alice: Person) -> None:
    for names, reason in (
        (["a", "b", "c", "d"], "tags_many"),
        (["x" * 33], "long"),
        (["#"], "empty"),
        (["one,two"], "tag_name"),
        (["\ufdfa" * 32], "tag_name"),  # one letter that stands for eighteen
    ):
        assert await refused(alice, "room.open", name="x", tags=names) == reason
    assert await listed(alice) == {}


async def test_a_member_makes_a_few_new_tags_at_once_and_the_community_has_so_many(
    server: Server, owner: Person, alice: Person
) -> None:
    await opened(alice, "a", "b", "c")
    await opened(alice, "d", "e", "f")
    with pytest.raises(Refused) as caught:
        await opened(alice, "g")
    assert caught.value.code == "too_many"
    await opened(alice, "a")  # what is there is taken at any time

    def fill(tx: CoreTransaction) -> None:
        for n in range(SHOWN_MAX - 6):
            stored.save(tx, Tag(tx.new_id(), f"tag {n}"))

    await server.app.store.write(fill)
    assert await refused(owner, "room.open", name="x", tags=["one more"]) == "tags_full"


async def test_who_opens_a_room_says_what_it_is_about_also_later(alice: Person) -> None:
    room = await opened(alice, "Football")
    await alice.command("room.edit", room=room["id"], tags=["Chess"])
    told = await alice.expect("room.changed", id=room["id"])
    assert told["tag_ids"] == [(await listed(alice))["Chess"]]
    changed = await alice.command("room.edit", room=room["id"], name="Terrace")
    assert changed["room"]["tag_ids"] == told["tag_ids"]
    recorded = await alice.command("room.open", name="Booth", to_be_recorded=True)
    assert [each["room"]["to_be_recorded"] for each in (changed, recorded)] == [False, True]


async def test_who_follows_a_tag_is_told_of_a_room_in_the_page_and_at_the_device(
    server: Server, owner: Person, alice: Person, bob: Person, push: PushService
) -> None:
    await named(server, owner, "Football", "Chess")
    tags = await listed(alice)
    await push.subscribe(alice)
    await alice.command("tag.follow", tag=tags["Football"], follows=True)
    assert (await alice.expect("tag.followed"))["follows"] is True
    room = await opened(bob, "Chess", "Football")
    told = await alice.expect("room.live")
    assert told == {"room_id": room["id"], "tag_id": tags["Football"]}
    await settled(server)
    ((_browser, content),) = push.told
    assert (content["title"], content["address"]) == ("Balcony", f"/r/{room['slug']}")
    assert "Football" in content["text"]
    await alice.command("tag.follow", tag=tags["Football"], follows=False)
    await opened(bob, "Football")
    await settled(server)
    assert len(push.told) == 1
    assert alice.heard("room.live") == bob.heard("room.live") == owner.heard("room.live") == []


async def settled(server: Server) -> None:
    await server.app.services.rooms_told.settled()
    await server.app.services.plugin_pushes.settled()


async def test_nobody_is_told_of_a_room_they_may_not_see_nor_of_their_own_nor_by_whom_they_block(
    server: Server, owner: Person, alice: Person, bob: Person, push: PushService
) -> None:
    await named(server, owner, "Football")
    tag = (await listed(alice))["Football"]
    for person in (alice, bob):
        await push.subscribe(person)
        await person.command("tag.follow", tag=tag, follows=True)
    await alice.command("privacy.block", account=bob.id)
    await opened(bob, "Football")
    await opened(owner, "Football", entry="link")
    await settled(server)
    assert push.told == []
    assert alice.heard("room.live") == bob.heard("room.live") == []


async def test_a_device_that_does_not_want_rooms_of_tags_is_left_alone(
    server: Server, owner: Person, alice: Person, push: PushService
) -> None:
    await named(server, owner, "Football")
    device = await push.subscribe(alice)
    await alice.command("tag.follow", tag=(await listed(alice))["Football"], follows=True)
    await alice.command("push.change", session=device["session_id"], tags=False)
    await opened(owner, "Football")
    await settled(server)
    assert push.told == []
    await alice.expect("room.live")


async def test_a_stage_is_told_of_when_it_opens_and_a_room_of_the_house_never(
    server: Server, owner: Person, alice: Person
) -> None:
    room = await opened(owner, "Football", kind="stage", temporary=False)
    await opened(owner, "Football", temporary=False)
    await alice.command("tag.follow", tag=room["tag_ids"][0], follows=True)
    await settled(server)
    assert alice.heard("room.live") == []
    await owner.command("stage.open", room=room["id"])
    assert (await alice.expect("room.live"))["room_id"] == room["id"]


async def test_those_in_charge_rename_hide_and_merge_tags_and_nobody_else(
    owner: Person, alice: Person, bob: Person
) -> None:
    room = await opened(owner, "Footy", "Football", "Rude")
    tags = await listed(alice)
    footy, football, rude = (tags[name] for name in ("Footy", "Football", "Rude"))
    for command, fields in (
        ("tag.edit", {"tag": rude, "is_hidden": True}),
        ("tag.merge", {"tag": footy, "into": football}),
    ):
        assert await refused(alice, command, **fields) == "no_permission"
    assert await refused(owner, "tag.edit", tag=footy, name="FOOTBALL") == "tag_taken"
    assert await refused(owner, "tag.merge", tag=footy, into=footy) == "tag_same"
    assert await refused(owner, "tag.edit", tag="1", name="x") == "no_tag"
    await alice.command("tag.follow", tag=footy, follows=True)
    await owner.command("tag.merge", tag=footy, into=football)
    await owner.command("tag.edit", tag=football, name="Soccer")
    await owner.command("tag.edit", tag=rude, is_hidden=True)
    told = await alice.expect("tag.changed", id=rude, is_hidden=True)
    assert told["name"] == ""  # everybody is told of it
    assert await listed(alice) == {"Soccer": football}
    assert (await alice.command("tag.list"))["followed"] == [football]
    assert await refused(alice, "room.open", name="x", tags=["rude"]) == "tag_hidden"
    assert await refused(alice, "tag.follow", tag=rude, follows=True) == "no_tag"
    assert (await opened(bob, "footy"))["tag_ids"] == [football]
    assert (await alice.expect("room.live"))["tag_id"] == football
    assert room["tag_ids"] == [footy, football, rude]  # a room keeps what it was given
    actions = [e["action"] for e in (await owner.command("audit.list"))["entries"]]
    assert {"tag.merged", "tag.changed"} <= set(actions)


async def test_a_plugin_names_tags_for_somebody_and_learns_what_they_stand_for_now(
    server: Server, owner: Person, alice: Person
) -> None:
    facade = Facade("almanac", server.app.services)
    account = server.app.directory.account(int(alice.id))
    assert account is not None
    ids = await facade.tags.named(["Football", "Chess"], actor=account)
    tags = await listed(alice)
    await owner.command("tag.merge", tag=tags["Chess"], into=tags["Football"])
    assert [tag.name for tag in facade.tags.shown(ids)] == ["Football"]
    room = await facade.rooms.open("Match", temporary=True, tag_ids=ids)
    assert room.tag_ids == (int(tags["Football"]),)
