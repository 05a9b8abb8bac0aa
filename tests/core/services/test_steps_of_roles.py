"""A role that needs a second step gives nothing to who has none, and all of it once they have."""

from typing import Any

import pytest
from tests.core.services.test_second_step import with_an_app

from salon.cli.account import forget_second_step
from salon.testing import Person, Refused, Server


async def needing(owner: Person, *people: Person, **fields: Any) -> str:
    """Give a role that needs a second step; return it."""
    made = await owner.command("role.create", name="Keepers", permissions=["channel.manage"])
    role: str = made["role"]["id"]
    for person in people:
        await owner.command("account.roles", account=person.id, role_ids=[role])
        await person.expect("access.changed")
    await owner.command("role.edit", role=role, needs_second_step=True, **fields)
    return role


async def test_the_permissions_of_a_role_rest_until_there_is_a_second_step(
    server: Server, owner: Person, alice: Person
) -> None:
    await needing(owner, alice)
    told = await alice.expect("access.changed")
    assert "channel.manage" not in told["permissions"]
    assert not told["snapshot"]["has_second_step"]
    with pytest.raises(Refused, match="Create, change and delete channels"):
        await alice.command("channel.create", name="cellar")
    await with_an_app(server, alice)
    assert (await alice.expect("account.second_step"))["has_second_step"]
    await alice.command("channel.create", name="cellar")
    await alice.sign_in()
    await alice.command("second_step.turn_off")
    assert not (await alice.expect("account.second_step"))["has_second_step"]
    with pytest.raises(Refused, match="Create, change and delete channels"):
        await alice.command("channel.create", name="attic")


async def test_it_is_known_after_a_restart_who_has_a_second_step(
    server: Server, owner: Person, alice: Person
) -> None:
    await needing(owner, alice)
    await with_an_app(server, alice)
    await server.restart()
    await alice.open()
    assert alice.snapshot["has_second_step"]
    await alice.command("channel.create", name="cellar")


async def test_nobody_asks_of_their_own_role_what_they_have_not_done_themselves(
    server: Server, owner: Person, alice: Person
) -> None:
    made = await owner.command("role.create", name="Low")
    held = ["role.manage", "channel.view", "message.post"]
    above = await owner.command("role.create", name="High", permissions=held)
    order = [
        role["id"]
        for role in sorted(owner.snapshot["roles"], key=lambda role: -role["position"])
        if role["position"]
    ]
    await owner.command("role.order", role_ids=[*order, above["role"]["id"], made["role"]["id"]])
    roles = [above["role"]["id"], made["role"]["id"]]
    await owner.command("account.roles", account=alice.id, role_ids=roles)
    with pytest.raises(Refused, match="second step of your own first"):
        await alice.command("role.edit", role=made["role"]["id"], needs_second_step=True)
    await with_an_app(server, alice)
    await alice.command("role.edit", role=made["role"]["id"], needs_second_step=True)


async def test_the_whole_community_is_asked_by_everyones_role_and_the_owner_is_never_shut_out(
    server: Server, owner: Person, alice: Person
) -> None:
    everyone = owner.snapshot["community"]["everyone_role_id"]
    with pytest.raises(Refused, match="second step of your own first"):
        await owner.command("role.edit", role=everyone, needs_second_step=True)
    await with_an_app(server, owner)
    await owner.command("role.edit", role=everyone, needs_second_step=True)
    told = await alice.expect("access.changed")
    assert told["snapshot"]["channels"] == []
    await alice.command("second_step.begin")  # the way in stays open
    await owner.sign_in()
    await owner.command("second_step.turn_off")
    await owner.command("channel.create", name="cellar")  # the owner may everything all the same


async def test_codes_that_the_keeper_has_forgotten_are_missed_at_the_next_sign_in(
    server: Server, owner: Person, alice: Person
) -> None:
    await needing(owner, alice)
    await with_an_app(server, alice)
    data = server.app.config.data.directory
    forget_second_step(server.directory / "config.yaml", data, "alice")
    await alice.sign_in()
    await alice.cut()
    await alice.open()
    with pytest.raises(Refused, match="Create, change and delete channels"):
        await alice.command("channel.create", name="attic")


async def test_that_a_role_needs_a_second_step_is_written_down_and_undone(
    server: Server, owner: Person, alice: Person
) -> None:
    await needing(owner, alice)
    entry = (await owner.command("audit.list", limit=1))["entries"][0]
    assert entry["details"]["after"] == {"needs_second_step": True}
    await owner.command("audit.undo", entry=entry["id"])
    await alice.command("channel.create", name="cellar")
