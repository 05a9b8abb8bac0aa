"""The public pages' words, whatever people call their episodes."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from salon_recording.cover import SIZE, cover_png
from salon_recording.listening.describing import duration, lead, linked, wave
from salon_recording.words import WORDS, clock, preferred

CLIENT = Path(__file__).parents[3] / "plugins" / "recording" / "client"
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def test_notes_are_text_and_their_addresses_links() -> None:
    html = linked('<b>x</b> https://example.org/?a=1&b="2" javascript:alert(1)')
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
    written = (CLIENT / "shared" / "words_fr.ts").read_text()
    said = [*re.findall(r'"((?:[^"\\]|\\.)*)"', written), *WORDS["fr"].values()]
    assert len(said) > 300
    for text in said:
        text = text.replace(r"\u00a0", "\u00a0").replace(r"\u202f", "\u202f")  # noqa: PLW2901
        assert not re.search(r"[^\u202f][;!?]|[^\u00a0\d][:»]|«[^\u00a0]|'", text), text
        assert not re.search(r"\b(vous|votre|vos)\b", text, re.IGNORECASE), text


def test_the_first_line_of_notes_is_the_lead_and_a_long_one_is_cut() -> None:
    assert lead("\n Six people.\nOne cake.") == "Six people."
    assert lead("") == ""
    assert len(lead("word " * 100)) <= 280
    assert lead("word " * 100).endswith("word…")


def test_lengths_are_said_to_machines_as_iso_8601() -> None:
    assert [duration(ms) for ms in (0, 2_400, 3_600_000, 3_845_000)] == [
        "PT0S", "PT2S", "PT1H", "PT1H4M5S",
    ]  # fmt: skip


def test_of_bars_that_share_a_place_the_loudest_is_drawn() -> None:
    assert wave([100, 3, 50, 3], most=2) == "M250.0 0.0v64.0M750.0 16.0v32.0"
    assert wave([]) == ""


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
    assert [preferred("en", "en").length(ms) for ms in (0, 2_856_000, 3_840_000)] == [
        "1 min", "48 min", "1 h 04",
    ]  # fmt: skip
    assert preferred("fr", "en").date(NOW) == "25 novembre 2026"
    assert preferred("fr", "en").date(NOW.replace(day=1)) == "1er novembre 2026"
