"""What stands in a feed: by the documents that define the tags, and as two programs read it."""

import io
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import podcastparser
import pytest

from salon.testing.fixtures import lacking
from salon_recording.feeds.rss import (
    ATOM,
    ITUNES,
    LINE_MAX,
    PODCAST,
    Airing,
    Channel,
    Item,
    Link,
    Media,
    Person,
    Soundbite,
    show_guid,
    write_feed,
)

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
DOCUMENT = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs"
FEED_URL = "https://salon.example.org/shows/aloud/feed.xml"

# Which attributes a tag must have, with all that may be there, and where that is said.
RSS_SPEC = "RSS 2.0.11, rssboard.org/rss-specification"
APPLE = "Apple, A Podcaster's Guide to RSS, help.apple.com/itc/podcasts_connect"
NAMESPACE = "The podcast namespace 1.0, docs/tags, github.com/Podcastindex-org/podcast-namespace"
REQUIRED: Mapping[str, tuple[str, set[str], set[str]]] = {
    "rss": (RSS_SPEC, {"version"}, set()),
    "enclosure": (RSS_SPEC, {"url", "length", "type"}, set()),
    "guid": (RSS_SPEC, set(), {"isPermaLink"}),
    f"{{{ATOM}}}link": ("RFC 4287, 4.2.7", {"href"}, {"rel", "type"}),
    f"{{{ITUNES}}}category": (APPLE, {"text"}, set()),
    f"{{{ITUNES}}}image": (APPLE, {"href"}, set()),
    f"{{{PODCAST}}}locked": (f"{NAMESPACE}: locked", set(), {"owner"}),
    f"{{{PODCAST}}}funding": (f"{NAMESPACE}: funding", {"url"}, set()),
    f"{{{PODCAST}}}chapters": (f"{NAMESPACE}: chapters", {"url", "type"}, set()),
    f"{{{PODCAST}}}transcript": (
        f"{NAMESPACE}: transcript", {"url", "type"}, {"language", "rel"},
    ),
    f"{{{PODCAST}}}person": (f"{NAMESPACE}: person", set(), {"role", "group", "img", "href"}),
    f"{{{PODCAST}}}soundbite": (f"{NAMESPACE}: soundbite", {"startTime", "duration"}, set()),
    f"{{{PODCAST}}}alternateEnclosure": (
        f"{NAMESPACE}: alternateEnclosure", {"type"}, {"length", "bitrate", "title"},
    ),
    f"{{{PODCAST}}}source": (f"{NAMESPACE}: source", {"uri"}, {"contentType"}),
    f"{{{PODCAST}}}liveItem": (f"{NAMESPACE}: liveItem", {"status", "start"}, {"end"}),
    f"{{{PODCAST}}}contentLink": (f"{NAMESPACE}: contentLink", {"href"}, set()),
}  # fmt: skip
# What a show and an episode must say, whatever else is there.
SHOW_SAYS = {
    RSS_SPEC: {"title", "link", "description"},
    APPLE: {
        "title", "description", "language",
        *(f"{{{ITUNES}}}{name}" for name in ("image", "category", "explicit")),
    },
    NAMESPACE: {f"{{{PODCAST}}}{name}" for name in ("guid", "medium", "locked")},
}  # fmt: skip
EPISODE_SAYS = {"title", "enclosure", "guid", "pubDate"}  # APPLE, and RSS_SPEC for the last two
ONCE = ("guid", "medium", "locked", "block")  # the podcast namespace: count "single"

HOSTILE = (
    "<script>alert(1)</script> & co", "]]>", "a\x00b\x1fc\ufffe", "\ud7ff\ue000", "עברית 🎙️",
    "\"'", "&#x0;&bogus;", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "../../etc/passwd", "\u202egnp.exe",
    "x" * 4_000,
)  # fmt: skip


def _channel(**fields: Any) -> Channel:
    known: dict[str, Any] = {
        "title": "Out loud", "url": "https://salon.example.org/shows/aloud", "own_url": FEED_URL,
        "public_url": FEED_URL, "description": "Neighbours talk", "language": "en",
        "author": "The neighbours", "category": "Society & Culture",
        "cover_url": "https://salon.example.org/shows/aloud/cover.png", "is_explicit": False,
        "email": "a@example.org", "funding_url": "https://example.org/give?a=1&b=2",
        "funding_words": "Buy us a lamp", "changed_at": NOW,
    }  # fmt: skip
    return Channel(**known | fields)


def _item(title: str = "The lift", notes: str = "Six people", **fields: Any) -> Item:
    page = "https://salon.example.org/e/lift"
    known: dict[str, Any] = {
        "guid": "g-1", "page_url": page, "published_at": NOW,
        "media": Media(f"{page}/lift.mp3", "audio/mpeg", 960_000), "duration_ms": 60_400,
        "chapters_url": f"{page}/chapters.json",
        "others": [Media(f"{page}/lift.opus", "audio/ogg; codecs=opus", 480_000)],
        "transcripts": [
            Link(f"{page}/lift.vtt", "text/vtt"), Link(f"{page}/lift.srt", "application/x-subrip"),
        ],
        "people": [Person("Zoë", is_host=True), Person("Ana", is_host=False)],
        "soundbites": [Soundbite(1_500, 30_000, "Stuck")],
    }  # fmt: skip
    return Item(title=title, notes=notes, **known | fields)


AIRING = Airing(
    "live-7-1", "The kitchen", "https://salon.example.org/listen/kitchen", NOW, NOW + timedelta(1)
)


def _whole(**fields: Any) -> bytes:
    return write_feed(_channel(**fields), [_item(), _item(guid="g-2")], [AIRING])


def _tree(feed: bytes) -> ET.Element:
    return ET.fromstring(feed)  # noqa: S314 we wrote it


def _tags(feed: bytes) -> Iterator[ET.Element]:
    yield from _tree(feed).iter()


def _item_of(feed: bytes) -> ET.Element:
    found = _tree(feed).find("channel/item")
    assert found is not None
    return found


def _parsed_as_gpodder_does(feed: bytes) -> Any:
    return podcastparser.parse(FEED_URL, io.BytesIO(feed))  # type: ignore[no-untyped-call]


def test_every_tag_has_the_attributes_it_must_have_and_no_others() -> None:
    seen = set()
    for tag in _tags(_whole(is_private=True)):
        source, required, allowed = REQUIRED.get(tag.tag, ("none has any", set(), set()))
        assert required <= set(tag.keys()) <= required | allowed, (tag.tag, source)
        assert all(tag.attrib.values()), (tag.tag, "an attribute is empty")
        seen.add(tag.tag)
    assert REQUIRED.keys() <= seen


def test_a_show_and_its_episodes_say_all_that_they_must_say() -> None:
    channel = _tree(write_feed(_channel(email="", funding_url=""), [_item()])).find("channel")
    assert channel is not None
    said = [tag.tag for tag in channel]
    for source, wanted in SHOW_SAYS.items():
        assert wanted <= set(said), source
    assert {tag.tag for tag in channel.iter()} >= EPISODE_SAYS
    assert all(said.count(f"{{{PODCAST}}}{name}") <= 1 for name in ONCE)


def test_a_shows_guid_is_that_of_its_address_without_scheme_and_slashes() -> None:
    # The examples of the specification, docs/tags/guid.md.
    assert show_guid("https://mp3s.nashownotes.com/pc20rss.xml") == (
        "917393e3-1b1e-5cef-ace4-edaa54e1f810"
    )
    assert show_guid("http://podnews.net/rss//") == "9b024349-ccf0-5f69-a609-6b82873eab3c"
    assert uuid.UUID(show_guid(FEED_URL)).version == 5


def test_a_members_own_feed_has_the_guid_of_the_show_and_is_for_no_directory() -> None:
    feed = _whole(own_url="https://salon.example.org/p/recording/feeds/x/feed.xml", is_private=True)
    channel = _tree(feed).find("channel")
    assert channel is not None
    assert channel.findtext(f"{{{PODCAST}}}guid") == show_guid(FEED_URL)
    assert channel.findtext(f"{{{ITUNES}}}block") == "Yes"
    assert channel.findtext(f"{{{PODCAST}}}block") == "yes"
    assert b":block" not in _whole()


def test_feedparser_reads_the_show_and_its_episode() -> None:
    feed = feedparser.parse(_whole())  # type: ignore[attr-defined,no-untyped-call]
    assert not feed.bozo
    assert (feed.feed.title, feed.feed.language, feed.feed.author) == (
        "Out loud", "en", "The neighbours",
    )  # fmt: skip
    assert feed.feed.link == "https://salon.example.org/shows/aloud"
    assert feed.feed.podcast_guid == show_guid(FEED_URL)
    assert feed.feed.podcast_locked == {"owner": "a@example.org"}
    first, second = feed.entries
    assert (first.id, second.id) == ("g-1", "g-2")
    assert first.published_parsed[:5] == (2026, 11, 25, 9, 0)
    assert first.itunes_duration == "60"
    (enclosure,) = first.enclosures
    assert (enclosure.href, enclosure.length, enclosure.type) == (
        "https://salon.example.org/e/lift/lift.mp3", "960000", "audio/mpeg",
    )  # fmt: skip


def test_podcastparser_reads_the_show_its_people_chapters_and_transcript() -> None:
    # It knows the namespace by the address of its document only, which is an older name of it.
    feed = _whole().replace(PODCAST.encode(), f"{DOCUMENT}/1.0.md".encode())
    show = _parsed_as_gpodder_does(feed)
    assert (show["title"], show["language"], show["funding_url"]) == (
        "Out loud", "en", "https://example.org/give?a=1&b=2",
    )  # fmt: skip
    assert show["import_prohibited"] is True
    first, _ = show["episodes"]
    assert (first["guid"], first["total_time"], first["published"]) == (
        "g-1", 60, int(NOW.timestamp()),
    )  # fmt: skip
    assert first["enclosures"] == [
        {
            "url": "https://salon.example.org/e/lift/lift.mp3",
            "file_size": 960_000,
            "mime_type": "audio/mpeg",
        }
    ]
    assert first["chapters_json_url"] == "https://salon.example.org/e/lift/chapters.json"
    assert first["transcript_url"] == "https://salon.example.org/e/lift/lift.srt"
    assert [(one["name"], one["role"]) for one in first["persons"]] == [
        ("Zoë", "host"), ("Ana", "guest"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:20])
def test_whatever_people_write_is_text_in_tags_and_attributes(text: str) -> None:
    kept = "".join(c for c in text if c not in "\x00\x1f\ufffe")
    airing = Airing(text, text, f"https://x/{text}", NOW, NOW)
    bite, link = Soundbite(0, 1, text), Link(text, "text/vtt")
    item = _item(
        text, text, guid=text, people=[Person(text, is_host=False)], soundbites=[bite],
        transcripts=[link],
    )  # fmt: skip
    channel = _channel(
        title=text, description=text, author=text, category=text, email=text, funding_words=text
    )
    feed = write_feed(channel, [item], [airing])
    read = _item_of(feed)
    assert (read.findtext("title"), read.findtext("guid")) == (kept, kept)
    person, soundbite = (read.find(f"{{{PODCAST}}}{name}") for name in ("person", "soundbite"))
    assert person is not None
    assert soundbite is not None
    assert (person.text, soundbite.text) == (kept[:LINE_MAX], kept[:LINE_MAX])
    assert {tag.tag for tag in _tags(feed)} <= {tag.tag for tag in _tags(_whole())}
    parsed = feedparser.parse(feed)  # type: ignore[attr-defined,no-untyped-call]
    assert not parsed.bozo
    assert _parsed_as_gpodder_does(feed)["episodes"]


def test_xmllint_finds_feeds_well_formed() -> None:
    hostile = write_feed(
        _channel(title="".join(HOSTILE)), [_item(text, text) for text in HOSTILE], [AIRING]
    )
    for feed in (_whole(), _whole(is_private=True), hostile, write_feed(_channel(), [])):
        try:
            command = ["xmllint", "--noout", "--nonet", "-"]
            done = subprocess.run(command, input=feed, capture_output=True, check=False, timeout=20)
        except FileNotFoundError:
            lacking("xmllint is not installed")
        assert (done.returncode, done.stderr) == (0, b"")


def test_the_same_gives_the_same_bytes() -> None:
    assert _whole() == _whole()
