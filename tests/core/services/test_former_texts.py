"""What was changed or deleted: out of members' sight at once, read by moderators for a while."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from salon.services.erasing import JOB
from salon.services.jobs import CORE
from salon.store import jobs as stored_jobs
from salon.testing import Person, Refused, Server

FAST = pytest.mark.settings(
    limits={"messages_burst": 100, "messages_per_s": 50, "frames_per_10_s": 1_000}
)


def texts(answer: dict[str, object], of: str) -> list[str]:
    found = answer[of]
    assert isinstance(found, list)
    return [each["text"] for each in found]


async def test_moderators_read_what_a_message_said_before_and_members_do_not(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    said = await alice.post("#general", "first")
    server.clock.advance(seconds=60)
    await alice.command("message.edit", message=said["id"], text="second")
    await alice.command("message.edit", message=said["id"], text="second")
    await alice.command("message.edit", message=said["id"], text="third")
    answer = await owner.command("message.former_texts", message=said["id"])
    assert texts(answer, "former_texts") == ["second", "first"]
    assert answer["former_texts"][1]["written_at"] == said["posted_at"]
    for person in (alice, bob):
        with pytest.raises(Refused) as refused:
            await person.command("message.former_texts", message=said["id"])
        assert refused.value.error["permission"] == "message.manage"


async def test_who_comes_back_is_not_told_what_a_message_said_before_it_was_changed(
    alice: Person, bob: Person
) -> None:
    await bob.cut()
    said = await alice.post("#general", "a slip")
    await alice.command("message.edit", message=said["id"], text="better")
    await alice.command("message.edit", message=said["id"], text="best")
    await bob.open(resume=True)
    assert bob.welcome["resumed"]
    assert (await bob.expect("message.posted", id=said["id"]))["text"] == "best"
    told = [await bob.expect("message.edited", id=said["id"]) for _ in range(2)]
    assert [each["text"] for each in told] == ["best", "best"]


@FAST
async def test_of_many_changes_the_first_text_and_the_newest_stay(
    owner: Person, alice: Person
) -> None:
    said = await alice.post("#general", "text 0")
    for number in range(1, 61):
        await alice.command("message.edit", message=said["id"], text=f"text {number}")
    kept = texts(await owner.command("message.former_texts", message=said["id"]), "former_texts")
    assert kept == [f"text {n}" for n in range(59, 10, -1)] + ["text 0"]


async def test_a_deleted_message_is_nowhere_for_members_and_read_by_moderators(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    said = await alice.post("#general", "a secret", nonce="once")
    answer = await bob.post("#general", "what?", reply_to=said["id"])
    await alice.command("message.pins", channel=said["channel_id"])
    await alice.command("message.delete", message=said["id"])
    history = await bob.command("message.history", channel=said["channel_id"])
    assert texts(history, "messages") == ["what?"]
    assert history["replies"] == []
    assert answer["reply_to_id"] == said["id"]
    for name in ("message.edit", "message.delete"):
        with pytest.raises(Refused, match="no such message"):
            await alice.command(
                name, message=said["id"], **({"text": "x"} if "edit" in name else {})
            )
    with pytest.raises(Refused) as refused:
        await alice.post("#general", "a secret", nonce="once")
    assert refused.value.error["reason"] == "said_deleted"

    kept = await owner.command("message.list_deleted", channel=said["channel_id"])
    assert texts(kept, "messages") == ["a secret"]
    assert (kept["messages"][0]["deleted_by"], kept["has_older"]) == (alice.id, False)
    kept = await owner.command("message.former_texts", message=said["id"])
    assert texts(kept, "former_texts") == ["a secret"]
    with pytest.raises(Refused) as refused:
        await bob.command("message.list_deleted", channel=said["channel_id"])
    assert refused.value.error["permission"] == "message.manage"


async def test_who_was_away_is_not_told_what_was_deleted_meanwhile(
    owner: Person, alice: Person, bob: Person
) -> None:
    await bob.cut()
    gone = await alice.post("#general", "gone")
    stays = await alice.post("#general", "stays")
    swept = await alice.post("#general", "swept")
    await alice.command("message.delete", message=gone["id"])
    await owner.command("message.delete_many", channel=swept["channel_id"], messages=[swept["id"]])
    await bob.open(resume=True)
    assert (await bob.expect("message.posted"))["id"] == stays["id"]
    assert (await bob.expect("message.deleted"))["id"] == gone["id"]
    assert (await bob.expect("messages.deleted"))["ids"] == [swept["id"]]
    assert bob.heard("message.posted") == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # whose index forgets late
async def test_after_its_days_it_is_gone_for_good(
    server: Server, owner: Person, alice: Person
) -> None:
    said = await alice.post("#general", "the canary sang")
    changed = await alice.post("#general", "the canary slept")
    await alice.command("message.edit", message=changed["id"], text="nothing")
    await alice.command("message.delete", message=said["id"])
    former_texts = server.app.services.former_texts
    await former_texts.prune()
    kept = await owner.command("message.list_deleted", channel=said["channel_id"])
    assert texts(kept, "messages") == ["the canary sang"]
    server.clock.advance(seconds=timedelta(days=31).total_seconds())
    await former_texts.prune()
    kept = await owner.command("message.list_deleted", channel=said["channel_id"])
    assert kept["messages"] == []
    kept = await owner.command("message.former_texts", message=changed["id"])
    assert kept["former_texts"] == []
    logged = await server.app.store.log_after(0, 10_000)
    assert logged is not None
    assert not [entry for entry in logged if b"canary" in entry.body]
    said_of_it = [entry for entry in logged if f'"id":"{changed["id"]}"'.encode() in entry.body]
    assert [entry.name for entry in said_of_it] == ["message.posted", "message.edited"]
    assert all(b'"text":"nothing"' in entry.body for entry in said_of_it)
    with closing(sqlite3.connect(server.directory / "data" / "salon.db")) as database:
        pieces = database.execute("SELECT block FROM message_words_data").fetchall()
    assert not [block for (block,) in pieces if b"canary" in block or b"anary" in block]


@pytest.mark.settings(limits={"former_texts_days": 0})
async def test_where_nothing_is_kept_nobody_reads_it(
    server: Server, owner: Person, alice: Person
) -> None:
    said = await alice.post("#general", "first")
    await alice.command("message.edit", message=said["id"], text="second")
    assert await owner.command("message.former_texts", message=said["id"]) == {"former_texts": []}
    await alice.command("message.delete", message=said["id"])
    kept = await owner.command("message.list_deleted", channel=said["channel_id"])
    assert kept["messages"] == []
    assert "first" not in (await server.stored())["former_text"]
    server.clock.advance(seconds=1)
    await server.app.services.former_texts.prune()
    assert "first" not in (await server.stored())["event_log"]


async def test_erasing_takes_former_texts_and_deleted_messages_at_once(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    said = await alice.post("#general", "the canary sang")
    await alice.command("message.edit", message=said["id"], text="the canary slept")
    await alice.command("message.delete", message=said["id"])
    stays = await alice.post("#general", "the canary woke")
    payload = {"account_id": alice.id}
    await server.app.store.write(lambda tx: stored_jobs.add(tx, CORE, JOB, payload, tx.now))
    await server.settled()
    deleted = [(await bob.expect("message.deleted"))["id"] for _ in range(2)]
    assert deleted == [said["id"], stays["id"]]
    kept = await owner.command("message.list_deleted", channel=said["channel_id"])
    assert kept["messages"] == []


async def test_many_are_deleted_by_one_command_and_one_event(
    owner: Person, alice: Person, bob: Person
) -> None:
    said = [await alice.post("#general", f"flood {n}") for n in range(3)]
    elsewhere = await alice.post("#introductions", "hello")
    channel = said[0]["channel_id"]
    ids = [each["id"] for each in said]
    with pytest.raises(Refused) as refused:
        await bob.command("message.delete_many", channel=channel, messages=ids)
    assert refused.value.code == "denied"
    for wrong in ([], ["1"] * 101):
        with pytest.raises(Refused) as refused:
            await owner.command("message.delete_many", channel=channel, messages=wrong)
        assert (refused.value.code, refused.value.error["most"]) == ("invalid", 100)
    wanted = [*ids, ids[0], elsewhere["id"], "1"]
    done = await owner.command("message.delete_many", channel=channel, messages=wanted)
    assert done == {"deleted": 3}
    assert await bob.expect("messages.deleted") == {"ids": ids, "channel_id": channel}
    assert bob.heard("message.deleted") == []
    history = await bob.command("message.history", channel=elsewhere["channel_id"])
    assert texts(history, "messages") == ["hello"]
    entries = (await owner.command("audit.list", action="message."))["entries"]
    assert [entry["action"] for entry in entries] == ["message.deleted_many"]
    assert entries[0]["details"]["before"] == {"messages": "3", "author_ids": [alice.id]}
    again = await owner.command("message.delete_many", channel=channel, messages=ids)
    assert again == {"deleted": 0}
    assert len(owner.heard("messages.deleted")) == 1
