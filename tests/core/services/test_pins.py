"""Pins: who may, how many, what is said of them, and where they end."""

import pytest

from salon.testing import Person, Refused

FAST = pytest.mark.settings(
    limits={"messages_burst": 100, "messages_per_s": 50, "frames_per_10_s": 1_000}
)


async def test_a_pin_is_told_with_a_line_and_listed_newest_first(
    owner: Person, alice: Person
) -> None:
    first = await alice.post("#general", "the rules")
    second = await alice.post("#general", "the menu")
    for message in (first, second, first):
        await owner.command("message.pin", message=message["id"])
    told = await alice.expect("message.pinned")
    assert (told["id"], told["pinned_at"] is not None) == (first["id"], True)
    line = await alice.expect("message.posted", kind="pin")
    assert (line["author_id"], line["reply_to_id"], line["text"]) == (owner.id, first["id"], "")
    pins = await alice.command("message.pins", channel=first["channel_id"])
    assert [pin["text"] for pin in pins["messages"]] == ["the menu", "the rules"]


async def test_pinning_takes_a_permission_and_the_line_has_no_words_of_its_own(
    owner: Person, alice: Person
) -> None:
    said = await alice.post("#general", "look at me")
    for name in ("message.pin", "message.unpin"):
        with pytest.raises(Refused) as refused:
            await alice.command(name, message=said["id"])
        assert refused.value.error["permission"] == "message.pin"
    await owner.command("message.pin", message=said["id"])
    line = await owner.expect("message.posted", kind="pin")
    for name, fields in (("message.edit", {"text": "mine"}), ("message.pin", {})):
        with pytest.raises(Refused) as refused:
            await owner.command(name, message=line["id"], **fields)
        assert refused.value.error["reason"] == "no_words"


async def test_a_message_is_unpinned_by_hand_and_by_its_end(owner: Person, alice: Person) -> None:
    first = await alice.post("#general", "one")
    second = await alice.post("#general", "two")
    for message in (first, second):
        await owner.command("message.pin", message=message["id"])
    await owner.command("message.unpin", message=first["id"])
    await owner.command("message.unpin", message=first["id"])
    assert (await alice.expect("message.unpinned"))["pinned_at"] is None
    assert alice.heard("message.unpinned") == []
    await alice.command("message.delete", message=second["id"])
    pins = await alice.command("message.pins", channel=first["channel_id"])
    assert pins["messages"] == []
    with pytest.raises(Refused, match="no such message"):
        await owner.command("message.pin", message=second["id"])


@FAST
async def test_fifty_are_pinned_in_a_channel_and_no_more(owner: Person, alice: Person) -> None:
    said = [await alice.post("#general", str(n)) for n in range(51)]
    for message in said[:50]:
        await owner.command("message.pin", message=message["id"])
    with pytest.raises(Refused) as refused:
        await owner.command("message.pin", message=said[50]["id"])
    assert (refused.value.error["reason"], refused.value.error["most"]) == ("pins_full", 50)
    pins = await owner.command("message.pins", channel=said[0]["channel_id"])
    assert len(pins["messages"]) == 50
    assert said[50]["id"] not in [told["id"] for told in owner.heard("message.pinned")]


@pytest.mark.settings(limits={"messages_burst": 3})
async def test_lines_about_pins_come_at_the_pace_of_messages(alice: Person, bob: Person) -> None:
    begun = await alice.command("conversation.begin", accounts=[bob.id])
    said = await alice.post(begun["conversation"]["id"], "mine")
    for _ in range(2):
        await alice.command("message.pin", message=said["id"])
        await alice.command("message.unpin", message=said["id"])
    with pytest.raises(Refused) as refused:
        await alice.command("message.pin", message=said["id"])
    assert refused.value.code == "too_many"
