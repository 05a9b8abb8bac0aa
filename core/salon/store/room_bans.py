"""Who was kept out of a room, by whom and until when; that they are is an exception of the room."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Row,
    Table,
    select,
)

from salon.domain.rooms import RoomBan
from salon.store.base import CoreTransaction, Utc, core_metadata

bans = Table(
    "room_ban",
    core_metadata,
    Column("room_id", ForeignKey("room.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True
    ),
    Column("by_account_id", BigInteger, nullable=False),
    Column("by_leader", Boolean, nullable=False),
    Column("since", Utc, nullable=False),
    Column("until", Utc),
)


def of_room(connection: Connection, room_id: int) -> Sequence[RoomBan]:
    """Return them, the newest first."""
    here = select(bans).where(bans.c.room_id == room_id)
    found = connection.execute(here.order_by(bans.c.since.desc(), bans.c.account_id))
    return [_ban(row) for row in found]


def find(connection: Connection, room_id: int, account_id: int) -> RoomBan | None:
    row = connection.execute(select(bans).where(_of(room_id, account_id))).one_or_none()
    return None if row is None else _ban(row)


def add(tx: CoreTransaction, ban: RoomBan) -> None:
    tx.connection.execute(
        bans.insert().values(
            room_id=ban.room_id,
            account_id=ban.account_id,
            by_account_id=ban.by_account_id,
            by_leader=ban.by_leader,
            since=ban.since,
            until=ban.until,
        )
    )


def remove(tx: CoreTransaction, room_id: int, account_id: int) -> None:
    tx.connection.execute(bans.delete().where(_of(room_id, account_id)))


def forget(tx: CoreTransaction, account_id: int) -> None:
    """Forget who was kept out; of whom they kept out, it is the room's."""
    tx.connection.execute(bans.delete().where(bans.c.account_id == account_id))


def _of(room_id: int, account_id: int) -> ColumnElement[bool]:
    return (bans.c.room_id == room_id) & (bans.c.account_id == account_id)


def _ban(row: Row[Any]) -> RoomBan:
    return RoomBan(
        room_id=row.room_id,
        account_id=row.account_id,
        by_account_id=row.by_account_id,
        by_leader=row.by_leader,
        since=row.since,
        until=row.until,
    )
