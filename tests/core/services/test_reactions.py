"""Reactions: left once, taken back, told together, and only to those who may see them."""

import asyncio

import pytest

from salon.services import emoji
from salon.services.erasing import JOB
from salon.services.jobs import CORE
from salon.store import jobs
from salon.testing import Person, Refused, Server

pytestmark = pytest.mark.databases

CLAP, TEA = "👏", "🍵"


async def test_a_reaction_is_left_once_and_taken_back(owner: Person, alice: Person) -> None:
    said = await owner.post("#general", "hello")
    for _ in range(2):
        await alice.command("reaction.add", message=said["id"], emoji=CLAP)
    told = await owner.expect("reaction.changed", message_id=said["id"])
    assert told["added"] == [{"emoji": CLAP, "account_id": alice.id}]
    assert told["counts"] == [{"emoji": CLAP, "count": 1}]
    assert owner.heard("reaction.changed") == []
    await alice.command("reaction.remove", message=said["id"], emoji=CLAP)
    told = await owner.expect("reaction.changed", message_id=said["id"])
    assert (told["counts"], len(told["removed"])) == ([], 1)


async def test_history_counts_them_and_says_which_are_mine(owner: Person, alice: Person) -> None:
    said = await owner.post("#general", "hello")
    await alice.command("reaction.add", message=said["id"], emoji=TEA)
    await owner.command("reaction.add", message=said["id"], emoji=CLAP)
    await owner.command("reaction.add", message=said["id"], emoji=TEA)
    page = await alice.command("message.history", channel=alice.channel("general"))
    assert page["reactions"] == {
        said["id"]: [
            {"emoji": TEA, "count": 2, "mine": True},
            {"emoji": CLAP, "count": 1, "mine": False},
        ]
    }
    listed = await alice.command("reaction.people", message=said["id"], emoji=TEA)
    assert listed["account_ids"] == [owner.id, alice.id]


async def test_many_at_once_are_few_events(server: Server, owner: Person, alice: Person) -> None:
    said = await owner.post("#general", "goal")
    message = int(said["id"])
    crowd = [await server.member(f"fan{n}", owner) for n in range(6)]
    actors = [server.app.directory.account(int(person.id)) for person in crowd]
    reactions = server.app.services.reactions
    kinds = sorted(emoji._known().values())[:5]
    await asyncio.gather(
        *(reactions.add(actor, message, kind) for actor in actors if actor for kind in kinds)
    )
    told = [await alice.expect("reaction.changed", message_id=said["id"])]
    while sum(each["count"] for each in told[-1]["counts"]) < 30:
        told.append(await alice.expect("reaction.changed", message_id=said["id"]))
    assert len(told) <= 3
    assert sum(len(each["added"]) for each in told) == 30


async def test_who_may_not_see_the_channel_neither_reacts_nor_hears(
    owner: Person, alice: Person
) -> None:
    channel = owner.channel("introductions")
    said = await owner.post("#introductions", "hello")
    await owner.command(
        "overwrite.set",
        place=channel,
        target="account",
        target_id=alice.id,
        allow=[],
        deny=["channel.view"],
    )
    await alice.expect("access.changed")
    for command in ("reaction.add", "reaction.people"):
        with pytest.raises(Refused, match="no such message"):
            await alice.command(command, message=said["id"], emoji=CLAP)
    await owner.command("reaction.add", message=said["id"], emoji=CLAP)
    await owner.expect("reaction.changed")
    await alice.command("ping")
    assert alice.heard("reaction.changed") == []


async def test_without_the_permission_one_takes_back_and_leaves_none(
    owner: Person, alice: Person
) -> None:
    said = await owner.post("#general", "hello")
    await alice.command("reaction.add", message=said["id"], emoji=CLAP)
    await owner.command(
        "overwrite.set",
        place=owner.channel("general"),
        target="account",
        target_id=alice.id,
        allow=[],
        deny=["reaction.add"],
    )
    with pytest.raises(Refused) as refused:
        await alice.command("reaction.add", message=said["id"], emoji=TEA)
    assert refused.value.error["permission"] == "reaction.add"
    await alice.command("reaction.remove", message=said["id"], emoji=CLAP)


async def test_a_host_clears_what_others_left(owner: Person, alice: Person, host: Person) -> None:
    said = await owner.post("#general", "hello")
    await alice.command("reaction.add", message=said["id"], emoji=CLAP)
    with pytest.raises(Refused):
        await alice.command("reaction.clear", message=said["id"])
    await host.command("reaction.clear", message=said["id"])
    page = await alice.command("message.history", channel=alice.channel("general"))
    assert page["reactions"] == {}


async def test_a_message_takes_twenty_kinds(server: Server, owner: Person) -> None:
    said = await owner.post("#general", "hello")
    actor = server.app.directory.account(int(owner.id))
    assert actor is not None
    kinds = sorted(emoji._known().values())[:21]
    for kind in kinds[:20]:
        server.clock.advance(seconds=1)
        await server.app.services.reactions.add(actor, int(said["id"]), kind)
    server.clock.advance(minutes=1)
    with pytest.raises(Refused) as refused:
        await owner.command("reaction.add", message=said["id"], emoji=kinds[20])
    assert refused.value.error["reason"] == "reactions_full"


async def test_an_erased_person_leaves_no_reaction_and_no_news_of_one(
    server: Server, owner: Person, alice: Person
) -> None:
    said = await owner.post("#general", "hello")
    await alice.command("reaction.add", message=said["id"], emoji=CLAP)
    await owner.expect("reaction.changed")
    payload = {"account_id": alice.id}
    await server.app.store.write(lambda tx: jobs.add(tx, CORE, JOB, payload, tx.now))
    await server.settled()
    assert (await owner.expect("reaction.changed", message_id=said["id"]))["counts"] == []
    stored = await server.stored()
    assert stored["reaction"] == ""
    assert stored["event_log"].count('"removed":[{') == 1
    assert '"added":[{' not in stored["event_log"]


@pytest.mark.parametrize(
    "text", ["a", "👏👏", "<script>", "1", "\u200d", "👩\u200d", ":clap:", "🏻" * 9]
)
async def test_what_is_no_picture_is_refused(owner: Person, text: str) -> None:
    said = await owner.post("#general", "hello")
    with pytest.raises(Refused) as refused:
        await owner.command("reaction.add", message=said["id"], emoji=text)
    assert refused.value.error["reason"] == "no_emoji"


def test_two_spellings_are_one_picture() -> None:
    assert emoji.qualified("❤") == emoji.qualified("❤\ufe0f") == "❤\ufe0f"
