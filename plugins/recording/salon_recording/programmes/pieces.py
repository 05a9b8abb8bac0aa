"""Pieces: sound that was brought once and is used again, as a jingle is. Rows in, rows out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, func, select, true, update

from salon.plugin import Transaction
from salon_recording.models import piece_table, segment_table
from salon_recording.takes import from_ms, to_ms

PIECES_MAX = 500
PIECES = "pieces"  # the folder of their sound
PIECE_SUFFIX = ".opus"


@dataclass(frozen=True, slots=True)
class Piece:
    """Its sound is a file of the plugin's folder `pieces`, named by its id."""

    id: int
    title: str
    brought_by: int | None  # None: an account that is gone
    duration_ms: int
    size_bytes: int
    created_at: datetime


def add(tx: Transaction, piece: Piece) -> None:
    row = asdict(piece)
    row["created_at_ms"] = to_ms(row.pop("created_at"))
    tx.connection.execute(piece_table.insert().values(**row))


def rename(tx: Transaction, piece_id: int, title: str) -> None:
    tx.connection.execute(
        update(piece_table).where(piece_table.c.id == piece_id).values(title=title)
    )


def remove(tx: Transaction, piece_id: int) -> None:
    tx.connection.execute(delete(piece_table).where(piece_table.c.id == piece_id))


def count(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(piece_table)).scalar() or 0)


def is_used(connection: Connection, piece_id: int) -> bool:
    """Whether an episode has it in a segment."""
    held = select(exists().where(segment_table.c.piece_id == piece_id))
    return bool(connection.execute(held).scalar())


def some(connection: Connection, piece_ids: Collection[int]) -> Mapping[int, Piece]:
    """Return those of these pieces that there are, by id."""
    found = _pieces(connection, piece_table.c.id.in_(tuple(piece_ids)))
    return {piece.id: piece for piece in found}


def everything(connection: Connection) -> Sequence[Piece]:
    """Return all pieces, the newest first."""
    return _pieces(connection, true())


def of_account(connection: Connection, account_id: int) -> Sequence[dict[str, Any]]:
    """Return which pieces somebody brought, for themselves."""
    query = select(piece_table.c.id, piece_table.c.title, piece_table.c.created_at_ms)
    found = connection.execute(query.where(piece_table.c.brought_by == account_id))
    return [row._asdict() for row in found]


def forget_account(tx: Transaction, account_id: int) -> None:
    """Keep what an account brought without its name."""
    brought = piece_table.c.brought_by == account_id
    tx.connection.execute(update(piece_table).where(brought).values(brought_by=None))


def _pieces(connection: Connection, condition: Any) -> Sequence[Piece]:
    query = select(piece_table).where(condition).order_by(piece_table.c.id.desc()).limit(PIECES_MAX)
    return [_piece(row) for row in connection.execute(query).mappings()]


def _piece(row: Mapping[Any, Any]) -> Piece:
    fields = dict(row)
    created_at = from_ms(fields.pop("created_at_ms"))
    return Piece(**fields, created_at=created_at)
