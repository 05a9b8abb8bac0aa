"""Stages with real voices: who is heard, who waits, who is in charge, and who takes over."""

import asyncio
from typing import Any

import pytest

from salon.errors import Unavailable
from salon.services import stages as service
from salon.services.erasing import JOB as ERASE
from salon.services.jobs import CORE
from salon.store import jobs as stored_jobs
from salon.testing import Person, Refused, Server

TONE_HZ = 440.0


async def stage_of(person: Person, **fields: Any) -> str:
    """Open a stage on the spot and go in as its host."""
    opened = await person.command("room.open", name="After the match", kind="stage", **fields)
    room_id: str = opened["room"]["id"]
    await person.join(room_id)
    return room_id


async def told(person: Person, room: str, **wanted: Any) -> dict[str, Any]:
    """Return the next state of the stage that is as wanted."""
    while True:
        state: dict[str, Any] = (await person.expect("room.state_changed", room_id=room))["state"]
        if all(state[key] == value for key, value in wanted.items()):
            return state


async def invited(person: Person, room: str, whom: Person, part: str) -> None:
    """Wait until it is told that somebody is asked to be this."""
    asked: set[tuple[str, str]] = set()
    while (whom.id, part) not in asked:
        state = await told(person, room)
        asked = {(each["account_id"], each["part"]) for each in state["invited"]}


async def bring_up(host: Person, other: Person, room: str) -> None:
    await other.join(room)
    await host.command("stage.invite", room=room, account=other.id)
    await other.command("stage.answer", room=room, accept=True)


async def refused(person: Person, command: str, **fields: Any) -> str:
    with pytest.raises(Refused) as caught:
        await person.command(command, **fields)
    reason: str = caught.value.error["reason"]
    return reason


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
    assert not await alice.voice.hears(TONE_HZ, within_s=1.0)
    assert (await told(bob, room, speaker_ids=[]))["host_id"] == alice.id
    assert await refused(bob, "voice.set", room=room, muted=False) == "not_on_stage"


async def test_nobody_goes_up_without_having_been_asked(alice: Person, bob: Person) -> None:
    room = await stage_of(alice)
    await bob.join(room)
    assert await refused(bob, "stage.answer", room=room, accept=True) == "invitation_over"
    assert await refused(bob, "stage.invite", room=room, account=bob.id) == "no_permission"
    for part in ("speaker", "cohost", "host"):
        fields = {"room": room, "account": bob.id, "part": part}
        assert await refused(bob, "stage.place", **fields) == "no_permission"
        assert await refused(alice, "stage.place", **fields) == "invite_first"


async def test_who_blocks_a_host_is_not_asked_up_by_them_but_by_another(
    owner: Person, alice: Person, bob: Person
) -> None:
    room = await stage_of(alice)
    await bob.join(room)
    await bob.command("privacy.block", account=alice.id)
    assert await refused(alice, "stage.invite", room=room, account=bob.id) == "unreachable"
    await bob.command("hand.raise", room=room)
    assert [each["account_id"] for each in await hands(alice, room)] == [bob.id]
    await owner.command("stage.invite", room=room, account=bob.id)
    await invited(bob, room, bob, "speaker")


async def test_a_host_who_blocks_somebody_still_leads_them(alice: Person, bob: Person) -> None:
    room = await stage_of(alice)
    await bob.join(room)
    await alice.command("privacy.block", account=bob.id)
    await bob.command("hand.raise", room=room)
    assert [each["account_id"] for each in await hands(alice, room)] == [bob.id]
    await alice.command("stage.invite", room=room, account=bob.id)
    await bob.command("stage.answer", room=room, accept=True)
    await alice.command("participant.silence", room=room, account=bob.id, silenced=True)


async def test_an_invitation_runs_out_and_the_hand_stays_up(
    server: Server, alice: Person, bob: Person
) -> None:
    room = await stage_of(alice)
    await bob.join(room)
    await bob.command("hand.raise", room=room)
    await alice.command("stage.invite", room=room, account=bob.id)
    server.clock.advance(seconds=61)
    assert await refused(bob, "stage.answer", room=room, accept=True) == "invitation_over"
    assert [each["account_id"] for each in await hands(alice, room)] == [bob.id]
    await alice.command("stage.invite", room=room, account=bob.id)
    await bob.command("stage.answer", room=room, accept=False)
    assert await hands(alice, room) == []


async def hands(host: Person, room: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await host.command("hand.list", room=room))["hands"]
    return listed


async def test_hands_stand_in_line_and_only_hosts_read_what_they_ask(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    carol = await server.member("carol", owner)
    room = await stage_of(alice)
    for person, question in ((bob, "Who was best?"), (carol, "")):
        await person.join(room)
        await person.command("hand.raise", room=room, question=question)
        server.clock.advance(seconds=1)
    await bob.command("hand.raise", room=room, question="Who was the best?")  # at the same place
    state = await told(bob, room, hand_ids=[bob.id, carol.id])
    assert "best" not in str(state)
    listed = await hands(alice, room)
    assert [(h["account_id"], h["question"]) for h in listed] == [
        (bob.id, "Who was the best?"),
        (carol.id, ""),
    ]
    assert await refused(carol, "hand.list", room=room) == "no_permission"
    assert await refused(carol, "hand.lower", room=room, account=bob.id) == "no_permission"
    await bob.command("room.leave", room=room)
    assert [each["account_id"] for each in await hands(alice, room)] == [carol.id]
    await alice.command("hand.lower_all", room=room)
    assert await hands(alice, room) == []


async def test_hands_and_chat_are_open_or_closed_as_hosts_like(alice: Person, bob: Person) -> None:
    room = await stage_of(alice)
    assert await refused(bob, "hand.raise", room=room) == "not_in_room"
    await bob.join(room)
    await bob.post(room, "Hello!")
    await alice.command("stage.edit", room=room, hands_open=False, chat_open=False)
    assert await refused(bob, "hand.raise", room=room) == "hands_closed"
    with pytest.raises(Refused, match="closed the chat"):
        await bob.post(room, "Hello?")
    await alice.post(room, "In a minute.")
    assert await refused(bob, "stage.edit", room=room, chat_open=True) == "no_permission"


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


async def test_a_stage_of_the_moment_goes_when_its_host_ends_it(alice: Person, bob: Person) -> None:
    room = await stage_of(alice)
    await bring_up(alice, bob, room)
    assert await refused(bob, "stage.end", room=room) == "no_permission"
    await alice.command("stage.end", room=room)
    await bob.expect("room.closed", id=room)


async def test_co_hosts_lead_and_only_the_host_makes_them(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    carol = await server.member("carol", owner)
    room = await stage_of(alice)
    await bring_up(alice, bob, room)
    await bring_up(alice, carol, room)
    await alice.command("stage.place", room=room, account=bob.id, part="cohost")
    assert (await told(bob, room, cohost_ids=[bob.id]))["speaker_ids"] == [carol.id]
    whom = {"room": room, "account": carol.id}
    assert await refused(bob, "stage.place", **whom, part="cohost") == "no_permission"
    assert await refused(bob, "stage.end", room=room) == "no_permission"
    down = {"room": room, "account": alice.id, "part": "listener"}
    assert await refused(bob, "stage.place", **down) == "no_permission"
    assert await refused(alice, "stage.place", **down) == "host_stays"
    await bob.command("stage.place", **whom, part="listener")
    await alice.command("stage.place", room=room, account=bob.id, part="host")
    await told(alice, room, host_id=bob.id, cohost_ids=[alice.id])
    await alice.command("stage.place", **down)
    await told(alice, room, cohost_ids=[])


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
    assert not await alice.voice.hears(TONE_HZ, within_s=1.0)
    assert await refused(bob, "voice.set", room=room, muted=False) == "muted_by_host"
    await alice.command("stage.undo_mute", room=room)
    assert await alice.voice.hears(TONE_HZ)
    await alice.command("stage.mute_all", room=room)
    server.clock.advance(seconds=11)
    assert await refused(alice, "stage.undo_mute", room=room) == "too_late"


async def test_without_its_host_a_stage_closes_after_two_minutes(
    server: Server, alice: Person, bob: Person
) -> None:
    room = await stage_of(alice)
    await bob.join(room)
    await alice.command("room.leave", room=room)
    while (await told(bob, room))["closes_at"] is None:
        pass
    await alice.join(room)
    await told(bob, room, closes_at=None)
    server.clock.advance(minutes=3)
    await server.settled()
    await alice.command("room.leave", room=room)
    while (await told(bob, room))["closes_at"] is None:
        pass
    server.clock.advance(minutes=2)
    await server.settled()
    await bob.expect("room.closed", id=room)


async def test_the_co_host_of_longest_standing_who_will_takes_over(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    carol = await server.member("carol", owner)
    room = await stage_of(alice)
    for person in (bob, carol):
        await bring_up(alice, person, room)
        await alice.command("stage.place", room=room, account=person.id, part="cohost")
        server.clock.advance(seconds=1)
    await alice.command("room.leave", room=room)
    await invited(bob, room, bob, "host")
    await bob.command("stage.answer", room=room, accept=False)
    await invited(carol, room, carol, "host")
    await carol.command("stage.answer", room=room, accept=True)
    await told(bob, room, host_id=carol.id, closes_at=None)
    server.clock.advance(minutes=3)
    await server.settled()
    await carol.command("stage.edit", room=room, hands_open=False)
    await alice.join(room)  # who was the host is a co-host now
    assert (await told(alice, room, hands_open=False))["cohost_ids"] == [alice.id, bob.id]


async def test_parts_and_hands_outlive_a_restart(
    server: Server, alice: Person, bob: Person
) -> None:
    room = await stage_of(alice)
    await bob.join(room)
    await bob.command("hand.raise", room=room, question="And now?")
    await server.restart()
    await alice.open()
    state = next(each for each in alice.welcome["live"]["room_states"] if each["room_id"] == room)
    assert (state["state"]["host_id"], state["state"]["hand_ids"]) == (alice.id, [])
    await bob.open()
    await alice.join(room)
    await bob.join(room)
    assert [each["question"] for each in await hands(alice, room)] == ["And now?"]


async def test_who_keeps_rooms_may_lead_every_stage(
    alice: Person, bob: Person, host: Person
) -> None:
    room = await stage_of(alice)
    await bring_up(alice, bob, room)
    await host.command("stage.place", room=room, account=bob.id, part="listener")
    await host.join(room)
    assert await refused(host, "voice.set", room=room, muted=False) == "not_on_stage"
    await host.command("stage.invite", room=room, account=host.id)
    await host.command("voice.set", room=room, muted=False)
    await host.command("stage.end", room=room)
    await bob.expect("room.closed", id=room)


async def test_who_opened_a_room_on_the_spot_keeps_it_civil(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    room = (await alice.command("room.open", name="Balcony"))["room"]["id"]
    await alice.join(room)
    await bob.join(room)
    assert await refused(bob, "participant.remove", room=room, account=alice.id) == "no_permission"
    await alice.command("participant.silence", room=room, account=bob.id, silenced=True)
    await alice.command("participant.remove", room=room, account=bob.id)
    await owner.join(room)
    assert await refused(alice, "participant.remove", room=room, account=owner.id) == "outranked"


async def test_an_ordinary_room_is_no_stage(owner: Person) -> None:
    room = owner.room("Kitchen table")
    assert await refused(owner, "stage.open", room=room) == "no_stage"
    assert await refused(owner, "hand.raise", room=room) == "no_stage"


async def test_a_co_host_has_no_say_over_who_hosts_with_them(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    carol = await server.member("carol", owner)
    room = await stage_of(alice)
    for person in (bob, carol):
        await bring_up(alice, person, room)
        await alice.command("stage.place", room=room, account=person.id, part="cohost")
    for other in (alice, carol):
        whom = {"room": room, "account": other.id}
        assert await refused(bob, "participant.silence", **whom, silenced=True) == "no_permission"
        assert await refused(bob, "participant.deafen", **whom, deafened=True) == "no_permission"
        assert await refused(bob, "participant.remove", **whom) == "no_permission"
        assert await refused(bob, "participant.ban", **whom, banned=True) == "no_permission"
    await alice.command("participant.silence", room=room, account=carol.id, silenced=True)
    await alice.command("stage.place", room=room, account=carol.id, part="listener")
    await bob.command("participant.remove", room=room, account=carol.id)


async def test_a_host_who_is_kept_out_leads_no_more(
    owner: Person, alice: Person, bob: Person
) -> None:
    room = await stage_of(alice)
    await bob.join(room)
    await owner.command("participant.ban", room=room, account=alice.id, banned=True)
    whom = {"room": room, "account": bob.id}
    for command, fields in (
        ("stage.end", {"room": room}),
        ("stage.mute_all", {"room": room}),
        ("stage.invite", whom),
        ("participant.remove", whom),
        ("room.edit", {"room": room, "name": "Mine"}),
        ("room.close", {"room": room}),
    ):
        assert await refused(alice, command, **fields) == "no_permission"


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
    server: Server, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await stage_of(alice)
    await bring_up(alice, bob, room)
    await bob.command("voice.set", room=room, muted=False)
    relay = server.app.services.relay
    add_peer, allow = relay.add_peer, relay.allow
    lets_through: dict[str, bool] = {}

    async def add_late(room_id: int, peer_id: str, owner: str, **fields: bool) -> str:
        await alice.command("stage.place", room=room, account=bob.id, part="listener")
        lets_through[peer_id] = fields["may_speak"]
        return await add_peer(
            room_id, peer_id, owner, may_speak=fields["may_speak"], music=fields["music"]
        )

    async def allowed(peer_id: str, *, speak: bool, hear: bool) -> None:
        if peer_id in lets_through:
            lets_through[peer_id] = speak
        await allow(peer_id, speak=speak, hear=hear)

    monkeypatch.setattr(relay, "add_peer", add_late)
    monkeypatch.setattr(relay, "allow", allowed)
    joined = await bob.command("room.join", room=room)
    assert lets_through == {joined["peer"]: False}
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
    await stages.begun(int(room))
    assert stages.may_speak(int(alice.id), int(room))
    await bob.join(room)


async def test_muting_all_twice_is_undone_at_once_but_for_who_wants_to_be_muted(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    carol = await server.member("carol", owner)
    room = await stage_of(alice)
    for person in (bob, carol):
        await bring_up(alice, person, room)
        await person.command("voice.set", room=room, muted=False)
    assert (await alice.command("stage.mute_all", room=room))["count"] == 2
    assert (await alice.command("stage.mute_all", room=room))["count"] == 0
    await carol.command("voice.set", room=room, muted=True)
    await alice.command("stage.undo_mute", room=room)
    now = {each.account_id: each for each in server.app.services.participants.all(int(room))}
    assert not now[int(bob.id)].muted
    assert now[int(carol.id)].muted


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


async def test_of_an_erased_host_nothing_is_kept_on_a_stage(
    server: Server, alice: Person, bob: Person
) -> None:
    room = await stage_of(alice)
    await bring_up(alice, bob, room)
    await alice.command("stage.place", room=room, account=bob.id, part="cohost")
    payload = {"account_id": alice.id}
    await server.app.store.write(lambda tx: stored_jobs.add(tx, CORE, ERASE, payload, tx.now))
    await server.settled()
    await invited(bob, room, bob, "host")
    await bob.command("stage.answer", room=room, accept=True)
    assert (await told(bob, room, host_id=bob.id))["cohost_ids"] == []
    await server.settled()
    assert alice.id not in (await server.stored()).get("stage_part", "")


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


async def test_hands_of_who_did_not_come_back_take_nobodys_place(
    server: Server, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch, owner: Person
) -> None:
    monkeypatch.setattr(service, "HANDS_MAX", 1)
    room = await stage_of(alice)
    for person in (bob, owner):
        await person.join(room)
    await bob.command("hand.raise", room=room)
    assert await refused(owner, "hand.raise", room=room) == "hands_full"
    await server.restart()
    for person in (alice, owner):
        await person.open()
        await person.join(room)
    await owner.command("hand.raise", room=room)


async def test_the_two_minutes_are_over_in_the_millisecond_that_the_queue_wakes_in(
    server: Server, alice: Person, bob: Person
) -> None:
    room = await stage_of(alice)
    await bob.join(room)
    server.clock.advance(seconds=0.0005)
    await alice.command("room.leave", room=room)
    while (await told(bob, room))["closes_at"] is None:
        pass
    server.clock.advance(seconds=119.9995)
    await server.settled()
    await bob.expect("room.closed", id=room)


async def test_a_host_can_act_however_often_their_page_reads_the_line(
    server: Server, alice: Person, bob: Person
) -> None:
    room = await stage_of(alice)
    await bob.join(room)
    await bob.command("hand.raise", room=room)
    host = server.app.directory.account(int(alice.id))
    assert host is not None
    for _ in range(service.BURST):
        assert len(server.app.services.stages.hands(host, int(room))) == 1
    await alice.command("stage.mute_all", room=room)
    await alice.command("hand.lower_all", room=room)


async def test_a_speaker_who_went_away_keeps_the_place_until_somebody_needs_it(
    server: Server, owner: Person, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "SPEAKERS_MAX", 2)
    room = await stage_of(alice)
    await bring_up(alice, bob, room)
    await owner.join(room)
    assert await refused(alice, "stage.invite", room=room, account=owner.id) == "stage_full"
    await bob.command("room.leave", room=room)
    await alice.command("stage.invite", room=room, account=owner.id)
    assert server.app.services.stages.may_speak(int(bob.id), int(room))
    await owner.command("stage.answer", room=room, accept=True)
    assert not server.app.services.stages.may_speak(int(bob.id), int(room))
