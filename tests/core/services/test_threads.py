"""Threads: read like their channel, followed by who writes, put away when they are quiet."""

from typing import Any

import pytest
from tests.core.services.test_hidden import NOWHERE, answer
from tests.core.services.test_sync import hide

from salon.domain.permissions import VIEW
from salon.services.threads import OPEN_MAX, STARTED_PER_HOUR
from salon.testing import Person, Refused, Server

WEEK_S = 7 * 86_400


async def started(person: Person, name: str = "Chapter three", **fields: Any) -> str:
    channel = person.channel("#general")
    made = await person.command("thread.start", channel=channel, name=name, **fields)
    id_: str = made["thread"]["id"]
    return id_


async def test_a_message_has_one_thread_and_its_replies_are_counted(
    alice: Person, bob: Person
) -> None:
    root = await alice.post("#general", "I propose that we stop being polite.")
    thread = await started(alice, message=root["id"])
    assert thread == root["id"]
    assert await started(bob, "Another name", message=root["id"]) == thread
    first = await bob.post(thread, "Seconded.")
    await bob.post(thread, "It is a corridor.")
    await bob.command("message.delete", message=first["id"])
    page = await alice.command("message.history", channel=alice.channel("#general"))
    (told,) = page["threads"]
    assert (told["name"], told["message_count"]) == ("Chapter three", 1)
    told = await alice.command("message.history", channel=thread)
    assert [m["text"] for m in told["messages"]] == ["It is a corridor."]


async def test_a_thread_is_followed_by_who_starts_it_and_who_writes(
    owner: Person, alice: Person, bob: Person
) -> None:
    thread = await started(alice)
    assert (await alice.expect("thread.followed"))["follows"]
    await bob.post(thread, "Me too.")
    await bob.post(thread, "And again.")
    assert (await bob.expect("thread.followed"))["thread_id"] == thread
    assert bob.heard("thread.followed") == []
    await owner.expect("message.posted", channel_id=thread)  # it is read like the channel
    assert owner.heard("thread.followed") == []
    await alice.command("thread.follow", thread=thread, follows=False)
    for person, follows in ((alice, []), (bob, [thread]), (owner, [])):
        await person.cut()
        await person.open()
        assert person.snapshot["followed_threads"] == follows


async def test_whoever_loses_a_channel_loses_its_threads_and_gets_them_back_with_it(
    owner: Person, alice: Person, bob: Person
) -> None:
    thread, general = await started(alice), alice.channel("#general")
    await bob.command("message.history", channel=thread)
    of_bob = {"place": general, "target": "account", "target_id": bob.id}
    await owner.command("overwrite.set", **of_bob, allow=[], deny=[VIEW])
    refused = await answer(bob, "message.history", {"channel": thread})
    assert refused["code"] == "not_found"
    await owner.command("overwrite.set", **of_bob, allow=[VIEW], deny=[])
    await bob.post(thread, "Here I am again.")


async def test_a_quiet_thread_is_archived_and_opens_with_the_next_message(
    server: Server, owner: Person, alice: Person
) -> None:
    quiet, lively = await started(alice), await started(alice, "Chapter four")
    server.clock.advance(seconds=WEEK_S)
    await alice.open()
    await alice.post(lively, "Still here.")
    await server.app.services.threads.archive_quiet()
    assert (await alice.expect("thread.changed", id=quiet, archived=True))["id"] == quiet
    channel = alice.channel("#general")
    listed = await alice.command("thread.list", channel=channel)
    assert [t["id"] for t in listed["threads"]] == [lively]
    archived = await alice.command("thread.list", channel=channel, archived=True)
    assert [t["id"] for t in archived["threads"]] == [quiet]
    await owner.open()
    assert [t["id"] for t in owner.snapshot["threads"]] == [lively]
    await alice.post(quiet, "One more thing.")
    assert not (await alice.expect("thread.changed", id=quiet, message_count=1))["archived"]


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("message.history", {}),
        ("message.post", {"text": "x", "nonce": "n"}),
        ("channel.get", {}),
        ("thread.edit", {"archived": True}),
        ("thread.delete", {}),
        ("thread.follow", {"follows": True}),
    ],
)
async def test_a_thread_of_a_hidden_channel_is_what_does_not_exist(
    server: Server, owner: Person, alice: Person, command: str, fields: dict[str, Any]
) -> None:
    thread = await started(owner)
    await hide(server, int(owner.channel("#general")))
    await alice.expect("access.changed")
    alice.events.clear()
    await owner.post(thread, "for our eyes only")
    place = "thread" if command.startswith("thread.") else "channel"
    there = await answer(alice, command, {**fields, place: thread})
    assert there == await answer(alice, command, {**fields, place: NOWHERE})
    await alice.command("ping")
    assert thread not in str(list(alice.events))


async def test_what_was_asked_of_a_message_says_nothing_of_the_thread_that_it_starts(
    server: Server, owner: Person, alice: Person
) -> None:
    root = await owner.post("#general", "for our eyes only")
    await hide(server, int(owner.channel("#general")))
    directory = server.app.directory
    account = directory.account(int(alice.id))
    assert account is not None
    directory.may(account, VIEW, int(root["id"]))  # as a plugin may ask
    thread = await started(owner, message=root["id"])
    assert not directory.may(account, VIEW, int(thread))


async def test_a_thread_is_changed_by_who_started_it_or_a_host(
    owner: Person, alice: Person, bob: Person
) -> None:
    thread = await started(alice)
    for command, fields in (("thread.edit", {"archived": True}), ("thread.delete", {})):
        refused = await answer(bob, command, {"thread": thread, **fields})
        assert refused["permission"] == "thread.manage"
    await alice.command("thread.edit", thread=thread, name="Chapter four")
    await owner.command("thread.edit", thread=thread, archived=True)
    assert (await bob.expect("thread.changed", archived=True))["name"] == "Chapter four"
    await owner.command("thread.delete", thread=thread)
    assert (await bob.expect("thread.deleted"))["id"] == thread
    entries = (await owner.command("audit.list", action="thread."))["entries"]
    assert [entry["action"] for entry in entries] == ["thread.deleted", "thread.changed"]
    refused = await answer(bob, "message.post", {"channel": thread, "text": "x", "nonce": "n"})
    assert refused["reason"] == "no_channel"


async def test_a_thread_goes_with_its_channel(server: Server, owner: Person) -> None:
    channel = (await owner.command("channel.create", name="workshop"))["channel"]["id"]
    made = await owner.command("thread.start", channel=channel, name="Lamps")
    await owner.post(made["thread"]["id"], "screws, tape")
    await owner.command("channel.delete", channel=channel)
    assert server.app.directory.threads == {}
    await server.restart()
    assert server.app.directory.threads == {}


async def test_a_channel_has_a_bounded_number_of_open_threads(owner: Person) -> None:
    for number in range(OPEN_MAX):
        thread = await started(owner, f"thread {number}")
    with pytest.raises(Refused) as refused:
        await started(owner, "one more")
    assert refused.value.error["reason"] == "threads_full"
    await owner.command("thread.edit", thread=thread, archived=True)
    await started(owner, "one more")
    with pytest.raises(Refused):
        await owner.command("thread.edit", thread=thread, archived=False)


@pytest.mark.settings(limits={"frames_per_10_s": 1_000})
async def test_nobody_starts_threads_without_end_by_archiving_their_own(alice: Person) -> None:
    for _ in range(STARTED_PER_HOUR):
        await alice.command("thread.edit", thread=await started(alice), archived=True)
    with pytest.raises(Refused) as refused:
        await started(alice)
    assert refused.value.code == "too_many"


async def test_who_may_not_start_threads_is_told_what_it_takes(
    owner: Person, alice: Person
) -> None:
    thread = await started(owner)
    everyone = owner.snapshot["community"]["everyone_role_id"]
    permissions = ["channel.view", "message.post"]
    await owner.command("role.edit", role=everyone, permissions=permissions)
    with pytest.raises(Refused) as refused:
        await started(alice)
    assert refused.value.error["permission"] == "thread.create"
    await alice.post(thread, "But I write in those that are there.")


async def test_threads_stand_in_channels_only(alice: Person, bob: Person) -> None:
    begun = await alice.command("conversation.begin", accounts=[bob.id])
    thread = await started(alice)
    room = alice.snapshot["rooms"][0]["id"]
    for channel, reason in (
        (begun["conversation"]["id"], "no_channel"),
        (thread, "no_channel"),
        (room, "thread_in_room"),
    ):
        refused = await answer(alice, "thread.start", {"channel": channel, "name": "x"})
        assert refused["reason"] == reason


async def test_only_a_message_of_the_channel_can_have_its_thread_there(alice: Person) -> None:
    elsewhere = await alice.post("#introductions", "Hello, I am Alice.")
    with pytest.raises(Refused) as refused:
        await started(alice, message=elsewhere["id"])
    assert refused.value.error["reason"] == "no_message"
