"""The log of consents: what people said in a take, when, to which words. Rows in, rows out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from salon.plugin import Transaction
from salon_recording.models import consent_table, take_table
from salon_recording.takes import from_ms, to_ms

NOTICE_VERSION = 1  # of the words people agree to; raised when their meaning changes
LISTED_MAX = 1_000


class Said(StrEnum):
    """What a line of the log tells."""

    ON = "on"
    OFF = "off"
    REMOVED = "removed"  # and what was said before is deleted


@dataclass(frozen=True, slots=True)
class Logged:
    """A line of the log."""

    take_id: int
    room_name: str
    account_id: int
    said: Said
    notice_version: int
    at: datetime


def note(tx: Transaction, take_id: int, account_id: int, said: Said) -> None:
    tx.connection.execute(
        consent_table.insert().values(
            id=tx.new_id(),
            take_id=take_id,
            account_id=account_id,
            choice=said.value,
            notice_version=NOTICE_VERSION,
            at_ms=to_ms(tx.now),
        )
    )


def of_take(connection: Connection, take_id: int) -> Sequence[Logged]:
    """Return what everybody said in a take, the latest first."""
    return _consents(connection, consent_table.c.take_id == take_id)


def of_account(connection: Connection, account_id: int) -> Sequence[Logged]:
    """Return what somebody said in all takes, the latest first."""
    return _consents(connection, consent_table.c.account_id == account_id)


def _consents(connection: Connection, condition: Any) -> Sequence[Logged]:
    columns = (consent_table, take_table.c.room_name)
    joined = select(*columns).join(take_table, take_table.c.id == consent_table.c.take_id)
    query = joined.where(condition).order_by(consent_table.c.id.desc()).limit(LISTED_MAX)
    return [
        Logged(
            take_id=row["take_id"],
            room_name=row["room_name"],
            account_id=row["account_id"],
            said=Said(row["choice"]),
            notice_version=row["notice_version"],
            at=from_ms(row["at_ms"]),
        )
        for row in connection.execute(query).mappings()
    ]
