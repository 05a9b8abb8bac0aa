"""What hosts see of the cases."""

import pytest
from tests.plugins.moderation.cases import only_case, report, reported

from salon.testing import Person, Refused, Server
from salon_moderation.plugin import ModerationPlugin

pytestmark = pytest.mark.plugin.with_args(ModerationPlugin)


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
    assert shown["may_impose"] == ["warn", "time_out", "kick", "suspend", "ban"]
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


async def test_a_case_survives_a_restart(
    host: Person, alice: Person, bob: Person, server: Server
) -> None:
    case = await reported(host, alice, bob)
    await server.restart()
    await host.open()
    assert (await only_case(host))["id"] == case["id"]


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
