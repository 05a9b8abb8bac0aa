"""What people report, and what they may not."""

from typing import Any

import pytest
from tests.plugins.moderation.cases import only_case, queue, report

from salon.testing import Person, PushedClock, Refused, Server
from salon_moderation.cases import REPORTS_MAX
from salon_moderation.plugin import ModerationPlugin

pytestmark = pytest.mark.plugin.with_args(ModerationPlugin)


async def test_a_report_reaches_the_hosts_and_nobody_else(
    host: Person, alice: Person, bob: Person
) -> None:
    message = await alice.post("#general", "cheap watches")
    await report(bob, message, note="  twice today ")
    told = await host.expect("moderation.case_changed")
    assert told == {"case": told["case"], "state": "open", "open_count": 1}
    case = await only_case(host)
    assert case["text"] == "cheap watches"
    assert case["author_id"] == alice.id
    assert (case["reports"], case["reasons"]) == (1, ["spam"])
    shown = await host.command("moderation.case", case=case["id"])
    assert shown["reports"][0]["reporter_id"] == bob.id
    assert shown["reports"][0]["note"] == "twice today"
    assert bob.heard("moderation.case_changed") == []
    for command in ("moderation.cases", "moderation.log"):
        with pytest.raises(Refused, match="denied"):
            await bob.command(command)


async def test_another_report_of_the_same_message_counts_up(
    host: Person, owner: Person, alice: Person, bob: Person
) -> None:
    message = await alice.post("#general", "cheap watches")
    await report(bob, message)
    await owner.command("moderation.report", message=message["id"], reason="hurtful")
    case = await only_case(host)
    assert case["reports"] == 2
    assert sorted(case["reasons"]) == ["hurtful", "spam"]


async def test_nobody_reports_a_message_twice(host: Person, alice: Person, bob: Person) -> None:
    message = await alice.post("#general", "cheap watches")
    await report(bob, message)
    with pytest.raises(Refused, match="conflict"):
        await report(bob, message)
    await host.command("moderation.resolve", case=(await only_case(host))["id"], decision="dismiss")
    with pytest.raises(Refused, match="conflict"):
        await report(bob, message)


async def test_a_message_one_cannot_read_cannot_be_reported(
    owner: Person, alice: Person, server: Server
) -> None:
    message = await owner.post("#general", "soon gone")
    await owner.command("message.delete", message=message["id"])
    for id_ in (message["id"], "1", str(2**63 - 1)):
        with pytest.raises(Refused, match="not_found"):
            await report(alice, {"id": id_})


async def test_ones_own_message_cannot_be_reported(alice: Person) -> None:
    message = await alice.post("#general", "mine")
    with pytest.raises(Refused, match="you can delete it"):
        await report(alice, message)


@pytest.mark.parametrize(
    "fields",
    [
        {"message": "1", "reason": "boring"},
        {"message": "1", "reason": "spam", "note": "x" * 501},
        {"message": 1, "reason": "spam"},
        {"message": str(2**63), "reason": "spam"},
        {"message": "-1", "reason": "spam"},
        {"message": "1", "reason": "spam", "more": True},
        {"reason": "spam"},
    ],
)
async def test_a_malformed_report_is_invalid(alice: Person, fields: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        await alice.command("moderation.report", **fields)
    assert refused.value.code == "invalid"


async def test_too_many_reports_in_a_short_time_wait(
    host: Person, alice: Person, bob: Person, clock: PushedClock
) -> None:
    for number in range(REPORTS_MAX):
        await report(bob, await alice.post("#general", f"watch {number}"))
        clock.advance(seconds=5)
    last = await alice.post("#general", "one more watch")
    with pytest.raises(Refused) as refused:
        await report(bob, last)
    assert refused.value.code == "too_many"
    clock.advance(seconds=refused.value.error["retry_after_s"] + 1)
    await report(bob, last)
    assert len(await queue(host)) == REPORTS_MAX + 1
