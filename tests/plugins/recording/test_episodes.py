"""From a take to an episode that a podcast program downloads."""

import io
from typing import Any

import aiohttp
import av
import feedparser
import pytest
from tests.plugins.recording.kitchen import Kitchen, outline

from salon.testing.person import Person, Refused
from salon.testing.server import Server
from salon_recording.plugin import RecordingPlugin

pytestmark = [
    pytest.mark.slow,
    pytest.mark.plugin.with_args(
        RecordingPlugin, shows=[{"slug": "episodes", "title": "Out loud"}]
    ),
]

FEED = "/shows/episodes/feed.xml"


async def _feed(visitor: aiohttp.ClientSession) -> Any:
    body = await (await visitor.get(FEED)).read()
    return feedparser.parse(body)  # type: ignore[attr-defined,no-untyped-call]


async def test_an_episode_is_public_only_once_it_was_published(
    server: Server, kitchen: Kitchen, owner: Person
) -> None:
    take_id = await kitchen.have()
    chapters = [{"at_s": 0, "title": "Who is in the lift"}, {"at_s": 1.5, "title": "Forty minutes"}]
    episode = await kitchen.make(
        take_id, end_s=2.5, chapters=chapters, notes="See https://example.org/x."
    )
    assert episode["status"] == "ready"
    assert episode["speakers"] == ["Owner"]
    page = kitchen.page_of(episode)
    async with server.visitor() as visitor:
        assert (await visitor.get(page)).status == 404
        assert (await _feed(visitor)).entries == []
        await owner.command("recording.publish", episode=episode["id"])
        shown = await (await visitor.get(page)).text()
        assert "The night the lift got stuck" in shown
        assert "Forty minutes" in shown
        assert '<a href="https://example.org/x"' in shown
        assert "<audio controls" in shown
        assert 'href="/p/recording/studio/mine"' in shown
        await owner.command("recording.withdraw", episode=episode["id"])
        assert (await visitor.get(page)).status == 410
        assert (await visitor.get(kitchen.sound_of(episode))).status == 404


async def test_feedparser_reads_everything_a_podcast_program_needs(
    server: Server, kitchen: Kitchen
) -> None:
    take_id = await kitchen.have()
    chapters = [{"at_s": 0.5, "title": "One & only"}]
    await kitchen.publish(
        take_id, start_s=0.25, end_s=2.5, chapters=chapters, notes="Six people <3"
    )
    async with server.visitor() as visitor:
        feed = await _feed(visitor)
        assert not feed.bozo
        assert feed.feed.title == "Out loud"
        assert feed.feed.image.href.endswith("/shows/episodes/cover.png")
        entry = feed.entries[0]
        assert entry.title == "The night the lift got stuck"
        assert entry.summary == "Six people <3"
        assert not entry.guidislink
        assert entry.enclosures[0].type == "audio/mpeg"
        media = entry.enclosures[0].href
        assert media.startswith(server.url)
        sound = await (await visitor.get(media)).read()
        assert len(sound) == int(entry.enclosures[0].length)
        told = await (await visitor.get(f"{entry.link}/chapters.json")).json()
        assert told["chapters"] == [{"startTime": 0.25, "title": "One & only"}]
        aac = await (await visitor.get(media.removesuffix("mp3") + "m4a")).read()
        with av.open(io.BytesIO(aac)) as file:
            begins = [float(each["start"] * (each["time_base"] or 0)) for each in file.chapters()]
        assert begins == [0, 0.25]  # a file whose first chapter is later shows all of them early
        cover = await visitor.get("/shows/episodes/cover.png")
        assert (await cover.read()).startswith(b"\x89PNG")


async def test_public_episodes_are_found_by_their_words(kitchen: Kitchen, owner: Person) -> None:
    episode = await kitchen.publish(await kitchen.have(), notes="Two of us knew why")

    async def found(query: str) -> list[dict[str, str]]:
        looked = await owner.command("search.sources", query=query)
        results: list[dict[str, str]] = looked["sources"][0]["results"]
        return results

    assert [one["title"] for one in await found("LIFT knew")] == ["The night the lift got stuck"]
    assert (await found("lift"))[0]["address"].startswith("/e/")
    assert await found("lift dragons") == []
    await owner.command("recording.withdraw", episode=episode["id"])
    assert await found("lift") == []


async def test_the_sound_is_sent_in_parts_and_the_feed_once(
    server: Server, kitchen: Kitchen
) -> None:
    episode = await kitchen.publish(await kitchen.have())
    async with server.visitor() as visitor:
        feed = await visitor.get(FEED)
        media = (await _feed(visitor)).entries[0].enclosures[0].href
        part = await visitor.get(media, headers={"Range": "bytes=100-199"})
        assert part.status == 206
        assert len(await part.read()) == 100
        assert part.headers["Content-Range"] == f"bytes 100-199/{episode['size_bytes']}"
        assert (await visitor.get(media, headers={"Range": "bytes=99999999-"})).status == 416
        head = await visitor.head(media)
        assert head.headers["Content-Length"] == str(episode["size_bytes"])
        assert head.headers["Content-Type"] == "audio/mpeg"
        assert head.headers["Access-Control-Allow-Origin"] == "*"
        assert head.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        known = {"If-None-Match": feed.headers["ETag"]}
        assert (await visitor.get(FEED, headers=known)).status == 304
        since = {"If-Modified-Since": feed.headers["Last-Modified"]}
        assert (await visitor.get(FEED, headers=since)).status == 304
        assert (await visitor.head(FEED)).status == 200


async def test_a_voice_taken_out_is_gone_from_the_episode_made_anew(
    server: Server, kitchen: Kitchen, owner: Person, alice: Person
) -> None:
    take_id = await kitchen.have(alice)
    episode = await kitchen.make(take_id)
    assert episode["speakers"] == ["Owner", "Alice"]
    await kitchen.release(episode, alice)
    await owner.command("recording.publish", episode=episode["id"])
    page = kitchen.page_of(episode)
    mine = (await alice.command("recording.mine"))["takes"]
    assert [take["id"] for take in mine] == [take_id]
    await alice.command("recording.take_out", take=take_id)
    assert not (kitchen.folder(take_id) / f"{alice.id}.opus").exists()
    again = await kitchen.made(episode["id"], revision=2)
    assert again["speakers"] == ["Owner"]
    async with server.visitor() as visitor:
        assert (await visitor.get(page)).status == 200
    assert (await alice.command("recording.mine"))["takes"] == []


async def test_an_episode_whose_only_voice_is_taken_out_is_withdrawn(
    server: Server, kitchen: Kitchen, owner: Person
) -> None:
    take_id = await kitchen.have()
    episode = await kitchen.publish(take_id)
    await owner.command("recording.take_out", take=take_id)
    async with server.visitor() as visitor:
        assert (await visitor.get(kitchen.page_of(episode))).status == 410


async def test_an_episode_made_anew_keeps_its_address_and_guid(
    server: Server, kitchen: Kitchen, owner: Person
) -> None:
    take_id = await kitchen.have()
    first = await kitchen.publish(take_id)
    await kitchen.order_again(first, title="Another title", start_s=0.5, end_s=2.0)
    second = await kitchen.made(first["id"], revision=2)
    assert second["url"] == first["url"]
    assert second["duration_s"] == pytest.approx(1.5, abs=0.1)
    async with server.visitor() as visitor:
        feed = await _feed(visitor)
        assert [entry.title for entry in feed.entries] == ["Another title"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"end_s": 0.5},
        {"end_s": 5_000},
        {"title": ""},
        {"title": "x" * 201},
        {"title": "a\nb"},
        {"start_s": -1},
        {"chapters": [{"at_s": 9, "title": "late"}]},
        {"chapters": [{"at_s": 0, "title": "x"}] * 101},
        {"notes": "x" * 4_001},
        {"episode": "1"},
        {"segments": []},
        {"segments": [{"take": "9999999999999999999", "start_s": 0, "end_s": 2}]},
        {"segments": [{"take": "1", "start_s": 0, "end_s": 2}] * 101},
        {"start_s": "NaN"},
    ],
)
async def test_a_cut_that_cannot_be_is_refused(
    server: Server, owner: Person, wrong: dict[str, Any]
) -> None:
    await owner.command("recording.switch", enabled=True)
    fields = {"title": "T"} | outline("1", **{"end_s": 2.5} | wrong)
    with pytest.raises(Refused) as refused:
        await owner.command("recording.produce", **fields)
    assert refused.value.code in {"invalid", "not_found"}


async def test_raw_voices_are_deleted_after_their_time_and_the_episode_stays(
    server: Server, kitchen: Kitchen, owner: Person
) -> None:
    take_id = await kitchen.have()
    episode = await kitchen.publish(take_id)
    server.clock.advance(days=31)
    await server.restart()
    await server.settled()
    await owner.sign_in()
    await owner.open()
    take = await kitchen.known(take_id)
    assert take["pruned"]
    assert not kitchen.folder(take_id).exists()
    async with server.visitor() as visitor:
        assert (await visitor.get(kitchen.page_of(episode))).status == 200
