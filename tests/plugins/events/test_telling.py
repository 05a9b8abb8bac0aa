"""Who is told of what, once: in the page and at devices."""

import pytest
from tests.core.services.push_service import PushService
from tests.plugins.events.conftest import Look, Plan

from salon.testing import Person, Refused, Server
from salon.testing.clock import PushedClock
from salon_events.plugin import EventsPlugin

pytestmark = pytest.mark.plugin.with_args(EventsPlugin)


@pytest.mark.databases
async def test_who_comes_is_reminded_once_in_the_page_and_at_devices(
    server: Server, alice: Person, bob: Person, clock: PushedClock, plan: Plan, look: Look
) -> None:
    made = await plan(title="Soup")
    one = made["occurrence_id"]
    await alice.command("events.say", occurrence=one, said="coming")
    await bob.command("events.say", occurrence=one, said="coming")
    await bob.command("events.say", occurrence=one, said="not")
    async with PushService.reached_by(server) as push:
        for person in (alice, bob):
            await push.subscribe(person)
        clock.advance(minutes=49)
        await look()
        assert alice.heard("events.told") == []
        clock.advance(minutes=2)
        await look()
        await look()
        told = await alice.expect("events.told")
        assert (told["what"], told["title"], told["occurrence_id"]) == ("reminder", "Soup", one)
        assert alice.heard("events.told") + bob.heard("events.told") == []
        await server.app.services.plugin_pushes.settled()
        ((browser, content),) = push.told
        assert browser == "alice"
        assert (content["title"], content["text"]) == ("Soup", "Commence bientôt.")
        assert content["address"] == f"/p/events/{one}"


async def test_a_reminder_is_set_in_one_go_moved_with_its_event_and_taken_back(
    server: Server, owner: Person, alice: Person, bob: Person, clock: PushedClock, plan: Plan,
    look: Look,
) -> None:  # fmt: skip
    one = (await plan(title="Soup"))["occurrence_id"]
    other = (await plan(title="Bread"))["occurrence_id"]
    await alice.command("events.remind", occurrence=one, minutes=30)
    await alice.command("events.remind", occurrence=other, minutes=30)
    await alice.command("events.remind", occurrence=other)
    clock.advance(minutes=31)
    await look()
    assert [each["title"] for each in alice.heard("events.told")] == ["Soup"]
    clock.advance(minutes=60)
    with pytest.raises(Refused):
        await alice.command("events.remind", occurrence="1", minutes=5)


async def test_a_reminder_that_was_due_while_the_server_was_away_is_told_late_or_not_at_all(
    server: Server, alice: Person, clock: PushedClock, plan: Plan, look: Look
) -> None:
    for in_min, title in ((30, "Breakfast"), (150, "Lunch")):
        made = await plan(in_min=in_min, title=title, lasts_min=180)
        await alice.command("events.say", occurrence=made["occurrence_id"], said="coming")
    await server.app.stop()
    clock.advance(minutes=160)
    await server.start()
    await alice.open(resume=True)
    await look()
    assert [each["title"] for each in alice.heard("events.told")] == ["Lunch"]


async def test_who_comes_is_told_when_it_is_off_and_hosts_when_they_are_asked(
    server: Server, owner: Person, alice: Person, bob: Person, plan: Plan
) -> None:
    made = await plan(host_ids=[owner.id, bob.id])
    asked = await bob.expect("events.told")
    assert asked["what"] == "asked"
    await alice.command("events.say", occurrence=made["occurrence_id"], said="maybe")
    await owner.command("events.cancel", occurrence=made["occurrence_id"])
    assert (await alice.expect("events.told"))["what"] == "cancelled"
    assert owner.heard("events.told") + bob.heard("events.told") == []
    with pytest.raises(Refused) as refused:
        await alice.command("events.say", occurrence=made["occurrence_id"], said="coming")
    assert refused.value.error["reason"] == "events.is_over"
