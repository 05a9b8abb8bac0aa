"""Reports from conversations: the hosts see what the reporter chose, and nothing else of them."""

from typing import Any

import pytest
from tests.core.services.test_conversations import direct, group
from tests.plugins.moderation.cases import only_case, queue, report, steps

from salon.testing import Person, Refused, Server
from salon_moderation.plugin import ModerationPlugin

pytestmark = pytest.mark.plugin.with_args(ModerationPlugin)


async def talk(alice: Person, bob: Person) -> tuple[str, list[dict[str, Any]]]:
    """Return a conversation and what was said in it; Alice said the fourth, which is bad."""
    id_ = await direct(alice, bob)
    said = [await bob.post(id_, text) for text in ("private one", "private two", "stop it")]
    said.append(await alice.post(id_, "I know where you live"))
    said.append(await alice.post(id_, "so watch out"))
    return id_, said


async def test_the_hosts_see_what_was_chosen_and_nothing_else(
    host: Person, alice: Person, bob: Person
) -> None:
    id_, said = await talk(alice, bob)
    await report(bob, said[3], around=[said[4]["id"], said[2]["id"], said[2]["id"]])
    case = await only_case(host)
    assert (case["text"], case["is_between"]) == ("I know where you live", True)
    shown = await host.command("moderation.case", case=case["id"])
    assert [each["text"] for each in shown["before"]] == ["stop it"]
    assert [each["text"] for each in shown["after"]] == ["so watch out"]
    assert (shown["may_delete"], shown["may_keep_out"]) == (False, False)
    assert "private" not in str((shown, await queue(host)))
    with pytest.raises(Refused, match="not_found"):
        await host.command("message.history", channel=id_)


async def test_a_host_who_is_in_the_conversation_sees_no_more_in_the_case(
    host: Person, owner: Person, alice: Person, bob: Person
) -> None:
    id_ = await group(alice, bob, host)
    await bob.post(id_, "private one")
    bad = await alice.post(id_, "bad")
    await report(bob, bad)
    shown = await host.command("moderation.case", case=(await only_case(host))["id"])
    assert (shown["before"], shown["after"]) == ([], [])


async def test_each_reporter_shows_what_they_choose(
    host: Person, owner: Person, alice: Person, bob: Person
) -> None:
    id_ = await group(alice, bob, owner)
    one, two = await bob.post(id_, "one"), await owner.post(id_, "two")
    bad = await alice.post(id_, "bad")
    await report(bob, bad, around=[one["id"]])
    await report(owner, bad, around=[one["id"], two["id"]])
    shown = await host.command("moderation.case", case=(await only_case(host))["id"])
    assert [each["text"] for each in shown["before"]] == ["one", "two"]


async def test_who_reported_and_who_looked_is_written_down_once(
    host: Person, owner: Person, alice: Person, bob: Person
) -> None:
    _, said = await talk(alice, bob)
    await report(bob, said[3])
    case = await only_case(host)
    await steps(host, case)
    await steps(host, case)
    expected = [("reported_between", bob.id), ("looked", host.id), ("looked", owner.id)]
    await steps(owner, case)
    assert await steps(owner, case) == expected
    entries = (await owner.command("audit.list", action="moderation.looked"))["entries"]
    assert [(each["actor_id"], each["target"]["id"]) for each in entries] == [
        (owner.id, alice.id), (host.id, alice.id),
    ]  # fmt: skip


async def test_only_what_stands_around_the_message_in_a_conversation_is_shown(
    alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salon_moderation.queue.AROUND_MAX", 1)
    id_, said = await talk(alice, bob)
    public = await alice.post("#general", "hello")
    elsewhere = await bob.post("#general", "hello")
    far = await bob.post(id_, "far away")
    for message, around in (
        (said[3], elsewhere["id"]),
        (said[3], far["id"]),
        (said[3], said[3]["id"]),
        (said[3], "1"),
        (public, elsewhere["id"]),
    ):
        with pytest.raises(Refused) as refused:
            await report(bob, message, around=[around])
        assert refused.value.error["reason"] == "moderation.not_around"
    with pytest.raises(Refused) as refused:
        await report(bob, said[3], around=["1"] * 11)
    assert refused.value.code == "invalid"


async def test_who_is_not_in_a_conversation_cannot_report_from_it(
    owner: Person, alice: Person, bob: Person
) -> None:
    _, said = await talk(alice, bob)
    with pytest.raises(Refused, match="not_found"):
        await report(owner, said[3])


async def test_a_case_outlives_its_conversation(host: Person, alice: Person, bob: Person) -> None:
    id_ = await group(alice, bob, host)
    bad = await alice.post(id_, "bad")
    await report(bob, bad)
    for person in (alice, bob, host):
        await person.command("conversation.leave", channel=id_)
    case = await only_case(host)
    await host.command(
        "moderation.resolve", case=case["id"], decision="time_out", minutes=10, reason="Enough."
    )
    assert (await alice.expect("account.suspended"))["reason"] == "Enough."


async def test_what_was_shown_is_forgotten_with_who_wrote_it_or_showed_it(
    server: Server, host: Person, owner: Person, alice: Person, bob: Person
) -> None:
    id_ = await group(alice, bob, owner)
    one, two = await bob.post(id_, "one"), await owner.post(id_, "two")
    bad = await alice.post(id_, "bad")
    await report(bob, bad, around=[two["id"]])
    await report(owner, bad, around=[one["id"]])
    case = await only_case(host)
    await server.app.host.erase_account(int(bob.id))
    shown = await host.command("moderation.case", case=case["id"])
    assert (shown["before"], shown["case"]["reports"]) == ([], 1)


async def test_of_files_the_hosts_read_what_they_are_called(
    host: Person, alice: Person, bob: Person
) -> None:
    id_ = await direct(alice, bob)
    file = await alice.hand_in(b"a plan of your street", "street.txt")
    sent = {"file": file["id"], "description": "your street"}
    bad = await alice.post(id_, "", files=[sent])
    await report(bob, bad)
    assert (await only_case(host))["text"] == "📎 street.txt your street"
