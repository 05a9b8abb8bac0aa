"""Secret addresses of calendars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from salon.plugin import Transaction
from salon_events.tables import address_table, from_ms, to_ms


@dataclass(frozen=True, slots=True)
class Address:
    """A secret address of somebody's calendar: "all", "mine", or of one "room"."""

    id: int
    account_id: int
    digest: str
    holds: str
    room_id: int | None
    made_at: datetime
    fetched_at: datetime | None = None


def add(tx: Transaction, address: Address) -> None:
    tx.connection.execute(
        address_table.insert().values(
            id=address.id,
            account_id=address.account_id,
            digest=address.digest,
            holds=address.holds,
            room_id=address.room_id,
            made_at=to_ms(address.made_at),
        )
    )


def of_account(connection: sa.Connection, account_id: int) -> Sequence[Address]:
    of_account = address_table.c.account_id == account_id
    chosen = sa.select(address_table).where(of_account).order_by(address_table.c.id)
    return [_read_address(row) for row in connection.execute(chosen)]


def find(connection: sa.Connection, digest: str) -> Address | None:
    chosen = sa.select(address_table).where(address_table.c.digest == digest)
    row = connection.execute(chosen).first()
    return None if row is None else _read_address(row)


def note_fetch(tx: Transaction, address_id: int) -> None:
    of_this = address_table.update().where(address_table.c.id == address_id)
    tx.connection.execute(of_this.values(fetched_at=to_ms(tx.now)))


def delete(tx: Transaction, address_id: int, account_id: int) -> bool:
    """Delete an address, if it is the account's."""
    of_this = (address_table.c.id == address_id) & (address_table.c.account_id == account_id)
    return tx.connection.execute(address_table.delete().where(of_this)).rowcount == 1


def _read_address(row: Any) -> Address:
    return Address(
        id=row.id,
        account_id=row.account_id,
        digest=row.digest,
        holds=row.holds,
        room_id=row.room_id,
        made_at=from_ms(row.made_at),
        fetched_at=None if row.fetched_at is None else from_ms(row.fetched_at),
    )
