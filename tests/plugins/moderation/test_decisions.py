"""What hosts decide about a case, and take back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.plugins.moderation.cases import only_case, queue, report, reported, steps

from salon.domain.sanctions import SanctionKind
from salon.testing import Person, Refused, Server
from salon_moderation.plugin import ModerationPlugin

pytestmark = pytest.mark.plugin.with_args(ModerationPlugin)


async def test_a_dismissed_case_leaves_the_queue_and_comes_back_when_undone(
    host: Person, alice: Person, bob: Person
) -> None:
    case = await reported(host, alice, bob)
    answer = await host.command("moderation.resolve", case=case["id"], decision="dismiss")
    assert answer["case"]["decision"] == "dismiss"
    assert await queue(host) == []
    assert (await only_case(host, state="closed"))["id"] == case["id"]
    (logged,) = (await host.command("moderation.log"))["steps"]
    assert (logged["what"], logged["actor_id"], logged["can_undo"]) == ("dismissed", host.id, True)
    await host.command("moderation.undo", case=case["id"])
    assert (await only_case(host))["decision"] is None
    assert await steps(host, case) == [("dismissed", host.id), ("undone", host.id)]
    assert not any(s["can_undo"] for s in (await host.command("moderation.log"))["steps"])


async def test_only_one_host_decides_a_case(
    host: Person, owner: Person, alice: Person, bob: Person
) -> None:
    case = await reported(host, alice, bob)
    await host.command("moderation.resolve", case=case["id"], decision="dismiss")
    with pytest.raises(Refused, match="decided this case already"):
        await owner.command("moderation.resolve", case=case["id"], decision="time_out", minutes=10)
    assert bob.heard("account.suspended") == []


async def test_a_time_out_silences_the_author_and_is_lifted_when_undone(
    host: Person, alice: Person, bob: Person, server: Server
) -> None:
    case = await reported(host, alice, bob)
    await host.command(
        "moderation.resolve", case=case["id"], decision="time_out", minutes=60, reason="Enough."
    )
    told = await alice.expect("account.suspended")
    assert told["reason"] == "Enough."
    in_an_hour = datetime.fromisoformat(told["until"]) - server.clock.now()
    assert timedelta(minutes=59) < in_an_hour <= timedelta(minutes=60)
    with pytest.raises(Refused, match="denied"):
        await alice.post("#general", "more watches")
    await server.settled()
    assert await steps(host, case) == [("timed_out", host.id)]
    await host.command("moderation.undo", case=case["id"])
    await alice.post("#general", "sorry")
    assert (await only_case(host))["id"] == case["id"]


async def test_undoing_leaves_a_later_time_out_alone(
    host: Person, alice: Person, bob: Person, server: Server
) -> None:
    first = await reported(host, alice, bob)
    await host.command("moderation.resolve", case=first["id"], decision="time_out", minutes=10)
    sanctions = server.app.services.sanctions
    await sanctions.impose(
        None,
        int(alice.id),
        SanctionKind.TIME_OUT,
        until=server.clock.now() + timedelta(days=1),
        reason="later",
    )
    await host.command("moderation.undo", case=first["id"])
    with pytest.raises(Refused, match="denied"):
        await alice.post("#general", "more watches")


async def test_a_host_cannot_be_timed_out_by_a_host_and_the_case_stays_open(
    host: Person, owner: Person, alice: Person
) -> None:
    await report(alice, await owner.post("#general", "I own the place"))
    case = await only_case(host)
    with pytest.raises(Refused, match="denied"):
        await host.command("moderation.resolve", case=case["id"], decision="time_out", minutes=10)
    assert await steps(host, await only_case(host)) == []


async def test_a_deleted_message_is_gone_and_its_text_stays_with_the_case(
    host: Person, alice: Person, bob: Person, server: Server
) -> None:
    case = await reported(host, alice, bob)
    await host.command(
        "moderation.resolve", case=case["id"], decision="dismiss", delete_message=True
    )
    assert (await bob.expect("message.deleted"))["id"] == case["message_id"]
    await server.settled()
    closed = await only_case(host, state="closed")
    assert (closed["decision"], closed["text"]) == ("delete", "cheap watches")
    assert await steps(host, case) == [("message_deleted", host.id)]
    with pytest.raises(Refused, match="cannot come back"):
        await host.command("moderation.undo", case=case["id"])


@pytest.mark.parametrize(
    "fields",
    [
        {"decision": "time_out"},
        {"decision": "dismiss", "minutes": 10},
        {"decision": "time_out", "minutes": 0},
        {"decision": "time_out", "minutes": 28 * 24 * 60 + 1},
        {"decision": "time_out", "minutes": True},
        {"decision": "time_out", "minutes": 1.5},
        {"decision": "banish"},
        {"decision": "dismiss", "delete_message": "yes"},
        {"decision": "dismiss", "reason": "x" * 201},
        {"decision": "keep_out", "minutes": 60},
        {"decision": "warn", "minutes": 60},
        {"decision": "kick", "minutes": 60},
    ],
)
async def test_a_decision_that_makes_no_sense_is_invalid(
    host: Person, alice: Person, bob: Person, fields: dict[str, Any]
) -> None:
    case = await reported(host, alice, bob)
    with pytest.raises(Refused) as refused:
        await host.command("moderation.resolve", case=case["id"], **fields)
    assert refused.value.code == "invalid"
    assert await only_case(host)


@pytest.mark.parametrize(
    ("decision", "kind", "fields"),
    [
        ("warn", "warning", {}),
        ("kick", "kick", {}),
        ("suspend", "suspension", {"minutes": 1_440}),
        ("ban", "ban", {}),
    ],
)
async def test_a_decision_is_a_sanction_of_the_core_and_is_lifted_when_undone(
    host: Person, alice: Person, bob: Person, decision: str, kind: str, fields: dict[str, int]
) -> None:
    case = await reported(host, alice, bob)
    await host.command(
        "moderation.resolve", case=case["id"], decision=decision, reason="Enough.", **fields
    )
    (held,) = (await host.command("sanction.list", holding=True))["sanctions"]
    assert (held["kind"], held["account_id"], held["reason"]) == (kind, alice.id, "Enough.")
    assert (held["until"] is None) is not bool(fields)
    assert (await only_case(host, state="closed"))["decision"] == decision
    await host.command("moderation.undo", case=case["id"])
    assert (await host.command("sanction.list", holding=True))["sanctions"] == []
    assert await only_case(host)


async def test_what_somebody_imposed_since_stays_when_a_case_is_undone(
    host: Person, owner: Person, alice: Person, bob: Person, server: Server
) -> None:
    case = await reported(host, alice, bob)
    await host.command("moderation.resolve", case=case["id"], decision="ban")
    server.clock.advance(seconds=1)
    await owner.command("sanction.impose", account=alice.id, kind="ban", reason="And by me")
    await host.command("moderation.undo", case=case["id"])
    (held,) = (await host.command("sanction.list", holding=True))["sanctions"]
    assert held["reason"] == "And by me"


async def test_only_what_the_host_may_do_is_offered_and_done(
    host: Person, owner: Person, alice: Person, bob: Person
) -> None:
    case = await reported(host, alice, bob)
    roles = owner.snapshot["roles"]
    hosts = next(role for role in roles if "room.manage" in role["permissions"])
    held = [name for name in hosts["permissions"] if name not in {"member.ban", "member.kick"}]
    await owner.command("role.edit", role=hosts["id"], permissions=held)
    shown = await host.command("moderation.case", case=case["id"])
    assert shown["may_impose"] == ["warn", "time_out", "suspend"]
    with pytest.raises(Refused, match="denied"):
        await host.command("moderation.resolve", case=case["id"], decision="ban")
    assert await only_case(host)
