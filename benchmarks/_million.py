"""A channel in which very much was said, written straight into the database of a stopped server.

Posting a million messages would take an hour and tell nothing. Words are made up; how often each
comes follows Zipf's law, as in any language.
"""

import itertools
import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from salon.ids import first_id_of

WORDS = 20_000
WORDS_EACH = 12
CHUNK = 10_000
SYLLABLES = ("ba", "co", "di", "fu", "ga", "le", "mi", "no", "pa", "ro", "si", "tu", "ve", "zo")


@dataclass(frozen=True)
class Spoken:
    """What was said: the ids of all messages, and the words, the most frequent first."""

    ids: Sequence[int]
    words: Sequence[str]


def fill(file: Path, channel_id: int, author_id: int, count: int) -> Spoken:
    """Add so many messages. The index of words is made afterwards, which is quicker."""
    words = ["".join(each) for each in itertools.islice(_syllables(), WORDS)]
    first = first_id_of(datetime.now(UTC) - timedelta(days=365))
    ids = range(first, first + count * 64, 64)
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        triggers = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'message'"
        ).fetchall()
        database.execute("BEGIN")
        for name, _ in triggers:
            database.execute(f"DROP TRIGGER {name}")
        for rows in _in_chunks(_rows(ids, words, channel_id, author_id)):
            database.executemany(
                "INSERT INTO message (id, channel_id, author_id, text, html, posted_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                rows,
            )
        database.execute(
            "UPDATE channel SET last_message_id = ? WHERE id = ?", (ids[-1], channel_id)
        )
        for _, made in triggers:
            database.execute(made)
        database.execute("INSERT INTO message_words (message_words) VALUES ('rebuild')")
        database.execute("COMMIT")
        database.execute("ANALYZE message")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Spoken(ids, words)


def _syllables() -> Iterator[tuple[str, ...]]:
    for length in itertools.count(2):
        yield from itertools.product(SYLLABLES, repeat=length)


def _rows(
    ids: Sequence[int], words: Sequence[str], channel_id: int, author_id: int
) -> Iterator[tuple[int, int, int, str, str, int]]:
    chance = random.Random(7)
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(words) + 1)))
    said = chance.choices(words, cum_weights=weights, k=len(ids) * WORDS_EACH)
    for at, id_ in enumerate(ids):
        text = " ".join(said[at * WORDS_EACH : (at + 1) * WORDS_EACH])
        yield id_, channel_id, author_id, text, f"<p>{text}</p>\n", 1_760_000_000_000 + at


def _in_chunks(
    rows: Iterator[tuple[int, int, int, str, str, int]],
) -> Iterator[list[tuple[int, int, int, str, str, int]]]:
    while chunk := list(itertools.islice(rows, CHUNK)):
        yield chunk
