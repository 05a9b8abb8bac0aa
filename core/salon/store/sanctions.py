"""Sanctions, those that are over too: they are what moderators know of somebody."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    LargeBinary,
    Row,
    String,
    Table,
    or_,
    select,
)

from salon.domain.sanctions import REASON_MAX, Sanction, SanctionKind
from salon.store.base import CoreTransaction, Id, Utc, core_metadata

sanctions = Table(
    "sanction",
    core_metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(12), nullable=False),
    Column("began_at", Utc, nullable=False),
    Column("until", Utc),
    Column("reason", String(REASON_MAX), nullable=False),
    Column("by_account_id", BigInteger),
    Column("ended_at", Utc),
    Column("ended_by_id", BigInteger),
    Column("handle_hash", LargeBinary(32), index=True),
    Column("mail_hash", LargeBinary(32), index=True),
    comment="of a ban, the hashes stay when the person is erased, so that it goes on holding",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sanctions to show; `holding`: only those that are not over."""

    kinds: Sequence[SanctionKind]
    before: int | None = None
    limit: int = 50
    account_id: int | None = None
    holding: bool = False


@dataclass(frozen=True, slots=True)
class KnownBy:
    """What a banned person is known again by: how the handle reads, and a sign of the address."""

    handle_skeleton: str
    mail_hash: bytes | None


def add(tx: CoreTransaction, sanction: Sanction, known: KnownBy) -> None:
    is_ban = sanction.kind is SanctionKind.BAN
    tx.connection.execute(
        sanctions.insert().values(
            id=sanction.id,
            account_id=sanction.account_id,
            kind=sanction.kind.value,
            began_at=sanction.began_at,
            until=sanction.until,
            reason=sanction.reason,
            by_account_id=sanction.by_account_id,
            handle_hash=hash_of(known.handle_skeleton) if is_ban else None,
            mail_hash=known.mail_hash if is_ban else None,
        )
    )


def end(tx: CoreTransaction, account_id: int, kind: SanctionKind, by: int | None) -> bool:
    """End what holds of this kind; False when nothing did."""
    ended = tx.connection.execute(
        sanctions.update()
        .where(sanctions.c.account_id == account_id, sanctions.c.kind == kind.value)
        .where(sanctions.c.ended_at.is_(None), _is_not_over(tx))
        .values(ended_at=tx.now, ended_by_id=by)
    )
    return ended.rowcount > 0


def of_account(connection: Connection, account_id: int) -> Sequence[Sanction]:
    """Return what was not lifted, the newest first; some of it may have run out."""
    query = select(sanctions).where(
        sanctions.c.account_id == account_id, sanctions.c.ended_at.is_(None)
    )
    return [_sanction(row) for row in connection.execute(query.order_by(sanctions.c.id.desc()))]


def load(connection: Connection, wanted: Wanted, now: Any) -> Sequence[Sanction]:
    """Return the newest that are wanted, newest first."""
    query = select(sanctions).order_by(sanctions.c.id.desc()).limit(wanted.limit)
    query = query.where(sanctions.c.kind.in_([kind.value for kind in wanted.kinds]))
    if wanted.before is not None:
        query = query.where(sanctions.c.id < wanted.before)
    if wanted.account_id is not None:
        query = query.where(sanctions.c.account_id == wanted.account_id)
    if wanted.holding:
        lasts = or_(sanctions.c.until.is_(None), sanctions.c.until > now)
        query = query.where(sanctions.c.ended_at.is_(None), lasts)
    return [_sanction(row) for row in connection.execute(query)]


def is_banned(tx: CoreTransaction, handle_skeleton: str) -> bool:
    """Whether a ban holds for what reads like this handle, of somebody here or erased."""
    return _holds(tx, sanctions.c.handle_hash == hash_of(handle_skeleton))


def is_mail_banned(tx: CoreTransaction, mail_hash: bytes) -> bool:
    """Whether a ban holds for who had this address, here or erased."""
    return _holds(tx, sanctions.c.mail_hash == mail_hash)


def _holds(tx: CoreTransaction, of_whom: ColumnElement[bool]) -> bool:
    query = select(sanctions.c.id).where(of_whom, sanctions.c.ended_at.is_(None), _is_not_over(tx))
    return tx.connection.execute(query.limit(1)).first() is not None


def forget(tx: CoreTransaction, account_id: int) -> None:
    """Forget what somebody did, and what was done to them but for the signs of a ban in force."""
    theirs = sanctions.c.account_id == account_id
    is_ban = (sanctions.c.kind == SanctionKind.BAN.value) & sanctions.c.ended_at.is_(None)
    tx.connection.execute(sanctions.delete().where(theirs, ~(is_ban & _is_not_over(tx))))
    tx.connection.execute(sanctions.update().where(theirs).values(reason=""))
    for column in (sanctions.c.by_account_id, sanctions.c.ended_by_id):
        done = sanctions.update().where(column == account_id)
        tx.connection.execute(done.values({column.name: None}))


def hash_of(handle_skeleton: str) -> bytes:
    """Return what a name is known again by; whoever guesses the name can check it."""
    return hashlib.sha256(handle_skeleton.encode()).digest()


def _is_not_over(tx: CoreTransaction) -> Any:
    return or_(sanctions.c.until.is_(None), sanctions.c.until > tx.now)


def _sanction(row: Row[Any]) -> Sanction:
    return Sanction(
        id=row.id,
        account_id=row.account_id,
        kind=SanctionKind(row.kind),
        began_at=row.began_at,
        until=row.until,
        reason=row.reason,
        by_account_id=row.by_account_id,
        ended_at=row.ended_at,
        ended_by_id=row.ended_by_id,
    )
