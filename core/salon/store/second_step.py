"""The app whose codes somebody signs in with, after the password; and codes for when it is gone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    LargeBinary,
    Table,
    exists,
    func,
    or_,
    select,
)

from salon.store.base import CoreTransaction, Utc, core_metadata
from salon.store.passkeys import passkeys

code_apps = Table(
    "code_app",
    core_metadata,
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("sealed_secret", LargeBinary, nullable=False),
    Column("on_since", Utc),
    Column("last_step", BigInteger, nullable=False, comment="of the last code that was taken"),
)

recovery_codes = Table(
    "recovery_code",
    core_metadata,
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("code_hash", LargeBinary(32), primary_key=True),
)


@dataclass(frozen=True, slots=True)
class CodeApp:
    """`on_since` is None until a first code showed that the app has the secret."""

    sealed_secret: bytes
    on_since: datetime | None


def has_one(account_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether somebody has a second step: codes that are asked for, or a passkey."""
    app = exists().where(code_apps.c.account_id == account_id, code_apps.c.on_since.is_not(None))
    return or_(app, exists().where(passkeys.c.account_id == account_id))


def find_app(connection: Connection, account_id: int) -> CodeApp | None:
    row = connection.execute(
        select(code_apps).where(code_apps.c.account_id == account_id)
    ).one_or_none()
    return None if row is None else CodeApp(row.sealed_secret, row.on_since)


def is_on(connection: Connection, account_id: int) -> bool:
    app = find_app(connection, account_id)
    return app is not None and app.on_since is not None


def with_app(connection: Connection, account_ids: Collection[int]) -> frozenset[int]:
    """Return which of these accounts are asked for a code."""
    query = select(code_apps.c.account_id).where(
        code_apps.c.account_id.in_(account_ids), code_apps.c.on_since.is_not(None)
    )
    return frozenset(connection.scalars(query))


def begin_app(tx: CoreTransaction, account_id: int, sealed_secret: bytes) -> bool:
    """Keep the secret of an app that is not on yet; False when one is on."""
    if is_on(tx.connection, account_id):
        return False
    tx.connection.execute(code_apps.delete().where(code_apps.c.account_id == account_id))
    row = {"account_id": account_id, "sealed_secret": sealed_secret, "last_step": 0}
    tx.connection.execute(code_apps.insert().values(row))
    return True


def take_step(tx: CoreTransaction, account_id: int, step: int) -> bool:
    """Note that the code of this step was given; False when it, or a later one, was before."""
    taken = tx.connection.execute(
        code_apps.update()
        .where(code_apps.c.account_id == account_id, code_apps.c.last_step < step)
        .values(last_step=step)
    )
    return taken.rowcount == 1


def turn_on(tx: CoreTransaction, account_id: int) -> None:
    tx.connection.execute(
        code_apps.update().where(code_apps.c.account_id == account_id).values(on_since=tx.now)
    )


def save_recovery_codes(tx: CoreTransaction, account_id: int, hashes: Collection[bytes]) -> None:
    """Keep these in place of all that were left."""
    tx.connection.execute(recovery_codes.delete().where(recovery_codes.c.account_id == account_id))
    rows = [{"account_id": account_id, "code_hash": each} for each in hashes]
    tx.connection.execute(recovery_codes.insert(), rows)


def count_recovery_codes(connection: Connection, account_id: int) -> int:
    query = select(func.count()).where(recovery_codes.c.account_id == account_id)
    return connection.scalar(query) or 0


def use_recovery_code(tx: CoreTransaction, account_id: int, code_hash: bytes) -> bool:
    """Take one away; False when it was used or never was."""
    used = tx.connection.execute(
        recovery_codes.delete().where(
            recovery_codes.c.account_id == account_id, recovery_codes.c.code_hash == code_hash
        )
    )
    return used.rowcount == 1


def forget(tx: CoreTransaction, account_id: int) -> bool:
    """Ask for no code any more; False when none was asked for."""
    was_on = is_on(tx.connection, account_id)
    tx.connection.execute(code_apps.delete().where(code_apps.c.account_id == account_id))
    tx.connection.execute(recovery_codes.delete().where(recovery_codes.c.account_id == account_id))
    return was_on
