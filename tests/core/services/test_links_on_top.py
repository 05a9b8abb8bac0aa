"""A link on top of a room: who leads the room sets it, who sees the room sees it."""

from typing import Any

import pytest

from salon.testing import Person, Refused, Server

PAGE = "https://example.org/programme?evening=2"


async def refused(person: Person, room: str, **fields: Any) -> str:
    with pytest.raises(Refused) as caught:
        await person.command("room.edit", room=room, **fields)
    error = caught.value.error
    return str(error["reason"] or error["code"])


@pytest.mark.databases
async def test_everybody_who_sees_the_room_is_told_of_its_link_also_later_and_of_its_end(
    owner: Person, alice: Person
) -> None:
    room = owner.room("Kitchen table")
    await owner.command(
        "room.edit", room=room, pinned_url=f" {PAGE} ", pinned_title="Tonight's  programme"
    )
    told = await alice.expect("room.changed", id=room)
    assert (told["pinned_url"], told["pinned_title"]) == (PAGE, "Tonight's programme")
    await alice.cut()
    await alice.open()
    (seen,) = [each for each in alice.snapshot["rooms"] if each["id"] == room]
    assert seen["pinned_url"] == PAGE
    await owner.command("room.edit", room=room, topic="Something else")
    assert (await alice.expect("room.changed", id=room))["pinned_url"] == PAGE
    await owner.command("room.edit", room=room, pinned_url="", pinned_title="left over")
    told = await alice.expect("room.changed", id=room)
    assert (told["pinned_url"], told["pinned_title"]) == ("", "")


async def test_it_is_set_by_who_keeps_or_opened_the_room_or_hosts_the_stage_and_by_nobody_else(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    assert await refused(alice, owner.room("Kitchen table"), pinned_url=PAGE) == "no_permission"
    opened = await alice.command("room.open", name="Balcony")
    await alice.command("room.edit", room=opened["room"]["id"], pinned_url=PAGE)
    assert await refused(bob, opened["room"]["id"], pinned_url="") == "no_permission"
    stage = await server.app.services.rooms.open(
        None, "After the match", kind="stage", temporary=False, host_ids=[int(bob.id)]
    )
    edited = await bob.command("room.edit", room=str(stage.id), pinned_url=PAGE)
    assert edited["room"]["pinned_url"] == PAGE
    assert await refused(bob, str(stage.id), pinned_url=PAGE, name="Mine") == "no_permission"
    assert await refused(alice, str(stage.id), pinned_url="") == "no_permission"
    services = server.app.services
    speaker = server.app.directory.account(int(bob.id))
    assert speaker is not None
    await services.stages.invite(speaker, stage.id, int(alice.id))
    assert await refused(alice, str(stage.id), pinned_url="") == "no_permission"
    await bob.command("stage.place", room=str(stage.id), account=alice.id, part="cohost")
    await alice.command("room.edit", room=str(stage.id), pinned_url="")
    assert await refused(alice, str(stage.id), is_public=True) == "no_permission"


async def test_what_was_set_in_a_room_of_the_house_is_in_the_audit_log(owner: Person) -> None:
    room = owner.room("Kitchen table")
    await owner.command("room.edit", room=room, pinned_url=PAGE)
    (entry, *_) = (await owner.command("audit.list"))["entries"]
    assert entry["action"] == "room.changed"
    assert entry["details"]["after"] == {"pinned_url": PAGE}


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript://example.org/%0aalert(1)",
        "data:text/html,hi",
        "mailto:a@example.org",
        "//example.org",
        "example.org",
        "/c/general",
        "http://",
        "https://:80",
        "https://bank.example@evil.example/",
        "https://u:p@example.org",
        "https://[::1",
        "https://example.org:99999/",
        "https://example.org/" + "x" * 2_048,
        "https://example.org/" + "é" * 1_000,
    ],
)
async def test_what_is_no_page_is_refused(owner: Person, url: str) -> None:
    room = owner.room("Kitchen table")
    reason = await refused(owner, room, pinned_url=url)
    assert reason in {"no_page", "long"}


async def test_a_title_is_one_line_that_turns_nothing_around(owner: Person) -> None:
    room = owner.room("Kitchen table")
    edited = await owner.command(
        "room.edit", room=room, pinned_url=PAGE, pinned_title="\u202eone\n\x07two"
    )
    assert edited["room"]["pinned_title"] == "one two"
    assert await refused(owner, room, pinned_url=PAGE, pinned_title="x" * 101) == "long"
