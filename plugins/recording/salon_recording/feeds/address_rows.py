"""Secret addresses of members' own feeds. Rows in, rows out; of the secret only its digest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from salon.plugin import Transaction
from salon_recording.models import address_table
from salon_recording.takes import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class Address:
    """One program's way to a show; `digest` is the SHA-256 of its secret, in hexadecimal."""

    id: int
    account_id: int
    show_id: int
    digest: str
    made_at: datetime
    fetched_at: datetime | None = None


def add(tx: Transaction, address: Address) -> None:
    tx.connection.execute(
        address_table.insert().values(
            id=address.id,
            account_id=address.account_id,
            show_id=address.show_id,
            digest=address.digest,
            made_at_ms=to_ms(address.made_at),
        )
    )


def find(connection: Connection, digest: str) -> Address | None:
    query = select(address_table).where(address_table.c.digest == digest)
    return next(map(_address, connection.execute(query).mappings()), None)


def of_account(connection: Connection, account_id: int) -> Sequence[Address]:
    """Return somebody's addresses, the oldest first."""
    own = address_table.c.account_id == account_id
    query = select(address_table).where(own).order_by(address_table.c.id)
    return [_address(row) for row in connection.execute(query).mappings()]


def note_fetch(tx: Transaction, address_id: int) -> None:
    is_it = address_table.c.id == address_id
    tx.connection.execute(update(address_table).where(is_it).values(fetched_at_ms=to_ms(tx.now)))


def remove(tx: Transaction, address_id: int, account_id: int) -> Address | None:
    """Delete an address if it is the account's, and return what it was."""
    is_it = (address_table.c.id == address_id) & (address_table.c.account_id == account_id)
    found = tx.connection.execute(select(address_table).where(is_it)).mappings().first()
    tx.connection.execute(delete(address_table).where(is_it))
    return None if found is None else _address(found)


def forget_account(tx: Transaction, account_id: int) -> None:
    tx.connection.execute(delete(address_table).where(address_table.c.account_id == account_id))


def kept_of(connection: Connection, account_id: int) -> Sequence[dict[str, Any]]:
    """Return what is kept of somebody's addresses, for themselves; nothing that opens one."""
    columns = address_table.c
    query = select(columns.show_id, columns.made_at_ms, columns.fetched_at_ms)
    found = connection.execute(query.where(columns.account_id == account_id))
    return [row._asdict() for row in found]


def _address(row: Mapping[Any, Any]) -> Address:
    fetched_at_ms = row["fetched_at_ms"]
    return Address(
        id=row["id"],
        account_id=row["account_id"],
        show_id=row["show_id"],
        digest=row["digest"],
        made_at=from_ms(row["made_at_ms"]),
        fetched_at=None if fetched_at_ms is None else from_ms(fetched_at_ms),
    )
