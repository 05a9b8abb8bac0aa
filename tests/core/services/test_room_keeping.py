"""Doors of rooms: locked, knocked at and opened; and people deafened, sent elsewhere, kept out."""

from typing import Any

import pytest

from salon.domain import hierarchy
from salon.testing import Person, Refused, Server

TONE_HZ = 440.0


async def refused(person: Person, command: str, **fields: Any) -> str:
    with pytest.raises(Refused) as caught:
        await person.command(command, **fields)
    reason: str = caught.value.error["reason"]
    return reason


async def locked(person: Person) -> str:
    """Open a room on the spot, go in and lock it."""
    room: str = (await person.command("room.open", name="Balcony"))["room"]["id"]
    await person.join(room)
    changed = await person.command("room.edit", room=room, is_locked=True)
    assert changed["room"]["is_locked"]
    return room


async def knocking(person: Person, room: str) -> list[str]:
    while True:
        told = await person.expect("room.state_changed", room_id=room, key="door")
        ids: list[str] = told["state"]["knocking_ids"]
        return ids


async def test_who_knocks_at_a_locked_room_is_let_in_by_somebody_inside(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    carol = await server.member("carol", owner)
    room = await locked(alice)
    assert await refused(bob, "room.join", room=room) == "room_locked"
    assert await refused(carol, "room.let_in", room=room, account=bob.id) == "not_inside"
    assert await refused(alice, "room.let_in", room=room, account=bob.id) == "nobody_knocks"
    await bob.command("room.knock", room=room)
    assert await knocking(alice, room) == [bob.id]
    await alice.command("room.let_in", room=room, account=bob.id)
    await bob.expect("voice.called", room_id=room)
    assert carol.heard("voice.called") == []
    await bob.join(room)
    assert await refused(carol, "room.join", room=room) == "room_locked"
    await bob.join(room)  # who is inside comes back without knocking


async def test_a_knock_is_heard_for_a_minute(server: Server, alice: Person, bob: Person) -> None:
    room = await locked(alice)
    await bob.command("room.knock", room=room)
    server.clock.advance(seconds=61)
    assert await refused(alice, "room.let_in", room=room, account=bob.id) == "nobody_knocks"


async def test_keys_outlive_a_restart_and_are_taken_from_who_is_removed(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    carol = await server.member("carol", owner)
    room = await locked(alice)
    await bob.command("room.knock", room=room)
    await alice.command("room.let_in", room=room, account=bob.id)
    await server.restart()
    for person in (alice, bob, carol):
        await person.open()
    assert await refused(carol, "room.join", room=room) == "room_locked"
    await bob.join(room)
    await alice.join(room)
    await alice.command("participant.remove", room=room, account=bob.id)
    server.clock.advance(seconds=61)
    assert await refused(bob, "room.join", room=room) == "room_locked"


async def test_a_room_that_everybody_left_is_locked_no_more(host: Person, bob: Person) -> None:
    room = host.room("Kitchen table")
    await host.join(room)
    await host.command("room.edit", room=room, is_locked=True)
    await bob.expect("room.changed", id=room, is_locked=True)
    await host.command("room.leave", room=room)
    await bob.expect("room.changed", id=room, is_locked=False)
    await bob.join(room)


async def test_there_is_no_knocking_at_an_open_or_an_empty_room(
    alice: Person, bob: Person, host: Person
) -> None:
    room = (await alice.command("room.open", name="Balcony"))["room"]["id"]
    assert await refused(bob, "room.knock", room=room) == "door_open"
    await alice.command("room.edit", room=room, is_locked=True)
    assert await refused(bob, "room.knock", room=room) == "nobody_inside"
    await host.join(room)  # who keeps rooms has a key


async def test_whom_a_host_deafens_hears_nothing_whatever_they_choose(
    owner: Person, alice: Person
) -> None:
    await owner.join("Kitchen table")
    await alice.join("Kitchen table")
    room = owner.room("Kitchen table")
    await owner.command("voice.set", room=room, muted=False)
    assert owner.voice is not None
    assert alice.voice is not None
    owner.voice.talk(TONE_HZ)
    assert await alice.voice.hears(TONE_HZ)
    await owner.command("participant.deafen", room=room, account=alice.id, deafened=True)
    await alice.command("voice.set", room=room, deafened=False)
    assert not await alice.voice.hears(TONE_HZ, within_s=1.0)
    await owner.command("participant.deafen", room=room, account=alice.id, deafened=False)
    assert await alice.voice.hears(TONE_HZ)


async def test_somebody_is_sent_to_another_room_only_where_they_may_go(
    host: Person, alice: Person, bob: Person
) -> None:
    room = host.room("Kitchen table")
    other = (await host.command("room.open", name="Balcony", temporary=False))["room"]["id"]
    await alice.join(room)
    assert await refused(bob, "participant.move", room=room, account=alice.id, to=other) == (
        "no_permission"
    )
    await host.command("participant.move", room=room, account=alice.id, to=other)
    assert (await bob.expect("participant.left", account_id=alice.id))["reason"] == "moved"
    await alice.expect("voice.called", room_id=other)
    await alice.join(other)
    await host.command("participant.ban", room=room, account=alice.id, banned=True)
    assert await refused(host, "participant.move", room=other, account=alice.id, to=room) == (
        "not_let_in_there"
    )
    await host.command("participant.move", room=other, account=alice.id, to=other)  # is there


async def test_who_is_muted_deafened_sent_elsewhere_or_removed_alone_is_told_by_whom(
    owner: Person, host: Person, alice: Person, bob: Person
) -> None:
    room = host.room("Kitchen table")
    other = (await owner.command("room.open", name="Balcony", temporary=False))["room"]["id"]
    await alice.join(room)
    await bob.join(room)
    whom = {"room": room, "account": alice.id}

    async def told(by: Person) -> tuple[str, bool]:
        said = await alice.expect("voice.ruled", room_id=room)
        return said["act"], said["by_account_id"] == by.id

    await host.command("participant.silence", **whom, silenced=True)
    await host.command("participant.silence", **whom, silenced=True)  # is so already
    await alice.command("room.leave", room=room)
    await alice.join(room)  # which is no way around it
    assert await refused(alice, "voice.set", room=room, muted=False) == "muted_by_host"
    await owner.command("participant.silence", **whom, silenced=False)
    await host.command("participant.deafen", **whom, deafened=True)
    await host.command("participant.deafen", **whom, deafened=False)
    muted = ("silenced", True)
    acts = [muted, muted, ("unsilenced", False), ("deafened", True), ("undeafened", True)]
    assert [await told(host) for _ in acts] == acts
    await owner.command("participant.move", **whom, to=other)
    assert await told(owner) == ("moved", True)
    await alice.join(room)
    assert await refused(bob, "participant.remove", **whom) == "no_permission"
    await host.command("participant.remove", **whom)
    assert await told(host) == ("removed", True)
    await host.command("room.join", room=room)
    await host.command("participant.silence", room=room, account=host.id, silenced=True)
    assert (await host.expect("voice.ruled"))["by_account_id"] == host.id
    await host.command("participant.ban", **whom, banned=True)  # not in the room any more
    await host.command("participant.ban", room=room, account=bob.id, banned=True)
    assert (await bob.expect("voice.ruled"))["act"] == "removed"
    for person in (owner, host):
        assert person.heard("voice.ruled") == []
    assert alice.heard("voice.ruled") == []


async def test_who_is_banned_from_a_room_is_out_at_once_and_stays_out_until_forgiven(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    room = (await alice.command("room.open", name="Balcony"))["room"]["id"]
    await alice.join(room)
    await bob.join(room)
    assert await refused(bob, "participant.ban", room=room, account=alice.id, banned=True) == (
        "no_permission"
    )
    await alice.command("participant.ban", room=room, account=bob.id, banned=True)
    assert (await bob.expect("participant.left", account_id=bob.id))["reason"] == "removed"
    server.clock.advance(seconds=61)
    assert await refused(bob, "room.join", room=room) == "no_permission"
    assert await refused(alice, "participant.ban", room=room, account=owner.id, banned=True) == (
        "outranked"
    )
    entries = (await owner.command("audit.list", action="room."))["entries"]
    assert [each["action"] for each in entries] == ["room.permissions"]
    await alice.command("participant.ban", room=room, account=bob.id, banned=False)
    await bob.join(room)


async def test_nothing_is_kept_of_knocks_at_a_room_that_is_gone(
    server: Server, alice: Person, bob: Person
) -> None:
    room = await locked(alice)
    for _ in range(3):
        await bob.command("room.knock", room=room)
    doors = server.app.services.room_keeping
    assert len(doors._timers) == 1
    await alice.command("room.close", room=room)
    assert (doors._knocks, doors._timers) == ({}, {})
    assert server.app.services.live.known(int(room)) is None


async def test_who_was_shown_the_door_knocks_only_after_a_minute(
    server: Server, alice: Person, bob: Person
) -> None:
    room = await locked(alice)
    await bob.command("room.knock", room=room)
    await alice.command("room.let_in", room=room, account=bob.id)
    assert await refused(bob, "room.knock", room=room) == "door_open"
    await bob.join(room)
    await alice.command("participant.remove", room=room, account=bob.id)
    assert await refused(bob, "room.knock", room=room) == "asked_to_leave"
    server.clock.advance(seconds=61)
    await bob.command("room.knock", room=room)


async def test_who_is_inside_comes_back_to_their_place_without_a_key(
    server: Server, host: Person, bob: Person
) -> None:
    room = host.room("Kitchen table")
    await host.command("room.edit", room=room, is_locked=True)
    server.clock.advance(seconds=61)
    await bob.join(room)  # nobody was inside who could have opened
    await bob.join(room)


async def test_nobody_is_sent_to_a_stage_that_would_not_let_them_in(
    server: Server, host: Person, alice: Person
) -> None:
    room = host.room("Kitchen table")
    shut = (await host.command("room.open", name="Stage", kind="stage", temporary=False))["room"]
    await alice.join(room)
    fields = {"room": room, "account": alice.id, "to": shut["id"]}
    assert await refused(host, "participant.move", **fields) == "stage_closed"
    assert len(server.app.services.participants.all(int(room))) == 1


async def test_a_room_stays_locked_when_somebody_came_back_at_once(
    server: Server, host: Person
) -> None:
    room = host.room("Kitchen table")
    await host.join(room)
    await host.command("room.edit", room=room, is_locked=True)
    services = server.app.services
    await services.rooms._unlock(int(room))
    assert server.app.directory.rooms[int(room)].is_locked


async def test_a_room_keeps_out_no_more_people_than_it_has_exceptions(
    alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hierarchy, "OVERWRITES_MAX", 0)
    room = (await alice.command("room.open", name="Balcony"))["room"]["id"]
    fields = {"room": room, "account": bob.id}
    assert await refused(alice, "participant.ban", **fields, banned=True) == "overwrites_full"
    await alice.command("participant.ban", **fields, banned=False)


async def test_who_opened_a_room_does_not_let_in_whom_its_category_keeps_out(
    owner: Person, alice: Person, bob: Person
) -> None:
    category = (await owner.command("category.create", name="Ours"))["category"]["id"]
    await owner.command("channel.create", name="plans", category=category)  # or nobody sees it
    wish = {"target": "account", "target_id": bob.id, "allow": [], "deny": ["room.join"]}
    await owner.command("overwrite.set", place=category, **wish)
    room = (await alice.command("room.open", name="Balcony", category=category))["room"]["id"]
    fields = {"room": room, "account": bob.id, "banned": False}
    assert await refused(alice, "participant.ban", **fields) == "no_permission"
    assert await refused(bob, "room.join", room=room) == "no_permission"
    await owner.command("participant.ban", **fields)
    await bob.join(room)


async def test_whom_somebody_inside_turns_away_waits_a_minute_before_they_knock_again(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    carol = await server.member("carol", owner)
    room = await locked(alice)
    assert await refused(alice, "room.turn_away", room=room, account=bob.id) == "nobody_knocks"
    await bob.command("room.knock", room=room)
    assert await knocking(alice, room) == [bob.id]
    assert await refused(carol, "room.turn_away", room=room, account=bob.id) == "not_inside"
    await alice.command("room.turn_away", room=room, account=bob.id)
    assert await knocking(alice, room) == []
    assert await refused(bob, "room.knock", room=room) == "turned_away"
    assert await refused(alice, "room.let_in", room=room, account=bob.id) == "nobody_knocks"
    server.clock.advance(seconds=61)
    await bob.command("room.knock", room=room)
    await alice.command("room.let_in", room=room, account=bob.id)
    await bob.join(room)


async def test_who_leads_a_room_lifts_what_leaders_said_and_not_what_a_keeper_did(
    host: Person, alice: Person, bob: Person
) -> None:
    room = (await alice.command("room.open", name="Balcony", kind="stage"))["room"]["id"]
    whom = {"room": room, "account": bob.id}
    await alice.command("participant.ban", **whom, banned=True)
    await alice.command("participant.ban", **whom, banned=False)
    await bob.join(room)
    await host.command("participant.ban", **whom, banned=True)
    await alice.command("participant.ban", **whom, banned=True)
    assert await refused(alice, "participant.ban", **whom, banned=False) == "no_permission"
    assert await refused(bob, "room.join", room=room) == "no_permission"
    await host.command("participant.ban", **whom, banned=False)
    await bob.join(room)


async def test_whom_a_leader_kept_out_is_listed_and_lifted_also_after_a_restart(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    carol = await server.member("carol", owner)
    room = (await alice.command("room.open", name="Balcony"))["room"]["id"]
    await alice.command("participant.ban", room=room, account=bob.id, banned=True)
    wish = {"target": "account", "target_id": carol.id, "allow": [], "deny": ["room.join"]}
    await owner.command("overwrite.set", place=room, **wish)
    await server.restart()
    for person in (alice, bob, carol):
        await person.open()
    bans = (await alice.command("room.bans", room=room))["bans"]
    assert [(each["account_id"], each["by_account_id"], each["until"]) for each in bans] == [
        (bob.id, alice.id, None),
        (carol.id, None, None),  # who changes exceptions has said so: no leader lifts that
    ]
    assert await refused(bob, "room.bans", room=room) == "no_permission"
    fields = {"room": room, "banned": False}
    await alice.command("participant.ban", account=bob.id, **fields)
    await bob.join(room)
    assert await refused(alice, "participant.ban", account=carol.id, **fields) == "no_permission"


async def test_a_ban_with_an_end_is_over_by_itself_and_not_when_it_was_said_anew(
    server: Server, host: Person, bob: Person
) -> None:
    room = host.room("Kitchen table")
    whom = {"room": room, "account": bob.id, "banned": True}
    await host.command("participant.ban", **whom, lasts_s=3_600)
    await host.command("participant.ban", **whom, lasts_s=7_200)
    server.clock.advance(seconds=3_601)
    await server.settled()
    assert await refused(bob, "room.join", room=room) == "no_permission"
    server.clock.advance(seconds=3_600)
    await server.settled()
    await bob.join(room)
    assert (await host.command("room.bans", room=room))["bans"] == []


async def test_who_goes_elsewhere_while_a_room_ends_is_not_sent_out_from_there(
    server: Server, host: Person, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = (await alice.command("room.open", name="Balcony"))["room"]["id"]
    for person in (alice, bob):
        await person.join(room)
    relay, moved = server.app.services.relay, [False]
    remove_peer = relay.remove_peer

    async def removed(peer_id: str) -> None:
        await remove_peer(peer_id)
        if not moved[0]:
            moved[0] = True
            await bob.join("Kitchen table")

    monkeypatch.setattr(relay, "remove_peer", removed)
    await alice.command("room.close", room=room)
    live = server.app.services.live.room_of(int(bob.id))
    assert live is not None
    assert str(live.room_id) == bob.room("Kitchen table")
