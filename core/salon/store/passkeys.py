"""Public keys that people sign in with instead of a password."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    LargeBinary,
    Row,
    String,
    Table,
    func,
    select,
)

from salon.domain.accounts import Passkey
from salon.store.base import CoreTransaction, Id, Utc, core_metadata

passkeys = Table(
    "passkey",
    core_metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("credential_id", LargeBinary(1023), nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", String(64), nullable=False),
    Column("is_synced", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("used_at", Utc),
)


def of(connection: Connection, account_id: int) -> Sequence[Passkey]:
    """Return an account's, the oldest first."""
    query = select(passkeys).where(passkeys.c.account_id == account_id).order_by(passkeys.c.id)
    return [_passkey(row) for row in connection.execute(query)]


def find(connection: Connection, credential_id: bytes) -> Passkey | None:
    query = select(passkeys).where(passkeys.c.credential_id == credential_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _passkey(row)


def counts(connection: Connection, account_ids: Collection[int]) -> Mapping[int, int]:
    """Return how many each of these accounts has, of those that have any."""
    query = (
        select(passkeys.c.account_id, func.count().label("kept"))
        .where(passkeys.c.account_id.in_(account_ids))
        .group_by(passkeys.c.account_id)
    )
    return {row.account_id: row.kept for row in connection.execute(query)}


def add(tx: CoreTransaction, passkey: Passkey) -> None:
    tx.connection.execute(passkeys.insert().values(asdict(passkey)))


def rename(tx: CoreTransaction, account_id: int, passkey_id: int, name: str) -> bool:
    mine = (passkeys.c.id == passkey_id) & (passkeys.c.account_id == account_id)
    return tx.connection.execute(passkeys.update().where(mine).values(name=name)).rowcount == 1


def remove(tx: CoreTransaction, account_id: int, passkey_id: int) -> bool:
    mine = (passkeys.c.id == passkey_id) & (passkeys.c.account_id == account_id)
    return tx.connection.execute(passkeys.delete().where(mine)).rowcount == 1


def use(tx: CoreTransaction, passkey: Passkey, sign_count: int, *, is_synced: bool) -> bool:
    """Note a use; False when it was removed, or used otherwise since it was looked at."""
    used = tx.connection.execute(
        passkeys.update()
        .where(passkeys.c.id == passkey.id, passkeys.c.sign_count == passkey.sign_count)
        .values(sign_count=sign_count, is_synced=is_synced, used_at=tx.now)
    )
    return used.rowcount == 1


def forget(tx: CoreTransaction, account_id: int) -> None:
    tx.connection.execute(passkeys.delete().where(passkeys.c.account_id == account_id))


def _passkey(row: Row[Any]) -> Passkey:
    return Passkey(**row._asdict())
