"""Nothing goes out before each voice in it said yes."""

from typing import Any

import pytest
from tests.plugins.recording.kitchen import Kitchen

from salon.testing import Person, Refused, Server
from salon_recording.plugin import RecordingPlugin

pytestmark = [pytest.mark.slow, pytest.mark.plugin.with_args(RecordingPlugin)]


async def _refused(person: Person, command: str, **fields: Any) -> dict[str, Any]:
    with pytest.raises(Refused) as refused:
        await person.command(f"recording.{command}", **fields)
    return refused.value.error


async def _status(server: Server, path: str) -> int:
    async with server.visitor() as visitor:
        return (await visitor.get(path)).status


async def test_an_episode_waits_for_everybody_who_is_heard_in_it(
    server: Server, kitchen: Kitchen, owner: Person, alice: Person
) -> None:
    take_id = await kitchen.have(alice)
    episode = await kitchen.make(take_id)
    assert (await alice.expect("recording.release_asked"))["episode"] == episode["id"]
    assert episode["waiting"] == ["Alice"]  # who orders it has said yes by it
    early = await _refused(owner, "publish", episode=episode["id"])
    assert (early["reason"], early["names"]) == ("recording.not_released", "Alice")
    asked = (await alice.command("recording.asked"))["episodes"]
    assert [(one["id"], one["answer"]) for one in asked] == [(episode["id"], None)]
    own = await alice.web.get(f"/p/recording/voices/{take_id}/{alice.id}.opus")
    assert own.status == 200  # one's own voice, and nobody else's
    other = await alice.web.get(f"/p/recording/voices/{take_id}/{owner.id}.opus")
    assert other.status == 404
    await kitchen.release(episode, alice)
    await owner.command("recording.publish", episode=episode["id"])
    assert await _status(server, kitchen.page_of(episode)) == 200


async def test_who_says_no_is_not_in_it_and_may_come_back(
    server: Server, kitchen: Kitchen, owner: Person, alice: Person
) -> None:
    episode = await kitchen.publish(await kitchen.have(alice), alice)
    await alice.command("recording.release", episode=episode["id"], answer="no")
    assert await _status(server, kitchen.page_of(episode)) == 503
    without = await kitchen.made(episode["id"], revision=2)
    assert (without["speakers"], without["left_out"]) == (["Owner"], ["Alice"])
    assert await _status(server, kitchen.page_of(episode)) == 200
    await alice.command("recording.release", episode=episode["id"], answer="yes")
    again = await kitchen.made(episode["id"], revision=3)
    assert (again["speakers"], again["left_out"]) == (["Owner", "Alice"], [])
    assert await _status(server, kitchen.page_of(episode)) == 200


async def test_who_does_not_answer_can_be_left_out(
    kitchen: Kitchen, owner: Person, alice: Person
) -> None:
    episode = await kitchen.make(await kitchen.have(alice))
    with pytest.raises(Refused):
        await owner.command("recording.publish", episode=episode["id"])
    await owner.command("recording.release", episode=episode["id"], answer="no")
    await kitchen.made(episode["id"], revision=2)
    nobody = await _refused(owner, "leave_out", episode=episode["id"])
    assert nobody["reason"] == "recording.nobody_released"
    await owner.command("recording.release", episode=episode["id"], answer="yes")
    await kitchen.made(episode["id"], revision=3)
    await owner.command("recording.leave_out", episode=episode["id"])
    without = await kitchen.made(episode["id"], revision=4)
    assert (without["speakers"], without["waiting"]) == (["Owner"], [])
    public = await owner.command("recording.publish", episode=episode["id"])
    assert public["episode"]["is_public"]


async def test_a_cut_that_adds_words_asks_again_and_one_that_takes_some_does_not(
    server: Server, kitchen: Kitchen, alice: Person
) -> None:
    take_id = await kitchen.have(alice)
    episode = await kitchen.publish(take_id, alice, start_s=0, end_s=2)
    cuts = [{"start_s": 0.5, "end_s": 0.7}]
    await kitchen.order_again(episode, start_s=0.2, end_s=2, cuts=cuts)
    shorter = await kitchen.made(episode["id"], revision=2)
    assert (shorter["waiting"], shorter["is_public"]) == ([], True)
    assert shorter["duration_s"] == pytest.approx(1.6, abs=0.1)
    assert shorter["segments"][0]["cuts"] == cuts
    await kitchen.order_again(shorter, start_s=0, end_s=2.4)
    longer = await kitchen.made(episode["id"], revision=3)
    assert (longer["waiting"], longer["is_public"]) == (["Alice"], False)
    async with server.visitor() as visitor:
        assert "<item>" not in await (await visitor.get("/shows/episodes/feed.xml")).text()
    await kitchen.release(longer, alice)
    assert await _status(server, kitchen.page_of(episode)) == 200


async def test_who_is_not_in_it_has_nothing_to_say(
    kitchen: Kitchen, alice: Person, bob: Person
) -> None:
    episode = await kitchen.make(await kitchen.have(alice))
    for who, id_ in ((bob, episode["id"]), (alice, "999")):
        for answer in ("yes", "no"):
            refused = await _refused(who, "release", episode=id_, answer=answer)
            assert refused["reason"] == "recording.no_episode"
    assert (await bob.command("recording.asked"))["episodes"] == []
    wrong = await _refused(alice, "release", episode=episode["id"], answer="perhaps")
    assert wrong["code"] == "invalid"
