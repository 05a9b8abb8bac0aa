"""Who is asked about their voice is reminded, and has until a date to answer."""

import pytest
from tests.plugins.recording.kitchen import Kitchen

from salon.testing import Person
from salon_recording.plugin import RecordingPlugin

pytestmark = [pytest.mark.slow, pytest.mark.plugin.with_args(RecordingPlugin)]


async def test_who_does_not_answer_is_reminded_once_and_then_left_out(
    kitchen: Kitchen, owner: Person, alice: Person
) -> None:
    take_id = await kitchen.have(alice, seconds=1.5)
    episode = await kitchen.make(take_id)
    lonely = await kitchen.make(take_id)
    await owner.command("recording.release", episode=lonely["id"], answer="no")
    await kitchen.made(lonely["id"], revision=2)
    for asked in (episode, lonely, lonely):
        await alice.expect("recording.release_asked", episode=asked["id"])
    await kitchen.days_go_by(2.9, "ask_again")
    assert alice.heard("recording.release_asked") == []
    for _ in range(2):
        await kitchen.days_go_by(0.2, "ask_again")
    assert len(alice.heard("recording.release_asked")) == 2  # once about each
    await kitchen.days_go_by(11, "ask_again")
    without = await kitchen.made(episode["id"], revision=2)
    assert (without["speakers"], without["left_out"]) == (["Owner"], ["Alice"])
    public = await owner.command("recording.publish", episode=episode["id"])
    assert public["episode"]["is_public"]  # the owner's own voice went on waiting for that
    known = (await owner.command("recording.episodes"))["episodes"][0]
    assert (known["id"], known["waiting"]) == (lonely["id"], ["Alice"])  # nobody would be left
    await kitchen.release(episode, alice)
    again = await kitchen.made(episode["id"], revision=3)
    assert again["speakers"] == ["Owner", "Alice"]
    await kitchen.days_go_by(20, "ask_again")
    assert len(alice.heard("recording.release_asked")) == 2
