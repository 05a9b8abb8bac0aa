"""Slow mode: one message in so many seconds, for whoever may not hurry."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from salon.testing import Person, Refused, Server


async def slow(owner: Person, seconds: int) -> str:
    channel = owner.channel("general")
    await owner.command("channel.edit", channel=channel, slow_mode_s=seconds)
    return channel


async def test_the_next_message_waits_and_the_refusal_says_how_long(
    server: Server, owner: Person, alice: Person, bob: Person
) -> None:
    channel = await slow(owner, 30)
    changed = await alice.expect("channel.changed", id=channel)
    assert changed["slow_mode_s"] == 30
    first = await alice.post("#general", "one")
    server.clock.advance(seconds=10)
    with pytest.raises(Refused) as refused:
        await alice.post("#general", "two")
    error = refused.value.error
    assert (error["code"], error["reason"], error["retry_after_s"]) == ("too_many", "slow_mode", 20)
    await alice.post("#introductions", "elsewhere at once")
    await bob.post("#general", "another person at once")
    await alice.command("message.delete", message=first["id"])
    with pytest.raises(Refused):
        await alice.post("#general", "deleting the one before does not help")
    server.clock.advance(seconds=20)
    await alice.post("#general", "two")


async def test_a_repeated_nonce_is_no_second_message(owner: Person, alice: Person) -> None:
    await slow(owner, 30)
    first = await alice.post("#general", "one", nonce="same")
    again = await alice.post("#general", "one", nonce="same")
    assert again["id"] == first["id"]


async def test_two_at_once_are_one_after_the_other(owner: Person, alice: Person) -> None:
    await slow(owner, 30)
    tries: list[Awaitable[Any]] = [alice.post("#general", str(n)) for n in range(4)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(each, Refused) for each in done) == 3


async def test_whoever_may_hurry_and_whoever_changes_a_message_does_not_wait(
    owner: Person, alice: Person
) -> None:
    channel = await slow(owner, 30)
    for text in ("one", "two"):
        await owner.post("#general", text)
    said = await alice.post("#general", "helo")
    await alice.command("message.edit", message=said["id"], text="hello")
    everyone = owner.snapshot["community"]["everyone_role_id"]
    await owner.command(
        "overwrite.set", place=channel, target="role", target_id=everyone,
        allow=["message.hurry"], deny=[],
    )  # fmt: skip
    await alice.post("#general", "at once")


async def test_a_thread_is_as_slow_as_its_channel(owner: Person, alice: Person) -> None:
    channel = await slow(owner, 30)
    thread = (await owner.command("thread.start", channel=channel, name="cake"))["thread"]["id"]
    await alice.post(thread, "one")
    with pytest.raises(Refused) as refused:
        await alice.post(thread, "two")
    assert refused.value.error["reason"] == "slow_mode"
    await owner.post(thread, "one")
    await owner.post(thread, "two")


async def test_the_chat_of_a_room_can_be_slow_and_stays_so_when_the_room_changes(
    owner: Person, alice: Person
) -> None:
    room = owner.room("Kitchen table")
    await owner.command("channel.edit", channel=room, slow_mode_s=30)
    await owner.command("room.edit", room=room, name="Kitchen")
    everyone = owner.snapshot["community"]["everyone_role_id"]
    await owner.command(
        "overwrite.set", place=room, target="role", target_id=everyone,
        allow=["message.pin"], deny=[],
    )  # fmt: skip
    await alice.post(room, "one")
    with pytest.raises(Refused) as refused:
        await alice.post(room, "two")
    assert refused.value.error["reason"] == "slow_mode"
    with pytest.raises(Refused) as refused:
        await owner.command("channel.edit", channel=room, slow_mode_s=0, name="another")
    assert refused.value.error["reason"] == "room_chat"


@pytest.mark.parametrize("seconds", [-1, 21_601, 2**53])
async def test_six_hours_are_the_longest_pause(owner: Person, seconds: int) -> None:
    with pytest.raises(Refused) as refused:
        await slow(owner, seconds)
    assert (refused.value.error["reason"], refused.value.error["most"]) == (
        "slow_mode_long",
        21_600,
    )
