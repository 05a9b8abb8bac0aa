"""Who asked to come in, and what was answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    func,
    select,
)

from salon.domain.accounts import Application, ApplicationState
from salon.store.base import CoreTransaction, Id, Utc, core_metadata

applications = Table(
    "application",
    core_metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("handle", String(64), nullable=False),
    Column("skeleton", String(256), nullable=False),
    Column("display_name", String(64), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("rules_read", Integer, nullable=False),
    Column("password_hash", String(256)),
    Column("state", String(8), nullable=False),
    Column("answer", String(500), nullable=False),
    Column("applied_at", Utc, nullable=False),
    Column("decided_at", Utc),
    Column("account_id", BigInteger, index=True),
)

_IS_WAITING = applications.c.state == ApplicationState.WAITING


def add(
    tx: CoreTransaction,
    application: Application,
    *,
    token_hash: bytes,
    skeleton: str,
    password_hash: str,
) -> None:
    tx.connection.execute(
        applications.insert().values(
            id=application.id,
            token_hash=token_hash,
            skeleton=skeleton,
            password_hash=password_hash,
            handle=application.handle,
            display_name=application.display_name,
            reason=application.reason,
            rules_read=application.rules_read,
            state=application.state,
            answer=application.answer,
            applied_at=application.applied_at,
        )
    )


def count_waiting(connection: Connection) -> int:
    query = select(func.count()).select_from(applications).where(_IS_WAITING)
    return connection.scalar(query) or 0


def is_asked_for(connection: Connection, skeleton: str) -> bool:
    """Whether somebody waits to be called so, or what a reader would take for it."""
    query = select(applications.c.id).where(_IS_WAITING, applications.c.skeleton == skeleton)
    return connection.execute(query.limit(1)).first() is not None


def waiting(connection: Connection, limit: int) -> Sequence[Application]:
    """Return who waits, the one who came first first."""
    query = select(applications).where(_IS_WAITING).order_by(applications.c.id).limit(limit)
    return [_application(row) for row in connection.execute(query)]


def find(connection: Connection, id_: int) -> Application | None:
    return _one(connection.execute(select(applications).where(applications.c.id == id_)).first())


def by_token(connection: Connection, token_hash: bytes) -> Application | None:
    query = select(applications).where(applications.c.token_hash == token_hash)
    return _one(connection.execute(query).first())


def password_of(connection: Connection, id_: int) -> str | None:
    return connection.scalar(select(applications.c.password_hash).where(applications.c.id == id_))


def answer(
    tx: CoreTransaction,
    id_: int,
    state: ApplicationState,
    said: str,
    *,
    account_id: int | None = None,
) -> None:
    """Keep the answer for who asked, with the account of who was let in.

    Their password goes: the account has it, or nobody needs it.
    """
    values = {
        "state": state,
        "answer": said,
        "decided_at": tx.now,
        "password_hash": None,
        "account_id": account_id,
    }
    tx.connection.execute(applications.update().where(applications.c.id == id_).values(values))


def forget_before(tx: CoreTransaction, answered: datetime, asked: datetime) -> None:
    """Forget what was answered, and what was asked, before these times."""
    old = (applications.c.decided_at < answered) | (applications.c.applied_at < asked)
    tx.connection.execute(applications.delete().where(old))


def forget(tx: CoreTransaction, account_id: int) -> None:
    """Forget what somebody asked who is erased, whatever they have been called since."""
    tx.connection.execute(applications.delete().where(applications.c.account_id == account_id))


def _one(row: Row[Any] | None) -> Application | None:
    return None if row is None else _application(row)


def _application(row: Row[Any]) -> Application:
    return Application(
        id=row.id,
        handle=row.handle,
        display_name=row.display_name,
        reason=row.reason,
        applied_at=row.applied_at,
        rules_read=row.rules_read,
        state=ApplicationState(row.state),
        answer=row.answer,
        account_id=row.account_id,
    )
