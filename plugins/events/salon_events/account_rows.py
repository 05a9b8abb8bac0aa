"""What all the tables keep of one account."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from salon.plugin import Transaction
from salon_events.tables import (
    address_table,
    answer_table,
    event_table,
    host_table,
    occurrence_table,
)

_event, _occurrence, _answer = event_table.c, occurrence_table.c, answer_table.c


def forget(tx: Transaction, account_id: int) -> None:
    """Leave the events but for drafts, and forget who planned, hosts and answered them."""
    drafts = sa.select(_event.id).where(_event.made_by == account_id, _event.is_draft)
    theirs = sa.select(_occurrence.id).where(_occurrence.event_id.in_(drafts))
    tx.connection.execute(answer_table.delete().where(_answer.occurrence_id.in_(theirs)))
    tx.connection.execute(occurrence_table.delete().where(_occurrence.event_id.in_(drafts)))
    tx.connection.execute(host_table.delete().where(host_table.c.event_id.in_(drafts)))
    tx.connection.execute(event_table.delete().where(_event.id.in_(drafts)))
    mine = event_table.update().where(_event.made_by == account_id)
    tx.connection.execute(mine.values(made_by=None))
    tx.connection.execute(host_table.delete().where(host_table.c.account_id == account_id))
    tx.connection.execute(answer_table.delete().where(_answer.account_id == account_id))
    of_account = address_table.c.account_id == account_id
    tx.connection.execute(address_table.delete().where(of_account))


def kept_of(connection: sa.Connection, account_id: int) -> Mapping[str, Any]:
    """Return what is kept of somebody: what they planned, what they host, what they said."""
    made = sa.select(_event.id, _event.title, _event.about, _event.wall, _event.zone, _event.rule)
    planned = connection.execute(made.where(_event.made_by == account_id).order_by(_event.id))
    hosted = sa.select(_event.id, _event.title).join(host_table, host_table.c.event_id == _event.id)
    hosts = connection.execute(
        hosted.where(host_table.c.account_id == account_id).order_by(_event.id)
    )
    said = (
        sa.select(_event.title, _occurrence.starts_at, _answer.said, _answer.remind_min)
        .join(occurrence_table, _occurrence.id == _answer.occurrence_id)
        .join(event_table, _event.id == _occurrence.event_id)
        .where(_answer.account_id == account_id)
        .order_by(_occurrence.starts_at)
    )
    addresses = sa.select(
        address_table.c.holds, address_table.c.made_at, address_table.c.fetched_at
    ).where(address_table.c.account_id == account_id)
    return {
        "planned": [row._asdict() for row in planned],
        "hosts": [row._asdict() for row in hosts],
        "answers": [row._asdict() for row in connection.execute(said)],
        "addresses": [row._asdict() for row in connection.execute(addresses)],
    }
