"""Doors that open and close by themselves, whatever happens to the server and the room."""

from typing import Any

import pytest
from tests.plugins.events.conftest import Look, Plan, listed

from salon.testing import Person, Refused, Server
from salon.testing.clock import PushedClock
from salon_events import occurrence_rows
from salon_events.plugin import EventsPlugin

pytestmark = pytest.mark.plugin.with_args(EventsPlugin)


async def state(person: Person, made: dict[str, Any]) -> str:
    shown = await person.command("events.get", occurrence=made["occurrence_id"])
    found: str = shown["event"]["state"]
    return found


async def test_a_room_that_was_there_before_stays(
    server: Server, owner: Person, clock: PushedClock, plan: Plan, look: Look
) -> None:
    made = await plan(room=owner.room("Kitchen table"))
    clock.advance(minutes=51)
    await look()
    assert await state(owner, made) == "open"
    clock.advance(minutes=90)
    await look()
    assert await state(owner, made) == "over"
    assert owner.heard("room.opened") + owner.heard("room.closed") == []


async def test_nobody_is_put_out_of_a_room_that_was_opened_for_an_event(
    server: Server, owner: Person, alice: Person, clock: PushedClock, plan: Plan, look: Look
) -> None:
    await plan()
    clock.advance(minutes=51)
    await look()
    room = (await alice.expect("room.opened"))["id"]
    await alice.join(room)
    clock.advance(minutes=90)
    await look()
    assert alice.heard("room.closed") == []
    await alice.command("room.leave", room=room)
    await look()
    await alice.expect("room.closed", id=room)


async def test_what_a_server_slept_through_is_opened_late_or_said_to_be_missed(
    server: Server, owner: Person, clock: PushedClock, plan: Plan, look: Look
) -> None:
    missed = await plan(in_min=20, title="Breakfast")
    late = await plan(in_min=100, title="Lunch")
    await server.app.stop()
    clock.advance(minutes=120)
    await server.start()
    await owner.open()
    await look()
    assert (await state(owner, missed), await state(owner, late)) == ("missed", "open")
    assert [each["title"] for each in await listed(owner, "past")] == ["Breakfast"]


async def test_a_server_that_died_while_it_opened_a_room_finds_it_again(
    server: Server, owner: Person, alice: Person, clock: PushedClock, plan: Plan, look: Look
) -> None:
    made = await plan(title="Once")
    id_ = int(made["occurrence_id"])
    drawn = server.app.services.ids.new(clock.now())
    taken = [
        await server.app.store.write_as_plugin(
            "events", lambda tx: occurrence_rows.begin_opening(tx, id_, drawn)
        )
        for _server in range(2)
    ]
    assert taken == [True, False]  # of two only one opens it
    room = await server.app.services.rooms.open(None, "Once", temporary=False)
    clock.advance(minutes=51)
    await look()
    assert await state(owner, made) == "open"
    assert [each["name"] for each in alice.heard("room.opened")] == ["Once"]
    (shown,) = await listed(alice)
    assert shown["room_id"] == str(room.id)


async def test_a_room_that_is_closed_by_hand_ends_what_is_on_in_it(
    server: Server, owner: Person, clock: PushedClock, plan: Plan, look: Look
) -> None:
    made = await plan()
    clock.advance(minutes=51)
    await look()
    room = (await owner.expect("room.opened"))["id"]
    await owner.command("room.close", room=room)
    await server.settled()
    assert await state(owner, made) == "over"
    await look()
    assert owner.heard("room.opened") == []


async def test_an_event_whose_room_has_gone_is_known_to_who_planned_it_who_can_choose_another(
    server: Server, owner: Person, alice: Person, clock: PushedClock, plan: Plan, look: Look
) -> None:
    made = await plan(room=owner.room("Kitchen table"))
    assert len(await listed(alice)) == 1
    await owner.command("room.close", room=owner.room("Kitchen table"))
    assert await listed(alice) == []
    clock.advance(minutes=51)
    await look()
    shown = (await owner.command("events.get", occurrence=made["occurrence_id"]))["event"]
    assert (shown["state"], shown["room_id"]) == ("opening", None)
    await owner.command("events.change", occurrence=made["occurrence_id"], has_own_room=True)
    await look()
    assert await state(owner, made) == "open"
    assert (await alice.expect("room.opened"))["name"] == "Open stage"


async def test_a_stage_opens_to_its_hosts_first(
    alice: Person, bob: Person, clock: PushedClock, plan: Plan, look: Look
) -> None:
    await plan(kind="stage", host_ids=[alice.id])
    clock.advance(minutes=51)
    await look()
    opened = await alice.expect("room.opened")
    assert opened["kind"] == "stage"
    with pytest.raises(Refused) as refused:
        await bob.command("room.join", room=opened["id"])
    assert refused.value.error["reason"] == "stage_closed"
    await alice.command("stage.open", room=opened["id"])
    await bob.command("room.join", room=opened["id"])
