"""Clips: what listeners keep of a recording or an episode, with everybody's yes."""

import asyncio
import re
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from tests.plugins.recording.kitchen import MADE_WITHIN_S, TONES_HZ, Kitchen

from salon.testing import Person, Refused, Server
from salon_recording import episodes
from salon_recording.clips.cutting import cut_from, place_of
from salon_recording.parts import Part
from salon_recording.plugin import RecordingPlugin
from salon_recording.segments import Segment

pytestmark = [pytest.mark.slow, pytest.mark.plugin.with_args(RecordingPlugin)]


def test_a_stretch_of_an_episode_is_what_is_heard_there() -> None:
    segments = (
        Segment(take_id=1, start_ms=10_000, end_ms=20_000, cuts=((12_000, 15_000),)),
        Segment(piece_id=5, start_ms=0, end_ms=3_000),
        Segment(take_id=2, start_ms=0, end_ms=9_000, is_silent=True),
        Segment(take_id=2, start_ms=50_000, end_ms=60_000),
    )
    found = [
        (one.take_id, one.piece_id, one.start_ms, one.end_ms)
        for one in cut_from(segments, 1_000, 11_000)
    ]
    assert found == [
        (1, None, 11_000, 12_000),
        (1, None, 15_000, 20_000),
        (None, 5, 0, 3_000),
        (2, None, 50_000, 51_000),
    ]
    assert cut_from(segments, 20_000, 30_000) == ()


def _places(stretch: tuple[Segment, ...], *episodes: tuple[Segment, ...]) -> list[Part | None]:
    return [place_of(stretch, made_of) for made_of in episodes]


def _talk(start_s: int, end_s: int, *cuts: tuple[int, int]) -> Segment:
    cut = tuple((a * 1_000, b * 1_000) for a, b in cuts)
    return Segment(take_id=1, start_ms=start_s * 1_000, end_ms=end_s * 1_000, cuts=cut)


def test_a_stretch_moves_with_its_episode_and_is_gone_when_a_part_of_it_is() -> None:
    jingle = Segment(piece_id=5, end_ms=3_000)
    stretch = cut_from((_talk(10, 40),), 5_000, 15_000)  # 15 to 25 of the take
    found = _places(
        stretch,
        (_talk(10, 40),),
        (jingle, _talk(12, 30)),
        (_talk(10, 40, (11, 13)),),
        (_talk(10, 20), _talk(20, 40)),  # two parts, and nobody hears where
        (_talk(50, 60), _talk(16, 40), _talk(15, 26)),  # twice, and once all of it
    )
    assert found == [
        (5_000, 15_000), (6_000, 16_000), (3_000, 13_000), (5_000, 15_000), (34_000, 44_000)
    ]  # fmt: skip
    gone = _places(
        stretch,
        (_talk(16, 40),),
        (_talk(10, 24),),
        (_talk(10, 40, (20, 21)),),
        (_talk(10, 20), jingle, _talk(20, 40)),
        (_talk(20, 40), _talk(10, 20)),
        (replace(_talk(10, 40), is_silent=True),),
        (replace(_talk(10, 40), take_id=2),),
        (),
    )
    assert gone == [None] * 8
    assert place_of((), (_talk(10, 40),)) is None


async def _made(maker: Person, clip_id: str) -> dict[str, Any]:
    """Return a clip when it is made."""
    async with asyncio.timeout(MADE_WITHIN_S):
        while True:
            for _ in maker.heard("recording.clip_changed"):  # the answer knows that
                await maker.expect("recording.clip_changed")
            clips = (await maker.command("recording.clips"))["clips"]
            (clip,) = (one for one in clips if one["id"] == clip_id)
            if clip["status"] != "making":
                return dict(clip)
            with suppress(TimeoutError):  # nothing new for a while: the machine is busy
                await maker.expect("recording.clip_changed")


async def _status(server: Server, url: str) -> int:
    async with server.visitor() as visitor:
        return (await visitor.get(url.removeprefix(server.url))).status


async def _offered(server: Server) -> list[tuple[float, float, str]]:
    """Return what the feed offers to try its episodes by: beginning, length, title."""
    async with server.visitor() as visitor:
        feed = await (await visitor.get("/shows/episodes/feed.xml")).text()
    form = '<podcast:soundbite startTime="(.+?)" duration="(.+?)">(.+?)<'
    return [(float(at), float(long), title) for at, long, title in re.findall(form, feed)]


async def _standing(person: Person, clip: dict[str, Any]) -> str | None:
    known = (await person.command("recording.clips"))["clips"]
    standing: str | None = next(one["soundbite"] for one in known if one["id"] == clip["id"])
    return standing


async def _refused(person: Person, command: str, **fields: Any) -> str:
    with pytest.raises(Refused) as refused:
        await person.command(f"recording.{command}", **fields)
    return refused.value.error.get("reason") or refused.value.code


async def test_a_listener_keeps_the_last_seconds_and_each_voice_in_them_says_yes(
    server: Server, kitchen: Kitchen, owner: Person, alice: Person, bob: Person
) -> None:
    await kitchen.enter(alice)
    asked = {"room": kitchen.room_id, "title": "The lift"}
    assert await _refused(alice, "clip", **asked, last_s=5) == "recording.not_recording"
    take_id = await kitchen.start()
    await kitchen.begun(owner)
    await owner.say(tone_hz=TONES_HZ[0], seconds=1.4)
    assert await _refused(bob, "clip", **asked, last_s=5) == "not_in_room"
    assert await _refused(alice, "clip", **asked, last_s=91) == "malformed"
    clip = (await alice.command("recording.clip", **asked, last_s=90))["clip"]
    await kitchen.stop()
    made = await _made(alice, clip["id"])
    assert (made["waiting"], made["is_public"]) == (["Owner"], False)
    assert made["duration_s"] <= (await kitchen.known(take_id))["duration_s"]  # never before it
    assert await _status(server, made["url"]) != 200
    await kitchen.release(clip, owner)
    assert await _status(server, made["url"]) == 200
    async with server.visitor() as visitor:
        for path in ("/shows/episodes", "/shows/episodes/feed.xml"):
            assert "The lift" not in await (await visitor.get(path)).text()
    assert (await owner.command("recording.episodes"))["episodes"] == []
    kept = await server.app.store.read(lambda c: episodes.clips_by(c, int(alice.id)))
    assert [one["title"] for one in kept] == ["The lift"]  # what she is given of herself
    assert await _refused(bob, "clip_remove", clip=clip["id"]) == "recording.no_clip"
    assert (await bob.command("recording.clips"))["clips"] == []
    await alice.command("recording.clip_remove", clip=clip["id"])
    assert await _status(server, made["url"]) == 410


async def test_a_host_makes_a_clip_of_what_is_marked_in_the_editor(
    server: Server, kitchen: Kitchen, owner: Person, alice: Person
) -> None:
    take_id = await kitchen.record(alice, seconds=1.5)
    stretch = {"take": take_id, "title": "The lift", "start_s": 0.2, "end_s": 1.3}
    assert await _refused(alice, "clip_take", **stretch) == "no_permission"
    wrong = {"end_s": 1.1}, {"end_s": 95.0}, {"take": "1"}, {"start_s": 60.0, "end_s": 70.0}
    assert [await _refused(owner, "clip_take", **stretch | one) for one in wrong] == [
        "recording.clip_length", "recording.clip_length", "recording.no_recording",
        "recording.end_late",
    ]  # fmt: skip
    clip = (await owner.command("recording.clip_take", **stretch))["clip"]
    made = await _made(owner, clip["id"])
    assert (made["waiting"], made["is_public"]) == (["Alice"], False)
    assert await _standing(owner, clip) is None  # it is of no episode
    episode = await kitchen.publish(take_id, alice, start_s=0.1, end_s=1.5)
    clip = (await owner.command("recording.clip_take", **stretch, episode=episode["id"]))["clip"]
    made = await _made(owner, clip["id"])
    assert (made["waiting"], await _standing(owner, clip)) == ([], "off")  # of the episode


async def test_a_clip_of_an_episode_goes_as_its_episode_and_its_voices_go(
    server: Server, kitchen: Kitchen, owner: Person, alice: Person, bob: Person
) -> None:
    episode = await kitchen.publish(await kitchen.record(alice, seconds=1.5), alice, end_s=1.4)
    slug = kitchen.page_of(episode).removeprefix("/e/")
    source = await bob.command("recording.clip_source", slug=slug)
    assert source["id"] == episode["id"]
    stretch = {"episode": episode["id"], "title": "Best of it", "start_s": 0.2, "end_s": 1.3}
    assert await _refused(bob, "clip_episode", **stretch | {"end_s": 1.1}) == (
        "recording.clip_length"
    )
    clip = (await bob.command("recording.clip_episode", **stretch))["clip"]
    made = await _made(bob, clip["id"])
    assert (made["waiting"], made["is_public"]) == ([], True)  # their yes was one to it
    assert made["duration_s"] == pytest.approx(1.1, abs=0.1)
    async with server.visitor() as visitor:
        page = await (await visitor.get(kitchen.page_of(episode))).text()
        assert "Best of it" in page
    assert [await _standing(one, clip) for one in (bob, owner)] == [None, "off"]
    assert await _refused(bob, "clip_soundbite", clip=clip["id"], chosen=True) == "no_permission"
    assert await _offered(server) == []  # whoever listens makes a clip; a host offers it
    await owner.command("recording.clip_soundbite", clip=clip["id"], chosen=True)
    await _made(bob, clip["id"])  # he is told that it changed
    assert await _offered(server) == [(0.2, 1.1, "Best of it")]
    await owner.command("recording.withdraw", episode=episode["id"])
    assert await _status(server, made["url"]) != 200
    await owner.command("recording.publish", episode=episode["id"])
    assert await _status(server, made["url"]) == 200
    await alice.command("recording.release", episode=episode["id"], answer="no")
    assert await _status(server, made["url"]) != 200
    await kitchen.made(episode["id"], revision=2)
    await _made(bob, clip["id"])
    assert await _status(server, made["url"]) == 200  # both are there again, without her
    assert await _offered(server) == [(0.2, 1.1, "Best of it")]
    known = next(
        one
        for one in (await owner.command("recording.episodes"))["episodes"]
        if one["id"] == episode["id"]
    )
    again = await kitchen.order_again(known, start_s=0.1, end_s=1.4)
    await kitchen.made(episode["id"], revision=again["revision"])
    assert await _offered(server) == [(0.1, 1.1, "Best of it")]  # it is heard earlier now
    await owner.command("recording.clip_remove", clip=clip["id"])
    assert await _offered(server) == []
    asked = (await alice.command("recording.asked"))["episodes"]
    assert {one["answer"] for one in asked} == {"no"}  # of both
    assert await _refused(bob, "clip_source", slug="nothing-here") == "recording.no_episode"
