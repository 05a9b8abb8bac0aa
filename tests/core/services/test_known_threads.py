"""What the directory knows of threads: the open ones by heart, of the others where they stand."""

from dataclasses import replace

import pytest
from tests.core.services.test_hidden import NOWHERE, answer
from tests.core.services.test_sync import hide
from tests.core.services.test_threads import started

from salon.domain.channels import Channel, ChannelKind
from salon.services import known_threads
from salon.services.known_threads import KnownThreads
from salon.testing import Person, Server

CHANNEL, OTHER = 1, 2


def thread(id_: int, *, archived: bool = False, parent_id: int = CHANNEL) -> Channel:
    return Channel(
        id_, "", f"t{id_}", "", None, 0,
        kind=ChannelKind.THREAD, parent_id=parent_id, archived=archived,
    )  # fmt: skip


def test_of_a_thread_that_was_put_away_only_its_channel_is_known() -> None:
    threads = KnownThreads()
    threads.load([thread(10)], [(11, CHANNEL), (20, OTHER)])
    assert [threads.parent_of(id_) for id_ in (10, 11, 20, 21)] == [CHANNEL, CHANNEL, OTHER, None]
    assert [threads.is_lacking(id_) for id_ in (10, 11, 20, 21)] == [False, True, True, False]
    assert list(threads.by_id) == [10]


def test_what_was_fetched_is_known_until_others_were_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(known_threads, "LOOKED_AT_KEPT", 2)
    threads = KnownThreads()
    threads.load([], [(id_, CHANNEL) for id_ in (10, 11, 12)])
    for id_ in (10, 11, 12):
        threads.look_at(thread(id_, archived=True))
    assert list(threads.by_id) == [11, 12]
    assert threads.is_lacking(10)
    assert threads.parent_of(10) == CHANNEL


def test_what_was_told_while_a_thread_was_fetched_is_newer() -> None:
    threads = KnownThreads()
    threads.load([], [(10, CHANNEL), (11, CHANNEL)])
    threads.keep(thread(10))
    threads.forget(11)
    for id_ in (10, 11):
        threads.look_at(thread(id_, archived=True))
    assert not threads.by_id[10].archived
    assert threads.parent_of(11) is None


def test_threads_are_put_away_opened_again_and_end_with_their_channel() -> None:
    threads = KnownThreads()
    threads.keep(thread(10))
    threads.keep(thread(11, parent_id=OTHER))
    threads.keep(replace(thread(10), archived=True))
    assert [each.id for each in threads.open_in()] == [11]
    threads.keep(thread(10))
    assert [each.id for each in threads.open_in({CHANNEL})] == [10]
    threads.keep(thread(12, archived=True))
    threads.forget_in(CHANNEL)
    assert [threads.parent_of(id_) for id_ in (10, 11, 12)] == [None, OTHER, None]
    assert list(threads.by_id) == [11]


async def started_again(server: Server, *people: Person) -> None:
    for person in people:
        await person.cut()
    await server.restart()
    for person in people:
        await person.open()


async def test_all_that_is_done_in_a_thread_is_done_in_one_that_was_put_away(
    server: Server, owner: Person, alice: Person
) -> None:
    thread = await started(alice)
    said = await alice.post(thread, "Nobody will find this octopus.")
    await alice.command("thread.edit", thread=thread, archived=True)
    await started_again(server, owner, alice)
    directory = server.app.directory
    assert directory.channel(int(thread)) is None  # it is in the store
    outline = directory.outline(int(thread))
    assert outline is not None
    assert outline.archived

    assert alice.snapshot["followed_threads"] == [thread]
    found = await owner.command("search.messages", query="octopus")
    assert [hit["message"]["id"] for hit in found["hits"]] == [said["id"]]
    listed = await owner.command("thread.list", channel=owner.channel("general"), archived=True)
    assert [each["id"] for each in listed["threads"]] == [thread]
    got = await owner.command("channel.get", channel=thread)
    assert (got["thread"]["name"], got["thread"]["message_count"]) == ("Chapter three", 1)
    await owner.command("reaction.add", message=said["id"], emoji="\U0001f44d")
    await alice.expect("reaction.changed", message_id=said["id"])
    page = await owner.command("message.history", channel=thread)
    assert page["reactions"] == {said["id"]: [{"emoji": "\U0001f44d", "count": 1, "mine": True}]}
    again = await owner.post(thread, "Here it is.")
    await alice.expect("message.posted", id=again["id"])
    assert not (await alice.expect("thread.changed", id=thread, message_count=2))["archived"]


async def test_a_thread_that_was_put_away_in_a_hidden_channel_is_what_does_not_exist(
    server: Server, owner: Person, alice: Person
) -> None:
    thread = await started(owner)
    said = await owner.post(thread, "A secret octopus.")
    await owner.command("thread.edit", thread=thread, archived=True)
    await hide(server, int(owner.channel("general")))
    await started_again(server, owner, alice)
    assert (await alice.command("search.messages", query="octopus"))["hits"] == []
    for command, fields in (
        ("message.history", {}),
        ("channel.get", {}),
        ("message.post", {"text": "x", "nonce": "x"}),
    ):
        there = await answer(alice, command, {**fields, "channel": thread})
        nowhere = await answer(alice, command, {**fields, "channel": NOWHERE})
        assert there == nowhere
    refused = await answer(alice, "reaction.add", {"message": said["id"], "emoji": "\U0001f44d"})
    assert refused["code"] == "not_found"
