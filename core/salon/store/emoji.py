"""The community's own emoji: few, read whole."""

from collections.abc import Sequence

from sqlalchemy import Boolean, Column, Connection, String, Table, select

from salon.domain.emoji import Emoji
from salon.store.base import CoreTransaction, Id, core_metadata
from salon.store.community import put

emoji = Table(
    "emoji",
    core_metadata,
    Column("id", Id, primary_key=True, autoincrement=False, comment="its file's"),
    Column("name", String(32), nullable=False, unique=True),
    Column("moves", Boolean, nullable=False),
)


def load(connection: Connection) -> Sequence[Emoji]:
    """Return all of them, the oldest first."""
    rows = connection.execute(select(emoji).order_by(emoji.c.id))
    return [Emoji(row.id, row.name, row.moves) for row in rows]


def save(tx: CoreTransaction, one: Emoji) -> None:
    put(tx.connection, emoji, one.id, {"name": one.name, "moves": one.moves})


def remove(tx: CoreTransaction, emoji_id: int) -> None:
    tx.connection.execute(emoji.delete().where(emoji.c.id == emoji_id))
