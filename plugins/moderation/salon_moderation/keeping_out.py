"""Who is kept out of which room, and until when."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from salon.plugin import Transaction
from salon_moderation.cases import from_ms, in_ms
from salon_moderation.models import kept_out


@dataclass(frozen=True, slots=True)
class KeptOut:
    """Until when somebody may not enter a room, and why."""

    until: datetime
    reason: str


def add(tx: Transaction, room_id: int, account_id: int, *, until: datetime, reason: str) -> None:
    """Keep somebody out of a room until then; what was said before about it no longer counts."""
    remove(tx, room_id, account_id)
    tx.connection.execute(delete(kept_out).where(kept_out.c.until <= in_ms(tx.now)))
    tx.connection.execute(
        insert(kept_out).values(
            room_id=room_id, account_id=account_id, until=in_ms(until), reason=reason
        )
    )


def remove(tx: Transaction, room_id: int, account_id: int) -> None:
    """Let somebody in again."""
    is_it = (kept_out.c.room_id == room_id) & (kept_out.c.account_id == account_id)
    tx.connection.execute(delete(kept_out).where(is_it))


def lift(tx: Transaction, room_id: int, account_id: int, until_ms: int) -> bool:
    """Let somebody in again if it is this that keeps them out; return whether it was."""
    is_this = (
        (kept_out.c.room_id == room_id)
        & (kept_out.c.account_id == account_id)
        & (kept_out.c.until == until_ms)
    )
    return tx.connection.execute(delete(kept_out).where(is_this)).rowcount > 0


def forget_room(tx: Transaction, room_id: int) -> None:
    tx.connection.execute(delete(kept_out).where(kept_out.c.room_id == room_id))


def forget_account(tx: Transaction, account_id: int) -> None:
    tx.connection.execute(delete(kept_out).where(kept_out.c.account_id == account_id))


def lasting(connection: Connection, room_id: int, account_id: int, now: datetime) -> KeptOut | None:
    """Return what keeps somebody out of a room now, if anything does."""
    is_it = (
        (kept_out.c.room_id == room_id)
        & (kept_out.c.account_id == account_id)
        & (kept_out.c.until > in_ms(now))
    )
    row = connection.execute(select(kept_out.c.until, kept_out.c.reason).where(is_it)).one_or_none()
    return None if row is None else KeptOut(from_ms(row.until), row.reason)
