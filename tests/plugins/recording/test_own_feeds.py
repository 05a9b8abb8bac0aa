"""Shows for members: each has an address of their own, which opens that show and nothing else."""

from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import aiohttp
import pytest
from tests.plugins.recording.shelved import SOUND, Shelf

from salon.plugin import SanctionKind
from salon.testing import Person, Refused, Server
from salon_recording.episodes import Episode
from salon_recording.feeds import rss
from salon_recording.feeds.addresses import ADDRESSES_MAX
from salon_recording.plugin import RecordingPlugin

SHOWS = [
    {"slug": "episodes", "title": "Out loud"},
    {"slug": "inside", "title": "Inside", "members": True},
    {"slug": "attic", "title": "The attic", "members": True},
]
SOUNDS = {".mp3": "audio/mpeg", "opus": "audio/ogg", ".m4a": "audio/mp4"}
pytestmark = pytest.mark.plugin.with_args(RecordingPlugin, shows=SHOWS)


@pytest.fixture
def shelf(server: Server) -> Shelf:
    return Shelf(server)


@pytest.fixture
async def episode(shelf: Shelf, owner: Person) -> Episode:
    """An episode for members."""
    return await shelf.put(
        owner,
        title="For us",
        show="inside",
        chapters=[(0, "Begin")],
        formats=(("opus", len(SOUND)), ("m4a", len(SOUND))),
    )


async def _show_id(person: Person, title: str = "Inside") -> str:
    shows = (await person.command("recording.addresses"))["shows"]
    return next(str(show["id"]) for show in shows if show["title"] == title)


async def _address(person: Person, title: str = "Inside") -> tuple[str, str]:
    """Make an address; return its id and its path."""
    made = await person.command("recording.make_address", show=await _show_id(person, title))
    return made["address"]["id"], urlsplit(made["url"]).path


async def _got(visitor: aiohttp.ClientSession, path: str, **headers: str) -> tuple[int, bytes, Any]:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    async with visitor.get(path, headers=told) as answer:
        return answer.status, await answer.read(), answer.headers


def _paths(feed: bytes) -> list[str]:
    """Return the paths of all addresses in a feed but those of people."""
    tree = ET.fromstring(feed)  # noqa: S314 we wrote it
    found = [tag.get("url") or tag.get("href") or tag.get("uri") for tag in tree.iter()]
    return [urlsplit(url).path for url in found if url]


async def test_a_member_hears_what_is_for_members_at_an_address_of_their_own(
    server: Server, alice: Person, episode: Episode
) -> None:
    _, path = await _address(alice)
    async with server.visitor() as visitor:
        status, feed, told = await _got(visitor, path)
        assert (status, told["Content-Type"]) == (200, "application/rss+xml; charset=utf-8")
        assert told["Cache-Control"] == "private, no-cache"
        assert "Content-Encoding" not in told
        assert b"<title>For us</title>" in feed
        assert b"<itunes:block>Yes</itunes:block>" in feed
        secret = path.split("/")[-2]
        within = _paths(feed)
        assert len(within) == 6  # itself, the cover, the sound in three formats, the chapters
        for each in within:
            assert f"/feeds/{secret}/" in each
            status, body, told = await _got(visitor, each)
            assert (status, told["Cache-Control"]) == (200, "private, no-cache"), each
            assert body == SOUND if (kind := SOUNDS.get(each[-4:])) else body
            assert kind in (None, told["Content-Type"])
            assert (await visitor.head(each)).status == 200
            assert (await _got(visitor, each, If_None_Match=told["ETag"]))[0] == 304
        assert (await _got(visitor, path, If_None_Match=told["ETag"]))[0] == 200  # another file's
        known = (await _got(visitor, path))[2]["ETag"]
        assert (await _got(visitor, path, If_None_Match=known))[0] == 304
        sound = f"{path.removesuffix('feed.xml')}for-us.mp3"
        part = await _got(visitor, sound, Range="bytes=2-5")
        assert (part[0], part[1]) == (206, SOUND[2:6])


async def test_outside_nothing_tells_that_there_is_a_show_for_members(
    server: Server, episode: Episode, shelf: Shelf, owner: Person
) -> None:
    await shelf.put(owner, title="For all")
    async with server.visitor() as visitor:
        for path in ("", "/feed.xml", "/cover.png"):
            nothing = await _got(visitor, f"/shows/nothing{path}", Accept="application/json")
            hidden = await _got(visitor, f"/shows/inside{path}", Accept="application/json")
            assert (hidden[0], hidden[1]) == (404, nothing[1]), path
        page = await _got(visitor, f"/e/{episode.slug}")
        assert page[0] == 404
        assert b"Inside" not in page[1]
        for path in (f"{episode.slug}.mp3", f"{episode.slug}.opus", "chapters.json"):
            assert (await _got(visitor, f"/e/{episode.slug}/{path}"))[0] == 404
        for path in ("/shows/episodes", "/shows/episodes/feed.xml"):
            body = (await _got(visitor, path))[1]
            assert b"For all" in body
            assert b"For us" not in body
    looked = await owner.command("search.sources", query="us")
    assert looked["sources"] == [] or looked["sources"][0]["results"] == []


async def test_an_address_opens_one_show_for_one_member(
    server: Server, alice: Person, bob: Person, shelf: Shelf, owner: Person, episode: Episode
) -> None:
    await shelf.put(owner, title="Up here", show="attic")
    await shelf.put(owner, title="For all")
    (_, of_alice), (_, of_bob) = await _address(alice), await _address(bob)
    _, attic = await _address(alice, "The attic")
    async with server.visitor() as visitor:
        bodies = [(await _got(visitor, path))[1] for path in (of_alice, of_bob, attic)]
        for path, body in zip((of_alice, of_bob, attic), bodies, strict=True):
            others = {of_alice, of_bob, attic} - {path}
            assert path.split("/")[-2].encode() in body
            assert not any(other.split("/")[-2].encode() in body for other in others)
        assert (b"Up here" in bodies[0], b"Up here" in bodies[2]) == (False, True)
        folder = of_alice.removesuffix("feed.xml")
        for slug in ("up-here", "for-all", "nothing"):
            for path in (f"{slug}.mp3", f"{slug}.opus", f"{slug}/chapters.json"):
                assert (await _got(visitor, f"{folder}{path}"))[0] == 404


async def test_a_revoked_address_leads_nowhere_at_once_and_both_deeds_are_recorded(
    server: Server, owner: Person, alice: Person, bob: Person, episode: Episode
) -> None:
    (id_, path), (_, other) = await _address(alice), await _address(alice)
    with pytest.raises(Refused) as refused:
        await bob.command("recording.revoke_address", address=id_)
    assert refused.value.code == "not_found"
    async with server.visitor() as visitor:
        within = _paths((await _got(visitor, path))[1])
        await alice.command("recording.revoke_address", address=id_)
        nothing = path.replace(path.split("/")[-2], "x" * 32)
        asked = {"Accept": "application/json"}
        said = await _got(visitor, nothing, **asked)
        for each in (path, *within):
            status, body, _ = await _got(visitor, each, **asked)
            assert (status, body) == (404, said[1]), each
        assert (await _got(visitor, other))[0] == 200
    listed = (await owner.command("audit.list"))["entries"]
    deeds = [entry["action"] for entry in listed if entry["action"].startswith("recording.")]
    assert deeds.count("recording.address_made") == 2
    assert deeds.count("recording.address_revoked") == 1


async def test_who_is_sent_away_or_erased_hears_nothing_more(
    server: Server, shelf: Shelf, alice: Person, bob: Person, episode: Episode
) -> None:
    (_, of_alice), (_, of_bob) = await _address(alice), await _address(bob)
    async with server.visitor() as visitor:
        await shelf.salon.accounts.impose(int(alice.id), SanctionKind.SUSPENSION, by=None)
        assert (await _got(visitor, of_alice))[0] == 404
        assert (await _got(visitor, of_bob))[0] == 200
        await server.app.host.erase_account(int(bob.id))
        assert (await _got(visitor, of_bob))[0] == 404


async def test_the_secret_is_kept_nowhere_and_the_time_of_a_fetch_by_the_hour(
    server: Server, alice: Person, episode: Episode, capsys: pytest.CaptureFixture[str]
) -> None:
    _, path = await _address(alice)
    secret = path.split("/")[-2]
    async with server.visitor() as visitor:
        for each in _paths((await _got(visitor, path))[1]):
            await _got(visitor, each)
        await _got(visitor, path.replace("feed.xml", "nothing.xml"))
        first = (await alice.command("recording.addresses"))["addresses"][0]["fetched_at"]
        server.clock.advance(minutes=30)
        await _got(visitor, path)
        assert (await alice.command("recording.addresses"))["addresses"][0]["fetched_at"] == first
        server.clock.advance(hours=1)
        await _got(visitor, path)
        assert (await alice.command("recording.addresses"))["addresses"][0]["fetched_at"] > first
    said = capsys.readouterr()
    assert secret not in said.out + said.err
    assert not [name for name, rows in (await server.stored()).items() if secret in rows]


async def test_nobody_has_more_addresses_than_they_can_look_after(
    alice: Person, episode: Episode
) -> None:
    show = await _show_id(alice)
    for _ in range(ADDRESSES_MAX):
        await alice.command("recording.make_address", show=show)
    with pytest.raises(Refused) as refused:
        await alice.command("recording.make_address", show=show)
    assert refused.value.error["reason"] == "recording.addresses_full"


async def test_there_are_no_addresses_of_shows_that_anybody_may_hear(
    server: Server, alice: Person, episode: Episode
) -> None:
    told = (await alice.command("recording.about"))["shows"]
    public = next(show["id"] for show in told if not show["for_members"])
    for wrong in (public, "999"):
        with pytest.raises(Refused) as refused:
            await alice.command("recording.make_address", show=wrong)
        assert refused.value.code == "not_found"


async def test_what_people_write_cannot_make_a_program_send_the_secret_elsewhere(
    server: Server, alice: Person, owner: Person, shelf: Shelf
) -> None:
    """Whoever writes notes does not know the word that stands where the secret is put."""
    _, path = await _address(alice)
    secret = path.split("/")[-2]
    await shelf.put(owner, title="SECRET {secret}", show="inside", notes="https://x.example/SECRET")
    async with server.visitor() as visitor:
        feed = (await _got(visitor, path))[1]
        assert feed.count(secret.encode()) == len(_paths(feed))
        assert rss.show_guid(f"{server.url}/shows/inside/feed.xml").encode() in feed


async def test_a_show_is_made_for_members_once_and_its_makers_see_it_go_out(
    server: Server, owner: Person, shelf: Shelf
) -> None:
    made = await owner.command("recording.show_make", title="Cellar", slug="cellar", members=True)
    show = made["show"]
    assert show["for_members"]
    assert (await owner.web.get(show["cover_url"])).status == 200
    with pytest.raises(Refused) as refused:
        await owner.command(
            "recording.show_edit", show=show["id"], revision=1, title="Cellar", members=False
        )
    assert refused.value.code == "invalid"
    await shelf.put(owner, title="Below", show="cellar")
    (known,) = (await owner.command("recording.episodes"))["episodes"]
    assert (known["is_out"], known["is_public"]) == (True, False)
