"""Events through a real server: planned, shown, opened and closed by themselves."""

import pytest
from tests.plugins.events.conftest import Look, Plan, listed

from salon.testing import Person, Server
from salon.testing.clock import PushedClock
from salon_events.plugin import EventsPlugin

pytestmark = pytest.mark.plugin.with_args(EventsPlugin)


@pytest.mark.databases
async def test_an_event_opens_a_room_of_its_own_and_closes_it_when_nobody_is_in(
    server: Server, clock: PushedClock, alice: Person, bob: Person, plan: Plan, look: Look
) -> None:
    made = await plan(alice, title="First paragraphs", about="Bring one page.")
    await bob.expect("events.changed")
    (shown,) = await listed(bob)
    assert (shown["id"], shown["title"], shown["state"]) == (
        made["occurrence_id"], "First paragraphs", "planned",
    )  # fmt: skip
    clock.advance(minutes=51)
    await look()
    opened = await bob.expect("room.opened")
    assert opened["name"] == "First paragraphs"
    assert opened["topic"] == "Bring one page."
    (shown,) = await listed(bob)
    assert (shown["state"], shown["room_id"]) == ("open", opened["id"])
    clock.advance(minutes=70)
    await look()
    assert await listed(bob) == []
    clock.advance(minutes=16)
    await look()
    await bob.expect("room.closed", id=opened["id"])
    (past,) = await listed(bob, "past")
    assert (past["state"], past["room_id"]) == ("over", None)


async def test_a_page_whose_line_was_lost_is_told_to_ask_again(
    alice: Person, bob: Person, plan: Plan
) -> None:
    await bob.cut()
    await plan(alice)
    await alice.expect("events.changed")
    await bob.open(resume=True)
    await bob.expect("events.changed")
