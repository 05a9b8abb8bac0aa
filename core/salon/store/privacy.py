"""Whom somebody blocks, who may write to them first, and what others see of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Row,
    String,
    Table,
    false,
    select,
    true,
)

from salon.domain.accounts import FirstMessages, Privacy
from salon.store.base import CoreTransaction, Id, core_metadata, insert

blocks = Table(
    "block",
    core_metadata,
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("blocked_id", BigInteger, primary_key=True, autoincrement=False),
    Index("ix_block_blocked_id", "blocked_id"),
)

choices = Table(
    "privacy",
    core_metadata,
    Column("account_id", Id, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("first_messages", String(16), nullable=False),
    Column("shows_presence", Boolean, nullable=False, server_default=true()),
    Column("shows_typing", Boolean, nullable=False, server_default=true()),
    Column("shows_name_outside", Boolean, nullable=False, server_default=false()),
)


def load_privacy(connection: Connection) -> Mapping[int, Privacy]:
    """Return what people chose, by account; whoever chose nothing is not in it."""
    blocked: dict[int, set[int]] = defaultdict(set)
    for row in connection.execute(select(blocks)):
        blocked[row.account_id].add(row.blocked_id)
    chosen = {row.account_id: row for row in connection.execute(select(choices))}
    return {id_: _privacy(blocked.get(id_, ()), chosen.get(id_)) for id_ in blocked.keys() | chosen}


def find_privacy(connection: Connection, account_id: int) -> Privacy:
    blocked = connection.scalars(
        select(blocks.c.blocked_id).where(blocks.c.account_id == account_id)
    )
    query = select(choices).where(choices.c.account_id == account_id)
    return _privacy(blocked, connection.execute(query).one_or_none())


def add_block(tx: CoreTransaction, account_id: int, blocked_id: int) -> None:
    tx.connection.execute(blocks.insert().values(account_id=account_id, blocked_id=blocked_id))


def remove_block(tx: CoreTransaction, account_id: int, blocked_id: int) -> None:
    which = (blocks.c.account_id == account_id) & (blocks.c.blocked_id == blocked_id)
    tx.connection.execute(blocks.delete().where(which))


def save_choices(tx: CoreTransaction, account_id: int, chosen: Privacy) -> None:
    """Keep everything but whom somebody blocks."""
    values = {
        "first_messages": chosen.first_messages,
        "shows_presence": chosen.shows_presence,
        "shows_typing": chosen.shows_typing,
        "shows_name_outside": chosen.shows_name_outside,
    }
    tx.connection.execute(
        insert(choices)
        .values(account_id=account_id, **values)
        .on_conflict_do_update(index_elements=["account_id"], set_=values)
    )


def blockers_of(connection: Connection, account_id: int) -> list[int]:
    query = select(blocks.c.account_id).where(blocks.c.blocked_id == account_id)
    return list(connection.scalars(query.order_by(blocks.c.account_id)))


def forget_privacy(tx: CoreTransaction, account_id: int) -> None:
    """Take somebody out, both as who chose and as whom others block."""
    theirs = (blocks.c.account_id == account_id) | (blocks.c.blocked_id == account_id)
    tx.connection.execute(blocks.delete().where(theirs))
    tx.connection.execute(choices.delete().where(choices.c.account_id == account_id))


def _privacy(blocked: Iterable[int], row: Row[Any] | None) -> Privacy:
    if row is None:
        return Privacy(frozenset(blocked))
    return Privacy(
        blocked=frozenset(blocked),
        first_messages=FirstMessages(row.first_messages),
        shows_presence=row.shows_presence,
        shows_typing=row.shows_typing,
        shows_name_outside=row.shows_name_outside,
    )
