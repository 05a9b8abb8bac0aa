"""Two things at the same time: what one changed or ended, the other does not bring back."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from salon.domain.accounts import AccountKind
from salon.domain.rooms import Room
from salon.domain.sanctions import SanctionKind
from salon.errors import Conflict, Invalid, NotFound, SalonError
from salon.services.participants import Participants
from salon.testing import Person, Refused, Server


def account(server: Server, person: Person) -> Any:
    found = server.app.directory.account(int(person.id))
    assert found is not None
    return found


async def test_a_new_name_does_not_lift_a_time_out(
    server: Server, owner: Person, alice: Person
) -> None:
    profiles, sanctions = server.app.services.profiles, server.app.services.sanctions
    until = server.clock.now() + timedelta(minutes=10)
    await asyncio.gather(
        sanctions.impose(None, int(alice.id), SanctionKind.TIME_OUT, until=until, reason=""),
        profiles.edit(account(server, alice), display_name="Alice the second"),
    )
    assert account(server, alice).display_name == "Alice the second"
    assert account(server, alice).is_timed_out(server.clock.now())


async def test_in_time_out_nobody_speaks_through_names(
    server: Server, owner: Person, alice: Person
) -> None:
    room = (await alice.command("room.open", name="Tonight"))["room"]["id"]
    until = server.clock.now() + timedelta(minutes=10)
    await server.app.services.sanctions.impose(
        None, int(alice.id), SanctionKind.TIME_OUT, until=until, reason=""
    )
    for command, fields in (
        ("account.edit", {"display_name": "Listen to me"}),
        ("room.edit", {"room": room, "topic": "Listen to me"}),
        ("room.open", {"name": "Listen to me"}),
        ("invitation.create", {"note": "x"}),
    ):
        with pytest.raises(Refused, match="time out"):
            await alice.command(command, **fields)


async def test_somebody_whose_time_out_is_over_is_heard_again_without_joining_anew(
    server: Server, owner: Person, alice: Person
) -> None:
    await owner.join("Kitchen table")
    await alice.join("Kitchen table")
    until = server.clock.now() + timedelta(minutes=10)
    await server.app.services.sanctions.impose(
        None, int(alice.id), SanctionKind.TIME_OUT, until=until, reason=""
    )
    await owner.expect("participant.changed", may_speak=False)
    server.clock.advance(minutes=11)
    await alice.say(seconds=0.1)
    assert alice.voice is not None
    alice.voice.talk(440.0)
    assert owner.voice is not None
    assert await owner.voice.hears(440.0)


async def test_names_change_a_few_times_a_minute(owner: Person) -> None:
    async def rename() -> None:
        for n in range(20):
            await owner.command("account.edit", display_name=f"Name {n}")

    with pytest.raises(Refused) as refused:
        await rename()
    assert refused.value.code == "too_many"


async def test_a_new_name_asks_nobodys_access_anew(
    server: Server, owner: Person, alice: Person
) -> None:
    before = server.app.directory.access_version
    await alice.command("account.edit", display_name="Somebody else")
    assert server.app.directory.access_version == before


async def test_somebody_new_asks_nobody_elses_access_anew(server: Server, owner: Person) -> None:
    before = server.app.directory.access_version
    bea = await server.member("bea", owner)
    assert server.app.directory.access_version == before
    assert await bea.post("#general", "hello")


async def test_a_room_that_is_edited_while_it_ends_stays_ended(
    server: Server, owner: Person
) -> None:
    rooms = server.app.services.rooms
    room = await rooms.open(account(server, owner), "Attic", temporary=False)
    results = await asyncio.gather(
        rooms.close(None, room.id),
        rooms.edit(account(server, owner), room.id, name="Cellar"),
        return_exceptions=True,
    )
    assert isinstance(results[1], NotFound)
    assert room.id not in server.app.directory.rooms
    assert room.id not in server.app.directory.channels


async def test_a_channel_that_is_deleted_with_its_category_stays_deleted(
    server: Server, owner: Person
) -> None:
    channels = server.app.services.channels
    actor = account(server, owner)
    category = await channels.create_category(actor, "Old things")
    channel = await channels.create(actor, "attic", category_id=category.id)
    results = await asyncio.gather(
        channels.delete(actor, channel.id),
        channels.delete_category(actor, category.id),
        channels.edit_category(actor, category.id, name="New things", position=None),
        channels.create(actor, "cellar", category_id=category.id),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [type(None), type(None), NotFound, NotFound]
    assert channel.id not in server.app.directory.channels
    assert category.id not in server.app.directory.categories


async def test_two_edits_of_a_channel_keep_each_others_fields(
    server: Server, owner: Person
) -> None:
    channels = server.app.services.channels
    actor = account(server, owner)
    id_ = int(owner.channel("#general"))
    await asyncio.gather(
        channels.edit(actor, id_, topic="What is new"), channels.edit(actor, id_, position=7)
    )
    changed = server.app.directory.channels[id_]
    assert (changed.topic, changed.position) == ("What is new", 7)


async def test_nobody_stays_behind_in_a_room_that_ended_while_they_came_in(
    server: Server, owner: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = server.app.services
    room = await services.rooms.open(account(server, owner), "Attic", temporary=False)
    emptied = asyncio.Event()
    empty = Participants.empty

    async def slowly(self: Participants, room_id: int, reason: str) -> None:
        await empty(self, room_id, reason)
        if not emptied.is_set():
            emptied.set()
            await services.participants.arrivals.join(account(server, alice), room.id, 1)

    monkeypatch.setattr(Participants, "empty", slowly)
    await services.rooms.close(None, room.id)
    assert emptied.is_set()
    assert services.live.room_of(int(alice.id)) is None
    assert services.relay.counters()["peers"] == 0
    assert services.relay.counters()["rooms"] == 0


async def test_somebody_cannot_fill_the_house_with_rooms(owner: Person, alice: Person) -> None:
    opened = [await alice.command("room.open", name=f"Room {n}") for n in range(5)]
    with pytest.raises(Refused) as refused:
        await alice.command("room.open", name="One more")
    assert refused.value.code == "conflict"
    await alice.command("room.close", room=opened[0]["room"]["id"])
    await alice.command("room.open", name="One more")
    await owner.command("room.open", name="Of the owner")


async def test_rooms_opened_at_the_same_time_are_counted(
    server: Server, owner: Person, alice: Person
) -> None:
    rooms = server.app.services.rooms
    results = await asyncio.gather(
        *(rooms.open(account(server, alice), f"Room {n}") for n in range(9)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Room) for result in results) == 5
    assert sum(isinstance(result, Conflict) for result in results) == 4


async def test_somebody_comes_in_at_a_few_doors_at_a_time(
    server: Server, owner: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def think(*_arguments: object, **_facts: object) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(server.app.host, "decide", think)
    participants = server.app.services.participants
    room_id = int(owner.room("Kitchen table"))
    results = await asyncio.gather(
        *(participants.arrivals.join(account(server, alice), room_id, 1) for _ in range(6)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Conflict) for result in results) >= 4
    assert len(participants.all(room_id)) == 1
    assert not participants.arrivals._joining
    await participants.arrivals.join(account(server, alice), room_id, 1)


async def test_rooms_do_not_come_and_go_all_the_time(
    server: Server, owner: Person, alice: Person
) -> None:
    async def open_and_close() -> None:
        opened = await alice.command("room.open", name="Blink")
        await alice.command("room.close", room=opened["room"]["id"])

    for _ in range(10):
        await open_and_close()
    with pytest.raises(Refused) as refused:
        await open_and_close()
    assert refused.value.code == "too_many"
    server.clock.advance(seconds=61)
    await open_and_close()


async def test_seats_taken_at_the_same_time_are_counted(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    room = (await owner.command("room.open", name="Closet", temporary=False, seats=1))["room"]
    results = await asyncio.gather(
        *(person.command("room.join", room=room["id"]) for person in (owner, alice, bob)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Refused) for result in results) == 2


async def test_a_bot_gets_no_reset_link(server: Server, owner: Person) -> None:
    accounts = server.app.services.accounts
    bot = await accounts.create_bot("herald", "Herald")
    assert bot.kind is AccountKind.BOT
    with pytest.raises(Invalid):
        await accounts.new_reset_link(account(server, owner), bot.id)


@pytest.mark.parametrize("handle", ["adm1n", "Sa1on", "system_", "de1eted-42", "deleted-{bot}"])
async def test_nobody_takes_a_name_that_is_kept_free_or_looks_like_one(
    server: Server, owner: Person, handle: str
) -> None:
    accounts = server.app.services.accounts
    bot = await accounts.create_bot("herald", "Herald")
    with pytest.raises(SalonError) as refused:
        await accounts.create_bot(handle.format(bot=bot.id), "Somebody")
    assert refused.value.reason == "handle_reserved"
    await accounts.remove_bot(bot.id)
    assert server.app.directory.by_handle("herald") is None


async def test_a_page_of_one_message_has_one_message(owner: Person) -> None:
    posted = [await owner.post("#general", f"number {n}") for n in range(3)]
    page = await owner.command(
        "message.history", channel=owner.channel("#general"), around=posted[1]["id"], limit=1
    )
    assert [message["id"] for message in page["messages"]] == [posted[1]["id"]]
    assert page["has_older"]
    assert page["has_newer"]


async def test_a_position_stays_a_number_that_browsers_count_exactly(owner: Person) -> None:
    with pytest.raises(Refused) as refused:
        await owner.command("channel.edit", channel=owner.channel("#general"), position=2**53)
    assert refused.value.error["field"] == "position"


@pytest.mark.parametrize("name", ["\u200b\u2060", "\u00a0", "\u202e", "\ufeff"])
async def test_a_channel_needs_a_name_that_can_be_seen(owner: Person, name: str) -> None:
    with pytest.raises(Refused, match="cannot be empty"):
        await owner.command("channel.create", name=name)


async def test_a_host_does_not_show_the_owner_the_door(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    host = next(role for role in owner.snapshot["roles"] if role["name"] == "Host")
    await owner.command("account.roles", account=alice.id, role_ids=[host["id"]])
    room = owner.room("Kitchen table")
    for person in (owner, alice, bob):
        await person.command("room.join", room=room)
    for command, fields in (
        ("participant.remove", {}),
        ("participant.silence", {"silenced": True}),
    ):
        with pytest.raises(Refused, match="stands above you"):
            await alice.command(command, room=room, account=owner.id, **fields)
    await alice.command("participant.remove", room=room, account=bob.id)


async def test_whoever_comes_back_late_has_the_whole_time_to_connect(
    server: Server, owner: Person
) -> None:
    participants = server.app.services.participants
    room = owner.room("Kitchen table")
    await owner.command("room.join", room=room)
    first = participants.graces._timers[int(owner.id)]
    await owner.command("room.join", room=room)
    assert first.cancelled()
    assert not participants.graces._timers[int(owner.id)].cancelled()
