"""The running order of a stage: what comes one after the other, and what is on now.

Pure but for the last part: rows in, rows out. Nothing of it says who wrote it.
"""

import json
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, replace

from sqlalchemy import Connection, delete, select

from salon.plugin import Transaction
from salon_recording.models import order_table

ROWS_MAX = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One part of the evening: a piece that plays by itself, or people who talk.

    `id` counts within its order. `length_ms`: how long it is meant to be, 0 for who does not know.
    """

    id: int
    title: str
    note: str = ""
    length_ms: int = 0
    piece_id: int | None = None


@dataclass(frozen=True, slots=True)
class RunningOrder:
    """`current` is the row that is on, None before the first and after the last."""

    room_id: int
    revision: int = 0
    rows: tuple[Row, ...] = ()
    current: int | None = None

    def row(self, row_id: int | None) -> Row | None:
        return next((row for row in self.rows if row.id == row_id), None)

    @property
    def piece_ids(self) -> AbstractSet[int]:
        return {row.piece_id for row in self.rows if row.piece_id is not None}

    def following(self, row_id: int) -> int | None:
        """Return what comes after a row; None after the last, and where there is no such row."""
        ids = [row.id for row in self.rows]
        return ids[ids.index(row_id) + 1] if row_id in ids[:-1] else None

    def arranged(self, rows: Sequence[Row]) -> "RunningOrder":
        """Return it with other rows. Those of id 0, or of an id that came before, are new."""
        known = {row.id for row in self.rows}
        newest = max((*known, *(row.id for row in rows)), default=0)
        numbered: list[Row] = []
        for row in rows:
            if row.id not in known or row.id in {each.id for each in numbered}:
                newest += 1
                row = replace(row, id=newest)  # noqa: PLW2901 the one line that numbers it
            numbered.append(row)
        ids = {row.id for row in numbered}
        current = self.current if self.current in ids else None
        return replace(self, revision=self.revision + 1, rows=tuple(numbered), current=current)


def get(connection: Connection, room_id: int) -> RunningOrder:
    """Return the order of a room; an empty one where nothing was written."""
    query = select(order_table).where(order_table.c.room_id == room_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        return RunningOrder(room_id)
    rows = tuple(Row(**each) for each in json.loads(row["body"]))
    return RunningOrder(room_id, row["revision"], rows, row["current"])


def put(tx: Transaction, order: RunningOrder) -> None:
    """Write an order in the place of what was there."""
    remove(tx, order.room_id)
    tx.connection.execute(
        order_table.insert().values(
            room_id=order.room_id,
            revision=order.revision,
            current=order.current,
            body=json.dumps([asdict(row) for row in order.rows]),
        )
    )


def remove(tx: Transaction, room_id: int) -> None:
    tx.connection.execute(delete(order_table).where(order_table.c.room_id == room_id))
