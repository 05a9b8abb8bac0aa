"""Marks: moments and parts that somebody named while a room was recorded. Rows in, rows out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update

from salon.plugin import Transaction
from salon_recording.models import mark_table, take_table


@dataclass(frozen=True, slots=True)
class Mark:
    """Times are the take's. With an end it is a part to keep, without one a chapter begins.

    `for_show` is whose next episode it goes into when the take has ended, and `slot` where; NULL
    again when it is there.
    """

    id: int
    take_id: int
    at_ms: int
    end_ms: int | None
    title: str
    made_by: int | None
    for_show: int | None = None
    slot: str = ""


def add(tx: Transaction, mark: Mark) -> None:
    tx.connection.execute(
        mark_table.insert().values(
            id=mark.id,
            take_id=mark.take_id,
            at_ms=mark.at_ms,
            end_ms=mark.end_ms,
            title=mark.title,
            made_by=mark.made_by,
            for_show=mark.for_show,
            slot=mark.slot,
        )
    )


def count(connection: Connection, take_id: int) -> int:
    counted = select(func.count()).where(mark_table.c.take_id == take_id)
    return int(connection.execute(counted).scalar() or 0)


def of_takes(connection: Connection, take_ids: Collection[int]) -> Mapping[int, Sequence[Mark]]:
    """Return the marks of takes, the earliest first."""
    found: dict[int, list[Mark]] = {take_id: [] for take_id in take_ids}
    query = select(mark_table).where(mark_table.c.take_id.in_(tuple(take_ids)))
    for row in connection.execute(query.order_by(mark_table.c.at_ms)).mappings():
        found[row["take_id"]].append(Mark(**row))
    return found


def on_their_way(connection: Connection) -> Sequence[Mark]:
    """Return the parts of takes that have ended which are to go into an episode."""
    ended = select(take_table.c.id).where(take_table.c.ended_at_ms.is_not(None))
    is_one = mark_table.c.for_show.is_not(None) & mark_table.c.take_id.in_(ended)
    rows = connection.execute(select(mark_table).where(is_one).order_by(mark_table.c.id))
    return [Mark(**row) for row in rows.mappings()]


def landed(tx: Transaction, mark_id: int) -> None:
    """Note that a part is where it was to go, or cannot be there."""
    is_it = mark_table.c.id == mark_id
    tx.connection.execute(update(mark_table).where(is_it).values(for_show=None))


def forget_account(tx: Transaction, account_id: int) -> None:
    """Keep what an account marked without its name."""
    made = mark_table.c.made_by == account_id
    tx.connection.execute(update(mark_table).where(made).values(made_by=None))
