"""Transcripts of voices and their passages. Rows in, rows out; no rules."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, exists, select, update

from salon.plugin import Transaction, folded
from salon_recording.models import passage_table, transcript_table
from salon_recording.takes import to_ms
from salon_recording.transcript.passages import Passage, Word, text_of
from salon_recording.transcript.recogniser import Unheard

LISTED_MAX = 20_000  # passages of an episode: more than an episode of a day has


class Status(StrEnum):
    """How far a voice is written down; one that nobody ordered has no row."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Transcript:
    """One voice of a take, written down or about to be."""

    take_id: int
    account_id: int
    status: Status
    why: Unheard | None = None  # it failed
    language: str = ""


def put(tx: Transaction, transcript: Transcript) -> None:
    """Write how far a voice is, in the place of what was known of it."""
    tx.connection.execute(delete(transcript_table).where(_of(transcript_table, transcript)))
    tx.connection.execute(
        transcript_table.insert().values(
            take_id=transcript.take_id,
            account_id=transcript.account_id,
            status=transcript.status.value,
            why=transcript.why,
            language=transcript.language,
            at_ms=to_ms(tx.now),
        )
    )


def take_back(tx: Transaction, take_id: int) -> None:
    """Forget which voices of a take wait."""
    tx.connection.execute(
        delete(transcript_table).where(
            transcript_table.c.take_id == take_id,
            transcript_table.c.status == Status.WAITING.value,
        )
    )


def write(tx: Transaction, transcript: Transcript, said: Iterable[tuple[Word, ...]]) -> None:
    """Write what a voice says, in the place of what was written of it before."""
    put(tx, transcript)
    tx.connection.execute(delete(passage_table).where(_of(passage_table, transcript)))
    rows = [
        {
            "id": tx.new_id(),
            "take_id": transcript.take_id,
            "account_id": transcript.account_id,
            **_told(words),
        }
        for words in said
    ]
    if rows:
        tx.connection.execute(passage_table.insert(), rows)


def respell(tx: Transaction, passage_id: int, words: Sequence[Word]) -> None:
    """Write a passage anew; its times are those of the words."""
    is_it = passage_table.c.id == passage_id
    tx.connection.execute(update(passage_table).where(is_it).values(**_told(words)))


def next_waiting(connection: Connection) -> Transcript | None:
    """Return the voice that waits longest."""
    query = select(transcript_table).where(transcript_table.c.status == Status.WAITING.value)
    first = query.order_by(
        transcript_table.c.at_ms, transcript_table.c.take_id, transcript_table.c.account_id
    ).limit(1)
    row = connection.execute(first).mappings().first()
    return None if row is None else _transcript(row)


def is_waiting(connection: Connection, transcript: Transcript) -> bool:
    """Whether a voice is still wanted."""
    query = select(transcript_table).where(
        _of(transcript_table, transcript), transcript_table.c.status == Status.WAITING.value
    )
    return connection.execute(query).first() is not None


def of_take(connection: Connection, take_id: int) -> Sequence[Transcript]:
    """Return how far the voices of a take are."""
    query = select(transcript_table).where(transcript_table.c.take_id == take_id)
    ordered = query.order_by(transcript_table.c.account_id)
    return [_transcript(row) for row in connection.execute(ordered).mappings()]


def passage(connection: Connection, passage_id: int) -> Passage | None:
    query = select(passage_table).where(passage_table.c.id == passage_id)
    row = connection.execute(query).mappings().first()
    return None if row is None else _passage(row)


def passages(
    connection: Connection,
    take_ids: Collection[int],
    *,
    words: Sequence[str] = (),
    skip: int = 0,
    limit: int = LISTED_MAX,
) -> Sequence[Passage]:
    """Return what is said in takes, in the order of each take; with `words`, where all are said.

    The words are without case and accents (`folded`).
    """
    table = passage_table.c
    query = select(passage_table).where(table.take_id.in_(tuple(take_ids)))
    for word in words:
        query = query.where(table.plain.contains(word, autoescape=True))
    ordered = query.order_by(table.take_id, table.start_ms, table.id).offset(skip).limit(limit)
    return [_passage(row) for row in connection.execute(ordered).mappings()]


def voices_with_passages(connection: Connection) -> frozenset[tuple[int, int]]:
    """Return the takes and accounts of which something is written down."""
    voice = transcript_table.c
    is_said = exists().where(
        passage_table.c.take_id == voice.take_id, passage_table.c.account_id == voice.account_id
    )
    query = select(voice.take_id, voice.account_id).where(is_said)
    return frozenset((row.take_id, row.account_id) for row in connection.execute(query))


def remove_voice(tx: Transaction, take_id: int, account_id: int) -> None:
    """Forget what a voice said in a take. Can be called twice."""
    for table in (passage_table, transcript_table):
        of_voice = (table.c.take_id == take_id) & (table.c.account_id == account_id)
        tx.connection.execute(delete(table).where(of_voice))


def remove(tx: Transaction, passage_ids: Sequence[int]) -> None:
    """Forget passages, some hundred at a time: databases limit how many values a statement has."""
    for first in range(0, len(passage_ids), 500):
        some = tuple(passage_ids[first : first + 500])
        tx.connection.execute(delete(passage_table).where(passage_table.c.id.in_(some)))


def forget_account(tx: Transaction, account_id: int) -> None:
    for table in (passage_table, transcript_table):
        tx.connection.execute(delete(table).where(table.c.account_id == account_id))


def of_account(connection: Connection, account_id: int) -> Sequence[dict[str, Any]]:
    """Return what was written down of what somebody said, for themselves."""
    query = select(passage_table).where(passage_table.c.account_id == account_id)
    ordered = query.order_by(passage_table.c.take_id, passage_table.c.start_ms)
    found = (_passage(row) for row in connection.execute(ordered).mappings())
    return [{"take_id": one.take_id, "at_ms": one.start_ms, "text": one.text} for one in found]


def _of(table: Any, transcript: Transcript) -> Any:
    is_take = table.c.take_id == transcript.take_id
    return is_take & (table.c.account_id == transcript.account_id)


def _told(words: Sequence[Word]) -> dict[str, Any]:
    return {
        "start_ms": words[0].start_ms,
        "words": json.dumps([[word.start_ms, word.end_ms, word.text] for word in words]),
        "plain": folded(text_of(words)),
    }


def _transcript(row: Mapping[Any, Any]) -> Transcript:
    return Transcript(
        take_id=row["take_id"],
        account_id=row["account_id"],
        status=Status(row["status"]),
        why=None if row["why"] is None else Unheard(row["why"]),
        language=row["language"],
    )


def _passage(row: Mapping[Any, Any]) -> Passage:
    words = tuple(Word(start, end, text) for start, end, text in json.loads(row["words"]))
    return Passage(row["id"], row["take_id"], row["account_id"], words)
