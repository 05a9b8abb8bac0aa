"""The inbox: who named me, in what I may read, until I have read it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from salon.domain.accounts import Account, AccountKind
from salon.domain.attention import Choice, Level, Notice, Reader, Said, notice_for
from salon.domain.mentions import Mentions
from salon.testing import Person


async def entries(person: Person, **fields: Any) -> list[tuple[str, str, bool]]:
    found = (await person.command("inbox.list", **fields))["entries"]
    return [(e["message"]["id"], e["reason"], e["unread"]) for e in found]


async def test_mentions_and_replies_stand_in_it_the_newest_first(
    owner: Person, alice: Person, bob: Person
) -> None:
    mine = await alice.post("#general", "tea?")
    named = await owner.post("#general", "@alice yes")
    reply = await bob.post("#general", "me too", reply_to=mine["id"])
    everyone = await owner.post("#introductions", "@everyone hello")
    await owner.post("#general", "@bob not you")
    assert await entries(alice) == [
        (everyone["id"], "everyone", True),
        (reply["id"], "reply", True),
        (named["id"], "account", True),
    ]
    assert await entries(alice, before=reply["id"]) == [(named["id"], "account", True)]


async def test_an_entry_is_read_with_its_channel_or_when_it_is_done(
    owner: Person, alice: Person
) -> None:
    first = await owner.post("#general", "@alice one")
    second = await owner.post("#introductions", "@alice two")
    await alice.command("read.move", channel=alice.channel("general"), message=first["id"])
    assert await entries(alice) == [
        (second["id"], "account", True),
        (first["id"], "account", False),
    ]
    unread = (await alice.command("inbox.unread"))["unread"]
    assert unread == [{"message_id": second["id"], "channel_id": second["channel_id"]}]
    await alice.command("inbox.done", messages=[second["id"], first["id"], "17"])
    assert (await alice.expect("inbox.done"))["message_ids"] == [first["id"], second["id"]]
    assert (await alice.command("inbox.unread"))["unread"] == []


async def test_here_tells_who_is_there_and_sees_the_place_and_nobody_who_sees_it_later(
    owner: Person, alice: Person, bob: Person
) -> None:
    place = owner.channel("introductions")
    of_alice = {"place": place, "target": "account", "target_id": alice.id, "allow": []}
    await owner.command("overwrite.set", **of_alice, deny=["channel.view"])
    said = await owner.post(place, "@here tea")
    await owner.command("overwrite.set", **of_alice, deny=[])
    assert await entries(bob) == [(said["id"], "here", True)]
    assert await entries(alice) == []


async def test_what_i_may_not_read_any_more_is_not_shown(owner: Person, alice: Person) -> None:
    await owner.post("#introductions", "@alice secret")
    await owner.command(
        "overwrite.set",
        place=owner.channel("introductions"),
        target="account",
        target_id=alice.id,
        allow=[],
        deny=["channel.view"],
    )
    await alice.expect("access.changed")
    assert await entries(alice) == []


async def test_a_deleted_message_and_one_that_no_longer_names_me_go(
    owner: Person, alice: Person
) -> None:
    gone = await owner.post("#general", "@alice one")
    edited = await owner.post("#general", "@alice two")
    await owner.command("message.delete", message=gone["id"])
    await owner.command("message.edit", message=edited["id"], text="nobody")
    assert await entries(alice) == []


async def test_here_names_those_who_were_here(owner: Person, alice: Person, bob: Person) -> None:
    while bob.id not in (await owner.expect("presence.changed"))["here"]:
        continue
    await bob.cut()
    while bob.id not in (await owner.expect("presence.changed"))["gone"]:
        continue
    said = await owner.post("#general", "@here quick")
    await bob.open()
    assert (await entries(alice), await entries(bob)) == ([(said["id"], "here", True)], [])


async def test_whom_i_block_does_not_reach_me(owner: Person, alice: Person, bob: Person) -> None:
    await bob.post("#general", "@alice hello")
    await alice.command("privacy.block", account=bob.id)
    await bob.post("#general", "@alice again")
    assert await entries(alice) == []


async def test_a_quiet_channel_keeps_what_is_meant_for_me_alone(
    owner: Person, alice: Person
) -> None:
    level = await alice.command("level.set", channel=alice.channel("general"), level="nothing")
    assert level["level"]["level"] == "nothing"
    assert (await alice.expect("level.changed"))["level"] == "nothing"
    await owner.post("#general", "@everyone")
    mine = await owner.post("#general", "@alice")
    assert await entries(alice) == [(mine["id"], "account", True)]
    levels = (await alice.command("inbox.unread"))["levels"]
    assert [each["level"] for each in levels] == ["nothing"]


AT = datetime(2026, 11, 30, tzinfo=UTC)
ME = Account(7, AccountKind.PERSON, "me", "Me", 1, frozenset({3}), is_owner=False, created_at=AT)
SOON, BEFORE = AT + timedelta(hours=1), AT - timedelta(hours=1)


@pytest.mark.parametrize(
    ("mentions", "choice", "place", "notice"),
    [
        (Mentions(), None, "channel", None),
        (Mentions(), None, "between", Notice("message", aloud=True)),
        (Mentions(), Choice(Level.MENTIONS), "between", None),
        (Mentions(), Choice(Level.EVERYTHING), "channel", Notice("message", aloud=True)),
        (Mentions((7,)), None, "channel", Notice("account", aloud=True)),
        (Mentions((7,)), Choice(Level.NOTHING), "channel", Notice("account", aloud=False)),
        (Mentions(role_ids=(3,)), None, "channel", Notice("role", aloud=True)),
        (Mentions(role_ids=(3,)), Choice(Level.NOTHING), "channel", None),
        (Mentions(role_ids=(4,)), None, "channel", None),
        (Mentions(everyone=True), None, "channel", Notice("everyone", aloud=True)),
        (Mentions(here=True), None, "channel", Notice("here", aloud=True)),
        (
            Mentions(answered_id=7),
            Choice(Level.EVERYTHING, SOON),
            "channel",
            Notice("reply", aloud=False),
        ),
        (Mentions(everyone=True), Choice(Level.EVERYTHING, SOON), "channel", None),
        (Mentions(), Choice(Level.EVERYTHING, BEFORE), "channel", Notice("message", aloud=True)),
    ],
)
def test_who_is_told_and_why(
    mentions: Mentions, choice: Choice | None, place: str, notice: Notice | None
) -> None:
    said = Said(1, mentions, is_between=place == "between")
    reader = Reader(ME, choice, was_here=True, blocks_author=False)
    assert notice_for(said, reader, AT) == notice
    assert notice_for(said, replace(reader, blocks_author=True), AT) is None
    assert notice_for(replace(said, author_id=ME.id), reader, AT) is None
