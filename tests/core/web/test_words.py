"""Pages say everything in every language."""

import string
from datetime import UTC, datetime

from salon.web.words import LANGUAGES, WORDS, date, preferred


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_has_the_same_sentences_with_the_same_facts() -> None:
    for language in LANGUAGES:
        assert set(WORDS[language]) == set(WORDS["en"])
        for key, text in WORDS[language].items():
            assert names_in(text) == names_in(WORDS["en"][key]), key


def test_the_browsers_first_known_language_wins() -> None:
    assert preferred("de, fr-CA;q=0.8, en;q=0.9", "fr") == "en"
    assert preferred("fr;q=0", "en") == "en"
    assert preferred("x" * 10_000, "fr") == "fr"
    assert preferred("", "klingon") == "en"


def test_a_day_is_said_in_words() -> None:
    day = datetime(2026, 12, 2, 10, 1, tzinfo=UTC)
    assert (date("en", day), date("fr", day)) == ("2 December 2026", "2 décembre 2026")
