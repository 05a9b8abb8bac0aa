"""Somebody hears when they speak in an episode, and leaves single moments out of their yes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect
from tests.plugins.recording.kitchen import Kitchen
from tests.plugins.recording.shelved import Shelf
from tests.plugins.recording.test_in_the_page import check

from salon.plugin import Transaction
from salon.testing import Person, Refused, Server
from salon.testing.browser import Browsers
from salon_recording import episodes, releases
from salon_recording.episodes import Episode
from salon_recording.moments import spoken_in
from salon_recording.plugin import RecordingPlugin
from salon_recording.releases import Answer, Release
from salon_recording.transcript import tables
from salon_recording.transcript.passages import Word
from salon_recording.transcript.tables import Status, Transcript

Writing = Callable[..., Path]
SPELLS = ((1.0, 1.0, 700), (2.5, 1.0, 700), (7.0, 1.5, 700))

pytestmark = pytest.mark.plugin.with_args(RecordingPlugin)


def test_a_voice_is_told_from_silence_and_short_pauses_belong_to_it(
    tmp_path: Path, write_voice: Writing
) -> None:
    voice = write_voice(tmp_path / "1.opus", *SPELLS)
    (first, second) = spoken_in(voice)
    assert first == pytest.approx((1_000, 3_500), abs=600)
    assert second == pytest.approx((7_000, 8_500), abs=600)
    assert spoken_in(tmp_path / "nobody.opus") == ()


@pytest.fixture
async def take_id(kitchen: Kitchen, alice: Person, tmp_path: Path, write_voice: Writing) -> str:
    """A recording in which the owner speaks all the time, and Alice at two moments."""
    owners = write_voice(tmp_path / "1.opus", (0.0, 10.0, 440))
    alices = write_voice(tmp_path / "2.opus", *SPELLS)
    return await kitchen.keep((kitchen.owner, owners), (alice, alices), seconds=10.0)


async def _moments(person: Person, episode: dict[str, Any]) -> list[dict[str, Any]]:
    found = await person.command("recording.moments", episode=episode["id"])
    moments: list[dict[str, Any]] = found["moments"]
    return moments


def _named(moment: dict[str, Any]) -> dict[str, Any]:
    return {
        "take": moment["take_id"],
        "start_s": moment["start_s"],
        "end_s": moment["end_s"],
    }


async def _written(server: Server, take_id: str, person: Person, *words: Word) -> None:
    def write(tx: Transaction) -> None:
        ready = Transcript(int(take_id), int(person.id), Status.READY, language="en")
        tables.write(tx, ready, [(word,) for word in words])

    instance = server.app.host._by_name["recording"].instance
    assert instance is not None
    await instance.salon.db.write(write)


async def _kept(server: Server, episode_id: int) -> Episode:
    found = await server.app.store.read(lambda c: episodes.get(c, episode_id))
    assert found is not None
    return found


async def _begun(server: Server, episode: dict[str, Any]) -> list[float]:
    """Return at which seconds of an episode's sound somebody begins to speak."""
    slug = episode["url"].rsplit("/", 1)[1]
    async with server.visitor() as visitor:
        turns = await (await visitor.get(f"/e/{slug}/turns.json")).json()
    return [round(from_ms / 1_000, 1) for _, from_ms, _ in turns]


async def _text(server: Server, episode: dict[str, Any]) -> str:
    slug = episode["url"].rsplit("/", 1)[1]
    async with server.visitor() as visitor:
        return await (await visitor.get(f"/e/{slug}/transcript.txt")).text()


@pytest.mark.slow
async def test_a_moment_that_is_left_out_is_in_no_sound_and_no_transcript_until_it_is_put_back(
    server: Server, kitchen: Kitchen, owner: Person, alice: Person, take_id: str
) -> None:
    await _written(
        server, take_id, alice, Word(1_200, 1_800, "Handball"), Word(7_300, 7_900, "Brother")
    )
    episode = await kitchen.make(take_id, start_s=0.5, end_s=9.5)
    await alice.expect("recording.release_asked")
    asked = (await alice.command("recording.asked"))["episodes"][0]
    assert asked["answer_by"] > server.clock.now().isoformat()
    first, second = await _moments(alice, episode)
    assert (first["text"], second["text"]) == ("Handball", "Brother")
    assert second["at_s"] == pytest.approx(second["start_s"] - 0.5)
    yes = {"episode": episode["id"], "answer": "yes"}
    await alice.command("recording.release", **yes, without=[_named(second)])
    shorter = await kitchen.made(episode["id"], revision=2)
    assert (shorter["speakers"], shorter["waiting"]) == (["Owner", "Alice"], [])
    assert [one["left_out"] for one in await _moments(alice, episode)] == [False, True]
    await owner.command("recording.publish", episode=episode["id"])
    told = await _text(server, shorter)
    assert "Handball" in told
    assert "Brother" not in told
    left = await _begun(server, shorter)
    assert any(abs(at - 0.5) < 0.4 for at in left)
    assert not any(abs(at - 6.5) < 0.4 for at in left)
    assert (await alice.command("recording.asked"))["episodes"][0]["answer_by"] is None

    await kitchen.order_again(shorter, start_s=0.5, end_s=9.4)
    await kitchen.made(episode["id"], revision=3)
    assert "Brother" not in await _text(server, shorter)  # whoever cuts it anew
    await alice.command("recording.release", **yes)
    await kitchen.made(episode["id"], revision=4)
    assert "Brother" in await _text(server, shorter)
    assert any(abs(at - 6.5) < 0.4 for at in await _begun(server, shorter))


@pytest.mark.browser
async def test_who_is_asked_finds_it_in_the_inbox_and_says_yes_to_some_of_it(
    kitchen: Kitchen, browsers: Browsers, alice: Person, take_id: str
) -> None:
    episode = await kitchen.make(take_id, start_s=0.5, end_s=9.5)
    visitor = await browsers.visit(alice, "/inbox")
    page = visitor.page
    waiting = page.get_by_role("region", name="Waiting for your answer")
    await expect(waiting).to_contain_text("Owner would like to publish your voice")
    await check(page, "asked-inbox")
    await waiting.get_by_role("link").press("Enter")
    moments = page.get_by_role("list", name="Your moments").get_by_role("listitem")
    await expect(moments).to_have_count(2)
    await moments.first.get_by_role("button", name="Hear 0:00").press("Enter")
    await moments.first.get_by_role("button", name="Stop 0:00").press("Enter")
    await moments.last.get_by_role("button", name="Leave out 0:06").press("Enter")
    await expect(page.get_by_text("1 of your 2 moments is in it.")).to_be_visible()
    await check(page, "asked-moments")
    await page.get_by_role("button", name="Yes, 1 of 2").press("Enter")
    await kitchen.made(episode["id"], revision=2)
    await expect(page.get_by_text("You said yes", exact=True)).to_be_visible()
    await page.get_by_role("link", name="Inbox").click()
    await expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    assert visitor.complaints == []


@pytest.mark.slow
async def test_only_whose_voice_it_is_finds_moments_and_names_none_of_other_takes(
    kitchen: Kitchen, alice: Person, bob: Person, take_id: str
) -> None:
    episode = await kitchen.make(take_id)
    yes = {"episode": episode["id"], "answer": "yes"}
    moment = {"take": take_id, "start_s": 1.0, "end_s": 2.0}
    for person, command, fields, reason in (
        (bob, "moments", {"episode": episode["id"]}, "recording.no_episode"),
        (alice, "moments", {"episode": "999"}, "recording.no_episode"),
        (bob, "release", yes | {"without": [moment]}, "recording.no_episode"),
        (alice, "release", yes | {"without": [moment | {"take": "9"}]}, "recording.no_recording"),
        (alice, "release", yes | {"without": [moment | {"end_s": 1.0}]}, "malformed"),
        (alice, "release", yes | {"without": [moment] * 301}, "malformed"),
        (alice, "release", yes | {"answer": "no", "without": [moment]}, "malformed"),
    ):
        with pytest.raises(Refused) as refused:
            await person.command(f"recording.{command}", **fields)
        assert refused.value.error["reason"] == reason, fields
    kept = await _kept(kitchen.server, int(episode["id"]))
    assert kept.left_out_by(int(alice.id)) == {}


async def test_what_is_left_out_of_an_episode_is_left_out_of_its_clips(
    server: Server, owner: Person, alice: Person
) -> None:
    shelved = Shelf(server)
    episode = await shelved.put(owner, alice)
    clip = await shelved.put(
        alice, title="Best of it", is_clip=True, clip_of=episode.id, segments=episode.segments
    )
    (take_id,) = episode.take_ids
    late = Release(int(alice.id), Answer.YES, clip.parts, {take_id: ((9_000, 9_500),)})
    await shelved.salon.db.write(lambda tx: releases.put(tx, clip.id, late))
    moment = {"take": str(take_id), "start_s": 1.0, "end_s": 2.0}
    yes = {"episode": str(episode.id), "answer": "yes"}
    await alice.command("recording.release", **yes, without=[moment])
    kept = [await _kept(server, id_) for id_ in (episode.id, clip.id)]
    assert [one.left_out_by(int(alice.id)) for one in kept] == [
        {take_id: ((1_000, 2_000),)},
        {take_id: ((1_000, 2_000), (9_000, 9_500))},  # and what was left out of it alone
    ]
    assert not any(one.is_out for one in kept)  # until they are made without it
