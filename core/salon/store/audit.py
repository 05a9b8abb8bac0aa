"""The record of deeds: append-only, and chained so that a change of it shows.

Each row holds the digest of its own head and of the row before. The head names who, what and when
in numbers, and a salted hash of the details. So the details can be forgotten with the person they
are about, and the chain still holds. A row taken from the end does not show: the keeper compares
the digest of the last one with one noted before.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    or_,
    select,
)

from salon.domain.accounts import Account
from salon.domain.audit import Details, Entry, Target
from salon.store.base import CoreTransaction, Id, Utc, begins_with, core_metadata, to_ms

REASON_MAX = 512
SALT_BYTES = 16
START = bytes(32)  # what stands before the first row
LOOKED_AT_MAX = 2_000  # rows of one page: whoever looks for rare words goes on where it ended
CHECKED_AT_ONCE = 2_000  # a reading thread is given back between two such stretches

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
    """Which entries to show: all that is said here at once.

    `before` is an id to go on from; `since` and `until` are times, the second one excluded.
    """

    before: int | None = None
    limit: int = 50
    actor_id: int | None = None
    action: str | None = None  # or what it begins with: "role." finds "role.changed"
    target_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first, and the id before which to go on; None at the end."""

    entries: Sequence[Entry]
    before: int | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look through the chain found, as far as it went: `is_end` when no row is left."""

    count: int
    digest: bytes
    broken_at: int | None
    is_end: bool = True


NOT_BEGUN = Checked(0, START, None, is_end=False)


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


def load(
    connection: Connection, wanted: Wanted, fits: Callable[[Entry], bool] | None = None
) -> Page:
    """Return the newest that are wanted, of those that fit when that is asked.

    What fits is looked for in a stretch of rows, so a page may be short of entries and go on.
    """
    most = wanted.limit if fits is None else LOOKED_AT_MAX
    query = select(entries).where(*_conditions(wanted)).order_by(entries.c.id.desc())
    rows = connection.execute(query.limit(most + 1)).all()
    found: list[Entry] = []
    for number, row in enumerate(rows[:most], start=1):
        entry = _entry(row)
        if fits is None or fits(entry):
            found.append(entry)
        if len(found) == wanted.limit:
            return Page(found, row.id if number < len(rows) else None)
    return Page(found, rows[most - 1].id if len(rows) > most else None)


def find(connection: Connection, entry_id: int) -> Entry | None:
    row = connection.execute(select(entries).where(entries.c.id == entry_id)).one_or_none()
    return None if row is None else _entry(row)


def _conditions(wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    column, said = entries.c, []
    if wanted.before is not None:
        said.append(column.id < wanted.before)
    if wanted.actor_id is not None:
        said.append(column.actor_id == wanted.actor_id)
    if wanted.action is not None:
        said.append(begins_with(column.action, wanted.action))
    if wanted.target_id is not None:
        said.append(column.target_id == wanted.target_id)
    if wanted.since is not None:
        said.append(column.at >= wanted.since)
    if wanted.until is not None:
        said.append(column.at < wanted.until)
    return said


def check(connection: Connection) -> Checked:
    """Go through the chain from its first row."""
    checked = NOT_BEGUN
    while not checked.is_end:
        checked = check_on(connection, checked)
    return checked


def check_on(connection: Connection, checked: Checked) -> Checked:
    """Go on for a stretch from where an earlier look ended; a broken row ends it."""
    digest, count = checked.digest, checked.count
    after = select(entries).where(entries.c.id > count).order_by(entries.c.id)
    rows = connection.execute(after.limit(CHECKED_AT_ONCE)).all()
    for row in rows:
        follows = row.id == count + 1 and _digest(digest, row._asdict()) == row.digest
        is_kept = row.details is None or _hash_of(row.details, row.salt) == row.details_hash
        if not (follows and is_kept):
            return Checked(count, digest, row.id)
        digest, count = row.digest, count + 1
    return Checked(count, digest, None, is_end=len(rows) < CHECKED_AT_ONCE)


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
