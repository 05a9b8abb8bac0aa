"""Conversations: for those whose they are and for nobody else, begun by whom they like."""

from datetime import timedelta

import pytest
from tests.core.services.test_erasing import ask_for, everything_in
from tests.core.services.test_hidden import NOWHERE, answer

from salon.domain.sanctions import SanctionKind
from salon.testing import Person, Refused, Server


async def direct(one: Person, other: Person) -> str:
    id_: str = (await one.command("conversation.begin", accounts=[other.id]))["conversation"]["id"]
    return id_


async def group(one: Person, *others: Person, name: str = "") -> str:
    accounts = [other.id for other in others]
    begun = await one.command("conversation.begin", accounts=accounts, name=name)
    id_: str = begun["conversation"]["id"]
    return id_


async def test_two_people_have_one_direct_conversation_from_either_side(
    alice: Person, bob: Person
) -> None:
    id_ = await direct(alice, bob)
    assert (await bob.expect("conversation.changed"))["id"] == id_
    assert await direct(bob, alice) == id_
    await alice.post(id_, "Are you there?")
    assert (await bob.expect("message.posted", channel_id=id_))["text"] == "Are you there?"


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("message.history", {}),
        ("message.post", {"text": "x", "nonce": "n"}),
        ("typing.start", {}),
        ("read.move", {"message": "1"}),
        ("channel.get", {}),
        ("channel.edit", {"name": "x"}),
        ("channel.delete", {}),
        ("conversation.rename", {"name": "x"}),
        ("conversation.leave", {}),
        ("overwrite.set", {"target": "role", "target_id": "1", "allow": [], "deny": []}),
    ],
)
async def test_a_conversation_is_to_the_owner_what_does_not_exist(
    owner: Person, alice: Person, bob: Person, command: str, fields: dict[str, str]
) -> None:
    place = "place" if command == "overwrite.set" else "channel"
    there = await answer(owner, command, {**fields, place: await direct(alice, bob)})
    assert there == await answer(owner, command, {**fields, place: NOWHERE})
    assert there["code"] == "not_found"


async def test_nothing_of_a_conversation_is_told_to_others(
    owner: Person, alice: Person, bob: Person
) -> None:
    id_ = await direct(alice, bob)
    posted = await alice.post(id_, "between us")
    await alice.command("typing.start", channel=id_)
    await alice.command("message.edit", message=posted["id"], text="between the two of us")
    await alice.command("message.delete", message=posted["id"])
    await alice.post("#general", "all of it was told before this")
    await owner.expect("message.posted", channel_id=owner.channel("#general"))
    assert id_ not in str(list(owner.events))
    await owner.cut()
    await alice.post(id_, "once more")
    await owner.open(resume=True)
    assert id_ not in str([owner.welcome, *owner.events])


async def test_who_is_added_to_a_group_reads_it_and_who_leaves_does_not(
    owner: Person, alice: Person, bob: Person
) -> None:
    id_ = await group(alice, bob, owner, name="Tuesday readers")
    await alice.post(id_, "Chapter three is a corridor.")
    await bob.command("conversation.leave", channel=id_)
    assert (await bob.expect("conversation.left"))["id"] == id_
    changed = await owner.expect("conversation.changed", member_ids=sorted([owner.id, alice.id]))
    assert changed["name"] == "Tuesday readers"
    with pytest.raises(Refused, match="no such channel"):
        await bob.command("message.history", channel=id_)
    bob.events.clear()
    await alice.post(id_, "He has gone.")
    await owner.command("conversation.add", channel=id_, account=bob.id)
    assert (await bob.expect("conversation.changed"))["id"] == id_
    assert bob.heard("message.posted") == []
    page = await bob.command("message.history", channel=id_)
    assert [m["text"] for m in page["messages"]] == ["Chapter three is a corridor.", "He has gone."]


async def test_a_group_that_everybody_has_left_is_gone(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    id_ = await group(alice, bob, owner)
    for person in (alice, bob, owner):
        await person.command("conversation.leave", channel=id_)
        await person.expect("conversation.left")
    assert int(id_) not in server.app.directory.conversations
    await server.restart()
    assert server.app.directory.conversations == {}


async def test_a_direct_conversation_cannot_be_left_or_named(alice: Person, bob: Person) -> None:
    id_ = await direct(alice, bob)
    for command, fields in (("conversation.leave", {}), ("conversation.rename", {"name": "x"})):
        with pytest.raises(Refused) as refused:
            await alice.command(command, channel=id_, **fields)
        assert refused.value.error["reason"] == "no_group"


async def test_who_is_blocked_cannot_write_and_is_not_told_why(
    owner: Person, alice: Person, bob: Person
) -> None:
    id_ = await direct(alice, bob)
    await alice.post(id_, "Buy my book.")
    await bob.command("privacy.block", account=alice.id)
    assert (await bob.expect("privacy.changed"))["blocked"] == [alice.id]
    bob.events.clear()
    refusals = [
        await answer(alice, "message.post", {"channel": id_, "text": "Hello?", "nonce": "n"}),
        await answer(alice, "typing.start", {"channel": id_}),
        await answer(alice, "conversation.begin", {"accounts": [bob.id, owner.id]}),
    ]
    await owner.command("privacy.first_messages", from_whom="nobody")
    refusals.append(await answer(alice, "conversation.begin", {"accounts": [owner.id]}))
    assert {refusal["reason"] for refusal in refusals} == {"unreachable"}
    assert len({str(refusal) for refusal in refusals}) == 1
    assert alice.heard("privacy.changed") == []
    assert bob.heard("message.posted") == []
    await bob.command("privacy.unblock", account=alice.id)
    await alice.post(id_, "Hello again.")
    assert (await bob.expect("message.posted"))["text"] == "Hello again."


async def test_who_takes_no_first_messages_still_hears_those_they_know(
    alice: Person, bob: Person, owner: Person
) -> None:
    id_ = await direct(alice, bob)
    await bob.command("privacy.first_messages", from_whom="nobody")
    await alice.post(id_, "We know each other.")
    with pytest.raises(Refused) as refused:
        await owner.command("conversation.begin", accounts=[bob.id])
    assert refused.value.error["reason"] == "unreachable"


async def test_who_takes_first_messages_by_role_hears_those_who_share_one(
    owner: Person, host: Person, alice: Person, bob: Person
) -> None:
    await bob.command("privacy.first_messages", from_whom="role")
    refused = await answer(alice, "conversation.begin", {"accounts": [bob.id]})
    assert refused["reason"] == "unreachable"
    role = (await owner.command("role.create", name="Readers"))["role"]["id"]
    for person in (alice, bob):
        await owner.command("account.roles", account=person.id, role_ids=[role])
    await direct(alice, bob)
    refused = await answer(host, "conversation.begin", {"accounts": [bob.id]})
    assert refused["reason"] == "unreachable"
    await bob.command("privacy.first_messages", from_whom="everyone")
    await direct(host, bob)


async def test_who_shares_no_place_with_somebody_does_not_reach_them(
    owner: Person, alice: Person, bob: Person
) -> None:
    everyone = owner.snapshot["community"]["everyone_role_id"]
    permissions = ["room.join"]
    await owner.command("role.edit", role=everyone, permissions=permissions)
    with pytest.raises(Refused) as refused:
        await alice.command("conversation.begin", accounts=[bob.id])
    assert refused.value.error["reason"] == "unreachable"


async def test_new_conversations_have_a_pace(owner: Person, alice: Person, bob: Person) -> None:
    for _ in range(20):
        await group(alice, bob, owner)
    with pytest.raises(Refused) as refused:
        await group(alice, bob, owner)
    assert refused.value.code == "too_many"
    await direct(bob, alice)


async def test_in_time_out_one_reads_conversations_and_begins_none(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    id_ = await direct(alice, bob)
    until = server.clock.now() + timedelta(days=1)
    await server.app.services.sanctions.impose(
        None, int(alice.id), SanctionKind.TIME_OUT, until=until, reason="for a while"
    )
    await alice.command("message.history", channel=id_)
    for command, fields in (
        ("message.post", {"channel": id_, "text": "x", "nonce": "n"}),
        ("conversation.begin", {"accounts": [owner.id]}),
    ):
        with pytest.raises(Refused) as refused:
            await alice.command(command, **fields)
        assert refused.value.error["reason"] == "timed_out"


async def test_conversations_and_choices_are_there_after_a_restart(
    server: Server, alice: Person, bob: Person
) -> None:
    id_ = await direct(alice, bob)
    posted = await alice.post(id_, "Remember this.")
    await bob.command("privacy.block", account=alice.id)
    await server.restart()
    await bob.open()
    conversation = {
        "id": id_, "kind": "direct", "name": "", "member_ids": sorted([alice.id, bob.id]),
        "last_message_id": posted["id"],
    }  # fmt: skip
    assert bob.snapshot["conversations"] == [conversation]
    assert bob.snapshot["privacy"]["blocked"] == [alice.id]
    assert bob.snapshot["privacy"]["first_messages"] == "everyone"


async def test_nothing_between_people_is_left_of_somebody_who_is_erased(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    id_ = await direct(alice, bob)
    readers = await group(alice, bob, owner, name="Tuesday readers")
    await alice.post(id_, "The canary sings.")
    channel = alice.channel("#general")
    thread = (await alice.command("thread.start", channel=channel, name="Lamps"))["thread"]["id"]
    await bob.command("privacy.block", account=alice.id)
    await alice.command("privacy.block", account=owner.id)
    await ask_for(server, alice)
    assert (await bob.expect("conversation.changed", id=id_, member_ids=[bob.id]))["id"] == id_
    await bob.expect("privacy.changed", blocked=[], first_messages="everyone")
    kept = (await owner.command("channel.get", channel=readers))["conversation"]
    assert kept["member_ids"] == sorted([owner.id, bob.id])
    left = (await owner.command("channel.get", channel=thread))["thread"]
    assert left["started_by"] is None
    assert "The canary sings." not in await everything_in(server)
    refused = await answer(bob, "message.post", {"channel": id_, "text": "x", "nonce": "n"})
    assert refused["reason"] == "unreachable"
