"""The server at a glance: its evenings, its first steps, what needs whoever keeps it."""

import asyncio
from typing import Any

from tests.core.services.test_voice import talking

from salon.testing import Person, PushedClock, Server

WITHIN_S = 10.0


def done(overview: dict[str, Any]) -> set[str]:
    return {step["name"] for step in overview["steps"] if step["done"]}


async def evening(person: Person) -> dict[str, Any]:
    """Return the overview when there was one. Nothing tells of it, so it is asked for."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            overview = await person.command("server.overview")
            if overview["talked"]:
                return overview
            await asyncio.sleep(0.1)


async def test_a_new_server_is_named_and_all_else_is_still_to_do(
    server: Server, owner: Person
) -> None:
    overview = await owner.command("server.overview")
    assert done(overview) == {"claimed"}
    assert len(overview["steps"]) == 8
    assert (overview["talked"], overview["examined"], overview["plugins"]) == ([], None, [])
    assert overview["applications"] == {"waiting": 0, "since": None}


async def test_each_step_is_done_when_it_truly_is(
    server: Server, owner: Person, alice: Person
) -> None:
    await owner.command("community.edit", rules="Be kind.")
    hosting = ["member.manage"]
    role = (await owner.command("role.create", name="Hosts", permissions=hosting))["role"]["id"]
    await owner.command("account.roles", account=alice.id, role_ids=[role])
    closed = (await owner.command("server.examine"))["hops"]
    overview = await owner.command("server.overview")
    assert overview["examined"]["closed"] == sum(hop["state"] == "bad" for hop in closed)
    assert done(overview) - {"examined"} == {"claimed", "rules", "somebody", "second_host"}
    assert ("examined" in done(overview)) == (overview["examined"]["closed"] == 0)
    assert len(overview["joined"]) == 2


async def test_an_hour_is_lit_when_two_are_together_and_one_talks(
    server: Server, owner: Person, alice: Person, clock: PushedClock
) -> None:
    await talking(alice)
    await alice.expect("speaking.changed")
    assert (await owner.command("server.overview"))["talked"] == []  # she talks to herself
    began = clock.now()
    await talking(owner)
    overview = await evening(owner)
    hours = {at.isoformat()[:13] for at in (began, clock.now())}  # it may strike meanwhile
    assert {hour[:13] for hour in overview["talked"]} <= hours
    assert "talked" in done(overview)
