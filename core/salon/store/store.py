"""The store as the rest of the core knows it: open, write, read, listen, close."""

import asyncio
import fcntl
import os
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Literal, Self, TypeVar

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from salon.clock import Clock
from salon.errors import Unavailable
from salon.ids import Ids, new_secret
from salon.store import (
    accounts,
    attention,
    audit,
    channels,
    community,
    exports,
    files,
    jobs,
    kv,
    link_cards,
    mentions,
    messages,
    reactions,
    sanctions,
    stages,
)
from salon.store import log as event_log
from salon.store.base import CoreTransaction, Transaction
from salon.store.database import (
    Away,
    Database,
    DataInUse,
    DataUnwritable,
    away,
    driver_of,
    let_go,
)
from salon.store.log import Logged
from salon.store.migrate import CORE, migrate
from salon.store.readers import Readers
from salon.store.sqlite import Sqlite
from salon.store.writer import Listener, Writer

T = TypeVar("T")

READERS = 3
BRIEF_S = 0.002  # what read longer than this was not brief
PATIENT_S = 1.0  # so long threads read instead
PLUGIN_READ_S = 5.0
TABLES = (
    accounts,
    attention,
    audit,
    channels,
    community,
    event_log,
    exports,
    files,
    jobs,
    kv,
    link_cards,
    mentions,
    messages,
    reactions,
    sanctions,
    stages,
)
WITH_IDS = (messages.messages, channels.rooms, accounts.accounts, jobs.jobs, files.files)
LOCK = "salon.lock"

Synchronous = Literal["full", "normal"]


def database_at(
    directory: Path, address: str | None = None, synchronous: Synchronous = "full"
) -> Database:
    """Return the database of `postgresql://…`, or without an address the file in the directory."""
    if address is None:
        return Sqlite(directory, synchronous)
    from salon.store.postgresql import Postgresql  # only where its driver is

    return Postgresql(address, synchronous)


class Store:
    """Owns the database: one writing thread, some reading ones, the lock on the directory."""

    def __init__(self, directory: Path, lock: IO[str], database: Database) -> None:
        self.directory = directory
        self._lock = lock
        self._database = database
        self._threads = Readers(READERS)
        self._local = threading.local()
        self._readers: list[Connection] = []
        self._patient_until_s = 0.0
        self._writer: Writer
        self.epoch = ""

    @classmethod
    async def open(
        cls,
        directory: Path,
        *,
        clock: Clock,
        ids: Ids,
        address: str | None = None,
        synchronous: Synchronous = "full",
    ) -> Self:
        """Lock, create or migrate; `address`: of PostgreSQL.

        Raises DataUnwritable, DataInUse, DatabaseTooNew.
        """
        lock = lock_directory(directory)
        try:
            store = cls(directory, lock, database_at(directory, address, synchronous))
            await asyncio.to_thread(store._prepare, ids)
        except BaseException:
            lock.close()
            raise
        store._writer = Writer(store._database, store._connection, clock, ids)
        store._writer.start(store._head)
        return store

    def _prepare(self, ids: Ids) -> None:
        self._connection = connection = self._database.open_writer()
        execute = driver_of(connection).execute
        try:
            execute(self._database.begin)
            migrate(connection, "core", CORE)
            self.epoch = _epoch(connection)
            self._head = event_log.head_seq(connection)
            for table in WITH_IDS:
                largest = select(table.c.id).order_by(table.c.id.desc()).limit(1)
                ids.never_below(connection.scalar(largest) or 0)
            self._database.claim(connection)
            self._database.commit(connection)
        except BaseException as error:
            connection.close()  # which rolls back
            if isinstance(error, DBAPIError):
                raise self._database.unusable(error) from error
            raise

    @property
    def head_seq(self) -> int:
        """Return the seq of the newest event that listeners were told."""
        return self._writer.head_seq

    @property
    def is_writing(self) -> bool:
        """Whether a write waits, or its commit is on its way."""
        return self._writer.is_writing

    def listen(self, listener: Listener) -> None:
        """Call back in the loop with each committed batch, before its writes are answered."""
        self._writer.listen(listener)

    async def write(self, work: Callable[[CoreTransaction], T]) -> T:
        """Run in the open group commit, return after COMMIT. Raises what `work` raises."""
        result: T = await self._writer.submit(work)
        return result

    async def write_as_plugin(
        self, plugin: str, work: Callable[[Transaction], T], *, budget_s: float = 0.2
    ) -> T:
        """Run in a transaction of its own. Raises TooSlow after the budget."""
        result: T = await self._writer.submit(work, plugin, budget_s)
        return result

    async def index(self) -> None:
        """Return when the search finds every message that was answered. Raises Unavailable."""
        await self._writer.index()

    def version_of(self, plugin: str) -> int:
        """Return how many writes of a plugin have been carried out since the store was opened."""
        return self._writer.versions[plugin]

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run on a read-only connection in a thread."""
        return await self._threads.submit(partial(self._read, work))

    async def read_briefly(self, work: Callable[[Connection], T]) -> T:
        """Like `read`, for what a file in memory answers in a tenth of a millisecond: here and now.

        To wake a thread and be woken by it takes as long again. When one took long, its disk had to
        be asked, and threads do this for a second: at most one in a second holds up the loop.
        """
        is_patient = time.monotonic() < self._patient_until_s
        if is_patient or not self._database.is_near or self._threads.is_closed:
            return await self.read(work)
        began_s = time.monotonic()
        try:
            return self._read(work)
        finally:
            now_s = time.monotonic()
            if now_s - began_s > BRIEF_S:
                self._patient_until_s = now_s + PATIENT_S

    async def read_within(
        self, work: Callable[[Connection], T], *, budget_s: float = PLUGIN_READ_S
    ) -> T:
        """Like `read`. Raises TooSlow when its queries take longer: others need the threads too."""
        return await self._threads.submit(partial(self._read_within, work, budget_s))

    def _read(self, work: Callable[[Connection], T]) -> T:
        """Run the work; again on a new connection when the old one has gone: it changes nothing."""
        if self._writer.is_away:
            raise away()
        is_old = getattr(self._local, "connection", None) is not None
        try:
            return self._read_once(work)
        except Away:
            if not is_old:
                raise
            return self._read_once(work)

    def _read_within(self, work: Callable[[Connection], T], budget_s: float) -> T:
        def limited(connection: Connection) -> T:
            with self._database.limited(connection, budget_s):
                return work(connection)

        return self._read(limited)

    def _read_once(self, work: Callable[[Connection], T]) -> T:
        connection = self._reader()
        try:
            return work(connection)
        except Exception as error:
            if self._database.is_lost(connection, error):
                self._forget_reader(connection)
                raise away() from error
            if self._database.is_passing(error):
                raise Unavailable(
                    "The server is very busy. Please try again in a moment.", reason="busy"
                ) from error
            raise

    def _reader(self) -> Connection:
        """Return this thread's connection. Raises Away."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            try:
                connection = self._local.connection = self._database.open_reader()
            except DBAPIError as error:
                raise away() from error
            self._readers.append(connection)
        return connection

    def _forget_reader(self, connection: Connection) -> None:
        self._local.connection = None
        self._readers.remove(connection)
        let_go(connection)

    async def log_after(self, seq: int, limit: int) -> Sequence[Logged] | None:
        """Return what followed `seq`, or None when the log no longer reaches back so far."""

        def read(connection: Connection) -> Sequence[Logged] | None:
            first = event_log.first_seq(connection)
            if seq < event_log.head_seq(connection) and (first is None or first > seq + 1):
                return None
            return event_log.after(connection, seq, limit)

        return await self.read(read)

    async def migrate_plugin(self, plugin: str, folder: Path) -> None:
        """Bring a plugin's tables up to date. Raises DatabaseTooNew and whatever fails."""

        def run(tx: CoreTransaction) -> None:
            migrate(tx.connection, plugin, folder)

        await self.write(run)

    async def is_writable(self) -> bool:
        """Whether a commit goes through now; for /health/ready."""
        try:
            async with asyncio.timeout(2):
                await self.write(lambda _tx: None)
        except (Unavailable, TimeoutError):
            return False
        return True

    async def close(self) -> None:
        """Commit what waits, end the threads, give the directory free."""
        await self._writer.close()
        await asyncio.to_thread(self._close_files)
        self._lock.close()

    def _close_files(self) -> None:
        self._threads.close()
        for connection in self._readers:
            let_go(connection)
        self._database.close()


def lock_directory(directory: Path) -> IO[str]:
    """Make the data directory if it is missing, and hold it. Raises DataUnwritable, DataInUse."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (directory / LOCK).open("a+", encoding="ascii")
    except OSError as error:
        raise DataUnwritable(
            f"The data directory {directory} cannot be written: {error.strerror}. "
            "Choose another with data.directory or --data, or change its owner."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        pid = lock.read().strip()
        lock.close()
        raise DataInUse(
            f"Another server{f' (process {pid})' if pid else ''} runs on {directory}. "
            "Stop it first, or give this one another data directory with --data."
        ) from error
    lock.seek(0)
    lock.truncate()
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def _epoch(connection: Connection) -> str:
    known: str | None = connection.scalar(
        select(event_log.server.c.value).where(event_log.server.c.key == "epoch")
    )
    if known is not None:
        return known
    epoch = new_secret(12)
    connection.execute(event_log.server.insert().values(key="epoch", value=epoch))
    return epoch
