"""The record of deeds: what is written, who reads it, and that a change of it shows."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import update

from salon.domain.accounts import AccountState
from salon.domain.sanctions import SanctionKind
from salon.services.erasing import JOB
from salon.services.jobs import CORE
from salon.store import audit
from salon.store import jobs as stored_jobs
from salon.store.base import CoreTransaction
from salon.testing import Person, Refused, Server


async def entries(person: Person, **wanted: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await person.command("audit.list", **wanted))["entries"]
    return found


async def actions(person: Person, **wanted: Any) -> list[str]:
    return [entry["action"] for entry in await entries(person, **wanted)]


async def check(server: Server) -> audit.Checked:
    return await server.app.store.read(audit.check)


async def test_only_who_may_see_the_record_sees_it(owner: Person, alice: Person) -> None:
    assert (await actions(owner))[-1] == "community.claimed"
    with pytest.raises(Refused, match="denied"):
        await entries(alice)


async def test_a_deed_says_who_what_before_and_after(owner: Person) -> None:
    made = (await owner.command("channel.create", name="Garden"))["channel"]
    await owner.command("channel.edit", channel=made["id"], topic="Beans", name="Garden")
    newest = (await entries(owner, limit=1))[0]
    assert newest["actor_id"] == owner.id
    assert newest["target"] == {"kind": "channel", "id": made["id"]}
    assert newest["details"] == {
        "name": "Garden",
        "before": {"topic": ""},
        "after": {"topic": "Beans"},
        "reason": "",
    }


async def test_every_deed_of_somebody_in_charge_is_recorded(
    server: Server, owner: Person, alice: Person
) -> None:
    before = len(await entries(owner, limit=100))
    category = (await owner.command("category.create", name="Town"))["category"]["id"]
    await owner.command("category.edit", category=category, name="City")
    await owner.command("category.delete", category=category)
    channel = (await owner.command("channel.create", name="Old"))["channel"]["id"]
    await owner.command("channel.delete", channel=channel)
    room = (await owner.command("room.open", name="Hall", temporary=False))["room"]["id"]
    await owner.command("room.edit", room=room, topic="Loud")
    await owner.command("room.close", room=room)
    await owner.command("community.edit", rules="Be kind.")
    role = next(r for r in owner.snapshot["roles"] if r["position"] == 1)
    await owner.command("account.roles", account=alice.id, role_ids=[role["id"]])
    await owner.command("account.roles", account=alice.id, role_ids=[role["id"]])  # nothing new
    await owner.command("account.reset_link", account=alice.id)
    invitation = (await owner.command("invitation.create"))["invitation"]["id"]
    await owner.command("invitation.revoke", invitation=invitation)
    services = server.app.services
    until = services.clock.now() + timedelta(hours=1)
    actor = services.directory.account(int(owner.id))
    await services.sanctions.impose(
        actor, int(alice.id), SanctionKind.TIME_OUT, until=until, reason="Noise"
    )
    recorded = (await actions(owner, limit=100))[:-before]
    assert recorded[::-1] == [
        "category.created",
        "category.changed",
        "category.deleted",
        "channel.created",
        "channel.deleted",
        "room.created",
        "room.changed",
        "room.closed",
        "community.changed",
        "account.roles",
        "account.reset_link",
        "invitation.created",
        "invitation.revoked",
        "account.time_out",
    ]


async def test_what_is_done_to_roles_and_exceptions_is_recorded(
    owner: Person, alice: Person
) -> None:
    made = (await owner.command("role.create", name="Gardeners"))["role"]
    await owner.command("role.edit", role=made["id"], permissions=["channel.view"])
    place = owner.channel("general")
    exception = {"target": "account", "target_id": alice.id, "allow": [], "deny": ["message.post"]}
    await owner.command("overwrite.set", place=place, **exception)
    await owner.command("role.delete", role=made["id"])
    deleted, denied, changed, created, *_ = await entries(owner)
    assert [each["action"] for each in (created, deleted)] == ["role.created", "role.deleted"]
    assert changed["details"]["after"] == {"permissions": ["channel.view"]}
    assert denied["action"] == "channel.permissions"
    assert denied["details"]["before"] == {"account_id": alice.id, "deny": []}
    assert denied["details"]["after"] == {"account_id": alice.id, "deny": ["message.post"]}


async def test_what_somebody_does_with_what_is_their_own_is_not_recorded(
    owner: Person, alice: Person
) -> None:
    before = await actions(owner)
    message = await alice.post(alice.channel("general"), "mine")
    await alice.command("message.delete", message=message["id"])
    room = (await alice.command("room.open", name="Mine"))["room"]["id"]
    await alice.command("room.edit", room=room, topic="Ours")
    await alice.command("room.close", room=room)
    assert await actions(owner) == before


async def test_a_deleted_message_is_recorded_without_what_it_said(
    owner: Person, alice: Person
) -> None:
    message = await alice.post(alice.channel("general"), "a secret of mine")
    await owner.command("message.delete", message=message["id"])
    (newest,) = await entries(owner, limit=1)
    assert newest["action"] == "message.deleted"
    assert newest["details"]["before"] == {"author_id": alice.id}
    assert "secret" not in repr(newest)


async def test_a_refused_deed_is_not_recorded(owner: Person, alice: Person) -> None:
    before = await actions(owner)
    with pytest.raises(Refused):
        await alice.command("channel.create", name="No")
    with pytest.raises(Refused):
        await owner.command("channel.create", name="")
    assert await actions(owner) == before


async def test_the_record_is_read_by_page_by_person_and_by_what(
    owner: Person, alice: Person
) -> None:
    for number in range(5):
        await owner.command("channel.create", name=f"Garden {number}")
    await alice.command("invitation.create")
    first = await owner.command("audit.list", limit=3)
    second = await entries(owner, limit=3, before=first["before"])
    assert first["before"] == first["entries"][-1]["id"]
    numbers = [int(entry["id"]) for entry in first["entries"] + second]
    assert numbers == list(range(numbers[0], numbers[0] - 6, -1))
    assert await actions(owner, actor=alice.id) == ["invitation.created"]
    assert set(await actions(owner, action="channel.")) == {"channel.created"}
    assert await actions(owner, action="chan%") == []
    with pytest.raises(Refused, match="limit"):
        await entries(owner, limit=101)


async def test_the_details_go_with_the_person_and_the_chain_holds(
    server: Server, owner: Person, alice: Person
) -> None:
    await alice.command("invitation.create", note="for my sister Berta")
    await owner.command("account.reset_link", account=alice.id)
    payload = {"account_id": alice.id}
    await server.app.store.write(lambda tx: stored_jobs.add(tx, CORE, JOB, payload, tx.now))
    await server.settled()
    account = server.app.services.directory.account(int(alice.id))
    assert account is not None
    assert account.state is AccountState.DELETED
    newest, reset, invited, *_ = await entries(owner)
    assert (newest["action"], newest["actor_id"]) == ("account.erased", None)
    assert reset["details"] is invited["details"] is None
    assert (await check(server)).broken_at is None


CHANGES: dict[str, dict[str, Any]] = {
    "who": {"actor_id": 7},
    "what": {"action": "channel.created"},
    "what it said": {"details": '{"after":{},"before":{},"name":"Other","reason":""}'},
    "its digest": {"digest": bytes(32)},
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
async def test_a_change_of_the_record_shows(
    server: Server, owner: Person, changed: dict[str, Any]
) -> None:
    for name in ("Garden", "Cellar", "Attic"):
        await owner.command("category.create", name=name)
    sound = await check(server)
    assert sound.broken_at is None
    await _tamper(server, lambda row: update(audit.entries).where(row == 2).values(**changed))
    assert (await check(server)).broken_at == 2


async def test_a_missing_entry_shows(server: Server, owner: Person) -> None:
    for name in ("Garden", "Cellar", "Attic"):
        await owner.command("category.create", name=name)
    await _tamper(server, lambda row: audit.entries.delete().where(row == 2))
    assert (await check(server)).broken_at == 3


async def _tamper(server: Server, statement: Callable[[Any], Any]) -> None:
    def run(tx: CoreTransaction) -> None:
        tx.connection.execute(statement(audit.entries.c.id))

    await server.app.store.write(run)


async def test_the_record_is_searched_by_words_names_and_days(
    server: Server, owner: Person, alice: Person
) -> None:
    role = (await owner.command("role.create", name="Jardinières"))["role"]["id"]
    await owner.command("account.roles", account=alice.id, role_ids=[role])
    server.clock.advance(days=2)
    day = server.clock.now().isoformat()
    await owner.command("sanction.impose", account=alice.id, kind="kick", reason="Trop de bruit")
    assert await actions(owner, words="BRUIT") == ["account.kick"]
    assert await actions(owner, words="jardinieres alice") == ["account.roles"]
    assert await actions(owner, words="bruit 100%") == []
    assert await actions(owner, since=day) == ["account.kick"]
    assert "account.kick" not in await actions(owner, until=day)
    with pytest.raises(Refused, match="200 characters"):
        await actions(owner, words="x" * 201)
    with pytest.raises(Refused, match="since"):
        await actions(owner, since="yesterday")


async def test_rare_words_are_looked_for_a_stretch_at_a_time(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "LOOKED_AT_MAX", 3)
    await owner.command("category.create", name="Needle")
    for number in range(5):
        await owner.command("category.create", name=f"Hay {number}")
    page = await owner.command("audit.list", words="needle")
    found, asked = page["entries"], 1
    while page["before"] is not None:
        page = await owner.command("audit.list", words="needle", before=page["before"])
        found, asked = found + page["entries"], asked + 1
    assert [entry["details"]["name"] for entry in found] == ["Needle"]
    assert asked > 2


async def test_who_sees_the_record_sees_whether_it_holds(
    server: Server, owner: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "CHECKED_AT_ONCE", 2)
    for name in ("Garden", "Cellar", "Attic"):
        await owner.command("category.create", name=name)
    whole = await owner.command("audit.check")
    assert whole["broken_at"] is None
    assert whole["count"] == len(await entries(owner))
    await _tamper(server, lambda row: update(audit.entries).where(row == 3).values(actor_id=7))
    assert await owner.command("audit.check") == whole  # as of a minute ago at most
    server.clock.advance(seconds=61)
    assert (await owner.command("audit.check"))["broken_at"] == "3"
    with pytest.raises(Refused, match="denied"):
        await alice.command("audit.check")


async def test_the_record_is_fetched_as_a_table_and_as_lines(
    server: Server, owner: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salon.services.audit.FETCHED_AT_ONCE", 2)
    for name in ("Garden", "=cmd|' /C calc'!A0", "Zoë, “the” one\nof us"):
        await owner.command("sanction.impose", account=alice.id, kind="kick", reason=name)
    answer = await owner.web.get("/api/audit.csv?action=account.kick")
    assert answer.headers["Cache-Control"] == "no-store"
    table = list(csv.DictReader(io.StringIO(await answer.text(), newline="")))
    assert [row["reason"] for row in table] == [
        "Zoë, “the” one of us", "'=cmd|' /C calc'!A0", "Garden",
    ]  # fmt: skip
    assert {(row["actor"], row["target_name"]) for row in table} == {("owner", "Alice")}
    lines = (await (await owner.web.get("/api/audit.jsonl?words=garden")).text()).splitlines()
    assert [orjson.loads(line)["details"]["reason"] for line in lines] == ["Garden"]


async def test_the_record_is_fetched_by_nobody_else_and_in_no_other_way(
    owner: Person, alice: Person
) -> None:
    assert (await alice.web.get("/api/audit.csv")).status == 403
    assert (await owner.web.get("/api/audit.xls")).status == 404
    assert (await owner.web.get("/api/audit.csv?colour=red")).status == 400
    assert (await owner.web.get("/api/audit.csv?words=a&words=b")).status == 400
    assert (await owner.web.get("/api/audit.csv?since=soon")).status == 400
