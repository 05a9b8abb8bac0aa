"""The store as the rest of the core knows it: open, write, read, listen, close."""

import asyncio
import contextlib
import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Literal, Self, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.exc import DBAPIError

from salon.clock import Clock
from salon.errors import Conflict, Unavailable
from salon.ids import Ids, new_secret
from salon.store import (
    accounts,
    audit,
    channels,
    community,
    files,
    jobs,
    kv,
    mentions,
    messages,
    reactions,
)
from salon.store import log as event_log
from salon.store.base import CoreTransaction, Transaction
from salon.store.log import Logged
from salon.store.migrate import CORE, migrate
from salon.store.writer import PROGRESS_STEPS, Listener, TooSlow, Writer

T = TypeVar("T")

READERS = 3
PLUGIN_READ_S = 5.0
TABLES = (
    accounts,
    audit,
    channels,
    community,
    event_log,
    files,
    jobs,
    kv,
    mentions,
    messages,
    reactions,
)
FILE = "salon.db"
LOCK = "salon.lock"


class DataUnwritable(Unavailable):
    """The data directory cannot be used."""


class DataInUse(Conflict):
    """Another server runs on the same data."""


class Store:
    """Owns the database: one writing thread, some reading ones, the lock on the directory."""

    def __init__(self, directory: Path, lock: IO[str], engine: Engine, readers: Engine) -> None:
        self.directory = directory
        self._lock = lock
        self._engine = engine
        self._readers = readers
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._local = threading.local()
        self._connections: list[Connection] = []
        self._writer: Writer
        self.epoch = ""

    @classmethod
    async def open(
        cls,
        directory: Path,
        *,
        clock: Clock,
        ids: Ids,
        synchronous: Literal["full", "normal"] = "full",
    ) -> Self:
        """Lock, create or migrate. Raises DataUnwritable, DataInUse, DatabaseTooNew."""
        lock = lock_directory(directory)
        file = directory / FILE
        engine = new_engine(file, synchronous, read_only=False)
        try:
            store = cls(directory, lock, engine, new_engine(file, synchronous, read_only=True))
            await asyncio.to_thread(store._prepare, ids)
            store._writer = Writer(engine, clock, ids)
            store._writer.start(store._head)
        except BaseException as error:
            engine.dispose()
            lock.close()
            if isinstance(error, DBAPIError | OSError):
                reason = error.orig if isinstance(error, DBAPIError) else error.strerror
                raise DataUnwritable(
                    f"The database {FILE} in {directory} cannot be opened: {reason}."
                ) from error
            raise
        return store

    def _prepare(self, ids: Ids) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                migrate(connection, "core", CORE)
                self.epoch = _epoch(connection)
                self._head = event_log.head_seq(connection)
                for table in (
                    messages.messages,
                    channels.rooms,
                    accounts.accounts,
                    jobs.jobs,
                    files.files,
                ):
                    largest = select(table.c.id).order_by(table.c.id.desc()).limit(1)
                    ids.never_below(connection.scalar(largest) or 0)
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
        (self.directory / FILE).chmod(0o600)

    @property
    def head_seq(self) -> int:
        """Return the seq of the newest event that listeners were told."""
        return self._writer.head_seq

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

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run on a read-only connection in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._read, work)

    async def read_within(
        self, work: Callable[[Connection], T], *, budget_s: float = PLUGIN_READ_S
    ) -> T:
        """Like `read`. Raises TooSlow when its queries take longer: others need the threads too."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._read_within, work, budget_s)

    def _read(self, work: Callable[[Connection], T]) -> T:
        return work(self._reader())

    def _reader(self) -> Connection:
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._readers.connect()
            self._connections.append(connection)
        return connection

    def _read_within(self, work: Callable[[Connection], T], budget_s: float) -> T:
        connection = self._reader()
        database = connection.connection.driver_connection
        assert isinstance(database, sqlite3.Connection)  # noqa: S101 the only engine so far
        until_s = time.monotonic() + budget_s
        database.set_progress_handler(lambda: int(time.monotonic() > until_s), PROGRESS_STEPS)
        try:
            return work(connection)
        except DBAPIError as error:
            if time.monotonic() > until_s:
                raise TooSlow(f"A read took longer than {budget_s:g} s.") from error
            raise
        finally:
            database.set_progress_handler(None, 0)

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
        self._threads.shutdown(wait=True)
        for connection in self._connections:
            with contextlib.suppress(DBAPIError):
                connection.close()
        self._readers.dispose()
        self._engine.dispose()


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


def new_engine(file: Path, synchronous: str, *, read_only: bool) -> Engine:
    engine = create_engine(
        f"sqlite+pysqlite:///{file}",
        isolation_level="AUTOCOMMIT",  # BEGIN and COMMIT are said by the writer itself
        connect_args={"check_same_thread": False, "timeout": 5},
        pool_size=READERS + 1,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        if read_only:
            connection.execute("PRAGMA query_only=ON")
            return
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous.upper()}")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA journal_size_limit=67108864")

    return engine


def _epoch(connection: Connection) -> str:
    known: str | None = connection.scalar(
        select(event_log.server.c.value).where(event_log.server.c.key == "epoch")
    )
    if known is not None:
        return known
    epoch = new_secret(12)
    connection.execute(event_log.server.insert().values(key="epoch", value=epoch))
    return epoch
