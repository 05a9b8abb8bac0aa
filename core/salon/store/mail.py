"""Where letters reach people, for those who said so."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Row,
    String,
    Table,
    or_,
    select,
)

from salon.store.base import CoreTransaction, Utc, core_metadata, insert

SHARED_BY_MAX = 5  # accounts that one letter may be about

addresses = Table(
    "mail_address",
    core_metadata,
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("address", String(254)),
    Column("folded", String(254), index=True),
    Column("wanted", String(254), comment="until its link was opened"),
    Column("language", String(2), nullable=False),
    Column("digest", Boolean, nullable=False),
    Column("digest_at", Utc),
)


@dataclass(frozen=True, slots=True)
class MailAddress:
    """`address` is confirmed; `wanted` is not yet. Several accounts may have the same one."""

    account_id: int
    address: str | None = None
    wanted: str | None = None
    language: str = "en"
    digest: bool = False
    digest_at: datetime | None = None


def find(connection: Connection, account_id: int) -> MailAddress | None:
    row = connection.execute(
        select(addresses).where(addresses.c.account_id == account_id)
    ).one_or_none()
    return None if row is None else _address(row)


def with_address(connection: Connection, folded: str) -> Sequence[MailAddress]:
    query = select(addresses).where(addresses.c.folded == folded)
    rows = connection.execute(query.order_by(addresses.c.account_id).limit(SHARED_BY_MAX))
    return [_address(row) for row in rows]


def save(tx: CoreTransaction, mail: MailAddress) -> None:
    folded = None if mail.address is None else mail.address.casefold()
    row = asdict(mail) | {"folded": folded}
    statement = insert(addresses).values(row)
    tx.connection.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=row))


def due(connection: Connection, before: datetime, at_most: int) -> Sequence[MailAddress]:
    """Return those who want a digest and have had none since then."""
    query = select(addresses).where(
        addresses.c.digest.is_(True),
        addresses.c.address.is_not(None),
        or_(addresses.c.digest_at.is_(None), addresses.c.digest_at <= before),
    )
    return [_address(row) for row in connection.execute(query.limit(at_most))]


def forget(tx: CoreTransaction, account_id: int) -> None:
    tx.connection.execute(addresses.delete().where(addresses.c.account_id == account_id))


def _address(row: Row[Any]) -> MailAddress:
    return MailAddress(
        row.account_id, row.address, row.wanted, row.language, row.digest, row.digest_at
    )
