"""The queue of background jobs: rows that survive a restart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Integer,
    Row,
    String,
    Table,
    func,
    select,
    tuple_,
)

from salon.store.base import CoreTransaction, Id, Utc, core_metadata

State = Literal["waiting", "running", "done", "failed"]

jobs = Table(
    "job",
    core_metadata,
    Column("id", Id, primary_key=True),
    Column("plugin", String(64), nullable=False),
    Column("name", String(64), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("state", String(8), nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("run_at", Utc, nullable=False),
    Column("finished_at", Utc),
    Column("error", String(2000)),
)


@dataclass(frozen=True, slots=True)
class QueuedJob:
    id: int
    plugin: str
    name: str
    payload: dict[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class SeenJob:
    """A job as it is shown: how it goes, and nothing of what it is about."""

    id: int
    plugin: str
    name: str
    state: State
    attempts: int
    run_at: datetime
    finished_at: datetime | None
    error: str | None


def add(
    tx: CoreTransaction, plugin: str, name: str, payload: dict[str, Any], run_at: datetime
) -> int:
    id_ = tx.new_id()
    tx.connection.execute(
        jobs.insert().values(
            id=id_,
            plugin=plugin,
            name=name,
            payload=payload,
            state="waiting",
            attempts=0,
            run_at=run_at,
        )
    )
    return id_


def is_queued(tx: CoreTransaction, plugin: str, name: str) -> bool:
    """Whether one of this name is waiting or running."""
    query = select(jobs.c.id).where(
        jobs.c.plugin == plugin, jobs.c.name == name, jobs.c.state.in_(["waiting", "running"])
    )
    return tx.connection.scalar(query.limit(1)) is not None


def claim(tx: CoreTransaction, known: Sequence[tuple[str, str]]) -> QueuedJob | None:
    """Take the next due job of these (plugin, name) kinds, counting the attempt."""
    if not known:
        return None
    due = (
        select(jobs)
        .where(jobs.c.state == "waiting", jobs.c.run_at <= tx.now)
        .where(tuple_(jobs.c.plugin, jobs.c.name).in_(known))
        .order_by(jobs.c.run_at, jobs.c.id)
        .limit(1)
    )
    row = tx.connection.execute(due).one_or_none()
    if row is None:
        return None
    _change(tx, row.id, state="running", attempts=row.attempts + 1)
    return _job(row, row.attempts + 1)


def next_run_at(connection: Connection) -> datetime | None:
    query = select(jobs.c.run_at).where(jobs.c.state == "waiting").order_by(jobs.c.run_at)
    return connection.scalar(query.limit(1))


def finish(tx: CoreTransaction, id_: int) -> None:
    _change(tx, id_, state="done", finished_at=tx.now, error=None)


def fail(tx: CoreTransaction, id_: int, error: str) -> None:
    _change(tx, id_, state="failed", finished_at=tx.now, error=error[:2000])


def retry(tx: CoreTransaction, id_: int, run_at: datetime, error: str) -> None:
    _change(tx, id_, state="waiting", run_at=run_at, error=error[:2000])


def recover(tx: CoreTransaction) -> int:
    """Make what a dead server was doing wait again; returns how many there were."""
    return tx.connection.execute(
        jobs.update().where(jobs.c.state == "running").values(state="waiting", run_at=tx.now)
    ).rowcount


def again(tx: CoreTransaction, id_: int) -> str | None:
    """Let one that failed, for good or so far, run now; return its name, None if it did not."""
    stopped = (jobs.c.state == "failed") | ((jobs.c.state == "waiting") & jobs.c.error.is_not(None))
    name: str | None = tx.connection.scalar(select(jobs.c.name).where(jobs.c.id == id_, stopped))
    if name is not None:
        _change(tx, id_, state="waiting", attempts=0, run_at=tx.now, finished_at=None, error=None)
    return name


def prune(tx: CoreTransaction, done_before: datetime, failed_before: datetime) -> None:
    is_old = jobs.c.finished_at < failed_before
    is_done = (jobs.c.state == "done") & (jobs.c.finished_at < done_before)
    tx.connection.execute(jobs.delete().where(is_old | is_done))


def due(connection: Connection, now: datetime, limit: int) -> Sequence[SeenJob]:
    """Return what runs or waits for its turn, the next one first."""
    is_due = (jobs.c.state == "waiting") & (jobs.c.run_at <= now)
    return _seen(connection, (jobs.c.state == "running") | is_due, jobs.c.run_at, limit)


def planned(connection: Connection, now: datetime, limit: int) -> Sequence[SeenJob]:
    """Return what waits for its time, the next one first."""
    is_later = (jobs.c.state == "waiting") & (jobs.c.run_at > now)
    return _seen(connection, is_later, jobs.c.run_at, limit)


def failed(connection: Connection, limit: int) -> Sequence[SeenJob]:
    """Return what was given up, the last one first."""
    return _seen(connection, jobs.c.state == "failed", jobs.c.finished_at.desc(), limit)


def count_failed(connection: Connection) -> int:
    query = select(func.count()).select_from(jobs).where(jobs.c.state == "failed")
    return connection.scalar(query) or 0


def last_ended(connection: Connection) -> dict[tuple[str, str], datetime]:
    """Return when one of each (plugin, name) ended last, well or not."""
    last = func.max(jobs.c.finished_at).label("last")
    query = (
        select(jobs.c.plugin, jobs.c.name, last)
        .where(jobs.c.finished_at.is_not(None))
        .group_by(jobs.c.plugin, jobs.c.name)
    )
    return {(row.plugin, row.name): row.last for row in connection.execute(query)}


def state(connection: Connection, plugin: str, id_: int) -> State | None:
    query = select(jobs.c.state).where(jobs.c.id == id_, jobs.c.plugin == plugin)
    found: State | None = connection.scalar(query)
    return found


def _change(tx: CoreTransaction, id_: int, **columns: Any) -> None:
    tx.connection.execute(jobs.update().where(jobs.c.id == id_).values(columns))


def _seen(
    connection: Connection, which: ColumnElement[bool], order: ColumnElement[Any], limit: int
) -> Sequence[SeenJob]:
    shown = [jobs.c[name] for name in SeenJob.__slots__]
    query = select(*shown).where(which).order_by(order, jobs.c.id).limit(limit)
    return [SeenJob(*row) for row in connection.execute(query)]


def _job(row: Row[Any], attempts: int) -> QueuedJob:
    return QueuedJob(row.id, row.plugin, row.name, row.payload, attempts)
