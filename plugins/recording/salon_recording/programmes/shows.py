"""Shows in their table. Rows in, rows out; no rules."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, delete, select, true, update

from salon.plugin import Transaction
from salon_recording.models import show_table
from salon_recording.programmes.template import schedule_of, slots_of
from salon_recording.show import Show
from salon_recording.takes import from_ms, to_ms

SHOWS_MAX = 100


def add(tx: Transaction, show: Show) -> None:
    tx.connection.execute(show_table.insert().values(**_row(show)))


def put(tx: Transaction, show: Show) -> None:
    """Write every field of a show that exists."""
    row = _row(replace(show, changed_at=tx.now))
    tx.connection.execute(update(show_table).where(show_table.c.id == show.id).values(**row))


def get(connection: Connection, show_id: int) -> Show | None:
    return next(iter(_shows(connection, show_table.c.id == show_id)), None)


def by_slug(connection: Connection, slug: str) -> Show | None:
    return next(iter(_shows(connection, show_table.c.slug == slug)), None)


def everything(connection: Connection) -> Sequence[Show]:
    """Return all shows, the oldest first."""
    return _shows(connection, true())


def remove(tx: Transaction, show_id: int) -> None:
    tx.connection.execute(delete(show_table).where(show_table.c.id == show_id))


def of_account(connection: Connection, account_id: int) -> Sequence[dict[str, Any]]:
    """Return which shows somebody made, for themselves."""
    query = select(show_table.c.id, show_table.c.slug, show_table.c.title)
    found = connection.execute(query.where(show_table.c.made_by == account_id))
    return [row._asdict() for row in found]


def forget_account(tx: Transaction, account_id: int) -> None:
    """Keep what an account made without its name; what it approved needs somebody else's yes."""
    for column in (show_table.c.made_by, show_table.c.approved_by):
        did = column == account_id
        tx.connection.execute(update(show_table).where(did).values({column: None}))


def _shows(connection: Connection, condition: Any) -> Sequence[Show]:
    query = select(show_table).where(condition).order_by(show_table.c.id).limit(SHOWS_MAX)
    return [_show(row) for row in connection.execute(query).mappings()]


def _row(show: Show) -> dict[str, Any]:
    row = {name: value for name, value in asdict(show).items() if name != "base_url"}
    schedule = row.pop("schedule")
    return row | {
        "template": json.dumps(row["template"]),
        "schedule": None if schedule is None else json.dumps(schedule),
        "created_at_ms": to_ms(row.pop("created_at")),
        "changed_at_ms": to_ms(row.pop("changed_at")),
    }


def _show(row: Mapping[Any, Any]) -> Show:
    fields = dict(row)
    created_at, changed_at = fields.pop("created_at_ms"), fields.pop("changed_at_ms")
    fields["template"] = slots_of(fields["template"])
    fields["schedule"] = schedule_of(fields["schedule"])
    return Show(**fields, created_at=from_ms(created_at), changed_at=from_ms(changed_at))
