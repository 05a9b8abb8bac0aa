"""A block at the server: what is refused, what is not told, and what goes on as if it were not."""

import pytest
from tests.core.services.test_conversations import direct, group
from tests.core.services.test_hidden import answer
from tests.core.services.test_inbox import entries

from salon.testing import Person, Server

pytestmark = pytest.mark.databases
CLAP = "👏"


async def test_who_is_blocked_leaves_no_picture_and_takes_back_those_before(
    owner: Person, alice: Person, bob: Person
) -> None:
    said = await alice.post("#general", "hello")
    await bob.command("reaction.add", message=said["id"], emoji=CLAP)
    await alice.command("privacy.block", account=bob.id)
    refused = await answer(bob, "reaction.add", {"message": said["id"], "emoji": "🍵"})
    assert (refused["code"], refused["reason"]) == ("denied", "unreachable")
    await bob.command("reaction.remove", message=said["id"], emoji=CLAP)
    other = await owner.post("#general", "hello")
    await bob.command("reaction.add", message=other["id"], emoji=CLAP)
    mine = await bob.post("#general", "hello")
    await alice.command("reaction.add", message=mine["id"], emoji=CLAP)


async def test_nobody_brings_together_two_of_whom_one_blocks_the_other(
    owner: Person, host: Person, alice: Person, bob: Person
) -> None:
    with_alice = await group(owner, host, alice)
    with_bob = await group(owner, host, bob)
    before = await group(owner, alice, bob)
    await alice.command("privacy.block", account=bob.id)
    refusals = [
        await answer(owner, "conversation.begin", {"accounts": [alice.id, bob.id]}),
        await answer(owner, "conversation.add", {"channel": with_alice, "account": bob.id}),
        await answer(owner, "conversation.add", {"channel": with_bob, "account": alice.id}),
        await answer(bob, "conversation.add", {"channel": with_bob, "account": alice.id}),
    ]
    assert {refusal["reason"] for refusal in refusals} == {"unreachable"}
    await bob.post(before, "We sat here before.")


async def test_no_way_of_calling_reaches_who_blocks_and_nothing_tells_the_caller(
    owner: Person, host: Person, alice: Person
) -> None:
    role = (await owner.command("role.create", name="Owls"))["role"]["id"]
    await owner.command("account.roles", account=alice.id, role_ids=[role])
    await alice.command("privacy.block", account=host.id)
    said = await alice.post("#general", "What time is it?")
    named = await host.post("#general", "@alice @owls @here @everyone")
    reply = await host.command(
        "message.post",
        channel=alice.channel("#general"),
        text="ten",
        nonce="n",
        reply_to=said["id"],
    )
    assert named["mentions"]["account_ids"] == [alice.id]
    assert reply["message"]["mentions"]["answered_id"] == alice.id
    assert await entries(alice) == []
    await alice.command("privacy.unblock", account=host.id)
    assert [entry[0] for entry in await entries(alice)] == [reply["message"]["id"], named["id"]]


async def test_a_block_is_no_shield_against_a_host_nor_blinds_one(
    server: Server, owner: Person, host: Person, alice: Person
) -> None:
    await alice.command("privacy.block", account=host.id)
    await host.command("privacy.block", account=alice.id)
    said = await alice.post("#general", "hello")
    await host.command("message.delete", message=said["id"])
    await host.command("sanction.impose", account=alice.id, kind="time_out", lasts_s=600)
    own = await alice.command("sanction.own")
    assert [each["kind"] for each in own["sanctions"]] == ["time_out"]


async def test_who_is_blocked_does_not_see_it_in_a_direct_conversation(
    alice: Person, bob: Person
) -> None:
    id_ = await direct(alice, bob)
    said = await alice.post(id_, "hello")
    await alice.command("privacy.block", account=bob.id)
    refused = await answer(bob, "message.post", {"channel": id_, "text": "x", "nonce": "n"})
    assert refused == await answer(bob, "reaction.add", {"message": said["id"], "emoji": CLAP})
    assert "block" not in str(refused)


async def unread(person: Person) -> list[str]:
    """Return the names of the places that a page which opens now would mark."""
    await person.open()
    told = person.snapshot
    places = [*told["channels"], *told["conversations"], *told["threads"]]
    return [
        place["name"]
        for place in places
        if int(place["last_message_id"] or 0) > int(told["reads"].get(place["id"], 0))
    ]


async def test_what_somebody_blocked_wrote_makes_no_place_unread(
    owner: Person, alice: Person, bob: Person
) -> None:
    between = await group(owner, alice, bob)
    general = alice.channel("#general")
    thread = await owner.command("thread.start", channel=general, name="Tea")
    places = {"general": general, "Tea": thread["thread"]["id"], "": between}
    await alice.command("privacy.block", account=bob.id)
    for place in places.values():
        last = await owner.command("message.post", channel=place, text="tea?", nonce=f"o{place}")
        await alice.command("read.move", channel=place, message=last["message"]["id"])
    assert await unread(alice) == []
    for place in places.values():
        await bob.command("message.post", channel=place, text="me", nonce=f"b{place}")
    assert await unread(alice) == []
    await owner.post("#general", "cake")
    await bob.post("#general", "me too")
    assert await unread(alice) == ["general"]
    await alice.command("privacy.unblock", account=bob.id)
    assert sorted(await unread(alice)) == sorted(places)


async def test_a_place_never_read_is_new_unless_only_somebody_blocked_wrote_there(
    owner: Person, alice: Person, bob: Person
) -> None:
    await alice.command("privacy.block", account=bob.id)
    await bob.post("#general", "hello")
    assert await unread(alice) == []
    await owner.post("#general", "hello")
    assert await unread(alice) == ["general"]
