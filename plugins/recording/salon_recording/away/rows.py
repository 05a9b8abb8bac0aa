"""What of episodes' sound is in object storage, by the names that files have. Rows in, rows out.

A row is written before anything is put, and goes after what it names was deleted: whatever ends in
between, nothing lies there of which nobody knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from salon.plugin import Transaction
from salon_recording.models import away_table


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that is, or may be, in the storage. `changed_ns` is that of the file that was here."""

    name: str
    size_bytes: int
    changed_ns: int
    is_there: bool = False


def add(tx: Transaction, away: Sent) -> None:
    """Say that something may be there from now on."""
    remove(tx, away.name)
    tx.connection.execute(
        away_table.insert().values(
            name=away.name,
            size_bytes=away.size_bytes,
            changed_ns=away.changed_ns,
            is_there=away.is_there,
        )
    )


def arrived(tx: Transaction, name: str) -> None:
    """Say that all of it is there."""
    statement = update(away_table).where(away_table.c.name == name)
    tx.connection.execute(statement.values(is_there=True))


def remove(tx: Transaction, name: str) -> None:
    """Forget what is gone."""
    tx.connection.execute(delete(away_table).where(away_table.c.name == name))


def get(connection: Connection, name: str) -> Sent | None:
    """Return what is there to be read."""
    is_it = (away_table.c.name == name) & away_table.c.is_there.is_(True)
    row = connection.execute(select(away_table).where(is_it)).mappings().first()
    return None if row is None else _away(row)


def everything(connection: Connection) -> Mapping[str, Sent]:
    """Return all that is there, wholly or perhaps, by name."""
    found = connection.execute(select(away_table).order_by(away_table.c.name)).mappings()
    return {row["name"]: _away(row) for row in found}


def size(connection: Connection) -> int:
    """Return how many bytes are there."""
    is_there = away_table.c.is_there.is_(True)
    total = select(func.coalesce(func.sum(away_table.c.size_bytes), 0)).where(is_there)
    return int(connection.execute(total).scalar() or 0)


def _away(row: Mapping[Any, Any]) -> Sent:
    return Sent(row["name"], row["size_bytes"], row["changed_ns"], row["is_there"])
