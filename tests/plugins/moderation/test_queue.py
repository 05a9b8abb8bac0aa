"""From a report to a decision and back, by people at a real server."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from salon.testing import Person, PushedClock, Refused, Server
from salon_moderation.cases import REPORTS_MAX
from salon_moderation.plugin import ModerationPlugin

pytestmark = pytest.mark.plugin(ModerationPlugin, keep_days=30)


async def report(person: Person, message: dict[str, Any], **fields: Any) -> None:
    await person.command("moderation.report", message=message["id"], reason="spam", **fields)


async def queue(person: Person, **fields: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await person.command("moderation.cases", **fields))["cases"]
    return found


async def only_case(person: Person, **fields: Any) -> dict[str, Any]:
    (case,) = await queue(person, **fields)
    return case


async def steps(person: Person, case: dict[str, Any]) -> list[tuple[str, str | None]]:
    shown = await person.command("moderation.case", case=case["id"])
    return [(step["what"], step["actor_id"]) for step in shown["history"]]


# -- reports


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


# -- looking


async def test_cases_come_newest_first_in_pages(host: Person, alice: Person, bob: Person) -> None:
    for number in range(3):
        await report(bob, await alice.post("#general", f"watch {number}"))
    first = await host.command("moderation.cases", limit=2)
    assert [case["text"] for case in first["cases"]] == ["watch 2", "watch 1"]
    assert (first["has_more"], first["open_count"]) == (True, 3)
    rest = await host.command("moderation.cases", before=first["cases"][-1]["id"])
    assert [case["text"] for case in rest["cases"]] == ["watch 0"]
    assert rest["has_more"] is False


async def test_a_case_shows_what_was_said_around_the_message(
    host: Person, alice: Person, bob: Person
) -> None:
    for text in ("one", "two", "three"):
        await bob.post("#general", text)
    message = await alice.post("#general", "cheap watches")
    await bob.post("#general", "four")
    await report(bob, message)
    shown = await host.command("moderation.case", case=(await only_case(host))["id"])
    assert [each["text"] for each in shown["before"]] == ["two", "three"]
    assert [each["text"] for each in shown["after"]] == ["four"]
    assert shown["may_delete"]
    assert shown["may_time_out"]
    assert not shown["may_keep_out"]


async def test_a_case_shows_its_newest_reports_and_counts_them_all(
    host: Person, owner: Person, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salon_moderation.cases.REPORTS_SHOWN", 1)
    message = await alice.post("#general", "cheap watches")
    await report(owner, message)
    await report(bob, message)
    shown = await host.command("moderation.case", case=(await only_case(host))["id"])
    assert shown["case"]["reports"] == 2
    assert len(shown["reports"]) == 1


async def test_an_unknown_case_is_not_found(host: Person) -> None:
    for command in ("moderation.case", "moderation.undo"):
        with pytest.raises(Refused, match="not_found"):
            await host.command(command, case="1")
    with pytest.raises(Refused, match="not_found"):
        await host.command("moderation.resolve", case="1", decision="dismiss")


# -- deciding


async def reported(host: Person, alice: Person, bob: Person) -> dict[str, Any]:
    await report(bob, await alice.post("#general", "cheap watches"))
    return await only_case(host)


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
    account = server.app.services.accounts
    await account.time_out(None, int(alice.id), server.clock.now() + timedelta(days=1), "later")
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


# -- rooms


async def in_the_kitchen(host: Person, alice: Person, bob: Person) -> tuple[str, dict[str, Any]]:
    room = alice.room("Kitchen table")
    await report(bob, await alice.post(room, "shut up"))
    return room, await only_case(host)


async def test_who_is_kept_out_of_a_room_stays_out_until_then(
    host: Person, alice: Person, bob: Person, clock: PushedClock
) -> None:
    room, case = await in_the_kitchen(host, alice, bob)
    shown = await host.command("moderation.case", case=case["id"])
    assert shown["may_keep_out"]
    await host.command(
        "moderation.resolve", case=case["id"], decision="keep_out", minutes=60, reason="Calm down."
    )
    with pytest.raises(Refused, match=r"kept out of this room until .* UTC: Calm down\."):
        await alice.command("room.join", room=room)
    await bob.command("room.join", room=room)
    clock.advance(minutes=61)
    await alice.command("room.join", room=room)


async def test_who_sits_in_the_room_is_silenced_and_let_back_in_when_undone(
    host: Person, alice: Person, bob: Person
) -> None:
    room, case = await in_the_kitchen(host, alice, bob)
    await alice.command("room.join", room=room)
    await host.command("moderation.resolve", case=case["id"], decision="keep_out", minutes=60)
    assert (await bob.expect("participant.changed", silenced=True))["account_id"] == alice.id
    await alice.command("room.leave", room=room)
    with pytest.raises(Refused, match="kept out"):
        await alice.command("room.join", room=room)
    await host.command("moderation.undo", case=case["id"])
    await alice.command("room.join", room=room)


async def test_undoing_leaves_a_newer_keeping_out_alone(
    host: Person, alice: Person, bob: Person, clock: PushedClock
) -> None:
    room, first = await in_the_kitchen(host, alice, bob)
    fields = {"decision": "keep_out"}
    await host.command("moderation.resolve", case=first["id"], minutes=60, **fields)
    await report(bob, await alice.post(room, "shut up, all of you"))
    second = await only_case(host)
    clock.advance(minutes=1)
    await host.command("moderation.resolve", case=second["id"], minutes=1_440, **fields)
    await host.command("moderation.undo", case=first["id"])
    with pytest.raises(Refused, match="kept out"):
        await alice.command("room.join", room=room)
    await host.command("moderation.undo", case=second["id"])
    await alice.command("room.join", room=room)


async def test_undoing_leaves_a_silence_of_a_host_alone(
    host: Person, alice: Person, bob: Person, server: Server
) -> None:
    room, case = await in_the_kitchen(host, alice, bob)
    await alice.command("room.join", room=room)
    participants = server.app.services.participants
    await participants.silence(None, int(room), int(alice.id), silenced=True)
    await host.command("moderation.resolve", case=case["id"], decision="keep_out", minutes=60)
    await host.command("moderation.undo", case=case["id"])
    (sitting,) = server.app.services.live.room(int(room)).participants.values()
    assert sitting.silenced


async def test_who_was_silenced_speaks_again_when_no_longer_kept_out(
    host: Person, alice: Person, bob: Person, server: Server, clock: PushedClock
) -> None:
    room, case = await in_the_kitchen(host, alice, bob)
    await alice.command("room.join", room=room)
    await host.command("moderation.resolve", case=case["id"], decision="keep_out", minutes=60)
    clock.advance(minutes=61)
    await server.settled()
    (sitting,) = server.app.services.live.room(int(room)).participants.values()
    assert not sitting.silenced


async def test_who_manages_a_room_cannot_be_kept_out_of_it(
    host: Person, owner: Person, alice: Person
) -> None:
    await report(alice, await owner.post(owner.room("Kitchen table"), "my table"))
    case = await only_case(host)
    with pytest.raises(Refused, match="denied"):
        await host.command("moderation.resolve", case=case["id"], decision="keep_out", minutes=60)
    assert await only_case(host)


# -- news


async def test_a_message_that_its_author_deletes_ends_its_case(
    host: Person, alice: Person, bob: Person, server: Server
) -> None:
    case = await reported(host, alice, bob)
    await alice.command("message.delete", message=case["message_id"])
    await server.settled()
    assert (await only_case(host, state="closed"))["decision"] == "gone"
    assert await steps(host, case) == [("message_gone", None)]


async def test_an_edit_and_a_time_out_are_noted_in_the_open_case(
    host: Person, alice: Person, bob: Person, server: Server
) -> None:
    case = await reported(host, alice, bob)
    await alice.command("message.edit", message=case["message_id"], text="fine words")
    await server.settled()
    until = server.clock.now() + timedelta(minutes=5)
    await server.app.services.accounts.time_out(None, int(alice.id), until, "")
    await server.settled()
    assert await steps(host, case) == [("message_edited", None), ("author_suspended", None)]
    assert (await only_case(host))["text"] == "cheap watches"


async def test_an_author_who_edits_again_and_again_fills_no_history(
    host: Person, alice: Person, bob: Person, server: Server, clock: PushedClock
) -> None:
    case = await reported(host, alice, bob)
    for number in range(3):
        clock.advance(minutes=1)
        await alice.command("message.edit", message=case["message_id"], text=f"fine {number}")
    await server.settled()
    assert await steps(host, case) == [("message_edited", None)]


async def test_the_cases_of_a_deleted_channel_are_closed_and_say_so(
    host: Person, owner: Person, alice: Person, bob: Person, server: Server
) -> None:
    case = await reported(host, alice, bob)
    await owner.command("channel.delete", channel=case["channel_id"])
    await server.settled()
    assert await queue(host) == []
    assert (await only_case(host, state="closed"))["decision"] == "gone"
    assert await steps(host, case) == [("place_gone", None)]


async def test_the_cases_of_a_closed_room_are_closed_and_say_so(
    host: Person, alice: Person, bob: Person, server: Server
) -> None:
    room, case = await in_the_kitchen(host, alice, bob)
    await server.app.services.rooms.close(None, int(room))
    await server.settled()
    assert (await only_case(host, state="closed"))["decision"] == "gone"
    assert await steps(host, case) == [("place_gone", None)]


async def test_a_dismissed_message_that_is_reported_again_has_a_new_case(
    host: Person, owner: Person, alice: Person, bob: Person
) -> None:
    case = await reported(host, alice, bob)
    await host.command("moderation.resolve", case=case["id"], decision="dismiss")
    await report(owner, {"id": case["message_id"]})
    assert (await only_case(host))["id"] != case["id"]
    with pytest.raises(Refused, match="reported again"):
        await host.command("moderation.undo", case=case["id"])


# -- forgetting


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


async def test_a_case_survives_a_restart(
    host: Person, alice: Person, bob: Person, server: Server
) -> None:
    case = await reported(host, alice, bob)
    await server.restart()
    await host.open()
    assert (await only_case(host))["id"] == case["id"]


# -- the table


async def test_the_log_is_a_table_for_hosts(host: Person, alice: Person, bob: Person) -> None:
    case = await reported(host, alice, bob)
    await host.command(
        "moderation.resolve", case=case["id"], decision="time_out", minutes=10, reason="=1+1"
    )
    answer = await host.web.get("/p/moderation/log.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    header, row = (await answer.text()).splitlines()
    assert header == "at,who,what,about,until,reason,case"
    assert row.split(",")[1:4] == ["hanna", "timed_out", "alice"]
    assert "'=1+1" in row
    assert (await alice.web.get("/p/moderation/log.csv")).status == 403
