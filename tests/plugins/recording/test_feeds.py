"""The feed of a show as programs fetch it: what is in it at any moment, and what it costs."""

import gzip
from typing import Any

import aiohttp
import feedparser
import pytest
from tests.plugins.recording.shelved import SOUND, Shelf

from salon.testing import Person, Server
from salon_recording.feeds import library, rss
from salon_recording.plugin import RecordingPlugin

pytestmark = pytest.mark.plugin.with_args(RecordingPlugin, shows=[{"slug": "episodes"}])

FEED = "/shows/episodes/feed.xml"
PODCAST = f"{{{rss.PODCAST}}}"


@pytest.fixture
def shelf(server: Server) -> Shelf:
    return Shelf(server)


async def _got(visitor: aiohttp.ClientSession, path: str, **headers: str) -> tuple[int, bytes, Any]:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    async with visitor.get(path, headers=told) as answer:
        return answer.status, await answer.read(), answer.headers


async def _entries(visitor: aiohttp.ClientSession) -> list[Any]:
    parsed = feedparser.parse((await _got(visitor, FEED))[1])  # type: ignore[attr-defined,no-untyped-call]
    assert not parsed.bozo
    return list(parsed.entries)


async def test_a_feed_follows_everything_that_changes_in_it(
    server: Server, owner: Person, alice: Person, shelf: Shelf
) -> None:
    async with server.visitor() as visitor:
        assert await _entries(visitor) == []
        episode = await shelf.put(owner, alice)
        (entry,) = await _entries(visitor)
        assert entry.title == "The lift"
        await alice.command("account.edit", display_name="Alicia")
        assert "Alicia" in (await _got(visitor, FEED))[1].decode()
        await owner.command("community.edit", name="The neighbours")
        assert b"<title>The neighbours</title>" in (await _got(visitor, FEED))[1]
        await alice.command("recording.release", episode=str(episode.id), answer="no")
        assert await _entries(visitor) == []


async def test_a_feed_is_written_once_until_something_changes(
    server: Server, owner: Person, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    write = rss.write_feed

    def counted(*arguments: Any) -> bytes:
        written.append(arguments)
        return write(*arguments)

    monkeypatch.setattr(library, "write_feed", counted)
    await shelf.put(owner)
    async with server.visitor() as visitor:
        first = await _got(visitor, FEED)
        for _ in range(3):
            assert (await _got(visitor, FEED))[1:2] == first[1:2]
        assert len(written) == 1
        await owner.post("#general", "The core writes, which is nothing to the feed")
        await _got(visitor, FEED)
        assert len(written) == 1
        await owner.command("recording.switch", enabled=True)
        again = await _got(visitor, FEED)
        assert again[2]["ETag"] == first[2]["ETag"]
        assert again[2]["Last-Modified"] == first[2]["Last-Modified"]


async def test_a_feed_comes_packed_to_who_unpacks_it_and_once_to_who_has_it(
    server: Server, owner: Person, shelf: Shelf
) -> None:
    await shelf.put(owner)
    async with server.visitor() as visitor:
        visitor._auto_decompress = False
        status, plain, told = await _got(visitor, FEED, Accept_Encoding="identity")
        assert (status, told["Content-Type"]) == (200, "application/rss+xml; charset=utf-8")
        assert told["Content-Length"] == str(len(plain))
        _, packed, packed_told = await _got(visitor, FEED, Accept_Encoding="gzip, br")
        assert packed_told["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed) == plain
        assert told["ETag"] != packed_told["ETag"]
        assert told["Vary"] == packed_told["Vary"] == "Accept-Encoding"
        for known in (told, packed_told):
            for headers in (
                {"If_None_Match": known["ETag"]},
                {"If_Modified_Since": known["Last-Modified"]},
            ):
                status, body, _ = await _got(visitor, FEED, **headers)
                assert (status, body) == (304, b"")
        head = await visitor.head(FEED, headers={"Accept-Encoding": "identity"})
        assert head.headers["Content-Length"] == str(len(plain))


async def test_people_are_named_with_their_parts_hosts_first_and_who_is_gone_is_not(
    server: Server, owner: Person, alice: Person, bob: Person, shelf: Shelf
) -> None:
    await shelf.put(alice, bob, owner, led_by=[bob])
    async with server.visitor() as visitor:
        body = (await _got(visitor, FEED))[1].decode()
        names = [name for name in ("Bob", "Alice", "Owner") if name in body]
        assert names == ["Bob", "Alice", "Owner"]
        assert '<podcast:person role="host" group="cast">Bob<' in body
        assert '<podcast:person role="guest" group="cast">Alice<' in body
        assert body.index("Bob<") < body.index("Alice<")


async def test_chapters_are_told_beside_the_sound(
    server: Server, owner: Person, shelf: Shelf
) -> None:
    await shelf.put(owner, chapters=[(0, "<Begin>"), (1_500, "Then")])
    async with server.visitor() as visitor:
        status, _, told = await _got(visitor, "/e/the-lift/chapters.json")
        assert (status, told["Content-Type"].partition(";")[0]) == (200, rss.CHAPTERS_TYPE)
        answer = await visitor.get("/e/the-lift/chapters.json")
        assert await answer.json(content_type=None) == {
            "version": "1.2.0",
            "chapters": [
                {"startTime": 0.0, "title": "<Begin>"},
                {"startTime": 1.5, "title": "Then"},
            ],
        }
        assert (await _got(visitor, "/e/the-lift/the-lift.mp3"))[1] == SOUND


async def test_a_room_of_the_show_stands_in_its_feed_while_anybody_may_hear_it(
    server: Server, owner: Person, alice: Person, shelf: Shelf
) -> None:
    room = owner.room("Kitchen table")
    await shelf.put(owner, room_id=room)
    await owner.command("community.edit", public_rooms=True)
    async with server.visitor() as visitor:

        async def live() -> bytes:
            body = (await _got(visitor, FEED))[1]
            return body.partition(b"<podcast:liveItem")[2].partition(b"</podcast:liveItem>")[0]

        await owner.join(room)
        assert await live() == b""  # it is not public
        await owner.command("room.edit", room=room, is_public=True)
        first = await live()
        assert b'status="live"' in first
        assert f'href="{server.url}/listen/kitchen-table"'.encode() in first
        await alice.join(room)
        await owner.command("room.leave", room=room)
        assert await live() == first  # somebody is there all the time
        await alice.command("room.leave", room=room)
        assert await live() == b""
        server.clock.advance(minutes=1)
        await alice.join(room)
        assert await live() not in {b"", first}
        await owner.command("room.edit", room=room, is_locked=True)
        assert await live() == b""
