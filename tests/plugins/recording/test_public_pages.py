"""The public pages of episodes and shows: what they say, to whom, and where they may stand."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.plugins.recording.shelf import Shelf
from yarl import URL

from salon.testing import Person, Server
from salon_recording import episodes
from salon_recording.episodes import Episode, EpisodeStatus
from salon_recording.plugin import RecordingPlugin
from salon_recording.programmes import shows

pytestmark = [pytest.mark.plugin.with_args(RecordingPlugin)]

NOTES = "Six people, one cake.\n\nRecorded where everyone was."
SCRIPT = "</script><script>a(1)</script>"


async def published(server: Server, *, number: int = 0, **fields: Any) -> Episode:
    """Put a public episode there; the later the number, the later it was published."""
    now = server.clock.now()

    def put(tx: Any) -> Episode:
        episode = Episode(
            id=tx.new_id(),
            guid=f"guid-{number}",
            slug=f"lift-{number}",
            show_id=shows.everything(tx.connection)[0].id,
            made_by=None,
            revision=1,
            title=f"The lift, {number}",
            notes=NOTES,
            created_at=now,
            changed_at=now,
            status=EpisodeStatus.READY,
            bars=(3, 50, 100),
            size_bytes=43_000_000,
            duration_ms=2_856_000,
            published_at=now - timedelta(days=60 - number),
        )
        episode = replace(episode, **fields)
        episodes.add(tx, episode)
        return episode

    made: Episode = await server.app.store.write(put)
    return made


async def text_of(server: Server, path: str, **headers: str) -> str:
    async with server.visitor() as visitor, visitor.get(path, headers=headers) as answer:
        assert answer.status == 200, path
        return await answer.text()


def meta(page: str, name: str) -> str:
    found = re.search(rf'<meta (?:name|property)="{name}" content="([^"]*)"', page)
    assert found is not None, name
    return found[1]


async def test_a_page_says_to_machines_what_it_says_to_people(
    server: Server, owner: Person
) -> None:
    await published(server, title=SCRIPT, notes=SCRIPT)
    page = await text_of(server, "/e/lift-0")
    assert SCRIPT not in page
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert found is not None
    said = json.loads(found[1])
    assert (said["@type"], said["name"]) == ("PodcastEpisode", SCRIPT)
    assert said["url"] == f"{server.url}/e/lift-0"
    assert said["duration"] == "PT47M36S"
    assert said["associatedMedia"]["contentUrl"] == f"{server.url}/e/lift-0/lift-0.mp3"
    assert said["partOfSeries"]["webFeed"] == f"{server.url}/shows/episodes/feed.xml"
    assert meta(page, "og:url") == said["url"]
    assert meta(page, "og:image") == said["image"]
    show = await text_of(server, "/shows/episodes")
    assert '"@type": "PodcastSeries"' in show
    await owner.command("channel.edit", channel=owner.channel("#general"), is_public=True)
    first = await text_of(server, "/", **{"Accept-Language": "fr"})
    assert ("Derniers épisodes" in first, 'href="/e/lift-0"' in first) == (True, True)
    assert SCRIPT not in first


async def test_the_picture_of_a_link_is_drawn_and_an_old_address_still_has_one(
    server: Server, owner: Person
) -> None:
    await published(server)
    picture = URL(meta(await text_of(server, "/e/lift-0"), "og:image"))
    async with server.visitor() as visitor:
        for path in (picture.path, "/e/lift-0/before.png"):
            async with visitor.get(path) as answer:
                assert answer.content_type == "image/png"
                assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
                assert (await answer.read()).startswith(b"\x89PNG")


async def test_the_small_player_alone_may_stand_in_other_sites(
    server: Server, owner: Person
) -> None:
    await published(server)
    async with server.visitor() as visitor:
        async with visitor.get("/e/lift-0/embed") as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "frame-ancestors *" in policy
            assert "script-src 'self';" in policy
            assert "'unsafe" not in policy
            assert "Set-Cookie" not in answer.headers
            assert "noindex" in await answer.text()
        async with visitor.get("/e/lift-0") as answer:
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        async with visitor.get("/e/nothing/embed") as answer:
            assert answer.status == 404
            assert "There is no such episode." in await answer.text()


async def test_other_sites_are_told_how_to_embed_an_episode(server: Server, owner: Person) -> None:
    await published(server, title='"><script>')
    page = await text_of(server, "/e/lift-0")
    found = re.search(r'type="application/json\+oembed"[^>]* href="([^"]+)"', page)
    assert found is not None
    address = found[1].replace("&amp;", "&")
    told = json.loads(await text_of(server, address))
    assert (told["version"], told["type"], told["height"]) == ("1.0", "rich", 132)
    assert told["html"].startswith(f'<iframe src="{server.url}/e/lift-0/embed" title="&quot;>')
    small = json.loads(await text_of(server, f"{address}&maxwidth=300&maxheight=100"))
    assert (small["width"], small["height"]) == (300, 100)
    assert 'width="300" height="100"' in small["html"]
    odd = json.loads(await text_of(server, f"{address}&maxwidth=-1&maxheight=99999"))
    assert (odd["width"], odd["height"]) == (640, 132)
    async with server.visitor() as visitor:
        for url in ("", "https://elsewhere.example/e/lift-0", f"{server.url}/e/x", "%00"):
            async with visitor.get("/p/recording/oembed", params={"url": url}) as answer:
                assert answer.status == 404, url
        async with visitor.get(f"{address}&format=xml") as answer:
            assert answer.status == 501


async def test_an_episode_leads_to_its_neighbours_that_are_public(
    server: Server, owner: Person
) -> None:
    for number in range(4):
        hidden = server.clock.now() if number == 2 else None
        await published(server, number=number, withdrawn_at=hidden)
    page = await text_of(server, "/e/lift-1")
    assert 'href="/e/lift-0" rel="prev"' in page
    assert 'href="/e/lift-3" rel="next"' in page
    assert "lift-2" not in page
    assert 'rel="next"' not in await text_of(server, "/e/lift-3")


async def test_a_show_lists_its_episodes_in_pages_the_latest_first(
    server: Server, owner: Person
) -> None:
    for number in range(31):
        await published(server, number=number)
    first = await text_of(server, "/shows/episodes")
    assert first.index("The lift, 30<") < first.index("The lift, 1<")
    assert "The lift, 0<" not in first
    assert 'href="?page=2"' in first
    last = await text_of(server, "/shows/episodes?page=2")
    assert 'href="?page=1"' in last
    for odd in ("0", "-1", "x", "99999", "9999"):
        assert "</html>" in await text_of(server, f"/shows/episodes?page={odd}")


async def test_a_show_that_is_not_there_has_a_page_that_says_so(
    server: Server, owner: Person
) -> None:
    async with server.visitor() as visitor, visitor.get("/shows/nothing") as answer:
        assert answer.status == 404
        page = await answer.text()
    assert "There is no such programme." in page
    assert page.count('name="robots"') == 1
    assert "noindex" in page


async def test_a_reader_chooses_a_language_that_links_go_on_with(
    server: Server, owner: Person
) -> None:
    await published(server, number=0)
    await published(server, number=1)
    page = await text_of(server, "/e/lift-0?lang=fr", **{"Accept-Language": "en"})
    assert '<html lang="fr"' in page
    assert 'href="/e/lift-1?lang=fr"' in page
    assert 'href="?lang=en"' in page
    assert '<html lang="en"' in await text_of(server, "/e/lift-0?lang=xx")


async def test_what_is_said_stands_in_the_page_in_turns_as_text(
    server: Server, owner: Person, alice: Person
) -> None:
    shelf = Shelf(server, owner)
    take_id = await shelf.take(owner, alice)
    await shelf.write(take_id, owner, SCRIPT, "we were not in a hurry")
    slug = await shelf.episode(take_id, owner, alice)
    page = await text_of(server, f"/e/{slug}")
    assert SCRIPT not in page
    assert page.count("&lt;/script&gt;&lt;script&gt;a(1)&lt;/script&gt;</span>") == 1
    assert 'data-from-ms="2000"' in page
    assert page.count("data-line-ms=") == 1  # one turn
    await shelf.withdraw(slug)
    async with server.visitor() as visitor, visitor.get(f"/e/{slug}") as answer:
        assert answer.status == 410
        assert "hurry" not in await answer.text()


async def test_who_speaks_when_is_told_without_saying_who_they_are(
    server: Server, owner: Person, alice: Person
) -> None:
    shelf = Shelf(server, owner)
    slug = await shelf.episode(await shelf.take(owner, alice), owner, alice)
    assert 'data-beside=""' in await text_of(server, f"/e/{slug}")
    folder = shelf.folder / "episodes"
    folder.mkdir(parents=True)
    name = f"{slug.removeprefix('lift-')}-1"
    turns = [[alice.id, 0, 900], [owner.id, 800, 1_500], [alice.id, 2_000, 2_500]]
    (folder / f"{name}.turns.json").write_text(json.dumps(turns))
    (folder / f"{name}.peaks.json").write_text('{"data":[]}')
    assert f'data-beside="/e/{slug}"' in await text_of(server, f"/e/{slug}")
    told = json.loads(await text_of(server, f"/e/{slug}/turns.json"))
    assert told == [[0, 0, 900], [1, 800, 1_500], [0, 2_000, 2_500]]
    assert json.loads(await text_of(server, f"/e/{slug}/peaks.json")) == {"data": []}
    await shelf.withdraw(slug)
    async with server.visitor() as visitor:
        for beside in ("turns", "peaks"):
            assert (await visitor.get(f"/e/{slug}/{beside}.json")).status == 404


async def test_members_are_told_which_public_episodes_came_last(
    server: Server, owner: Person, alice: Person
) -> None:
    for number in range(4):
        hidden = server.clock.now() if number == 3 else None
        await published(server, number=number, withdrawn_at=hidden)
    found = (await alice.command("recording.latest"))["episodes"]
    assert [one["url"] for one in found] == ["/e/lift-2", "/e/lift-1", "/e/lift-0"]
    assert found[0]["show_url"] == "/shows/episodes"


async def test_where_every_show_is_for_members_no_page_leads_to_one(
    server: Server, owner: Person
) -> None:
    def hide(tx: Any) -> None:
        for show in shows.everything(tx.connection):
            shows.put(tx, replace(show, for_members=True))

    await server.app.store.write(hide)
    async with server.visitor() as visitor:
        for path in ("/e/nothing", "/shows/episodes", "/e/nothing/embed"):
            async with visitor.get(path) as answer:
                assert answer.status == 404
                assert "/shows/" not in await answer.text()
