"""Whom somebody blocks, and whether strangers may write to them first."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import BigInteger, Boolean, Column, Connection, ForeignKey, Index, Table, select

from salon.domain.accounts import Privacy
from salon.store.base import CoreTransaction, Id, core_metadata

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
    Column("takes_first_messages", Boolean, nullable=False),
)


def load_privacy(connection: Connection) -> Mapping[int, Privacy]:
    """Return what people chose, by account; whoever chose nothing is not in it."""
    blocked: dict[int, set[int]] = defaultdict(set)
    for row in connection.execute(select(blocks)):
        blocked[row.account_id].add(row.blocked_id)
    takes = {
        row.account_id: row.takes_first_messages for row in connection.execute(select(choices))
    }
    return {
        id_: Privacy(frozenset(blocked.get(id_, ())), takes.get(id_, True))
        for id_ in blocked.keys() | takes
    }


def find_privacy(connection: Connection, account_id: int) -> Privacy:
    blocked = connection.scalars(
        select(blocks.c.blocked_id).where(blocks.c.account_id == account_id)
    )
    takes = connection.scalar(
        select(choices.c.takes_first_messages).where(choices.c.account_id == account_id)
    )
    return Privacy(frozenset(blocked), takes is not False)


def add_block(tx: CoreTransaction, account_id: int, blocked_id: int) -> None:
    tx.connection.execute(blocks.insert().values(account_id=account_id, blocked_id=blocked_id))


def remove_block(tx: CoreTransaction, account_id: int, blocked_id: int) -> None:
    which = (blocks.c.account_id == account_id) & (blocks.c.blocked_id == blocked_id)
    tx.connection.execute(blocks.delete().where(which))


def save_choice(tx: CoreTransaction, account_id: int, *, takes_first_messages: bool) -> None:
    tx.connection.execute(choices.delete().where(choices.c.account_id == account_id))
    tx.connection.execute(
        choices.insert().values(account_id=account_id, takes_first_messages=takes_first_messages)
    )


def blockers_of(connection: Connection, account_id: int) -> list[int]:
    query = select(blocks.c.account_id).where(blocks.c.blocked_id == account_id)
    return list(connection.scalars(query.order_by(blocks.c.account_id)))


def forget_privacy(tx: CoreTransaction, account_id: int) -> None:
    """Take somebody out, both as who chose and as whom others block."""
    theirs = (blocks.c.account_id == account_id) | (blocks.c.blocked_id == account_id)
    tx.connection.execute(blocks.delete().where(theirs))
    tx.connection.execute(choices.delete().where(choices.c.account_id == account_id))
