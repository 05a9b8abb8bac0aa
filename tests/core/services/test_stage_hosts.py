"""Who is in charge of a stage, and who takes over."""

import asyncio
from typing import Any

import pytest
from tests.core.services.on_stage import bring_up, hands, invited, refused, stage_of, told

from salon.errors import Unavailable
from salon.services import jobs as queue
from salon.services.erasing import JOB as ERASE
from salon.services.jobs import CORE
from salon.store import jobs as stored_jobs
from salon.testing import Person, Server


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


async def test_a_stage_whose_host_went_while_the_disk_was_full_closes_all_the_same(
    server: Server, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await stage_of(alice)
    await bob.join(room)
    store = server.app.store
    write, fails = store.write, [True, True]

    async def write_or_not(work: Any) -> Any:
        if fails:
            fails.pop()
            raise Unavailable("The disk is full.")
        return await write(work)

    monkeypatch.setattr(queue, "WRITE_AGAIN_S", 0.01)
    monkeypatch.setattr(store, "write", write_or_not)
    await alice.command("room.leave", room=room)
    while (await told(bob, room))["closes_at"] is None:
        pass
    await asyncio.gather(*server.app.services.participants._tasks)
    server.clock.advance(minutes=2)
    await server.settled()
    await bob.expect("room.closed", id=room)


async def test_a_co_host_is_asked_at_once_and_no_more_when_the_host_is_back(
    alice: Person, bob: Person
) -> None:
    room = await stage_of(alice)
    await bring_up(alice, bob, room)
    await alice.command("stage.place", room=room, account=bob.id, part="cohost")
    await alice.command("room.leave", room=room)
    await invited(bob, room, bob, "host")
    await alice.join(room)
    await told(bob, room, closes_at=None, invited=[], host_id=alice.id)
    assert await refused(bob, "stage.answer", room=room, accept=True) == "invitation_over"
