"""Occurrences as rows: what comes next, what is due, what is on and where."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger

from salon.plugin import Transaction
from salon_events.event import NO_MORE, TO_COME, Event, Occurrence, Said, State
from salon_events.event_rows import hosts_of, read_event
from salon_events.tables import (
    WALL,
    answer_table,
    event_table,
    from_ms,
    host_table,
    occurrence_table,
    to_ms,
)

_event, _occurrence, _answer = event_table.c, occurrence_table.c, answer_table.c


def add(tx: Transaction, occurrences: Iterable[Occurrence]) -> None:
    rows = [{"id": each.id, "event_id": each.event.id, **_times(each)} for each in occurrences]
    if rows:
        tx.connection.execute(occurrence_table.insert(), rows)


def save(tx: Transaction, occurrence: Occurrence) -> None:
    """Write an occurrence, and when those who want to be told of it are."""
    of_this = _occurrence.id == occurrence.id
    tx.connection.execute(occurrence_table.update().where(of_this).values(**_times(occurrence)))


def set_reminders(tx: Transaction, occurrence: Occurrence) -> None:
    """Reckon anew when people are told, after an occurrence was moved or cancelled."""
    at = None
    if occurrence.is_to_come:
        before = sa.cast(_answer.remind_min, BigInteger) * 60_000
        at = sa.literal(to_ms(occurrence.starts_at), BigInteger) - before
    of_this = _answer.occurrence_id == occurrence.id
    tx.connection.execute(answer_table.update().where(of_this).values(remind_at=at))


def move_on(tx: Transaction, occurrence_id: int, was: State, state: State) -> bool:
    """Change the state of an occurrence, if it is what it was; only one of two succeeds."""
    of_this = (_occurrence.id == occurrence_id) & (_occurrence.state == was.value)
    changed = occurrence_table.update().where(of_this)
    return tx.connection.execute(changed.values(state=state.value)).rowcount == 1


def begin_opening(tx: Transaction, occurrence_id: int, drawn_id: int) -> bool:
    """Take the opening of what is planned upon oneself; only one of two succeeds."""
    of_this = (_occurrence.id == occurrence_id) & (_occurrence.state == State.PLANNED.value)
    changed = occurrence_table.update().where(of_this)
    values = {"state": State.OPENING.value, "drawn_id": drawn_id}
    return tx.connection.execute(changed.values(**values)).rowcount == 1


def set_room(tx: Transaction, occurrence_id: int, room_id: int | None) -> None:
    of_this = occurrence_table.update().where(_occurrence.id == occurrence_id)
    tx.connection.execute(of_this.values(room_id=room_id))


def forget_room(tx: Transaction, room_id: int) -> None:
    """A room that was opened for an event has gone: what was on in it is over."""
    of_room = occurrence_table.update().where(_occurrence.room_id == room_id)
    is_on = sa.case((_occurrence.state == State.OPEN.value, State.OVER.value))
    state = sa.func.coalesce(is_on, _occurrence.state)
    tx.connection.execute(of_room.values(state=state, room_id=None))


def find(connection: sa.Connection, occurrence_id: int) -> Occurrence | None:
    return next(iter(_load(connection, _chosen().where(_occurrence.id == occurrence_id))), None)


def of_event(
    connection: sa.Connection,
    event_id: int,
    states: Collection[State] = TO_COME,
    *,
    begins: datetime | None = None,
) -> Sequence[Occurrence]:
    """Return the occurrences of an event in these states, from a start on, by time."""
    among = _occurrence.state.in_([state.value for state in states])
    chosen = _chosen().where(_occurrence.event_id == event_id, among)
    if begins is not None:
        chosen = chosen.where(_occurrence.starts_at >= to_ms(begins))
    return _load(connection, chosen.order_by(_occurrence.starts_at, _occurrence.id))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which occurrences: in these states, from and to a time, in a room, of somebody.

    `after` is the last of the page before: its start and its id. `account_id`: those that they
    host, made or answered.
    """

    states: Collection[State]
    begins: datetime | None = None
    ends: datetime | None = None
    room_id: int | None = None
    account_id: int | None = None
    after: tuple[datetime, int] | None = None
    newest_first: bool = False
    is_public: bool = False
    words: Sequence[str] = ()


def page(connection: sa.Connection, wanted: Wanted, limit: int) -> Sequence[Occurrence]:
    """Return at most `limit` occurrences, by their start."""
    chosen = _chosen().where(_occurrence.state.in_([each.value for each in wanted.states]))
    if wanted.begins is not None:
        chosen = chosen.where(_occurrence.ends_at > to_ms(wanted.begins))
    if wanted.ends is not None:
        chosen = chosen.where(_occurrence.starts_at < to_ms(wanted.ends))
    if wanted.room_id is not None:
        in_room = (_event.room_id == wanted.room_id) | (_occurrence.room_id == wanted.room_id)
        chosen = chosen.where(in_room)
    if wanted.is_public:
        chosen = chosen.where(_event.is_public)
    if wanted.account_id is not None:
        chosen = chosen.where(_is_of(wanted.account_id))
    for word in wanted.words:
        chosen = chosen.where(_event.searched.contains(word, autoescape=True))
    at = sa.tuple_(_occurrence.starts_at, _occurrence.id)
    if wanted.after is not None:
        last = sa.tuple_(sa.literal(to_ms(wanted.after[0])), sa.literal(wanted.after[1]))
        chosen = chosen.where(at < last if wanted.newest_first else at > last)
    order = (_occurrence.starts_at, _occurrence.id)
    ordered = [each.desc() for each in order] if wanted.newest_first else list(order)
    return _load(connection, chosen.order_by(*ordered).limit(limit))


def _is_of(account_id: int) -> sa.ColumnElement[bool]:
    hosted = sa.select(host_table.c.event_id).where(host_table.c.account_id == account_id)
    answered = sa.select(_answer.occurrence_id).where(
        _answer.account_id == account_id,
        _answer.said.in_([Said.COMING.value, Said.MAYBE.value]) | _answer.remind_min.is_not(None),
    )
    return (_event.made_by == account_id) | _event.id.in_(hosted) | _occurrence.id.in_(answered)


def due(connection: sa.Connection, at: datetime, limit: int) -> Sequence[Occurrence]:
    """Return what begins by then and is not open, the earliest first."""
    waiting = [State.PLANNED.value, State.OPENING.value]
    begins = _occurrence.starts_at <= to_ms(at)
    chosen = _chosen().where(_occurrence.state.in_(waiting), begins, ~_event.is_draft)
    return _load(connection, chosen.order_by(_occurrence.starts_at).limit(limit))


def lapse(tx: Transaction, at: datetime) -> None:
    """Let the times of drafts pass: nobody misses what nobody knew of."""
    drafts = sa.select(_event.id).where(_event.is_draft)
    passed = (_occurrence.state == State.PLANNED.value) & (_occurrence.ends_at <= to_ms(at))
    lapsed = occurrence_table.update().where(passed, _occurrence.event_id.in_(drafts))
    tx.connection.execute(lapsed.values(state=State.MISSED.value))


def ended(connection: sa.Connection, at: datetime, limit: int) -> Sequence[Occurrence]:
    """Return what is open and was to end by then."""
    is_open = _occurrence.state == State.OPEN.value
    chosen = _chosen().where(is_open, _occurrence.ends_at <= to_ms(at))
    return _load(connection, chosen.order_by(_occurrence.ends_at).limit(limit))


def with_rooms(connection: sa.Connection, at: datetime, limit: int) -> Sequence[Occurrence]:
    """Return what ended by then, or was cancelled, and has still the room opened for it."""
    over = [State.OVER.value, State.CANCELLED.value]
    chosen = _chosen().where(_occurrence.room_id.is_not(None), _occurrence.state.in_(over))
    return _load(connection, chosen.where(_occurrence.ends_at <= to_ms(at)).limit(limit))


def prune(tx: Transaction, before: datetime, limit: int) -> int:
    """Forget some occurrences of long ago, with the answers, and events without any."""
    done = [State.OVER.value, State.CANCELLED.value, State.MISSED.value]
    chosen = sa.select(_occurrence.id).where(
        _occurrence.starts_at < to_ms(before), _occurrence.state.in_(done)
    )
    ids = list(tx.connection.execute(chosen.limit(limit)).scalars())
    tx.connection.execute(answer_table.delete().where(_answer.occurrence_id.in_(ids)))
    tx.connection.execute(occurrence_table.delete().where(_occurrence.id.in_(ids)))
    empty = _event.id.not_in(sa.select(_occurrence.event_id))
    ended = (_event.rule == "") | (_event.extended_to == NO_MORE.strftime(WALL))
    gone = list(tx.connection.execute(sa.select(_event.id).where(empty, ended)).scalars())
    tx.connection.execute(host_table.delete().where(host_table.c.event_id.in_(gone)))
    tx.connection.execute(event_table.delete().where(_event.id.in_(gone)))
    return len(ids)


# -- rows to what they mean

_OF_EVENT = [column.label(f"event_{column.name}") for column in event_table.columns]


def _chosen() -> sa.Select[Any]:
    own = [column for column in occurrence_table.columns if column.name != "event_id"]
    joined = sa.select(*own, *_OF_EVENT)
    return joined.join(event_table, _event.id == _occurrence.event_id)


def _load(connection: sa.Connection, chosen: sa.Select[Any]) -> Sequence[Occurrence]:
    rows = connection.execute(chosen).mappings().all()
    hosts = hosts_of(connection, sorted({row["event_id"] for row in rows}))
    events: dict[int, Event] = {}
    for row in rows:
        if row["event_id"] not in events:
            events[row["event_id"]] = read_event(row, "event_", hosts)
    return [_read(row, events[row["event_id"]]) for row in rows]


def _read(row: sa.RowMapping, event: Event) -> Occurrence:
    return Occurrence(
        id=row["id"],
        event=event,
        starts_at=from_ms(row["starts_at"]),
        ends_at=from_ms(row["ends_at"]),
        state=State(row["state"]),
        changed_at=from_ms(row["changed_at"]),
        title=row["title"],
        about=row["about"],
        room_id=row["room_id"],
        drawn_id=row["drawn_id"],
        sequence=row["sequence"],
    )


def _times(occurrence: Occurrence) -> dict[str, Any]:
    return {
        "starts_at": to_ms(occurrence.starts_at),
        "ends_at": to_ms(occurrence.ends_at),
        "state": occurrence.state.value,
        "changed_at": to_ms(occurrence.changed_at),
        "title": occurrence.title,
        "about": occurrence.about,
        "room_id": occurrence.room_id,
        "sequence": occurrence.sequence,
    }
