"""Stages with real voices: who is heard, who is let in, and what becomes of a change."""

import asyncio
from typing import Any

import pytest
from tests.core.services.on_stage import (
    TONE_HZ,
    LetThrough,
    bring_up,
    invited,
    refused,
    stage_of,
    told,
)

from salon.errors import Unavailable
from salon.services import stage_waiting
from salon.testing import Person, Server


async def test_a_listener_is_not_heard_whatever_their_client_sends(
    alice: Person, bob: Person
) -> None:
    room = await stage_of(alice)
    await bob.join(room)
    assert bob.voice is not None
    assert alice.voice is not None
    assert await refused(bob, "voice.set", room=room, muted=False) == "not_on_stage"
    bob.voice.talk(TONE_HZ)
    assert not await alice.voice.hears(TONE_HZ, within_s=1.0)


async def test_who_is_invited_goes_up_muted_is_heard_and_is_silent_once_moved_down(
    alice: Person, bob: Person
) -> None:
    room = await stage_of(alice)
    await bob.join(room)
    await alice.command("stage.invite", room=room, account=bob.id)
    await invited(bob, room, bob, "speaker")
    await bob.command("stage.answer", room=room, accept=True)
    assert (await bob.expect("participant.changed", account_id=bob.id, may_speak=True))["muted"]
    await bob.command("voice.set", room=room, muted=False)
    assert alice.voice is not None
    assert bob.voice is not None
    bob.voice.talk(TONE_HZ)
    assert await alice.voice.hears(TONE_HZ)
    await alice.command("stage.place", room=room, account=bob.id, part="listener")
    ruled = await bob.expect("voice.ruled")
    assert (ruled["act"], ruled["by_account_id"]) == ("moved_down", alice.id)
    assert not await alice.voice.hears(TONE_HZ, within_s=1.0)
    assert (await told(bob, room, speaker_ids=[]))["host_id"] == alice.id
    assert await refused(bob, "voice.set", room=room, muted=False) == "not_on_stage"


async def test_before_it_opens_only_hosts_and_those_they_asked_are_in(
    host: Person, alice: Person, bob: Person
) -> None:
    opened = await host.command("room.open", name="Open stage", kind="stage", temporary=False)
    room = opened["room"]["id"]
    assert await refused(alice, "room.join", room=room) == "stage_closed"
    await host.command("stage.invite", room=room, account=alice.id)
    await alice.join(room)
    await host.command("stage.open", room=room)
    assert (await told(bob, room, is_open=True))["host_id"] == host.id
    await bob.join(room)
    await host.command("stage.end", room=room)
    assert (await bob.expect("participant.left", account_id=bob.id))["reason"] == "closed"
    assert await refused(alice, "room.join", room=room) == "stage_closed"


async def test_all_are_muted_at_once_and_may_go_on_when_it_was_a_mistake(
    server: Server, alice: Person, bob: Person
) -> None:
    room = await stage_of(alice)
    await bring_up(alice, bob, room)
    await bob.command("voice.set", room=room, muted=False)
    assert bob.voice is not None
    assert alice.voice is not None
    bob.voice.talk(TONE_HZ)
    assert await alice.voice.hears(TONE_HZ)
    assert (await alice.command("stage.mute_all", room=room))["count"] == 1
    assert (await bob.expect("voice.ruled", act="silenced"))["by_account_id"] == alice.id
    assert not await alice.voice.hears(TONE_HZ, within_s=1.0)
    assert await refused(bob, "voice.set", room=room, muted=False) == "muted_by_host"
    await alice.command("stage.undo_mute", room=room)
    assert await alice.voice.hears(TONE_HZ)
    await alice.command("stage.mute_all", room=room)
    server.clock.advance(seconds=11)
    assert await refused(alice, "stage.undo_mute", room=room) == "too_late"


async def test_an_ordinary_room_is_no_stage(owner: Person) -> None:
    room = owner.room("Kitchen table")
    assert await refused(owner, "stage.open", room=room) == "no_stage"
    assert await refused(owner, "hand.raise", room=room) == "no_stage"


async def test_who_is_moved_down_while_a_plugin_thinks_is_not_heard_after_all(
    server: Server, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await stage_of(alice)
    await bring_up(alice, bob, room)

    async def think(*_arguments: object, **_facts: object) -> None:
        await alice.command("stage.place", room=room, account=bob.id, part="listener")

    monkeypatch.setattr(server.app.host, "decide", think)
    assert await refused(bob, "voice.set", room=room, muted=False) == "not_on_stage"
    (is_now,) = (
        each
        for each in server.app.services.participants.all(int(room))
        if each.account_id == int(bob.id)
    )
    assert (is_now.may_speak, is_now.muted) == (False, True)
    assert not server.app.services.participants.approved & {(int(room), int(bob.id))}


async def test_who_is_moved_down_while_they_come_back_is_not_let_through_by_the_relay(
    alice: Person, bob: Person, let_through: LetThrough
) -> None:
    room = await stage_of(alice)
    await bring_up(alice, bob, room)
    await bob.command("voice.set", room=room, muted=False)

    async def move_down() -> None:
        await alice.command("stage.place", room=room, account=bob.id, part="listener")

    let_through.before_adding = move_down
    joined = await bob.command("room.join", room=room)
    assert not let_through.now[joined["peer"]]
    mine = next(each for each in joined["participants"] if each["account_id"] == bob.id)
    assert not mine["may_speak"]


async def test_nobody_is_let_in_or_heard_at_a_stage_that_is_not_known_yet(
    server: Server, alice: Person, bob: Person
) -> None:
    room = (await alice.command("room.open", name="After", kind="stage"))["room"]["id"]
    stages = server.app.services.stages
    stages.over(int(room))
    assert not stages.may_speak(int(bob.id), int(room))
    assert await refused(bob, "room.join", room=room) == "stage_closed"
    await stages.keeping.begun(int(room))
    assert stages.may_speak(int(alice.id), int(room))
    await bob.join(room)


async def test_whom_a_host_has_muted_asks_with_a_hand_to_speak_again(
    alice: Person, bob: Person
) -> None:
    room = await stage_of(alice)
    await bring_up(alice, bob, room)
    await bob.command("hand.raise", room=room)  # who may speak needs none
    await alice.command("participant.silence", room=room, account=bob.id, silenced=True)
    assert await refused(bob, "voice.set", room=room, muted=False) == "muted_by_host"
    await bob.command("hand.raise", room=room, question="May I answer?")
    stage = await told(alice, room, hand_ids=[bob.id])
    assert stage["speaker_ids"] == [bob.id]
    (hand,) = (await alice.command("hand.list", room=room))["hands"]
    assert (hand["account_id"], hand["question"]) == (bob.id, "May I answer?")
    await alice.command("hand.lower", room=room, account=bob.id)
    assert (await told(alice, room, hand_ids=[]))["speaker_ids"] == [bob.id]
    await bob.command("hand.raise", room=room)
    await told(alice, room, hand_ids=[bob.id])
    await alice.command("participant.silence", room=room, account=bob.id, silenced=False)
    await told(alice, room, hand_ids=[])
    await bob.command("voice.set", room=room, muted=False)


async def test_muting_all_twice_is_undone_at_once_but_for_who_wants_to_be_muted(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    carol = await server.member("carol", owner)
    dave = await server.member("dave", owner)
    room = await stage_of(alice)
    for person in (bob, carol, dave):
        await bring_up(alice, person, room)
        await person.command("voice.set", room=room, muted=False)
    assert (await alice.command("stage.mute_all", room=room))["count"] == 3
    assert (await alice.command("stage.mute_all", room=room))["count"] == 0
    await carol.command("voice.set", room=room, muted=True)
    await dave.command("room.leave", room=room)
    await dave.command("room.join", room=room)
    await alice.command("stage.undo_mute", room=room)
    now = {each.account_id: each for each in server.app.services.participants.all(int(room))}
    assert not now[int(bob.id)].muted
    for closed in (now[int(carol.id)], now[int(dave.id)]):
        assert (closed.muted, closed.silenced) == (True, False)


async def test_who_leaves_while_all_are_muted_does_not_come_back_without_a_line(
    server: Server, alice: Person, bob: Person
) -> None:
    room = int(await stage_of(alice))
    await bring_up(alice, bob, str(room))
    await bob.command("voice.set", room=str(room), muted=False)
    services = server.app.services
    host = server.app.directory.account(int(alice.id))
    assert host is not None
    await asyncio.gather(
        services.stages.mute_all(host, room), services.participants.leave(int(bob.id))
    )
    assert [each.account_id for each in services.participants.all(room)] == [int(alice.id)]
    assert services.live.room_of(int(bob.id)) is None


async def test_who_is_moved_down_in_the_green_room_is_sent_out(host: Person, alice: Person) -> None:
    opened = await host.command("room.open", name="Open stage", kind="stage", temporary=False)
    room = opened["room"]["id"]
    await host.command("stage.invite", room=room, account=alice.id)
    await alice.join(room)
    await host.command("stage.place", room=room, account=alice.id, part="listener")
    assert (await alice.expect("participant.left", account_id=alice.id))["reason"] == "removed"
    assert await refused(alice, "room.join", room=room) == "stage_closed"


async def test_what_cannot_be_kept_is_taken_back_and_what_came_after_it_stays(
    server: Server, owner: Person, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    carol = await server.member("carol", owner)
    room = await stage_of(alice)
    for person in (bob, carol):
        await bring_up(alice, person, room)
    stages, store = server.app.services.stages, server.app.store
    host = server.app.directory.account(int(alice.id))
    assert host is not None
    write, fails = store.write, [True]

    async def write_or_not(work: Any) -> Any:
        if fails and fails.pop():
            await asyncio.sleep(0)
            raise Unavailable("The disk is full.")
        return await write(work)

    monkeypatch.setattr(store, "write", write_or_not)
    results = await asyncio.gather(
        stages.place(host, int(room), int(bob.id), None),
        stages.place(host, int(room), int(carol.id), None),
        return_exceptions=True,
    )
    assert [type(each) for each in results] == [Unavailable, type(None)]
    assert stages.may_speak(int(bob.id), int(room))
    assert not stages.may_speak(int(carol.id), int(room))
    await bob.command("voice.set", room=room, muted=False)
    assert await refused(carol, "voice.set", room=room, muted=False) == "not_on_stage"


async def test_hosts_are_told_how_many_wait_before_a_stage_that_is_not_open_and_not_who(
    server: Server, host: Person, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage_waiting, "TOLD_EVERY_S", 0.01)
    opened = await host.command("room.open", name="Open stage", kind="stage", temporary=False)
    room = opened["room"]["id"]

    async def waiting(count: int) -> None:
        while True:
            said = await host.expect("room.state_changed", room_id=room, key="waiting")
            assert said["state"] is None or said["state"].keys() == {"count"}
            if (said["state"] or {"count": 0})["count"] == count:
                return

    await alice.command("stage.wait", room=room)
    await waiting(1)
    await bob.command("stage.wait", room=room)
    await waiting(2)
    await alice.command("stage.wait", room=room, is_there=False)
    await waiting(1)
    server.clock.advance(seconds=46)  # nothing was heard of Bob meanwhile
    await host.command("stage.invite", room=room, account=alice.id)
    await alice.command("stage.wait", room=room)  # who has a part does not wait
    await waiting(0)
    assert await refused(host, "stage.wait", room=host.room("Kitchen table")) == "no_stage"
