"""Edits: what is being made of a take, or anew of an episode, as it was left. Rows in, rows out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from salon.plugin import Transaction
from salon_recording.models import edit_table
from salon_recording.takes import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class Edit:
    """`of_id` is a take's or an episode's, `episode_revision` the one of it that was looked at.

    `body` is JSON, as it stands in frames: title, notes and segments, right or not yet.
    """

    of_id: int
    revision: int
    episode_revision: int | None
    title: str
    body: str
    edited_by: int | None
    changed_at: datetime


def get(connection: Connection, of_id: int) -> Edit | None:
    query = select(edit_table).where(edit_table.c.of_id == of_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    facts = {name: value for name, value in row.items() if name != "changed_at_ms"}
    return Edit(**facts, changed_at=from_ms(row["changed_at_ms"]))


def put(tx: Transaction, edit: Edit) -> None:
    """Write an edit in the place of what was there."""
    remove(tx, edit.of_id)
    tx.connection.execute(
        edit_table.insert().values(
            of_id=edit.of_id,
            revision=edit.revision,
            episode_revision=edit.episode_revision,
            title=edit.title,
            body=edit.body,
            edited_by=edit.edited_by,
            changed_at_ms=to_ms(edit.changed_at),
        )
    )


def remove(tx: Transaction, of_id: int) -> None:
    tx.connection.execute(delete(edit_table).where(edit_table.c.of_id == of_id))


def of_account(connection: Connection, account_id: int) -> Sequence[dict[str, Any]]:
    """Return what somebody left in the editor, for themselves."""
    table = edit_table.c
    query = select(table.of_id, table.title, table.changed_at_ms)
    found = connection.execute(query.where(table.edited_by == account_id))
    return [row._asdict() for row in found]


def forget_account(tx: Transaction, account_id: int) -> None:
    """Keep what an account edited without its name."""
    did = edit_table.c.edited_by == account_id
    tx.connection.execute(update(edit_table).where(did).values(edited_by=None))
