"""Captions: a plugin says what is said, and who is in the room sees it pass by."""

from typing import Any

import pytest

from salon.plugin import Caption, Conflict, Invalid, NotFound, Plugin, Salon, TooMany
from salon.services.captions import BURST, WAITING_MAX
from salon.services.facade import Facade
from salon.testing import Person, Server


class Stenographer(Plugin[Any]):
    """A plugin that writes along."""

    name = "stenographer"


pytestmark = pytest.mark.plugin.with_args(Stenographer)


@pytest.fixture
def salon(server: Server) -> Salon:
    """The server as the plugin sees it."""
    return Facade("stenographer", server.app.services)


async def in_kitchen(*people: Person) -> int:
    for person in people:
        await person.join("Kitchen table", hear=False)
    return int(people[0].room("Kitchen table"))


def line(person: Person, text: str, *, is_final: bool = True) -> Caption:
    return Caption(int(person.id), text, "en", is_final)


async def test_who_is_in_the_room_reads_what_is_said_and_who_only_sees_it_does_not(
    salon: Salon, owner: Person, alice: Person, bob: Person
) -> None:
    room = await in_kitchen(alice, bob)
    captions = await salon.rooms.caption(room)
    state = {"plugin": "stenographer"}
    told = await owner.expect("room.state_changed", key="captioned")
    assert told == {"room_id": str(room), "key": "captioned", "state": state}
    captions.say(Caption(int(alice.id), "Bonsoir  à tous", "fr", is_final=False))
    told = await bob.expect("room.captioned")
    assert told["captions"] == [
        {
            "account_id": alice.id,
            "text": "Bonsoir à tous",
            "language": "fr",
            "is_final": False,
            "translated_from": None,
        }
    ]
    await captions.close()
    await captions.close()
    assert (await owner.expect("room.state_changed", key="captioned"))["state"] is None
    assert owner.heard("room.captioned") == []
    with pytest.raises(NotFound):
        captions.say(line(alice, "Too late"))


async def test_many_lines_are_told_together_and_of_an_unfinished_one_only_the_last(
    salon: Salon, alice: Person, bob: Person
) -> None:
    room = await in_kitchen(alice, bob)
    captions = await salon.rooms.caption(room)
    captions.say(line(alice, "at once"))
    for text in ("So", "So what", "So what I"):
        captions.say(line(alice, text, is_final=False))
    captions.say(line(bob, "Yes", is_final=False))
    captions.say(line(alice, "So what I keep coming back to"))
    first, rest = [await bob.expect("room.captioned") for _ in range(2)]
    assert [each["text"] for each in first["captions"]] == ["at once"]
    assert [each["text"] for each in rest["captions"]] == ["Yes", "So what I keep coming back to"]
    assert captions.dropped_lines == 0


async def test_more_than_anybody_reads_is_lost_counted_and_then_refused(
    salon: Salon, alice: Person
) -> None:
    room = await in_kitchen(alice)
    captions = await salon.rooms.caption(room)
    for number in range(BURST):
        captions.say(line(alice, f"line {number}"))
    with pytest.raises(TooMany):
        captions.say(line(alice, "one more"))
    await alice.expect("room.captioned")
    rest = await alice.expect("room.captioned")
    assert len(rest["captions"]) == WAITING_MAX
    assert rest["captions"][-1]["text"] == f"line {BURST - 1}"
    assert captions.dropped_lines == BURST - 1 - WAITING_MAX


async def test_a_line_of_who_left_meanwhile_is_not_told(
    salon: Salon, alice: Person, bob: Person
) -> None:
    room = await in_kitchen(alice, bob)
    captions = await salon.rooms.caption(room)
    captions.say(line(bob, "at once"))
    captions.say(line(alice, "gone"))
    captions.say(line(bob, "here"))
    await alice.command("room.leave", room=str(room))
    with pytest.raises(NotFound):
        captions.say(line(alice, "and not here"))
    await bob.expect("room.captioned")
    told = await bob.expect("room.captioned")
    assert [each["text"] for each in told["captions"]] == ["here"]


async def test_who_may_no_longer_see_the_room_reads_nothing_of_what_waited(
    salon: Salon, owner: Person, alice: Person, bob: Person
) -> None:
    room = await in_kitchen(alice, bob)
    captions = await salon.rooms.caption(room)
    captions.say(line(bob, "at once"))
    captions.say(line(bob, "for those who are here"))
    await owner.command("sanction.impose", account=alice.id, kind="kick")
    await bob.expect("room.captioned")
    await bob.expect("room.captioned")
    assert len(alice.heard("room.captioned")) <= 1


@pytest.mark.parametrize(
    "caption",
    [
        Caption(0, "", "en"),
        Caption(0, "x" * 401, "en"),
        Caption(0, "\u202e\u200b", "en"),
        Caption(0, "hi", ""),
        Caption(0, "hi", "e"),
        Caption(0, "hi", "en_GB"),
        Caption(0, "hi", "en-" + "a" * 9),
        Caption(0, "hi", "en-" + "-".join(["abc"] * 20)),
        Caption(0, "hi", "<b>"),
        Caption(0, "hi", "en", translated_from="\x00"),
    ],
)
async def test_what_cannot_be_shown_is_refused(
    salon: Salon, alice: Person, caption: Caption
) -> None:
    captions = await salon.rooms.caption(await in_kitchen(alice))
    with pytest.raises(Invalid):
        captions.say(caption)
    assert alice.heard("room.captioned") == []


async def test_a_room_has_one_plugin_that_writes_and_one_that_is_no_more_none(
    salon: Salon, owner: Person, alice: Person
) -> None:
    opened = await alice.command("room.open", name="Balcony")
    room = int(opened["room"]["id"])
    captions = await salon.rooms.caption(room)
    with pytest.raises(Conflict):
        await salon.rooms.caption(room)
    with pytest.raises(NotFound):
        await salon.rooms.caption(room + 1)
    await owner.cut()
    await owner.open()
    assert {"room_id": str(room), "key": "captioned", "state": {"plugin": "stenographer"}} in (
        owner.welcome["live"]["room_states"]
    )
    await alice.command("room.close", room=str(room))
    with pytest.raises(NotFound):
        captions.say(line(alice, "anybody?"))


async def test_captions_end_with_their_plugin(
    server: Server, salon: Salon, owner: Person, alice: Person
) -> None:
    room = await in_kitchen(alice)
    captions = await salon.rooms.caption(room)
    await owner.expect("room.state_changed", key="captioned", state={"plugin": "stenographer"})
    await server.app.services.host.stop()
    assert (await owner.expect("room.state_changed", key="captioned"))["state"] is None
    with pytest.raises(NotFound):
        captions.say(line(alice, "anybody?"))
