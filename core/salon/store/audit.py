"""The record of deeds: append-only, and chained so that a change of it shows.

Each row holds the digest of its own head and of the row before. The head names who, what and when
in numbers, and a salted hash of the details. So the details can be forgotten with the person they
are about, and the chain still holds. A row taken from the end does not show: the keeper compares
the digest of the last one with one noted before.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Column, Connection, LargeBinary, Row, String, Table, Text, or_, select

from salon.domain.accounts import Account
from salon.domain.audit import Details, Entry, Target
from salon.store.base import CoreTransaction, Id, Utc, begins_with, core_metadata, to_ms

REASON_MAX = 512
SALT_BYTES = 16
START = bytes(32)  # what stands before the first row

Changes = tuple[Mapping[str, Any], Mapping[str, Any]]

entries = Table(
    "audit_entry",
    core_metadata,
    Column("id", Id, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("actor_id", Id, index=True),
    Column("action", String(64), nullable=False),
    Column("target_kind", String(32), nullable=False),
    Column("target_id", String(64), nullable=False, index=True),
    Column("details", Text),
    Column("salt", LargeBinary(SALT_BYTES)),
    Column("details_hash", LargeBinary(32), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    comment="details and salt become null when the person they are about is erased",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to show."""

    before: int | None = None
    limit: int = 50
    actor_id: int | None = None
    action: str | None = None  # or what it begins with: "role." finds "role.changed"
    target_id: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look through the whole chain found."""

    count: int
    digest: bytes
    broken_at: int | None


def record(
    tx: CoreTransaction,
    actor: Account | None,
    action: str,
    target: Target,
    *,
    changes: Changes | None = None,
    reason: str = "",
) -> None:
    """Add a deed to the write that does it: neither is true without the other.

    `changes`: what was and what is; when nothing is different there, nothing was done.
    """
    before, after = ({}, {}) if changes is None else changes
    if changes is not None and before == after:
        return
    last = tx.connection.execute(
        select(entries.c.id, entries.c.digest).order_by(entries.c.id.desc()).limit(1)
    ).one_or_none()
    said = {
        "name": target.name,
        "before": before,
        "after": after,
        "reason": reason[:REASON_MAX],
    }
    details, salt = orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode(), _new_salt()
    row = {
        "id": 1 if last is None else last.id + 1,
        "at": tx.now,
        "actor_id": None if actor is None else actor.id,
        "action": action,
        "target_kind": target.kind,
        "target_id": target.id,
        "details_hash": _hash_of(details, salt),
    }
    digest = _digest(START if last is None else last.digest, row)
    tx.connection.execute(entries.insert().values(**row, details=details, salt=salt, digest=digest))


def load(connection: Connection, wanted: Wanted) -> Sequence[Entry]:
    """Return the newest that are wanted, newest first."""
    query = select(entries).order_by(entries.c.id.desc()).limit(wanted.limit)
    if wanted.before is not None:
        query = query.where(entries.c.id < wanted.before)
    if wanted.actor_id is not None:
        query = query.where(entries.c.actor_id == wanted.actor_id)
    if wanted.action is not None:
        query = query.where(begins_with(entries.c.action, wanted.action))
    if wanted.target_id is not None:
        query = query.where(entries.c.target_id == wanted.target_id)
    return [_entry(row) for row in connection.execute(query)]


def check(connection: Connection) -> Checked:
    """Go through the chain from its first row."""
    digest, count = START, 0
    for row in connection.execute(select(entries).order_by(entries.c.id)):
        follows = row.id == count + 1 and _digest(digest, row._asdict()) == row.digest
        is_kept = row.details is None or _hash_of(row.details, row.salt) == row.details_hash
        if not (follows and is_kept):
            return Checked(count, digest, row.id)
        digest, count = row.digest, count + 1
    return Checked(count, digest, None)


def forget(tx: CoreTransaction, account_id: int) -> None:
    """Take out what was written about somebody; that it was, and by whom, stays in numbers."""
    theirs = or_(
        (entries.c.target_kind == "account") & (entries.c.target_id == str(account_id)),
        entries.c.actor_id == account_id,
    )
    tx.connection.execute(entries.update().where(theirs).values(details=None, salt=None))


def _entry(row: Row[Any]) -> Entry:
    details = None
    if row.details is not None:
        said = orjson.loads(row.details)
        details = Details(said["name"], said["before"], said["after"], said["reason"])
    return Entry(row.id, row.at, row.actor_id, row.action, row.target_kind, row.target_id, details)


def _new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def _hash_of(details: str, salt: bytes) -> bytes:
    """Salted, or what was forgotten could be found again by guessing."""
    return hashlib.sha256(salt + details.encode()).digest()


def _digest(before: bytes, row: Mapping[str, Any]) -> bytes:
    head = [
        row["id"],
        to_ms(row["at"]),
        row["actor_id"],
        row["action"],
        row["target_kind"],
        row["target_id"],
        row["details_hash"].hex(),
    ]
    return hashlib.sha256(before + orjson.dumps(head)).digest()
