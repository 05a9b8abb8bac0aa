"""What somebody may not see is to them what does not exist: the same answers, no event."""

import re
from dataclasses import replace
from typing import Any

import pytest

from salon.domain.events import ChannelChanged, RoleChanged, RoomChanged
from salon.domain.permissions import VIEW, Overwrite
from salon.services import seed, texts
from salon.store import channels as stored
from salon.store.base import CoreTransaction
from salon.store.community import save_role
from salon.testing import Person, Refused, Server

NOWHERE = "999"


@pytest.fixture
async def hidden(server: Server, owner: Person, alice: Person) -> str:
    """A room, and its chat, that only the owner sees."""
    made = (await owner.command("room.open", name="Cave", temporary=False))["room"]
    directory = server.app.directory
    secret = Overwrite("role", directory.community.everyone_role_id, frozenset(), frozenset({VIEW}))
    room = replace(directory.rooms[int(made["id"])], overwrites=(secret,))

    def hide(tx: CoreTransaction) -> None:
        chat = seed.chat_of(room)
        stored.save_room(tx, room)
        stored.save_channel(tx, chat)
        tx.announce(RoomChanged(room))
        tx.announce(ChannelChanged(chat))

    await server.app.store.write(hide)
    await alice.expect("access.changed")
    alice.events.clear()  # of when it was open to all
    id_: str = made["id"]
    return id_


async def answer(person: Person, command: str, fields: dict[str, Any]) -> dict[str, Any]:
    try:
        return await person.command(command, **fields)
    except Refused as refused:
        return refused.error


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("message.history", {}),
        ("message.post", {"text": "x", "nonce": "n"}),
        ("typing.start", {}),
        ("read.move", {"message": "1"}),
        ("channel.edit", {"name": "x"}),
        ("channel.delete", {}),
        ("room.join", {}),
        ("room.leave", {}),
        ("room.close", {}),
        ("room.edit", {"name": "x"}),
        ("voice.set", {"muted": True}),
        ("voice.answer", {"peer": "x", "sdp": ""}),
        ("participant.silence", {"account": "1", "silenced": True}),
        ("participant.remove", {"account": "1"}),
    ],
)
async def test_a_hidden_place_answers_like_one_that_does_not_exist(
    alice: Person, hidden: str, command: str, fields: dict[str, Any]
) -> None:
    is_room = command.startswith(("room.", "voice.", "participant."))
    place = "room" if is_room else "channel"
    there = await answer(alice, command, {**fields, place: hidden})
    nowhere = await answer(alice, command, {**fields, place: NOWHERE})
    assert there == nowhere


@pytest.mark.parametrize(
    ("command", "field", "fields"),
    [
        ("message.edit", "message", {"text": "x"}),
        ("message.delete", "message", {}),
        ("message.post", "reply_to", {"text": "x", "nonce": "n"}),
    ],
)
async def test_a_hidden_message_answers_like_one_that_does_not_exist(
    owner: Person, alice: Person, hidden: str, command: str, field: str, fields: dict[str, Any]
) -> None:
    posted = await owner.post(hidden, "the treasure is here")
    if field == "reply_to":
        fields = {**fields, "channel": alice.channel("#general")}
    there = await answer(alice, command, {**fields, field: posted["id"]})
    nowhere = await answer(alice, command, {**fields, field: NOWHERE})
    assert there == nowhere
    assert there["code"] == "not_found"


async def test_nothing_that_happens_in_a_hidden_place_is_told(
    owner: Person, alice: Person, hidden: str
) -> None:
    await owner.command("room.join", room=hidden)
    await owner.post(hidden, "the treasure is here")
    await owner.command("typing.start", channel=hidden)
    await owner.post("#general", "all of it was told before this")
    await alice.expect("message.posted", channel_id=alice.channel("#general"))
    assert not [frame for frame in alice.events if hidden in str(frame["data"])]
    await alice.cut()
    await alice.open()
    assert hidden not in str({**alice.snapshot, **alice.welcome["live"]})


async def test_who_keeps_the_server_is_told_nothing_of_a_hidden_room(
    server: Server, owner: Person, alice: Person, hidden: str
) -> None:
    directory = server.app.directory
    everyone = directory.roles[directory.community.everyone_role_id]
    keeping = replace(everyone, permissions=everyone.permissions | {"server.manage"})

    def let_keep(tx: CoreTransaction) -> None:
        save_role(tx, keeping)
        tx.announce(RoleChanged(keeping))

    await server.app.store.write(let_keep)
    await owner.join(hidden)
    measured = await alice.command("server.measure")
    assert measured["workers"][0]["peers"] == 1
    assert (measured["rooms"], measured["lines"], measured["worst"]) == ([], [], [])
    assert len((await owner.command("server.measure"))["worst"]) == 1
    there = await answer(alice, "server.measure", {"room": hidden})
    assert there == await answer(alice, "server.measure", {"room": NOWHERE})


@pytest.mark.usefixtures("hidden")
async def test_an_address_does_not_tell_that_a_name_is_taken(owner: Person, alice: Person) -> None:
    for name in ("Cave", "Meadow"):  # one of them is a hidden room's
        opened = (await alice.command("room.open", name=name))["room"]
        assert re.fullmatch(rf"{name.lower()}-[2-9a-z]{{5}}", opened["slug"])
    again = (await owner.command("room.open", name="Garden"))["room"]
    assert again["slug"] == "garden"


def test_an_address_that_is_taken_gets_another_end() -> None:
    taken = {"cave"}
    for _ in range(50):
        taken.add(texts.slug("Cave", taken))
    assert len(taken) == 51


async def test_a_category_is_seen_by_those_who_see_something_in_it(
    server: Server, owner: Person, alice: Person
) -> None:
    plot = (await owner.command("category.create", name="The plot"))["category"]["id"]
    await owner.command("category.edit", category=plot, name="The plot thickens")
    assert owner.heard("category.changed")
    with pytest.raises(Refused) as there:
        await alice.command("room.open", name="Den", category=plot)
    with pytest.raises(Refused) as nowhere:
        await alice.command("room.open", name="Den", category=NOWHERE)
    assert there.value.error == nowhere.value.error
    assert plot not in str([alice.welcome["snapshot"], *alice.events])

    inside = await owner.command("channel.create", name="inside", category=plot)
    changed = await alice.expect("access.changed")
    assert "The plot thickens" in str(changed["snapshot"]["categories"])
    await owner.command("category.edit", category=plot, name="Act two")
    assert (await alice.expect("category.changed"))["name"] == "Act two"

    await alice.cut()
    await owner.command("channel.delete", channel=inside["channel"]["id"])
    await owner.command("category.edit", category=plot, name="Act three")
    await alice.open(resume=True)
    assert plot not in str(alice.welcome["snapshot"]["categories"])
    assert not alice.heard("category.changed")
