"""Pages say everything in every language."""

import re
import string
from datetime import UTC, datetime

import pytest

from salon.errors import Denied, TooMany
from salon.host import PluginFailed
from salon.web.words import LANGUAGES, WORDS, date, of_error, preferred


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_has_the_same_sentences_with_the_same_facts() -> None:
    for language in LANGUAGES:
        assert set(WORDS[language]) == set(WORDS["en"])
        for key, text in WORDS[language].items():
            assert names_in(text) == names_in(WORDS["en"][key]), key


def test_french_has_its_signs_and_says_tu() -> None:
    for key, text in WORDS["fr"].items():
        assert not re.search(r"[^\u00a0]:|[^\u202f][;?!]|'|\bvous\b|\bvotre\b", text), key


def test_a_page_says_an_error_by_its_reason_or_by_its_code() -> None:
    assert of_error("fr", Denied("No.", reason="closed")).startswith("Personne")
    assert "extension bots" in of_error("fr", PluginFailed("bots"))
    assert of_error("fr", Denied("Not that word.")) == "Not that word."
    assert of_error("fr", Denied("Too long.", reason="long")) == "Too long."


@pytest.mark.parametrize(
    ("wait_s", "said"),
    [(0.2, "1\u00a0seconde."), (89.0, "89\u00a0secondes."), (900.0, "15\u00a0minutes.")],
)
def test_a_wait_is_said_in_seconds_or_minutes(wait_s: float, said: str) -> None:
    assert of_error("fr", TooMany("Slowly.", retry_after_s=wait_s)).endswith(said)


def test_the_browsers_first_known_language_wins() -> None:
    assert preferred("de, fr-CA;q=0.8, en;q=0.9", "fr") == "en"
    assert preferred("fr;q=0", "en") == "en"
    assert preferred("x" * 10_000, "fr") == "fr"
    assert preferred("", "klingon") == "en"


def test_a_day_is_said_in_words() -> None:
    day = datetime(2026, 12, 2, 10, 1, tzinfo=UTC)
    assert (date("en", day), date("fr", day)) == ("2 December 2026", "2 décembre 2026")
    assert date("fr", day.replace(day=1)) == "1er décembre 2026"
