"""What somebody may not see is to them what does not exist: the same answers, no event."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import Enum
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from salon.domain.events import ChannelChanged, RoleChanged, RoomChanged
from salon.domain.permissions import VIEW, Overwrite
from salon.services import seed, texts
from salon.store import channels as stored
from salon.store.base import CoreTransaction
from salon.store.community import save_role
from salon.testing import Person, Refused, Server
from salon.web.socket.commands import core_commands
from salon_bots.plugin import BotsPlugin
from salon_events.plugin import EventsPlugin
from salon_moderation.plugin import ModerationPlugin
from salon_recording.plugin import RecordingPlugin
from salon_sports_rooms.plugin import SportsRoomsPlugin

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


# What a payload has beside the id that is tried: right, so that the id makes the difference.
FITTING: dict[str, Any] = {
    "name": "xy", "emoji": "\U0001f44d", "url": "https://a.example/", "message": "1",
    "messages": ["1"], "starts": "2027-01-01T20:00", "zone": "Europe/Paris", "lasts_min": 60,
}  # fmt: skip
ASKED_WITH: Mapping[str, dict[str, Any]] = {
    "sports_rooms.moment": {"kind": "note", "text": "x"},
    "events.make_address": {"holds": "room"},
}
PLACES = ("channel", "room", "place", "thread")
MESSAGES = ("message", "messages", "reply_to", "around", "before", "after")
# Cursors over what is no message, and lists of what is one's own.
OTHER_CURSORS = ("account.", "audit.", "conversation.list", "inbox.", "reaction.people",
                 "sanction.", "search.", "thread.list", "place.move")  # fmt: skip


def payloads(server: Server) -> Mapping[str, type[BaseModel]]:
    """The payload of each command, of the core and of the plugins."""
    of_core = {name: each.payload for name, each in core_commands().names.items()}
    contributed = server.app.host.contributions.values()
    return of_core | {c.name: c.payload for each in contributed for c in each.commands}


def ids_of(server: Server, hidden: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Each command with each field that can name a hidden place, message or file."""
    for command, model in payloads(server).items():
        fields = set(model.model_fields)
        for field in fields & {*PLACES, *MESSAGES, "file", "files"}:
            if field in MESSAGES and command.startswith(OTHER_CURSORS):
                continue
            kind = "message" if field in MESSAGES else field.removesuffix("s")
            if kind == "place":
                yield command, field, hidden["channel"]
            yield command, field, hidden["room" if kind == "place" else kind]


def payload(person: Person, everyone: str, model: type[BaseModel]) -> dict[str, Any]:
    """What a command needs, of places that the person sees."""
    seen = {"channel": "general", "place": "general", "room": "kitchen-table"}
    known = {**FITTING, "account": person.id, "target_id": everyone}
    known |= {name: person.room(to) if name == "room" else person.channel(to)
              for name, to in seen.items()}  # fmt: skip
    return {
        name: known.get(name, fitting(field.annotation))
        for name, field in model.model_fields.items()
        if field.is_required()
    }


def fitting(kind: Any) -> Any:
    """Return some value of a type: the first of several, else an empty or a short one."""
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind)).value
    return {bool: True, list: [], dict: {}, int: "1"}.get(get_origin(kind) or kind, "x")


@pytest.mark.plugin.with_args(BotsPlugin)
@pytest.mark.plugin.with_args(EventsPlugin)
@pytest.mark.plugin.with_args(ModerationPlugin)
@pytest.mark.plugin.with_args(RecordingPlugin)
@pytest.mark.plugin.with_args(SportsRoomsPlugin)
@pytest.mark.settings(limits={"frames_per_10_s": 1_000})
async def test_what_is_hidden_answers_like_what_does_not_exist_to_every_command(
    server: Server, owner: Person, alice: Person, hidden: str
) -> None:
    """Also where a place that one sees is named together with a message of another."""
    directory = server.app.directory
    everyone = str(directory.community.everyone_role_id)
    vault = (await owner.command("channel.create", name="vault"))["channel"]["id"]
    unseen = {"target": "role", "target_id": everyone, "allow": [], "deny": [VIEW]}
    await owner.command("overwrite.set", place=vault, **unseen)
    thread = (await owner.command("thread.start", channel=vault, name="t"))["thread"]
    ids = {
        "room": hidden,
        "channel": vault,
        "thread": thread["id"],
        "message": (await owner.post(vault, "the treasure is here"))["id"],
        "file": (await owner.hand_in(b"a map", "map.txt"))["id"],
    }
    host = next(role for role in owner.snapshot["roles"] if "room.manage" in role["permissions"])
    await owner.command("account.roles", account=alice.id, role_ids=[host["id"]])
    tried, unread, wrong = 0, 0, []
    for command, field, id_ in ids_of(server, ids):
        answers = []
        for asked in (id_, str(int(id_) + 1)):  # the next number is nothing's
            server.clock.advance(seconds=60)
            model = payloads(server)[command]
            is_list = get_origin(model.model_fields[field].annotation) is list
            value: Any = [asked] if is_list else asked
            if field == "files":
                value = [{"file": asked}]
            fields = payload(alice, everyone, model) | ASKED_WITH.get(command, {})
            told = await answer(alice, command, fields | {field: value})
            answers.append(repr(told).replace(asked, "ID"))
        tried += 1
        unread += "malformed" in answers[0]
        if answers[0] != answers[1]:
            wrong.append((command, field, answers))
    assert tried > 80
    assert unread <= 4  # of commands whose fields go together in ways that are not guessed here
    assert not wrong, "\n".join(map(repr, wrong))


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
