"""Somebody takes their voice out of what is published: from then on it is nowhere."""

import asyncio
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.plugins.recording.kitchen import MADE_WITHIN_S, Kitchen

from salon.testing import Person, Server
from salon_recording.plugin import RecordingPlugin

PARROT = "tests.plugins.recording.parrot:Parrot"  # says "low" for the owner and "high" for Alice
pytestmark = [
    pytest.mark.slow,
    pytest.mark.plugin.with_args(RecordingPlugin, speech_recogniser=PARROT),
]

Writing = Callable[..., Path]
LOW_HZ, HIGH_HZ = 440, 900
QUIET_DB = -40
FEED = "/shows/episodes/feed.xml"
SOUNDS = ("mp3", "opus", "m4a")
WORDS = ("vtt", "srt", "json", "txt")


@dataclass(frozen=True)
class Outside:
    """What a stranger finds of an episode and its clip: addresses, and what they answered."""

    found: Mapping[str, tuple[int, bytes]]

    @classmethod
    async def of(cls, server: Server, *pages: str) -> "Outside":
        paths = [FEED, "/shows/episodes"]
        for page in pages:
            paths += [page, *(f"{page}/transcript.{end}" for end in WORDS), f"{page}/turns.json"]
            paths += [f"{page}/{page.rsplit('/', 1)[1]}.{end}" for end in SOUNDS]
        async with server.visitor() as visitor:
            found = {}
            for path in paths:
                async with visitor.get(path) as answer:
                    found[path] = answer.status, await answer.read()
            return cls(found)

    def text(self, path: str) -> str:
        return self.found[path][1].decode()

    def statuses(self, page: str) -> set[int]:
        return {status for path, (status, _) in self.found.items() if path.startswith(page)}

    def sounds(self, page: str) -> Sequence[bytes]:
        return [self.found[f"{page}/{page.rsplit('/', 1)[1]}.{end}"][1] for end in SOUNDS]


def _loudest(sound: bytes, tone_hz: int) -> float:
    """Return how loud a tone becomes in a sound, in dB."""
    only = f"bandpass=f={tone_hz}:width_type=h:w=60"
    command = ["ffmpeg", "-hide_banner", "-i", "-", "-af", f"{only},{only},volumedetect"]
    done = subprocess.run(
        [*command, "-f", "null", "-"], input=sound, capture_output=True, check=True
    )
    found = re.search(r"max_volume: (\S+) dB", done.stderr.decode())
    assert found is not None
    return float(found[1])


async def _written_down(owner: Person, take_id: str) -> None:
    async with asyncio.timeout(MADE_WITHIN_S):
        while True:
            told = await owner.command("recording.transcript", take=take_id)
            if {one["status"] for one in told["transcript"]["voices"]} == {"ready"}:
                return
            with suppress(TimeoutError):  # nothing new for a while: the machine is busy
                await owner.expect("recording.transcript_changed")


async def _clip(owner: Person, clip_id: str) -> dict[str, Any]:
    """Return a clip once it is made."""
    async with asyncio.timeout(MADE_WITHIN_S):
        while True:
            for _ in owner.heard("recording.clip_changed"):  # the answer knows that
                await owner.expect("recording.clip_changed")
            clips = (await owner.command("recording.clips"))["clips"]
            (clip,) = (one for one in clips if one["id"] == clip_id)
            if clip["status"] != "making":
                return dict(clip)
            with suppress(TimeoutError):
                await owner.expect("recording.clip_changed")


async def _finds(owner: Person, word: str) -> bool:
    found = await owner.command("search.sources", query=word)
    return any(each["results"] for each in found["sources"] if each["name"] == "said")


def _is_loud(sound: bytes, tone_hz: int) -> bool:
    return _loudest(sound, tone_hz) > QUIET_DB


async def test_a_voice_that_is_taken_out_of_what_is_published_is_nowhere_any_more(
    server: Server,
    kitchen: Kitchen,
    owner: Person,
    alice: Person,
    tmp_path: Path,
    write_voice: Writing,
    making_waits: Callable[[], asyncio.Event],
) -> None:
    low = write_voice(tmp_path / "low.opus", (0.0, 2.0, LOW_HZ))
    high = write_voice(tmp_path / "high.opus", (2.0, 2.0, HIGH_HZ))
    take_id = await kitchen.keep((owner, low), (alice, high), seconds=4.0)
    episode = await kitchen.publish(take_id, alice, end_s=4)
    stretch = {"episode": episode["id"], "title": "Best", "start_s": 0.5, "end_s": 3.5}
    clip = (await owner.command("recording.clip_episode", **stretch))["clip"]
    pages = kitchen.page_of(episode), kitchen.page_of(await _clip(owner, clip["id"]))
    await _written_down(owner, take_id)
    before = await Outside.of(server, *pages)
    _is_heard(before, *pages)
    assert await _finds(owner, "high")

    may_be_made = making_waits()
    await alice.command("recording.take_out", take=take_id)
    _is_hidden(await Outside.of(server, *pages), *pages)
    assert not await _finds(owner, "high")
    assert not await _finds(owner, "low")  # nor is anything else of it shown

    may_be_made.set()
    again = await kitchen.made(episode["id"], revision=2)
    assert again["speakers"] == ["Owner"]
    await _clip(owner, clip["id"])
    await server.settled()
    _is_heard_of_the_owner_alone(await Outside.of(server, *pages), before, *pages)
    assert await _finds(owner, "low")
    assert not await _finds(owner, "high")
    _nothing_is_kept(kitchen, take_id, alice)
    assert not [name for name, told in (await server.stored()).items() if "high" in told]


def _is_heard(outside: Outside, page: str, clip_page: str) -> None:
    assert outside.statuses(page) == outside.statuses(clip_page) == {200}
    assert "<v Alice>" in outside.text(f"{page}/transcript.vtt")
    assert "Alice" in outside.text(FEED)
    assert all(f'length="{len(sound)}"' in outside.text(FEED) for sound in outside.sounds(page))
    sounds = (*outside.sounds(page), *outside.sounds(clip_page))
    assert all(_is_loud(sound, HIGH_HZ) for sound in sounds)


def _is_hidden(outside: Outside, *pages: str) -> None:
    for page in pages:
        assert outside.found[page][0] == 503  # it is being made
        assert outside.statuses(f"{page}/") == {404}
    assert "<item>" not in outside.text(FEED)
    assert pages[0] not in outside.text("/shows/episodes")


def _is_heard_of_the_owner_alone(
    outside: Outside, before: Outside, page: str, clip_page: str
) -> None:
    assert outside.statuses(page) == outside.statuses(clip_page) == {200}
    for path, (_, told) in outside.found.items():
        if not path.endswith(SOUNDS):
            assert b"Alice" not in told, path
            assert b"high" not in told, path
    assert "<v Owner>" in outside.text(f"{page}/transcript.vtt")
    assert f"{page}/transcript.vtt" in outside.text(FEED)
    assert set(outside.sounds(page)).isdisjoint(before.sounds(page))
    assert all(f'length="{len(sound)}"' in outside.text(FEED) for sound in outside.sounds(page))
    for sound in (*outside.sounds(page), *outside.sounds(clip_page)):
        assert _is_loud(sound, LOW_HZ)
        assert not _is_loud(sound, HIGH_HZ)


def _nothing_is_kept(kitchen: Kitchen, take_id: str, person: Person) -> None:
    """Whether the disk holds neither somebody's voice nor an episode with it, nor their id."""
    assert list(kitchen.voices(take_id)) == [kitchen.owner.id]
    made = (kitchen.kept / "episodes").iterdir()
    assert {path.name.partition(".")[0].partition("-")[2] for path in made} == {"2"}
    files = [path for path in kitchen.kept.rglob("*") if path.is_file()]
    assert not any(person.id.encode() in path.read_bytes() for path in files)
