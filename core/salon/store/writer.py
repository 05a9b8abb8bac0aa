"""The one writer: a thread that commits what waits, together.

Natural group commit: while one commit is on its way to the disk, writes gather; they become the
next one. Each write is a short synchronous function under a savepoint of its own, so that a
refused one takes nothing else with it. A plugin's write gets a transaction of its own with a
deadline, and may change the plugin's own tables only.

When the connection to the database is lost, writes are refused until it is back. A commit that was
on its way is answered then, as what it became: an acknowledgement may come late, never wrong.

After a failed COMMIT that leaves it unknown what is on the disk, the writer stops and every later
write is refused (PostgreSQL's rule for fsync); so it does when it comes back to a database that is
not as it left it.
"""

import asyncio
import contextlib
import itertools
import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from salon.clock import Clock
from salon.domain.events import Event, MessagePosted, PluginEvent, Scope
from salon.errors import SalonError, Unavailable
from salon.ids import Ids
from salon.store import log as event_log
from salon.store import search
from salon.store.database import Attempt, Away, Changed, Database, Deadline, away, driver_of, let_go
from salon.store.log import Committed

BATCH_MAX = 500
WAITING_MAX = 20_000
LOG_CUT_EVERY = 10_000  # events
INDEX_EVERY = 128  # messages; then 3 ms
TRY_AGAIN_S = (0.1, 0.2, 0.5, 1.0, 2.0)  # between attempts to reach a lost database; then the last
DISK_LOST = "The database did not reach the disk. The server must be restarted."
CHANGED = "The database was changed by another hand. The server must be restarted."

log = structlog.get_logger(__name__)

Listener = Callable[[Sequence[Committed]], None]


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
    attempt: Attempt | None = None  # while its COMMIT is on its way


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

    def __init__(self, database: Database, connection: Connection, clock: Clock, ids: Ids) -> None:
        self.ids = ids
        self._database = database
        self._connection = connection
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[list[_Write] | None] = queue.SimpleQueue()
        self._submitted: list[_Write] = []
        self._waiting = 0
        self._stopped: str | None = None
        self._broken: str | None = None  # for good
        self.is_away = False
        self.versions: Counter[str] = Counter()  # of plugins; kept in the loop
        self._closing = threading.Event()
        self._listeners: list[Listener] = []
        self._head = 0
        self._cut_at = 0
        # Messages that the index of the search lacks; at first, what the last run left.
        self._unindexed = INDEX_EVERY
        self._ended: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)

    def start(self, head_seq: int) -> None:
        self._head = self.head_seq = head_seq
        self._cut_at = head_seq + LOG_CUT_EVERY
        self._thread.start()

    @property
    def is_writing(self) -> bool:
        return self._waiting > 0

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    async def index(self) -> None:
        """Return when the search finds all that is committed. Raises Unavailable."""
        if self._unindexed and search.is_noted(self._connection):
            await self.submit(lambda _tx: self._index_now())

    def submit(
        self, work: Callable[[Any], Any], plugin: str | None = None, budget_s: float = 0.0
    ) -> "asyncio.Future[Any]":
        """Queue a write; the future resolves after COMMIT. Raises Unavailable."""
        if self._stopped is not None:
            raise Stopped(self._stopped, reason="not_written")
        if self.is_away:
            raise away()
        if self._waiting >= WAITING_MAX:
            raise Unavailable(
                "The server is very busy. Please try again in a moment.", reason="busy"
            )
        self._waiting += 1
        done: asyncio.Future[Any] = self._loop.create_future()
        if not self._submitted:
            self._loop.call_soon(self._hand_over)
        self._submitted.append(_Write(work, done, plugin, budget_s))
        return done

    def _hand_over(self) -> None:
        """Give the thread all that was submitted in one round of the loop, for one commit.

        Handed over one by one, the first is committed alone, and the thread takes the
        interpreter from those that are still being judged.
        """
        submitted, self._submitted = self._submitted, []
        if submitted:
            self._queue.put(submitted)

    async def close(self) -> None:
        """Commit what waits, then end the thread."""
        if self._stopped is None:
            self._stopped = "The server is stopping."
        self._closing.set()
        self._hand_over()
        self._queue.put(None)
        await asyncio.wrap_future(self._ended)

    # -- in the thread

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batches, more = self._gather(first)
            for batch in batches:
                self._commit(batch)
            if not more:
                break
        let_go(self._connection)
        self._ended.set_result(None)

    def _gather(self, first: list[_Write]) -> tuple[list[list[_Write]], bool]:
        """Take what waits: runs of core writes together, each plugin write alone."""
        writes, more = list(first), True
        with contextlib.suppress(queue.Empty):
            while len(writes) < BATCH_MAX:
                submitted = self._queue.get_nowait()
                if submitted is None:
                    more = False
                    break
                writes += submitted
        return list(_batches(writes)), more

    def _commit(self, writes: list[_Write]) -> None:
        batch = _Batch(writes)
        try:
            self._check_whole()
            # Said to the driver itself: through SQLAlchemy each costs as much as an insert.
            driver_of(self._connection).execute(self._database.begin)
            now = self._clock.now()
            for write in writes:
                self._perform(write, now, batch)
            event_log.add(self._connection, batch.committed, now)
            self._cut()
            was_indexed = self._index(batch)
            mark = self._database.mark(self._connection)
            batch.attempt = Attempt(mark, self._head, self._head + len(batch.committed))
            self._database.commit(self._connection)
        except BaseException as error:  # noqa: BLE001 the thread must outlive whatever happens
            self._failed(batch, error)
        else:
            self._unindexed = 0 if was_indexed else self._unindexed
        self._head += len(batch.committed)
        self._loop.call_soon_threadsafe(self._deliver, batch)
        if self.is_away:
            self._come_back(Attempt(None, self._head, self._head))

    def _check_whole(self) -> None:
        if self._broken is not None:
            raise Stopped(self._broken, reason="not_written")

    def _perform(self, write: _Write, now: datetime, batch: _Batch) -> None:
        tx = _Transaction(self._connection, now, self)
        execute = driver_of(self._connection).execute
        execute("SAVEPOINT write")
        try:
            if write.plugin is None:
                write.result = write.work(tx)
            else:
                self._perform_for_plugin(write, tx)
            logged = self._log(tx, self._head + len(batch.committed))
            execute("RELEASE write")
        except Exception as error:
            if self._database.is_lost(self._connection, error):
                raise
            execute("ROLLBACK TO write")
            execute("RELEASE write")
            write.error = self._told(error)
        else:
            batch.committed.extend(logged)

    def _told(self, error: Exception) -> Exception:
        if self._database.is_passing(error):
            log.error("a write failed", exc_info=error)
            return _refusal()
        return error

    def _perform_for_plugin(self, write: _Write, tx: _Transaction) -> None:
        deadline = Deadline(write.budget_s)
        with self._database.guarded(self._connection, f"{write.plugin}_", deadline):
            write.result = write.work(_PluginTransaction(tx, str(write.plugin)))
        if deadline.is_far_over:
            raise deadline.refusal()
        if deadline.is_over:
            log.warning("a plugin's write held up all others", plugin=write.plugin)

    def _log(self, tx: _Transaction, head: int) -> list[Committed]:
        return [
            Committed(head + n, event.wire_name, event.scope, event_log.encode(event), event)
            for n, event in enumerate(tx.events, start=1)
        ]

    def _index_now(self) -> None:
        self._unindexed = INDEX_EVERY

    def _index(self, batch: _Batch) -> bool:
        """Take new messages into the index of the search, many at once; tell whether it was done.

        What each time costs is the same for one and for a hundred. Who searches meanwhile has it
        done first.
        """
        self._unindexed += sum(entry.name == MessagePosted.name for entry in batch.committed)
        if self._unindexed < INDEX_EVERY:
            return False
        search.index_new(self._connection)
        return True

    def _cut(self) -> None:
        if self._head >= self._cut_at:
            self._cut_at = self._head + LOG_CUT_EVERY
            old = event_log.log.c.seq <= self._head - event_log.KEPT
            self._connection.execute(event_log.log.delete().where(old))

    # -- when it fails

    def _failed(self, batch: _Batch, error: BaseException) -> None:
        """Say what became of each write; of one whose commit was on its way, once it is known."""
        log.error("a commit failed", writes=len(batch.writes), exc_info=error)
        if self._broken is None and self._database.is_lost(self._connection, error):
            self.is_away = True
            if batch.attempt is not None and self._come_back(batch.attempt):
                return
        else:
            self._roll_back()
        batch.committed.clear()
        for write in batch.writes:
            write.error = write.error if isinstance(write.error, SalonError) else _refusal()
        if self._database.is_disk_lost(error):
            self._break(DISK_LOST)

    def _roll_back(self) -> None:
        try:
            driver_of(self._connection).execute("ROLLBACK")
        except Exception:  # noqa: BLE001 each driver has its own
            log.info("nothing was left to roll back")

    def _break(self, why: str) -> None:
        self._broken = self._stopped = why

    def _come_back(self, attempt: Attempt) -> bool:
        """Open a connection again, refusing what comes meanwhile.

        Returns whether the commit that was on its way had gone through.
        """
        log.error("the database is away; nothing is written until it is back")
        let_go(self._connection)
        waits = itertools.chain(TRY_AGAIN_S, itertools.repeat(TRY_AGAIN_S[-1]))
        went_through = False
        while not self._closing.wait(next(waits)):
            self._refuse_waiting()
            try:
                self._connection, went_through = self._database.reopen_writer(attempt)
            except Away:
                continue
            except Changed as error:
                log.error("nothing is written any more", reason=error.message)  # noqa: TRY400 said in full
                self._break(CHANGED)
            else:
                log.warning("the database is back", commit_went_through=went_through)
            break
        self.is_away = False
        return went_through

    def _refuse_waiting(self) -> None:
        """Refuse what was asked before it was known that the database is away."""
        waiting: list[_Write] = []
        with contextlib.suppress(queue.Empty):
            while (submitted := self._queue.get_nowait()) is not None:
                waiting += submitted
            self._queue.put(None)  # the end is for whoever waits for the next write
        for write in waiting:
            write.error = away()
        self._loop.call_soon_threadsafe(self._deliver, _Batch(waiting))

    # -- back in the loop

    def _deliver(self, batch: _Batch) -> None:
        """Tell the listeners first: whoever is answered may rely on what it was told."""
        self._waiting -= len(batch.writes)
        self.versions.update(write.plugin for write in batch.writes if write.plugin is not None)
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


def _batches(writes: Sequence[_Write]) -> Iterator[list[_Write]]:
    """Yield what is one commit each: at most so many of the core's, or one of a plugin's."""
    batch: list[_Write] = []
    for write in writes:
        is_alone = write.plugin is not None or (batch and batch[-1].plugin is not None)
        if batch and (is_alone or len(batch) == BATCH_MAX):
            yield batch
            batch = []
        batch.append(write)
    if batch:
        yield batch


def _refusal() -> Unavailable:
    return Unavailable(
        "The database cannot be written. Please keep your text and try again.", reason="not_written"
    )
