"""Planning through a real server: who may, how many, what changes bring about and keep."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from tests.plugins.events.conftest import PARIS, Look, Plan, listed, wall

from salon.testing import Person, Refused, Server
from salon.testing.clock import PushedClock
from salon_events.plugin import EventsPlugin

pytestmark = pytest.mark.plugin.with_args(EventsPlugin)

WEEK = timedelta(days=7)


async def weekly(plan: Plan, server: Server, **fields: Any) -> dict[str, Any]:
    # At noon, whatever the time of the test: an hour later it is the same day.
    tomorrow = server.clock.now().astimezone(PARIS) + timedelta(days=1)
    first = tomorrow.replace(hour=12, minute=0)
    rule = f"FREQ=WEEKLY;BYDAY={('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU')[first.weekday()]}"
    return await plan(rule=rule, starts=wall(first), **fields)


def starts(events: list[dict[str, Any]]) -> list[datetime]:
    return [datetime.fromisoformat(each["starts_at"]) for each in events]


@pytest.mark.databases
async def test_a_series_is_moved_with_those_who_come_and_one_that_was_called_off_stays_so(
    server: Server, owner: Person, alice: Person, plan: Plan
) -> None:
    await weekly(plan, server)
    first, second, third = await listed(alice)
    await alice.command("events.say", occurrence=third["id"], said="coming")
    await owner.command("events.cancel", occurrence=second["id"])
    later = datetime.fromisoformat(first["starts_at"]) + timedelta(hours=1)
    change = {"occurrence": first["id"], "every": True, "starts": wall(later)}
    await owner.command("events.change", **change)
    told = await alice.expect("events.told", what="moved")
    moved = await listed(alice)
    assert told["occurrence_id"] == third["id"]
    assert [each["id"] for each in moved[:2]] == [first["id"], third["id"]]
    hour = timedelta(hours=1)
    assert starts(moved)[:2] == [at + hour for at in starts([first, third])]
    assert moved[1]["said"] == "coming"
    assert len(moved) == 3  # of what recurs the next ones
    assert len(await listed(owner, "mine")) == 50  # a page of the year ahead


async def test_one_of_a_series_is_changed_alone(
    server: Server, owner: Person, alice: Person, plan: Plan
) -> None:
    await weekly(plan, server)
    _first, second, third = await listed(alice)
    at = datetime.fromisoformat(second["starts_at"]) + timedelta(days=1)
    change = {"occurrence": second["id"], "title": "In the garden", "starts": wall(at)}
    await owner.command("events.change", **change, lasts_min=30)
    shown = await listed(alice)
    assert [each["title"] for each in shown[:3]] == ["Open stage", "In the garden", "Open stage"]
    assert starts(shown)[1:3] == [at, *starts([third])]
    with pytest.raises(Refused) as refused:
        await owner.command("events.change", occurrence=second["id"], zone="Europe/London")
    assert refused.value.error["reason"] == "events.only_all"


async def test_calling_off_this_and_all_later_ones_ends_a_series_for_good(
    server: Server, owner: Person, alice: Person, clock: PushedClock, plan: Plan, look: Look
) -> None:
    await weekly(plan, server)
    first, second, *_rest = await listed(alice)
    await owner.command("events.cancel", occurrence=second["id"], every=True)
    clock.advance(days=300)
    await look()
    assert await listed(alice) == []
    assert [each["id"] for each in (await listed(alice, "past"))[-1:]] == [first["id"]]


async def test_a_series_goes_on_after_the_year_that_was_made_ahead(
    server: Server, owner: Person, clock: PushedClock, plan: Plan, look: Look
) -> None:
    await weekly(plan, server)
    clock.advance(days=300)
    await look()
    to_come = starts(await listed(owner, "mine"))
    assert len(to_come) >= 45
    gaps = {late - early for early, late in pairwise(to_come)}
    hour = timedelta(hours=1)
    assert gaps <= {WEEK, WEEK + hour, WEEK - hour}  # an hour where clocks change


WRONG: tuple[tuple[dict[str, Any], str | None], ...] = (
    ({"in_min": -90}, "events.over"),
    ({"in_min": 60 * 24 * 366 * 6}, "events.too_far"),
    ({"zone": "Europe/Atlantis"}, "events.no_zone"),
    ({"rule": "FREQ=MINUTELY"}, "events.rule"),
    ({"room": "1"}, "no_room"),
    ({"role_ids": ["1"]}, "no_role"),
    ({"host_ids": ["1"]}, "nobody"),
    ({"title": " \u200b "}, None),
    ({"title": "x" * 101}, None),
    ({"lasts_min": 4}, None),
)


async def test_what_cannot_be_planned_is_refused_with_its_reason(plan: Plan) -> None:
    for fields, reason in WRONG:
        with pytest.raises(Refused) as refused:
            await plan(**fields)
        assert refused.value.code in {"invalid", "not_found"}, fields
        assert reason is None or refused.value.error["reason"] == reason


@pytest.mark.plugin(EventsPlugin, events_per_member=2, events_max=4, series_max=1)
async def test_the_numbers_of_events_are_limited(
    server: Server, owner: Person, alice: Person, plan: Plan
) -> None:
    for _ in range(2):
        made = await plan(alice)
    with pytest.raises(Refused) as refused:
        await plan(alice)
    assert refused.value.error["reason"] == "events.yours_full"
    await alice.command("events.cancel", occurrence=made["occurrence_id"])
    await plan(alice)
    await weekly(plan, server)
    with pytest.raises(Refused) as refused:
        await weekly(plan, server)
    assert refused.value.error["reason"] == "events.series_full"
    await plan()
    with pytest.raises(Refused) as refused:
        await plan()
    assert refused.value.error["reason"] == "events.full"


async def test_others_may_not_change_an_event_and_each_change_is_on_record(
    owner: Person, host: Person, alice: Person, bob: Person, plan: Plan
) -> None:
    made = await plan(alice)
    for command in ("events.change", "events.cancel"):
        with pytest.raises(Refused) as refused:
            await bob.command(command, occurrence=made["occurrence_id"])
        assert refused.value.error["reason"] == "events.not_yours"
    await host.command("events.cancel", occurrence=made["occurrence_id"])
    entries = (await owner.command("audit.list", action="events."))["entries"]
    deeds = [(each["action"], each["actor_id"], each["details"]["name"]) for each in entries]
    assert deeds == [
        ("events.cancelled", host.id, "Open stage"),
        ("events.planned", alice.id, "Open stage"),
    ]


async def test_a_preview_says_the_next_days_and_what_is_in_the_room_then(
    owner: Person, plan: Plan, server: Server
) -> None:
    room = owner.room("Kitchen table")
    await plan(room=room, title="Soup")
    asked = {"zone": "Europe/Paris", "lasts_min": 60, "rule": "FREQ=DAILY", "room": room}
    at = wall(server.clock.now() + timedelta(minutes=90))
    preview = await owner.command("events.preview", starts=at, **asked)
    assert preview["clash"]["title"] == "Soup"
    assert len(preview["next"]) == 3
    at = wall(server.clock.now() + timedelta(minutes=150))
    assert (await owner.command("events.preview", starts=at, **asked))["clash"] is None
