"""The tables of the plugin, and the only place that speaks SQL."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, String, Table

from salon.plugin import Transaction, folded, plugin_metadata
from salon_events.event import NO_MORE, TALK, TO_COME, Answer, Event, Occurrence, Said, State, Tally

FACES = 3
IDS_AT_ONCE = 500  # in one statement

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_Id = BigInteger().with_variant(Integer(), "sqlite")
_WALL = "%Y-%m-%dT%H:%M"
_SEARCHED_CHARACTERS = 400

metadata = plugin_metadata()

event_table = Table(
    "events_event",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("title", String(100), nullable=False),
    Column("about", String(2_000), nullable=False),
    Column("searched", String(_SEARCHED_CHARACTERS), nullable=False),
    Column("room_id", BigInteger),
    Column("wall", String(16), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("lasts_s", Integer, nullable=False),
    Column("rule", String(200), nullable=False),
    Column("role_ids", JSON, nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("made_by", BigInteger),
    Column("sequence", Integer, nullable=False),
    Column("extended_to", String(16)),
    Column("kind", String(64), nullable=False, server_default=TALK),
)

host_table = Table(
    "events_host",
    metadata,
    Column("event_id", _Id, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("position", Integer, nullable=False),
)

occurrence_table = Table(
    "events_occurrence",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("event_id", BigInteger, nullable=False, index=True),
    Column("starts_at", BigInteger, nullable=False, index=True),
    Column("ends_at", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("title", String(100)),
    Column("about", String(2_000)),
    Column("room_id", BigInteger),
    Column("drawn_id", BigInteger),
    Column("sequence", Integer, nullable=False),
    Index("ix_events_occurrence_state_starts_at", "state", "starts_at"),
)

answer_table = Table(
    "events_answer",
    metadata,
    Column("occurrence_id", _Id, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("said", String(8)),
    Column("said_at", BigInteger, nullable=False),
    Column("remind_min", Integer),
    Column("remind_at", BigInteger, index=True),
)

address_table = Table(
    "events_address",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, nullable=False, index=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("holds", String(8), nullable=False),
    Column("room_id", BigInteger),
    Column("made_at", BigInteger, nullable=False),
    Column("fetched_at", BigInteger),
)

_event, _occurrence, _answer = event_table.c, occurrence_table.c, answer_table.c
_TO_COME = [state.value for state in TO_COME]


# -- events


def add_event(tx: Transaction, event: Event) -> None:
    tx.connection.execute(event_table.insert().values(id=event.id, **_values(event)))
    _save_hosts(tx, event)


def save_event(tx: Transaction, event: Event) -> None:
    of_event = _event.id == event.id
    tx.connection.execute(event_table.update().where(of_event).values(**_values(event)))
    tx.connection.execute(host_table.delete().where(host_table.c.event_id == event.id))
    _save_hosts(tx, event)


def extend_event(tx: Transaction, event_id: int, extended_to: datetime) -> None:
    changed = event_table.update().where(_event.id == event_id)
    tx.connection.execute(changed.values(extended_to=extended_to.strftime(_WALL)))


def _save_hosts(tx: Transaction, event: Event) -> None:
    rows = [
        {"event_id": event.id, "account_id": account_id, "position": at}
        for at, account_id in enumerate(event.host_ids)
    ]
    if rows:
        tx.connection.execute(host_table.insert(), rows)


def find_event(connection: sa.Connection, event_id: int) -> Event | None:
    chosen = sa.select(event_table).where(_event.id == event_id)
    row = connection.execute(chosen).mappings().first()
    if row is None:
        return None
    return _read_event(row, "", _hosts_of(connection, [event_id]))


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
    goes_on = _event.extended_to != NO_MORE.strftime(_WALL)
    chosen = sa.select(event_table).where(_event.rule != "", goes_on)
    rows = connection.execute(chosen.order_by(_event.id)).mappings().all()
    hosts = _hosts_of(connection, [row["id"] for row in rows])
    return [_read_event(row, "", hosts) for row in rows]


# -- occurrences


def add_occurrences(tx: Transaction, occurrences: Iterable[Occurrence]) -> None:
    rows = [{"id": each.id, "event_id": each.event.id, **_times(each)} for each in occurrences]
    if rows:
        tx.connection.execute(occurrence_table.insert(), rows)


def save_occurrence(tx: Transaction, occurrence: Occurrence) -> None:
    """Write an occurrence, and when those who want to be told of it are."""
    of_this = _occurrence.id == occurrence.id
    tx.connection.execute(occurrence_table.update().where(of_this).values(**_times(occurrence)))


def set_reminders(tx: Transaction, occurrence: Occurrence) -> None:
    """Reckon anew when people are told, after an occurrence was moved or cancelled."""
    at = None
    if occurrence.is_to_come:
        before = sa.cast(_answer.remind_min, BigInteger) * 60_000
        at = sa.literal(_ms(occurrence.starts_at), BigInteger) - before
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
        chosen = chosen.where(_occurrence.starts_at >= _ms(begins))
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
        chosen = chosen.where(_occurrence.ends_at > _ms(wanted.begins))
    if wanted.ends is not None:
        chosen = chosen.where(_occurrence.starts_at < _ms(wanted.ends))
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
        last = sa.tuple_(sa.literal(_ms(wanted.after[0])), sa.literal(wanted.after[1]))
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
    chosen = _chosen().where(_occurrence.state.in_(waiting), _occurrence.starts_at <= _ms(at))
    return _load(connection, chosen.order_by(_occurrence.starts_at).limit(limit))


def ended(connection: sa.Connection, at: datetime, limit: int) -> Sequence[Occurrence]:
    """Return what is open and was to end by then."""
    is_open = _occurrence.state == State.OPEN.value
    chosen = _chosen().where(is_open, _occurrence.ends_at <= _ms(at))
    return _load(connection, chosen.order_by(_occurrence.ends_at).limit(limit))


def with_rooms(connection: sa.Connection, at: datetime, limit: int) -> Sequence[Occurrence]:
    """Return what ended by then, or was cancelled, and has still the room opened for it."""
    over = [State.OVER.value, State.CANCELLED.value]
    chosen = _chosen().where(_occurrence.room_id.is_not(None), _occurrence.state.in_(over))
    return _load(connection, chosen.where(_occurrence.ends_at <= _ms(at)).limit(limit))


def prune(tx: Transaction, before: datetime, limit: int) -> int:
    """Forget some occurrences of long ago, with the answers, and events without any."""
    done = [State.OVER.value, State.CANCELLED.value, State.MISSED.value]
    chosen = sa.select(_occurrence.id).where(
        _occurrence.starts_at < _ms(before), _occurrence.state.in_(done)
    )
    ids = list(tx.connection.execute(chosen.limit(limit)).scalars())
    tx.connection.execute(answer_table.delete().where(_answer.occurrence_id.in_(ids)))
    tx.connection.execute(occurrence_table.delete().where(_occurrence.id.in_(ids)))
    empty = _event.id.not_in(sa.select(_occurrence.event_id))
    ended = (_event.rule == "") | (_event.extended_to == NO_MORE.strftime(_WALL))
    gone = list(tx.connection.execute(sa.select(_event.id).where(empty, ended)).scalars())
    tx.connection.execute(host_table.delete().where(host_table.c.event_id.in_(gone)))
    tx.connection.execute(event_table.delete().where(_event.id.in_(gone)))
    return len(ids)


# -- answers


def find_answer(connection: sa.Connection, occurrence_id: int, account_id: int) -> Answer:
    """Return what somebody said; nothing, when they said nothing."""
    found = answers_of(connection, account_id, [occurrence_id])
    return found.get(occurrence_id, Answer(occurrence_id, account_id))


def answers_of(
    connection: sa.Connection, account_id: int, occurrence_ids: Sequence[int]
) -> Mapping[int, Answer]:
    """Return what somebody said to these, by occurrence."""
    found: dict[int, Answer] = {}
    for some in _in_parts(occurrence_ids):
        chosen = sa.select(answer_table).where(_answer.occurrence_id.in_(some))
        for row in connection.execute(chosen.where(_answer.account_id == account_id)):
            found[row.occurrence_id] = _read_answer(row)
    return found


def save_answer(tx: Transaction, answer: Answer, starts_at: datetime, *, is_news: bool) -> None:
    """Keep an answer in place of the one before; nothing said and no reminder is none.

    `is_news`: they are told again, though they were told.
    """
    of_this = (_answer.occurrence_id == answer.occurrence_id) & (
        _answer.account_id == answer.account_id
    )
    known = tx.connection.execute(sa.select(answer_table).where(of_this)).first()
    tx.connection.execute(answer_table.delete().where(of_this))
    if answer.said is None and answer.remind_min is None:
        return
    remind_at = None if known is None else known.remind_at
    if is_news:
        remind_at = None
        if answer.remind_min is not None:
            remind_at = _ms(starts_at) - answer.remind_min * 60_000
    is_same = known is not None and known.said == answer.said
    tx.connection.execute(
        answer_table.insert().values(
            occurrence_id=answer.occurrence_id,
            account_id=answer.account_id,
            said=answer.said,
            said_at=known.said_at if known is not None and is_same else _ms(tx.now),
            remind_min=answer.remind_min,
            remind_at=remind_at,
        )
    )


def tallies(connection: sa.Connection, occurrence_ids: Sequence[int]) -> Mapping[int, Tally]:
    """Return how many come to these, and the first of them."""
    found: dict[int, Tally] = {}
    for some in _in_parts(occurrence_ids):
        of_some = _answer.occurrence_id.in_(some)
        counted = (
            sa.select(_answer.occurrence_id, _answer.said, sa.func.count().label("people"))
            .where(of_some, _answer.said.is_not(None))
            .group_by(_answer.occurrence_id, _answer.said)
        )
        numbers = {(row[0], row[1]): int(row[2]) for row in connection.execute(counted)}
        faces = _faces(connection, of_some)
        for id_ in some:
            coming, maybe = (numbers.get((id_, each.value), 0) for each in _COUNTED)
            found[id_] = Tally(coming, maybe, tuple(faces.get(id_, ())))
    return found


_COUNTED = (Said.COMING, Said.MAYBE)


def _faces(
    connection: sa.Connection, of_some: sa.ColumnElement[bool]
) -> Mapping[int, Sequence[int]]:
    order = sa.func.row_number().over(
        partition_by=_answer.occurrence_id, order_by=(_answer.said_at, _answer.account_id)
    )
    ranked = (
        sa.select(_answer.occurrence_id, _answer.account_id, order.label("at"))
        .where(of_some, _answer.said == Said.COMING.value)
        .subquery()
    )
    chosen = sa.select(ranked.c.occurrence_id, ranked.c.account_id).where(ranked.c.at <= FACES)
    found: dict[int, list[int]] = {}
    for row in connection.execute(chosen.order_by(ranked.c.at)):
        found.setdefault(row[0], []).append(row[1])
    return found


def people(connection: sa.Connection, occurrence_id: int, limit: int) -> Mapping[int, Said]:
    """Return who said what, in the order in which they said it."""
    said = sa.select(_answer.account_id, _answer.said).where(
        _answer.occurrence_id == occurrence_id, _answer.said.is_not(None)
    )
    ordered = said.order_by(_answer.said_at, _answer.account_id).limit(limit)
    return {row[0]: Said(row[1]) for row in connection.execute(ordered)}


def interested(connection: sa.Connection, occurrence_ids: Sequence[int]) -> Mapping[int, int]:
    """Return who comes, may come or wants to be told, each with the first of these."""
    found: dict[int, int] = {}
    wants = _answer.remind_min.is_not(None)
    comes = _answer.said.in_([each.value for each in _COUNTED])
    for id_ in occurrence_ids:
        chosen = sa.select(_answer.account_id).where(_answer.occurrence_id == id_, wants | comes)
        for account_id in connection.execute(chosen).scalars():
            found.setdefault(account_id, id_)
    return found


@dataclass(frozen=True, slots=True)
class Reminder:
    """Somebody who wants to be told of an occurrence now."""

    occurrence_id: int
    account_id: int


def due_reminders(connection: sa.Connection, now: datetime, limit: int) -> Sequence[Reminder]:
    """Return who is to be told now, the earliest first."""
    chosen = sa.select(_answer.occurrence_id, _answer.account_id).where(
        _answer.remind_at <= _ms(now)
    )
    ordered = chosen.order_by(_answer.remind_at, _answer.account_id).limit(limit)
    return [Reminder(*row) for row in connection.execute(ordered)]


def was_told(tx: Transaction, reminder: Reminder) -> None:
    of_this = (_answer.occurrence_id == reminder.occurrence_id) & (
        _answer.account_id == reminder.account_id
    )
    tx.connection.execute(answer_table.update().where(of_this).values(remind_at=None))


# -- addresses of calendars


@dataclass(frozen=True, slots=True)
class Address:
    """A secret address of somebody's calendar: "all", "mine", or of one "room"."""

    id: int
    account_id: int
    digest: str
    holds: str
    room_id: int | None
    made_at: datetime
    fetched_at: datetime | None = None


def add_address(tx: Transaction, address: Address) -> None:
    tx.connection.execute(
        address_table.insert().values(
            id=address.id,
            account_id=address.account_id,
            digest=address.digest,
            holds=address.holds,
            room_id=address.room_id,
            made_at=_ms(address.made_at),
        )
    )


def addresses_of(connection: sa.Connection, account_id: int) -> Sequence[Address]:
    of_account = address_table.c.account_id == account_id
    chosen = sa.select(address_table).where(of_account).order_by(address_table.c.id)
    return [_read_address(row) for row in connection.execute(chosen)]


def find_address(connection: sa.Connection, digest: str) -> Address | None:
    chosen = sa.select(address_table).where(address_table.c.digest == digest)
    row = connection.execute(chosen).first()
    return None if row is None else _read_address(row)


def note_fetch(tx: Transaction, address_id: int) -> None:
    of_this = address_table.update().where(address_table.c.id == address_id)
    tx.connection.execute(of_this.values(fetched_at=_ms(tx.now)))


def delete_address(tx: Transaction, address_id: int, account_id: int) -> bool:
    """Delete an address, if it is the account's."""
    of_this = (address_table.c.id == address_id) & (address_table.c.account_id == account_id)
    return tx.connection.execute(address_table.delete().where(of_this)).rowcount == 1


# -- people


def forget_account(tx: Transaction, account_id: int) -> None:
    """Leave the events and forget who planned them, who hosts them and what they said."""
    mine = event_table.update().where(_event.made_by == account_id)
    tx.connection.execute(mine.values(made_by=None))
    tx.connection.execute(host_table.delete().where(host_table.c.account_id == account_id))
    tx.connection.execute(answer_table.delete().where(_answer.account_id == account_id))
    of_account = address_table.c.account_id == account_id
    tx.connection.execute(address_table.delete().where(of_account))


def of_account(connection: sa.Connection, account_id: int) -> Mapping[str, Any]:
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


# -- rows to what they mean

_OF_EVENT = [column.label(f"event_{column.name}") for column in event_table.columns]


def _chosen() -> sa.Select[Any]:
    own = [column for column in occurrence_table.columns if column.name != "event_id"]
    joined = sa.select(*own, *_OF_EVENT)
    return joined.join(event_table, _event.id == _occurrence.event_id)


def _load(connection: sa.Connection, chosen: sa.Select[Any]) -> Sequence[Occurrence]:
    rows = connection.execute(chosen).mappings().all()
    hosts = _hosts_of(connection, sorted({row["event_id"] for row in rows}))
    events: dict[int, Event] = {}
    for row in rows:
        if row["event_id"] not in events:
            events[row["event_id"]] = _read_event(row, "event_", hosts)
    return [_read(row, events[row["event_id"]]) for row in rows]


def _hosts_of(connection: sa.Connection, event_ids: Sequence[int]) -> Mapping[int, Sequence[int]]:
    found: dict[int, list[int]] = {}
    for some in _in_parts(event_ids):
        chosen = sa.select(host_table).where(host_table.c.event_id.in_(some))
        for row in connection.execute(chosen.order_by(host_table.c.position)):
            found.setdefault(row.event_id, []).append(row.account_id)
    return found


def _in_parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[at : at + IDS_AT_ONCE] for at in range(0, len(ids), IDS_AT_ONCE))


def _read_event(row: sa.RowMapping, prefix: str, hosts: Mapping[int, Sequence[int]]) -> Event:
    def of(name: str) -> Any:
        return row[f"{prefix}{name}"]

    extended_to = of("extended_to")
    return Event(
        id=of("id"),
        title=of("title"),
        about=of("about"),
        room_id=of("room_id"),
        wall=_wall(of("wall")),
        zone=of("zone"),
        lasts=timedelta(seconds=of("lasts_s")),
        rule=of("rule"),
        role_ids=tuple(int(id_) for id_ in of("role_ids")),
        host_ids=tuple(hosts.get(of("id"), ())),
        is_public=of("is_public"),
        made_by=of("made_by"),
        kind=of("kind"),
        sequence=of("sequence"),
        extended_to=None if extended_to is None else _wall(extended_to),
    )


def _read(row: sa.RowMapping, event: Event) -> Occurrence:
    return Occurrence(
        id=row["id"],
        event=event,
        starts_at=_time(row["starts_at"]),
        ends_at=_time(row["ends_at"]),
        state=State(row["state"]),
        changed_at=_time(row["changed_at"]),
        title=row["title"],
        about=row["about"],
        room_id=row["room_id"],
        drawn_id=row["drawn_id"],
        sequence=row["sequence"],
    )


def _read_answer(row: Any) -> Answer:
    said = None if row.said is None else Said(row.said)
    return Answer(row.occurrence_id, row.account_id, said, row.remind_min)


def _read_address(row: Any) -> Address:
    return Address(
        id=row.id,
        account_id=row.account_id,
        digest=row.digest,
        holds=row.holds,
        room_id=row.room_id,
        made_at=_time(row.made_at),
        fetched_at=None if row.fetched_at is None else _time(row.fetched_at),
    )


def _values(event: Event) -> dict[str, Any]:
    extended_to = event.extended_to
    return {
        "title": event.title,
        "about": event.about,
        "searched": folded(event.title)[:_SEARCHED_CHARACTERS],
        "room_id": event.room_id,
        "wall": event.wall.strftime(_WALL),
        "zone": event.zone,
        "lasts_s": int(event.lasts.total_seconds()),
        "rule": event.rule,
        "role_ids": [str(id_) for id_ in event.role_ids],
        "is_public": event.is_public,
        "made_by": event.made_by,
        "kind": event.kind,
        "sequence": event.sequence,
        "extended_to": None if extended_to is None else extended_to.strftime(_WALL),
    }


def _times(occurrence: Occurrence) -> dict[str, Any]:
    return {
        "starts_at": _ms(occurrence.starts_at),
        "ends_at": _ms(occurrence.ends_at),
        "state": occurrence.state.value,
        "changed_at": _ms(occurrence.changed_at),
        "title": occurrence.title,
        "about": occurrence.about,
        "room_id": occurrence.room_id,
        "sequence": occurrence.sequence,
    }


def _wall(text: str) -> datetime:
    return datetime.strptime(text, _WALL)  # noqa: DTZ007 on the wall, without a zone


def _ms(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)


def _time(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)
