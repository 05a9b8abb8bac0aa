"""What may be said of words that are still recognised: a share, and how far it may be from true."""

import random

from _outcome import HEADINGS, Outcome, heading, kept_words
from _speech import Verdict

TEXTS, WORDS = 10, 16


def said(times: int, share: float, seed: int) -> Outcome:
    """Return an outcome in which each word is recognised with this chance."""
    chance = random.Random(seed)  # noqa: S311 the same each time
    verdicts = [
        [
            Verdict(3.5, WORDS, sum(chance.random() < share for _ in range(WORDS)), 60.0)
            for _ in range(TEXTS)
        ]
        for _ in range(times)
    ]
    return Outcome(verdicts, 0.01, 50.0, 30.0, (0.0, 0.2))


def test_the_true_share_lies_in_the_interval_about_as_often_as_it_says() -> None:
    kept = [kept_words(said(6, 0.72, 2 * n), said(6, 0.8, 2 * n + 1)) for n in range(16)]
    assert all(one.least <= one.share <= one.most for one in kept)
    assert sum(one.least <= 0.9 <= one.most for one in kept) >= 13


def test_what_was_said_more_often_is_known_better() -> None:
    few, many = (kept_words(said(n, 0.7, 1), said(n, 0.8, 2)) for n in (3, 24))
    assert many.most - many.least < (few.most - few.least) / 2


def test_a_row_has_a_cell_for_each_heading() -> None:
    row = said(1, 1.0, 1).row("20% lost to the listener")
    assert row.count("|") == heading().splitlines()[0].count("|") == len(HEADINGS) + 1
    assert "| 100% |" in row
    assert "0.0% / 20.0%" in row
