"""What is forgotten of cases: with a person, and after a while."""

import pytest
from tests.plugins.moderation.cases import only_case, queue, report, reported, steps

from salon.testing import Person, Server
from salon_moderation.plugin import ModerationPlugin

pytestmark = pytest.mark.plugin(ModerationPlugin, keep_days=30)


async def test_an_erased_author_leaves_no_evidence(
    host: Person, alice: Person, bob: Person, server: Server
) -> None:
    await reported(host, alice, bob)
    await server.app.host.erase_account(int(alice.id))
    assert await queue(host) == []
    assert (await host.expect("moderation.case_changed", state="removed"))["open_count"] == 0


async def test_an_erased_reporter_leaves_the_case_to_the_others(
    host: Person, owner: Person, alice: Person, bob: Person, server: Server
) -> None:
    case = await reported(host, alice, bob)
    await report(owner, {"id": case["message_id"]})
    await server.app.host.erase_account(int(bob.id))
    assert (await only_case(host))["reports"] == 1
    await server.app.host.erase_account(int(owner.id))
    assert await queue(host) == []


async def test_an_erased_host_is_no_longer_named_in_the_history(
    host: Person, owner: Person, alice: Person, bob: Person, server: Server
) -> None:
    case = await reported(host, alice, bob)
    await host.command("moderation.resolve", case=case["id"], decision="dismiss")
    await server.app.host.erase_account(int(host.id))
    assert await steps(owner, case) == [("dismissed", None)]


async def test_decided_cases_are_forgotten_after_a_while_and_open_ones_are_not(
    host: Person, alice: Person, bob: Person, server: Server
) -> None:
    for text in ("one", "two"):
        await report(bob, await alice.post("#general", text))
    second, first = await queue(host)
    await host.command("moderation.resolve", case=first["id"], decision="dismiss")
    server.clock.advance(days=31)
    await server.app.services.jobs.enqueue("moderation", "prune", {}, None)
    await server.settled()
    await host.sign_in()
    await host.open()
    assert await queue(host, state="closed") == []
    assert (await only_case(host))["id"] == second["id"]
