"""Reading a line of search, and finding in a text what it asks for."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from salon.domain.search import QUERY_MAX_CHARACTERS, Phrase, Piece, Query, read, shown
from salon.errors import Invalid


def test_words_are_wanted_together_and_the_last_may_go_on() -> None:
    query = read("who brings oran")
    assert query.phrases == (
        Phrase(("who",)),
        Phrase(("brings",)),
        Phrase(("oran",), is_prefix=True),
    )


def test_a_finished_word_does_not_go_on() -> None:
    assert read("oran ").phrases == (Phrase(("oran",)),)
    assert read('"oran"').phrases == (Phrase(("oran",)),)
    assert read("or").phrases == (Phrase(("or",)),)


def test_what_belongs_together_is_a_phrase() -> None:
    assert read('half-time "left stairs"').phrases == (
        Phrase(("half", "time")),
        Phrase(("left", "stairs")),
    )


def test_filters_are_read_in_english_and_in_french() -> None:
    english = read("from:ines in:#general has:link before:2026-11-20 after:2026-11-01 mentions:me")
    french = read("de:ines dans:general avec:lien avant:2026-11-20 après:2026-11-01 mentionne:me")
    assert english == french
    assert english == Query(
        authors=("ines",),
        places=("general",),
        kinds=frozenset({"link"}),
        mentioned=("me",),
        before=date(2026, 11, 20),
        after=date(2026, 11, 1),
    )


def test_a_filter_takes_a_name_with_spaces_in_quotation_marks() -> None:
    assert read('from:"Inès Marchetti" tea').authors == ("Inès Marchetti",)


def test_an_unfinished_filter_asks_for_nothing_yet() -> None:
    assert read("from: ").is_empty


@pytest.mark.parametrize("line", ["https://salon.example/a", "note: bring tea", "half:time"])
def test_names_that_are_no_filter_are_words(line: str) -> None:
    query = read(line)
    assert query.phrases
    assert query == Query(phrases=query.phrases)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("before:soon", "search_day"),
        ("after:2026-13-01", "search_day"),
        ("has:soul", "search_has"),
        (" ".join(["word"] * 17), "search_words"),
        ("-".join(["word"] * 33), "search_words"),
        ("from:a " * 9, "search_filters"),
        ("x" * (QUERY_MAX_CHARACTERS + 1), "long"),
    ],
)
def test_what_makes_no_sense_or_is_too_much_is_refused_with_its_reason(
    line: str, reason: str
) -> None:
    with pytest.raises(Invalid) as refused:
        read(line)
    assert (refused.value.reason, refused.value.field) == (reason, "query")


@given(st.text(max_size=QUERY_MAX_CHARACTERS))
@example('a AND NEAR(b "')
@example("\x00")
def test_any_line_is_read_or_refused(line: str) -> None:
    try:
        query = read(line)
    except Invalid:
        return
    for phrase in query.phrases:
        assert all(word.isalnum() for word in phrase.words)


def hits(text: str, line: str) -> list[str]:
    return [piece.text for piece in shown(text, read(line).phrases) if piece.is_hit]


def test_hits_are_found_without_case_and_accents() -> None:
    assert hits("Le CAFÉ du théâtre, un café", "cafe theatre") == ["CAFÉ", "théâtre", "café"]


def test_the_beginning_of_a_word_marks_all_of_it() -> None:
    assert hits("Who brings oranges at half-time?", '"half time" oran') == ["oranges", "half-time"]


def test_a_long_message_is_shown_around_the_first_hit() -> None:
    text = "before " * 100 + "needle " + "after " * 100
    pieces = shown(text, read("needle").phrases)
    assert pieces[0] == Piece("… ", is_hit=False)
    assert pieces[-1] == Piece(" …", is_hit=False)
    assert Piece("needle", is_hit=True) in pieces
    assert sum(len(piece.text) for piece in pieces) < 300


@given(st.text(max_size=600), st.text(max_size=60))
def test_the_pieces_of_a_short_text_are_the_text(text: str, line: str) -> None:
    try:
        phrases = read(line).phrases
    except Invalid:
        return
    pieces = shown(text[:200], phrases)
    assert "".join(piece.text for piece in pieces) == text[:200]
    assert all(piece.text for piece in pieces)
