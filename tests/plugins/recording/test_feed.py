"""The feed and the pages, whatever people call their episodes."""

import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from xml.etree import ElementTree as ET

import pytest

from salon.plugin import Salon
from salon_recording.config import RecordingConfig
from salon_recording.cover import SIZE, cover_png
from salon_recording.episodes import Episode, EpisodeStatus
from salon_recording.feed import Item, write_feed
from salon_recording.pages import _linked
from salon_recording.show import Show
from salon_recording.words import WORDS, clock, preferred

CLIENT = Path(__file__).parents[3] / "plugins" / "recording" / "client"
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"


def _show(**settings: Any) -> Show:
    community = SimpleNamespace(name="Les Voisins", language="fr")
    salon = SimpleNamespace(community=community, base_url="https://salon.example.org")
    return Show(cast("Salon", salon), RecordingConfig(**settings))


def _item(title: str = "A", notes: str = "", **fields: Any) -> Item:
    episode = Episode(
        id=1, guid="g-1", slug="a", take_id=2, made_by=3, revision=1, title=title, notes=notes,
        start_ms=0, end_ms=60_000, chapters=(), created_at=NOW, changed_at=NOW,
        status=EpisodeStatus.READY, size_bytes=960_000, duration_ms=60_000, published_at=NOW,
        **fields,
    )  # fmt: skip
    return Item(episode, "https://x/e/a", "https://x/e/a/a.mp3", "https://x/c.json", ["Zoë"])


def _parsed(feed: bytes) -> ET.Element:
    return ET.fromstring(feed)  # noqa: S314 we wrote it


def test_an_empty_setting_is_the_communitys() -> None:
    channel = _parsed(write_feed(_show(), [], NOW)).find("channel")
    assert channel is not None
    assert channel.findtext("title") == "Les Voisins"
    assert channel.findtext("language") == "fr"
    assert channel.findtext(f"{ITUNES}author") == "Les Voisins"


@pytest.mark.parametrize(
    "title", ["<script>alert(1)</script> & co", "]]>", "a\x00b\x1fc\ufffe", "עברית 🎙️", "\"'"]
)
def test_any_title_gives_a_feed_that_is_xml(title: str) -> None:
    item = _parsed(write_feed(_show(), [_item(title, title)], NOW)).find("channel/item")
    assert item is not None
    kept = "".join(c for c in title if c not in "\x00\x1f\ufffe")
    assert item.findtext("title") == kept
    assert item.findtext("guid") == "g-1"


def test_the_same_episodes_give_the_same_bytes() -> None:
    assert write_feed(_show(), [_item()], NOW) == write_feed(_show(), [_item()], NOW)


def test_an_address_for_directories_comes_with_a_lock() -> None:
    feed = write_feed(_show(show_email="a@example.org"), [], NOW).decode()
    assert 'podcast:locked owner="a@example.org"' in feed
    assert "<itunes:email>a@example.org</itunes:email>" in feed


def test_notes_are_text_and_their_addresses_links() -> None:
    html = _linked('<b>x</b> https://example.org/?a=1&b="2" javascript:alert(1)')
    assert "<b>" not in html
    assert '<a href="https://example.org/?a=1&amp;b=' in html
    assert "javascript:" not in html.split("</a>")[0]
    assert 'href="javascript' not in html


def test_the_cover_is_a_square_picture_in_the_communitys_colour() -> None:
    green, blue = cover_png(165), cover_png(250)
    assert green.startswith(b"\x89PNG")
    assert int.from_bytes(green[16:20], "big") == SIZE >= 1_400
    assert green != blue


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["en"].keys() == WORDS["fr"].keys()


def test_french_words_have_the_spaces_of_french() -> None:
    written = (CLIENT / "shared" / "words.ts").read_text().partition("const fr")[2]
    said = [*re.findall(r'"((?:[^"\\]|\\.)*)"', written), *WORDS["fr"].values()]
    for text in said:
        text = text.replace(r"\u00a0", "\u00a0").replace(r"\u202f", "\u202f")  # noqa: PLW2901
        assert not re.search(r"[^\u202f][;!?]|[^\u00a0\d][:»]|«[^\u00a0]|'", text), text
        assert not re.search(r"\b(vous|votre|vos)\b", text, re.IGNORECASE), text


@pytest.mark.parametrize(
    ("header", "language"),
    [("fr-CA,fr;q=0.9,en;q=0.8", "fr"), ("de,en;q=0.5", "en"), ("", "fr"), ("x;q=z,,;", "fr")],
)
def test_the_reader_chooses_the_language(header: str, language: str) -> None:
    assert preferred(header, "fr").language == language


def test_times_and_sizes_are_written_as_people_read_them() -> None:
    assert [clock(ms) for ms in (0, 372_900, 3_972_000)] == ["0:00", "6:12", "1:06:12"]
    assert preferred("fr", "en").size(43_000_000) == "43 Mo"
    assert preferred("en", "en").size(120_400) == "120 kB"
    assert preferred("fr", "en").date(NOW) == "25 novembre 2026"
    assert preferred("fr", "en").date(NOW.replace(day=1)) == "1er novembre 2026"
