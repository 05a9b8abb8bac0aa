"""Passages: how words become lines and are spelled anew, and what an episode holds of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salon_recording.transcript.passages import (
    PASSAGE_CHARACTERS_MAX,
    Passage,
    Stretch,
    Word,
    grouped,
    respelled,
    said_in,
    text_of,
)


def words(text: str, *, start_ms: int = 0, each_ms: int = 400) -> tuple[Word, ...]:
    """Return words that follow each other without a pause."""
    return tuple(
        Word(start_ms + number * each_ms, start_ms + (number + 1) * each_ms, word)
        for number, word in enumerate(text.split())
    )


def texts(found: object) -> list[str]:
    assert isinstance(found, list)
    return [text_of(group) for group in found]


def test_a_pause_ends_a_passage() -> None:
    said = [*words("We were in the lift"), *words("And then", start_ms=4_000)]
    assert texts(grouped(said)) == ["We were in the lift", "And then"]


def test_a_sentence_ends_a_passage_once_it_is_long_enough() -> None:
    short = "Yes. It was. " * 2
    long = "I want to say for the record that nobody in that lift has panicked. And then we sang."
    assert len(grouped(words(short))) == 1
    assert texts(grouped(words(long)))[-1] == "And then we sang."


def test_no_passage_is_longer_than_a_reader_likes() -> None:
    for group in grouped(words("and then " * 200)):
        assert len(text_of(group)) <= PASSAGE_CHARACTERS_MAX


def test_words_that_are_spelled_anew_keep_the_time_of_what_was_heard() -> None:
    heard = words("Nobody packed become on the cake")
    mended = respelled(heard, "Nobody panicked because of the cake!")
    assert text_of(mended) == "Nobody panicked because of the cake!"
    assert (mended[0], mended[4]) == (heard[0], heard[4])
    assert (mended[1].start_ms, mended[3].end_ms) == (heard[1].start_ms, heard[3].end_ms)


def test_words_that_are_added_share_the_time_of_their_neighbour() -> None:
    heard = words("the lift")
    assert respelled(heard, "So the lift stopped")[0].start_ms == 0
    assert respelled(heard, "So the lift stopped")[-1].end_ms == heard[-1].end_ms


@given(
    heard=st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=12),
    spelled=st.lists(st.sampled_from(["a", "b", "c", "e"]), min_size=1, max_size=12),
)
def test_whatever_is_spelled_stays_in_order_and_in_its_time(
    heard: list[str], spelled: list[str]
) -> None:
    before = words(" ".join(heard), start_ms=7_000)
    after = respelled(before, " ".join(spelled))
    assert text_of(after) == " ".join(spelled)
    starts = [word.start_ms for word in after]
    assert starts == sorted(starts)
    assert all(7_000 <= word.start_ms <= word.end_ms <= before[-1].end_ms for word in after)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (((0, 10_000),), [("one two three four five", 1_000, 3_000)]),
        (((1_000, 10_000),), [("one two three four five", 0, 2_000)]),
        (((0, 1_500), (2_300, 9_000)), [("one four five", 1_000, 2_200)]),
        (((1_800, 2_200),), [("three", 0, 400)]),
        (((4_000, 9_000),), []),
    ],
)
def test_an_episode_holds_the_words_that_are_heard_in_it_by_its_own_time(
    parts: tuple[tuple[int, int], ...], expected: list[tuple[str, int, int]]
) -> None:
    passage = Passage(1, 42, 7, words("one two three four five", start_ms=1_000))
    found = said_in(Stretch(42, parts, 0), [passage])
    assert [(one.text, one.start_ms, one.end_ms) for one in found] == expected
    later = said_in(Stretch(42, parts, 60_000), [passage])
    assert [one.start_ms - 60_000 for one in later] == [one.start_ms for one in found]


def test_what_was_said_in_another_recording_is_not_in_a_piece() -> None:
    passage = Passage(1, 42, 7, words("elsewhere"))
    assert said_in(Stretch(43, ((0, 9_000),), 0), [passage]) == []
