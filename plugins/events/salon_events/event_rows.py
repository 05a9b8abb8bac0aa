"""Events as rows: planned, changed, counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from salon.plugin import Transaction, folded
from salon_events.event import NO_MORE, TO_COME, Event
from salon_events.tables import (
    SEARCHED_CHARACTERS,
    WALL,
    event_table,
    host_table,
    in_parts,
    occurrence_table,
    wall_of,
)

_event, _occurrence = event_table.c, occurrence_table.c
_TO_COME = [state.value for state in TO_COME]


def add(tx: Transaction, event: Event) -> None:
    tx.connection.execute(event_table.insert().values(id=event.id, **_values(event)))
    _save_hosts(tx, event)


def save(tx: Transaction, event: Event) -> None:
    of_event = _event.id == event.id
    tx.connection.execute(event_table.update().where(of_event).values(**_values(event)))
    tx.connection.execute(host_table.delete().where(host_table.c.event_id == event.id))
    _save_hosts(tx, event)


def extend(tx: Transaction, event_id: int, extended_to: datetime) -> None:
    changed = event_table.update().where(_event.id == event_id)
    tx.connection.execute(changed.values(extended_to=extended_to.strftime(WALL)))


def _save_hosts(tx: Transaction, event: Event) -> None:
    rows = [
        {"event_id": event.id, "account_id": account_id, "position": at}
        for at, account_id in enumerate(event.host_ids)
    ]
    if rows:
        tx.connection.execute(host_table.insert(), rows)


def find(connection: sa.Connection, event_id: int) -> Event | None:
    chosen = sa.select(event_table).where(_event.id == event_id)
    row = connection.execute(chosen).mappings().first()
    if row is None:
        return None
    return read_event(row, "", hosts_of(connection, [event_id]))


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many events are to come: all, those that recur, and those of one account."""

    events: int
    series: int
    theirs: int


def count(connection: sa.Connection, account_id: int) -> Numbers:
    coming = (
        sa.select(_event.id, _event.rule, _event.made_by)
        .where(
            _event.id.in_(sa.select(_occurrence.event_id).where(_occurrence.state.in_(_TO_COME)))
        )
        .subquery()
    )
    one, none = sa.literal(1), sa.literal(0)
    row = connection.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(sa.case((coming.c.rule != "", one), else_=none)), 0),
            sa.func.coalesce(
                sa.func.sum(sa.case((coming.c.made_by == account_id, one), else_=none)), 0
            ),
        ).select_from(coming)
    ).one()
    return Numbers(*map(int, row))


def load_series(connection: sa.Connection) -> Sequence[Event]:
    """Return the events that recur and may happen once more."""
    goes_on = _event.extended_to != NO_MORE.strftime(WALL)
    chosen = sa.select(event_table).where(_event.rule != "", goes_on)
    rows = connection.execute(chosen.order_by(_event.id)).mappings().all()
    hosts = hosts_of(connection, [row["id"] for row in rows])
    return [read_event(row, "", hosts) for row in rows]


def hosts_of(connection: sa.Connection, event_ids: Sequence[int]) -> Mapping[int, Sequence[int]]:
    found: dict[int, list[int]] = {}
    for some in in_parts(event_ids):
        chosen = sa.select(host_table).where(host_table.c.event_id.in_(some))
        for row in connection.execute(chosen.order_by(host_table.c.position)):
            found.setdefault(row.event_id, []).append(row.account_id)
    return found


def read_event(row: sa.RowMapping, prefix: str, hosts: Mapping[int, Sequence[int]]) -> Event:
    def of(name: str) -> Any:
        return row[f"{prefix}{name}"]

    extended_to = of("extended_to")
    return Event(
        id=of("id"),
        title=of("title"),
        about=of("about"),
        room_id=of("room_id"),
        wall=wall_of(of("wall")),
        zone=of("zone"),
        lasts=timedelta(seconds=of("lasts_s")),
        rule=of("rule"),
        role_ids=tuple(int(id_) for id_ in of("role_ids")),
        host_ids=tuple(hosts.get(of("id"), ())),
        is_public=of("is_public"),
        made_by=of("made_by"),
        kind=of("kind"),
        sequence=of("sequence"),
        extended_to=None if extended_to is None else wall_of(extended_to),
        is_draft=of("is_draft"),
        to_be_recorded=of("to_be_recorded"),
        tag_ids=tuple(int(id_) for id_ in of("tag_ids")),
        told_role_ids=tuple(int(id_) for id_ in of("told_role_ids")),
    )


def _values(event: Event) -> dict[str, Any]:
    extended_to = event.extended_to
    return {
        "title": event.title,
        "about": event.about,
        "searched": folded(event.title)[:SEARCHED_CHARACTERS],
        "room_id": event.room_id,
        "wall": event.wall.strftime(WALL),
        "zone": event.zone,
        "lasts_s": int(event.lasts.total_seconds()),
        "rule": event.rule,
        "role_ids": [str(id_) for id_ in event.role_ids],
        "is_public": event.is_public,
        "made_by": event.made_by,
        "kind": event.kind,
        "sequence": event.sequence,
        "extended_to": None if extended_to is None else extended_to.strftime(WALL),
        "is_draft": event.is_draft,
        "to_be_recorded": event.to_be_recorded,
        "tag_ids": [str(id_) for id_ in event.tag_ids],
        "told_role_ids": [str(id_) for id_ in event.told_role_ids],
    }
