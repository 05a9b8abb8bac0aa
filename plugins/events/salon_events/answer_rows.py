"""What people said to occurrences, and when they want to be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from salon.plugin import Transaction
from salon_events.event import Answer, Said, Tally
from salon_events.tables import answer_table, in_parts, to_ms

FACES = 3

_answer = answer_table.c


def find(connection: sa.Connection, occurrence_id: int, account_id: int) -> Answer:
    """Return what somebody said; nothing, when they said nothing."""
    found = of_account(connection, account_id, [occurrence_id])
    return found.get(occurrence_id, Answer(occurrence_id, account_id))


def of_account(
    connection: sa.Connection, account_id: int, occurrence_ids: Sequence[int]
) -> Mapping[int, Answer]:
    """Return what somebody said to these, by occurrence."""
    found: dict[int, Answer] = {}
    for some in in_parts(occurrence_ids):
        chosen = sa.select(answer_table).where(_answer.occurrence_id.in_(some))
        for row in connection.execute(chosen.where(_answer.account_id == account_id)):
            found[row.occurrence_id] = _read_answer(row)
    return found


def save(tx: Transaction, answer: Answer, starts_at: datetime, *, is_news: bool) -> None:
    """Keep an answer in place of the one before; nothing said and no reminder is none.

    `is_news`: they are told again, though they were told.
    """
    of_this = (_answer.occurrence_id == answer.occurrence_id) & (
        _answer.account_id == answer.account_id
    )
    known = tx.connection.execute(sa.select(answer_table).where(of_this)).first()
    tx.connection.execute(answer_table.delete().where(of_this))
    if answer.said is None and answer.remind_min is None:
        return
    remind_at = None if known is None else known.remind_at
    if is_news:
        remind_at = None
        if answer.remind_min is not None:
            remind_at = to_ms(starts_at) - answer.remind_min * 60_000
    is_same = known is not None and known.said == answer.said
    tx.connection.execute(
        answer_table.insert().values(
            occurrence_id=answer.occurrence_id,
            account_id=answer.account_id,
            said=answer.said,
            said_at=known.said_at if known is not None and is_same else to_ms(tx.now),
            remind_min=answer.remind_min,
            remind_at=remind_at,
        )
    )


def tallies(connection: sa.Connection, occurrence_ids: Sequence[int]) -> Mapping[int, Tally]:
    """Return how many come to these, and the first of them."""
    found: dict[int, Tally] = {}
    for some in in_parts(occurrence_ids):
        of_some = _answer.occurrence_id.in_(some)
        counted = (
            sa.select(_answer.occurrence_id, _answer.said, sa.func.count().label("people"))
            .where(of_some, _answer.said.is_not(None))
            .group_by(_answer.occurrence_id, _answer.said)
        )
        numbers = {(row[0], row[1]): int(row[2]) for row in connection.execute(counted)}
        faces = _faces(connection, of_some)
        for id_ in some:
            coming, maybe = (numbers.get((id_, each.value), 0) for each in _COUNTED)
            found[id_] = Tally(coming, maybe, tuple(faces.get(id_, ())))
    return found


_COUNTED = (Said.COMING, Said.MAYBE)


def _faces(
    connection: sa.Connection, of_some: sa.ColumnElement[bool]
) -> Mapping[int, Sequence[int]]:
    order = sa.func.row_number().over(
        partition_by=_answer.occurrence_id, order_by=(_answer.said_at, _answer.account_id)
    )
    ranked = (
        sa.select(_answer.occurrence_id, _answer.account_id, order.label("at"))
        .where(of_some, _answer.said == Said.COMING.value)
        .subquery()
    )
    chosen = sa.select(ranked.c.occurrence_id, ranked.c.account_id).where(ranked.c.at <= FACES)
    found: dict[int, list[int]] = {}
    for row in connection.execute(chosen.order_by(ranked.c.at)):
        found.setdefault(row[0], []).append(row[1])
    return found


def people(connection: sa.Connection, occurrence_id: int, limit: int) -> Mapping[int, Said]:
    """Return who said what, in the order in which they said it."""
    said = sa.select(_answer.account_id, _answer.said).where(
        _answer.occurrence_id == occurrence_id, _answer.said.is_not(None)
    )
    ordered = said.order_by(_answer.said_at, _answer.account_id).limit(limit)
    return {row[0]: Said(row[1]) for row in connection.execute(ordered)}


def interested(connection: sa.Connection, occurrence_ids: Sequence[int]) -> Mapping[int, int]:
    """Return who comes, may come or wants to be told, each with the first of these."""
    found: dict[int, int] = {}
    wants = _answer.remind_min.is_not(None)
    comes = _answer.said.in_([each.value for each in _COUNTED])
    for id_ in occurrence_ids:
        chosen = sa.select(_answer.account_id).where(_answer.occurrence_id == id_, wants | comes)
        for account_id in connection.execute(chosen).scalars():
            found.setdefault(account_id, id_)
    return found


@dataclass(frozen=True, slots=True)
class Reminder:
    """Somebody who wants to be told of an occurrence now."""

    occurrence_id: int
    account_id: int


def due_reminders(connection: sa.Connection, now: datetime, limit: int) -> Sequence[Reminder]:
    """Return who is to be told now, the earliest first."""
    chosen = sa.select(_answer.occurrence_id, _answer.account_id).where(
        _answer.remind_at <= to_ms(now)
    )
    ordered = chosen.order_by(_answer.remind_at, _answer.account_id).limit(limit)
    return [Reminder(*row) for row in connection.execute(ordered)]


def was_told(tx: Transaction, reminder: Reminder) -> None:
    of_this = (_answer.occurrence_id == reminder.occurrence_id) & (
        _answer.account_id == reminder.account_id
    )
    tx.connection.execute(answer_table.update().where(of_this).values(remind_at=None))


def _read_answer(row: Any) -> Answer:
    said = None if row.said is None else Said(row.said)
    return Answer(row.occurrence_id, row.account_id, said, row.remind_min)
