"""Transcripts: who has them made, reads and mends them, and how a voice leaves them."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.plugins.recording.shelf import Shelf

from salon.testing import Person, Refused, Server
from salon_recording.plugin import RecordingPlugin
from salon_recording.transcript import transcribing
from salon_recording.transcript.episodes import forget_unheard

Writing = Callable[..., Path]
PARROT = "tests.plugins.recording.parrot"
WITHIN_S = 60.0


def _with(recogniser: str, **settings: Any) -> pytest.MarkDecorator:
    named = {"speech_recogniser": f"{PARROT}:{recogniser}"}
    return pytest.mark.plugin.with_args(RecordingPlugin, **named, **settings)


async def _read(person: Person, take_id: str, **fields: Any) -> dict[str, Any]:
    return await person.command("recording.transcript", take=take_id, **fields)


async def _texts(person: Person, take_id: str) -> list[str]:
    return [one["text"] for one in (await _read(person, take_id))["passages"]]


async def _refusal(person: Person, command: str, **fields: Any) -> dict[str, Any]:
    with pytest.raises(Refused) as refused:
        await person.command(f"recording.{command}", **fields)
    return refused.value.error


async def _statuses(person: Person, take_id: str, wanted: set[str]) -> Sequence[dict[str, Any]]:
    """Return the voices of a transcript once each has one of the wanted states."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            voices = (await _read(person, take_id))["transcript"]["voices"]
            if voices and {one["status"] for one in voices} <= wanted:
                return list(voices)
            with suppress(TimeoutError):  # nothing new for a while: the machine is busy
                await person.expect("recording.transcript_changed")


@_with("Parrot")
async def test_every_voice_is_written_down_with_its_own_name(
    shelf: Shelf, owner: Person, alice: Person, write_voice: Writing
) -> None:
    take_id = await shelf.take(owner, alice)
    write_voice(shelf.voice(take_id, owner), (1.0, 1.0, 440))
    write_voice(shelf.voice(take_id, alice), (3.0, 1.0, 800))
    asked = await owner.command("recording.write_down", take=take_id)
    assert {one["status"] for one in asked["transcript"]["voices"]} <= {"waiting", "ready"}
    voices = await _statuses(owner, take_id, {"ready"})
    assert [one["language"] for one in voices] == ["en", "en"]
    low, high = (await _read(owner, take_id))["passages"]
    assert (low["account_id"], high["account_id"]) == (owner.id, alice.id)
    assert (set(low["text"].split()), set(high["text"].split())) == ({"low"}, {"high"})
    assert low["start_s"] == pytest.approx(1.0, abs=0.25)
    assert high["start_s"] == pytest.approx(3.0, abs=0.25)
    assert list(shelf.folder.glob("*.json")) == []


@_with("Dying")
async def test_a_recogniser_that_dies_fails_its_voice_and_nothing_else(
    server: Server, shelf: Shelf, owner: Person, write_voice: Writing
) -> None:
    take_id = await shelf.take(owner)
    write_voice(shelf.voice(take_id, owner), (0.0, 1.0, 440))
    await owner.command("recording.write_down", take=take_id)
    (voice,) = await _statuses(owner, take_id, {"failed"})
    assert voice["why"] == "early"
    assert not server.app.host.statuses()[0].faults


@_with("Slow")
async def test_what_is_being_written_can_be_stopped(
    server: Server,
    shelf: Shelf,
    owner: Person,
    alice: Person,
    write_voice: Writing,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transcribing, "LOOK_S", 0.05)
    take_id = await shelf.take(owner, alice)
    for person in (owner, alice):
        write_voice(shelf.voice(take_id, person), (0.0, 1.0, 440))
    await owner.command("recording.write_down", take=take_id)
    await alice.command("recording.take_out", take=take_id)
    await owner.command("recording.write_down_stop", take=take_id)
    await server.settled()  # the process, which would think for minutes, has ended
    assert (await _read(owner, take_id))["transcript"]["voices"] == []


@_with("Missing")
async def test_without_a_recogniser_the_owner_is_told_what_to_install_and_hosts_that_it_is_not(
    shelf: Shelf, owner: Person, alice: Person
) -> None:
    await shelf.let_record(alice)
    take_id = await shelf.take(alice)
    refused = await _refusal(alice, "write_down", take=take_id)
    assert refused["reason"] == "recording.no_speech"
    told = (await _read(alice, take_id))["transcript"]["unheard"]
    assert told == {"why": "missing", "sentence": None, "command": None}
    told = (await _read(owner, take_id))["transcript"]["unheard"]
    assert told["command"] == "pip install parrots"


@_with("Parrot")
async def test_only_who_may_use_a_recording_reads_and_mends_what_is_said_in_it(
    shelf: Shelf, owner: Person, alice: Person, bob: Person
) -> None:
    await shelf.let_record(alice)
    await shelf.let_record(bob)
    take_id = await shelf.take(alice)
    await shelf.write(take_id, alice, "Nobody packed in the lift.")
    assert await _texts(alice, take_id) == ["Nobody packed in the lift."]
    passage = (await _read(alice, take_id))["passages"][0]
    spelled = {"passage": passage["id"], "was": passage["text"], "text": "Nobody panicked."}
    for command, fields in (
        ("transcript", {"take": take_id}),
        ("write_down", {"take": take_id}),
        ("write_down_stop", {"take": take_id}),
    ):
        assert (await _refusal(bob, command, **fields))["reason"] == "recording.no_recording"
    assert (await _refusal(bob, "respell", **spelled))["reason"] == "recording.no_passage"
    unknown = await _refusal(bob, "respell", **spelled | {"passage": "1"})
    assert unknown["reason"] == "recording.no_passage"
    mended = await alice.command("recording.respell", **spelled)
    assert mended["passage"]["text"] == "Nobody panicked."
    assert mended["passage"]["start_s"] == passage["start_s"]
    late = await _refusal(owner, "respell", **spelled | {"text": "Everybody panicked."})
    assert late["reason"] == "recording.passage_changed"
    assert await _texts(owner, take_id) == ["Nobody panicked."]


async def _file(visitor: aiohttp.ClientSession, slug: str, ending: str) -> tuple[int, str]:
    answer = await visitor.get(f"/e/{slug}/transcript.{ending}")
    return answer.status, await answer.text()


@_with("Parrot")
async def test_a_public_episode_has_its_words_as_files_by_its_own_time(
    server: Server, shelf: Shelf, owner: Person
) -> None:
    take_id = await shelf.take(owner)
    await shelf.write(take_id, owner, "Who is in the lift?", "Someone is at the door.", "A cake.")
    slug = await shelf.episode(take_id, owner, cuts=[(2_000, 4_000)])
    async with server.visitor() as visitor:
        status, told = await _file(visitor, slug, "vtt")
        assert status == 200
        assert "<v Owner>Who is in the lift?" in told
        assert "00:00:02.000 --> " in told  # two seconds are cut out before the cake
        assert "door" not in told
        answer = await visitor.get(f"/e/{slug}/transcript.vtt")
        assert answer.headers["Content-Type"] == "text/vtt; charset=utf-8"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        for ending in ("srt", "json", "txt"):
            status, told = await _file(visitor, slug, ending)
            assert (status, "A cake." in told, "door" in told) == (200, True, False)
        feed = await (await visitor.get("/shows/episodes/feed.xml")).text()
        assert f'/e/{slug}/transcript.srt" type="application/x-subrip"' in feed
        assert (await _file(visitor, slug, "exe"))[0] == 404
        assert (await _file(visitor, "nowhere", "vtt"))[0] == 404
        await shelf.withdraw(slug)
        assert (await _file(visitor, slug, "vtt"))[0] == 404


@_with("Parrot")
async def test_what_was_said_is_found_and_leads_to_its_second(shelf: Shelf, owner: Person) -> None:
    take_id = await shelf.take(owner)
    await shelf.write(take_id, owner, "Who is in the lift?", "A raspberry cake.", "The door.")
    slug = await shelf.episode(take_id, owner, cuts=[(4_000, 6_000)])

    async def found(query: str) -> list[dict[str, str]]:
        looked = await owner.command("search.sources", query=query)
        return [one for each in looked["sources"] if each["name"] == "said"
                for one in each["results"]]  # fmt: skip

    (cake,) = await found("RASPBÉRRY cake")
    assert cake["address"] == f"/e/{slug}?t=2"
    assert cake["detail"] == "Owner: A raspberry cake."
    assert await found("lift cake") == []  # not said together
    assert await found("100%") == []
    assert await found("door") == []  # cut out
    await shelf.withdraw(slug)
    assert await found("raspberry") == []


@_with("Parrot")
async def test_a_voice_that_is_taken_out_leaves_its_words_nowhere(
    server: Server, shelf: Shelf, owner: Person, alice: Person
) -> None:
    take_id = await shelf.take(owner, alice)
    await shelf.write(take_id, owner, "I had a cake.")
    await shelf.write(take_id, alice, "A secret canary.")
    slug = await shelf.episode(take_id, owner, alice)
    async with server.visitor() as visitor:
        assert "canary" in (await _file(visitor, slug, "txt"))[1]
        await alice.command("recording.take_out", take=take_id)
        assert (await _file(visitor, slug, "txt"))[0] == 404
    assert await _texts(owner, take_id) == ["I had a cake."]
    assert not any("canary" in told for told in (await server.stored()).values())


@_with("Parrot")
async def test_when_raw_voices_go_only_what_an_episode_says_stays(
    shelf: Shelf, owner: Person
) -> None:
    take_id = await shelf.take(owner)
    await shelf.write(take_id, owner, "Who is in the lift?", "A canary.")
    await shelf.episode(take_id, owner, cuts=[(2_000, 4_000)])
    await shelf.write_rows(lambda tx: forget_unheard(tx, int(take_id)))
    assert await _texts(owner, take_id) == ["Who is in the lift?"]


@_with("Parrot")
async def test_an_episode_that_is_made_has_its_takes_written_down(
    shelf: Shelf, owner: Person, write_voice: Writing
) -> None:
    take_id = await shelf.take(owner)
    write_voice(shelf.voice(take_id, owner), (0.0, 2.0, 440))
    segment = {"take": take_id, "start_s": 0.0, "end_s": 2.0}
    await owner.command("recording.produce", title="The lift", segments=[segment])
    await _statuses(owner, take_id, {"ready"})
    assert len(await _texts(owner, take_id)) == 1


@_with("Parrot")
async def test_a_recording_of_hours_is_read_page_by_page(shelf: Shelf, owner: Person) -> None:
    take_id = await shelf.take(owner)
    await shelf.write(take_id, owner, *(f"Line {number}." for number in range(501)))
    first = await _read(owner, take_id)
    assert (len(first["passages"]), first["has_more"]) == (500, True)
    rest = await _read(owner, take_id, skip=500)
    assert ([one["text"] for one in rest["passages"]], rest["has_more"]) == (["Line 500."], False)
