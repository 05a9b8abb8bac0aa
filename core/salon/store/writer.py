"""The one writer: a thread that commits what waits, together.

Natural group commit: while one commit is on its way to the disk, writes gather; they become the
next one. Each write is a short synchronous function under a savepoint of its own, so that a
refused one takes nothing else with it. A plugin's write gets a transaction of its own with a
deadline, and may change the plugin's own tables only.

After a failed COMMIT nothing is known about the disk any more: the writer stops and every later
write is refused (PostgreSQL's rule for fsync).
"""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from salon.clock import Clock
from salon.domain.events import Event, PluginEvent, Scope
from salon.errors import SalonError, Unavailable
from salon.ids import Ids
from salon.store import log as event_log
from salon.store.log import Committed

BATCH_MAX = 500
WAITING_MAX = 20_000
WAITING_FACTOR = 10  # on a busy machine a short write may stand still for longer than it works
PROGRESS_STEPS = 2_000  # SQLite's virtual machine steps between two looks at the deadline
LOG_CUT_EVERY = 10_000  # events
DISK_LOST = "The database did not reach the disk. The server must be restarted."

log = structlog.get_logger(__name__)

Listener = Callable[[Sequence[Committed]], None]


class TooSlow(Unavailable):
    """A plugin's write took longer than its budget and was rolled back."""


class _Deadline:
    """When a write has used up its budget: that much work of its own, or ten times that in all.

    Both end only what still goes on. Undoing a write that is complete would give nobody the time
    back, and a machine that stood still may book that as work; so it is undone only for ten times
    the work.
    """

    def __init__(self, budget_s: float) -> None:
        self._began_s = time.thread_time()
        self._budget_s = budget_s
        self._all_until_s = time.monotonic() + WAITING_FACTOR * budget_s

    @property
    def is_over(self) -> bool:
        """Whether what still goes on has to end."""
        return self._worked(1) or time.monotonic() > self._all_until_s

    @property
    def is_far_over(self) -> bool:
        """Whether what is complete has to be undone."""
        return self._worked(WAITING_FACTOR)

    def _worked(self, budgets: int) -> bool:
        return time.thread_time() > self._began_s + budgets * self._budget_s


class Stopped(Unavailable):
    """The writer has ended, in order or after a failed commit."""


@dataclass(slots=True)
class _Write:
    work: Callable[[Any], Any]
    done: "asyncio.Future[Any]"
    plugin: str | None = None
    budget_s: float = 0.0
    result: Any = None
    error: BaseException | None = None


@dataclass(slots=True)
class _Batch:
    """One commit on its way back to the loop."""

    writes: list[_Write] = field(default_factory=list)
    committed: list[Committed] = field(default_factory=list)


class _Transaction:
    """What the core's work is handed."""

    def __init__(self, connection: Connection, now: datetime, writer: "Writer") -> None:
        self.connection = connection
        self.now = now
        self.events: list[Event] = []
        self._writer = writer

    def new_id(self) -> int:
        return self._writer.ids.new(self.now)

    def announce(self, event: Event) -> None:
        self.events.append(event)


class _PluginTransaction:
    """What a plugin's work is handed; its events are logged after it, outside its reach."""

    def __init__(self, inner: _Transaction, plugin: str) -> None:
        self._inner = inner
        self._plugin = plugin

    @property
    def connection(self) -> Connection:
        return self._inner.connection

    @property
    def now(self) -> datetime:
        return self._inner.now

    def new_id(self) -> int:
        return self._inner.new_id()

    def announce(self, name: str, scope: Scope, body: dict[str, Any]) -> None:
        self._inner.announce(PluginEvent(f"{self._plugin}.{name}", scope, body))


class Writer:
    """Owns the writing connection and its thread."""

    def __init__(self, engine: Engine, clock: Clock, ids: Ids) -> None:
        self.ids = ids
        self._engine = engine
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._waiting = 0
        self._stopped: str | None = None
        self._disk_lost = False
        self._listeners: list[Listener] = []
        self._head = 0
        self._cut_at = 0
        self._ended: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)

    def start(self, head_seq: int) -> None:
        self._head = self.head_seq = head_seq
        self._cut_at = head_seq + LOG_CUT_EVERY
        self._thread.start()

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def submit(
        self, work: Callable[[Any], Any], plugin: str | None = None, budget_s: float = 0.0
    ) -> "asyncio.Future[Any]":
        """Queue a write; the future resolves after COMMIT. Raises Unavailable."""
        if self._stopped is not None:
            raise Stopped(self._stopped, reason="not_written")
        if self._waiting >= WAITING_MAX:
            raise Unavailable(
                "The server is very busy. Please try again in a moment.", reason="busy"
            )
        self._waiting += 1
        done: asyncio.Future[Any] = self._loop.create_future()
        self._queue.put(_Write(work, done, plugin, budget_s))
        return done

    async def close(self) -> None:
        """Commit what waits, then end the thread."""
        if self._stopped is None:
            self._stopped = "The server is stopping."
        self._queue.put(None)
        await asyncio.wrap_future(self._ended)

    # -- in the thread

    def _run(self) -> None:
        with self._engine.connect() as connection:
            while (first := self._queue.get()) is not None:
                batches, more = self._gather(first)
                for batch in batches:
                    self._commit(connection, batch)
                if not more:
                    break
        self._ended.set_result(None)

    def _gather(self, first: _Write) -> tuple[list[list[_Write]], bool]:
        """Take what waits: runs of core writes together, each plugin write alone."""
        batches: list[list[_Write]] = [[first]]
        for _ in range(BATCH_MAX):
            try:
                write = self._queue.get_nowait()
            except queue.Empty:
                break
            if write is None:
                return batches, False
            if write.plugin is None and batches[-1][0].plugin is None:
                batches[-1].append(write)
            else:
                batches.append([write])
        return batches, True

    def _commit(self, connection: Connection, writes: list[_Write]) -> None:
        batch = _Batch(writes)
        # Said to the driver itself: through SQLAlchemy each of these costs as much as an insert.
        database = connection.connection.driver_connection
        assert isinstance(database, sqlite3.Connection)  # noqa: S101 the only engine so far
        try:
            self._check_disk()
            database.execute("BEGIN IMMEDIATE")
            now = self._clock.now()
            for write in writes:
                self._perform(connection, database, write, now, batch)
            self._cut(connection)
            database.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001 the thread must outlive whatever happens
            self._failed(connection, batch, error)
        else:
            self._head += len(batch.committed)
        self._loop.call_soon_threadsafe(self._deliver, batch)

    def _check_disk(self) -> None:
        if self._disk_lost:
            raise Stopped(DISK_LOST, reason="not_written")

    def _perform(
        self,
        connection: Connection,
        database: sqlite3.Connection,
        write: _Write,
        now: datetime,
        batch: _Batch,
    ) -> None:
        tx = _Transaction(connection, now, self)
        database.execute("SAVEPOINT write")
        try:
            if write.plugin is None:
                write.result = write.work(tx)
            else:
                self._perform_for_plugin(database, write, tx)
            logged = self._log(tx, self._head + len(batch.committed))
        except Exception as error:  # noqa: BLE001 handed to whoever asked for the write
            database.execute("ROLLBACK TO write")
            write.error = error
        else:
            batch.committed.extend(logged)
        database.execute("RELEASE write")

    def _perform_for_plugin(
        self, database: sqlite3.Connection, write: _Write, tx: _Transaction
    ) -> None:
        deadline = _Deadline(write.budget_s)
        database.set_progress_handler(lambda: int(deadline.is_over), PROGRESS_STEPS)
        database.set_authorizer(_authorizer(f"{write.plugin}_"))
        late = TooSlow(f"A write took longer than {write.budget_s * 1000:.0f} ms.")
        try:
            write.result = write.work(_PluginTransaction(tx, str(write.plugin)))
        except DBAPIError as error:
            raise (late if deadline.is_over else error) from error
        finally:
            database.set_authorizer(None)
            database.set_progress_handler(None, 0)
        if deadline.is_far_over:
            raise late
        if deadline.is_over:
            log.warning("a plugin's write held up all others", plugin=write.plugin)

    def _log(self, tx: _Transaction, head: int) -> list[Committed]:
        logged = [
            Committed(head + n, event.wire_name, event.scope, event_log.encode(event), event)
            for n, event in enumerate(tx.events, start=1)
        ]
        event_log.add(tx.connection, logged, tx.now)
        return logged

    def _cut(self, connection: Connection) -> None:
        if self._head >= self._cut_at:
            self._cut_at = self._head + LOG_CUT_EVERY
            old = event_log.log.c.seq <= self._head - event_log.KEPT
            connection.execute(event_log.log.delete().where(old))

    def _failed(self, connection: Connection, batch: _Batch, error: BaseException) -> None:
        log.error("a commit failed", writes=len(batch.writes), exc_info=error)
        batch.committed.clear()
        refusal = Unavailable(
            "The database cannot be written. Please keep your text and try again.",
            reason="not_written",
        )
        for write in batch.writes:
            write.error = write.error if isinstance(write.error, SalonError) else refusal
        try:
            connection.exec_driver_sql("ROLLBACK")
        except DBAPIError:
            log.info("nothing was left to roll back")
        if _is_disk_lost(error):
            self._disk_lost = True
            self._stopped = DISK_LOST

    # -- back in the loop

    def _deliver(self, batch: _Batch) -> None:
        """Tell the listeners first: whoever is answered may rely on what it was told."""
        self._waiting -= len(batch.writes)
        if batch.committed:
            self.head_seq = batch.committed[-1].seq
            for listener in self._listeners:
                try:
                    listener(batch.committed)
                except Exception:  # what is on disk is acknowledged, whoever fails to hear of it
                    log.exception("a listener failed", events=len(batch.committed))
        for write in batch.writes:
            if write.done.cancelled():
                continue
            if write.error is not None:
                write.done.set_exception(write.error)
            else:
                write.done.set_result(write.result)


def _is_disk_lost(error: BaseException) -> bool:
    """Whether SQLite says that a write or sync of the file itself failed (SQLITE_IOERR)."""
    original = error.orig if isinstance(error, DBAPIError) else error
    name = getattr(original, "sqlite_errorname", "") or ""
    return name.startswith("SQLITE_IOERR")


_CHANGES = frozenset(
    {
        sqlite3.SQLITE_INSERT,
        sqlite3.SQLITE_UPDATE,
        sqlite3.SQLITE_DELETE,
    }
)
_READS = frozenset(
    {sqlite3.SQLITE_READ, sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)


def _authorizer(
    prefix: str,
) -> Callable[[int, str | None, str | None, str | None, str | None], int]:
    """Return what lets a plugin read everything, change its own tables and do nothing else."""

    def authorize(
        action: int, table: str | None, _second: str | None, _database: str | None, _by: str | None
    ) -> int:
        if action in _READS or (action in _CHANGES and (table or "").startswith(prefix)):
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    return authorize
