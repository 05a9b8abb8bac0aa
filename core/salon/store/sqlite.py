"""SQLite: one file in the data directory, WAL, nobody else to ask."""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from salon.errors import Conflict, NotFound
from salon.store.database import Attempt, Changed, DataUnwritable, Deadline, TooSlow, driver_of

FILE = "salon.db"
PROGRESS_STEPS = 2_000  # SQLite's virtual machine steps between two looks at the deadline
PASSING = ("SQLITE_FULL", "SQLITE_BUSY", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_NOMEM")
_CHANGES = frozenset({sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})
_READS = frozenset(
    {sqlite3.SQLITE_READ, sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)


class Sqlite:
    """The database in a file. The lock on its directory is the store's."""

    begin = "BEGIN IMMEDIATE"
    is_near = True

    def __init__(self, directory: Path, synchronous: Literal["full", "normal"]) -> None:
        self.directory = directory
        self.file = directory / FILE
        self._synchronous = synchronous
        self._engine = create_engine(
            f"sqlite+pysqlite:///{self.file}",
            isolation_level="AUTOCOMMIT",
            connect_args={"check_same_thread": False, "timeout": 5},
            poolclass=NullPool,  # each is kept by who opened it
        )
        event.listen(self._engine, "connect", self._prepare)

    @property
    def where(self) -> str:
        return str(self.file)

    def _prepare(self, connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={self._synchronous.upper()}")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA journal_size_limit=67108864")

    def open_writer(self) -> Connection:
        try:
            connection = self._engine.connect()
        except DBAPIError as error:
            raise self.unusable(error) from error
        # What undoes a refused write is kept while it runs: past 64 KiB in a file of its own, which
        # every other commit of several messages made, wrote and deleted again.
        driver_of(connection).execute("PRAGMA temp_store=MEMORY")
        return connection

    def unusable(self, error: DBAPIError) -> DataUnwritable:
        return DataUnwritable(
            f"The database {FILE} in {self.directory} cannot be opened: {error.orig}."
        )

    def open_reader(self) -> Connection:
        connection = self._engine.connect()
        driver_of(connection).execute("PRAGMA query_only=ON")
        return connection

    def open_beside(self) -> Connection:
        try:
            is_there = self.file.is_file()
        except PermissionError as error:
            raise Conflict(
                f"{self.directory} is closed to this user. "
                "Run this as the user that runs the server."
            ) from error
        if not is_there:
            raise NotFound(
                f"There is no database in {self.directory}. Start the server there once."
            )
        return self._engine.connect()

    def claim(self, connection: Connection) -> None:  # noqa: ARG002 nobody else has the directory
        self.file.chmod(0o600)

    def reopen_writer(self, attempt: Attempt) -> tuple[Connection, bool]:  # noqa: ARG002
        raise Changed(f"{self.file} was closed under the server.")

    def mark(self, connection: Connection) -> str | None:  # noqa: ARG002 a file answers at once
        return None

    def commit(self, connection: Connection) -> None:
        driver_of(connection).execute("COMMIT")

    @contextlib.contextmanager
    def guarded(self, connection: Connection, prefix: str, deadline: Deadline) -> Iterator[None]:
        database = driver_of(connection)
        database.set_progress_handler(lambda: int(deadline.is_over), PROGRESS_STEPS)
        database.set_authorizer(_authorizer(prefix))
        try:
            yield
        except DBAPIError as error:
            raise (deadline.refusal() if deadline.is_over else error) from error
        finally:
            database.set_authorizer(None)
            database.set_progress_handler(None, 0)

    @contextlib.contextmanager
    def limited(self, connection: Connection, budget_s: float) -> Iterator[None]:
        database = driver_of(connection)
        until_s = time.monotonic() + budget_s
        database.set_progress_handler(lambda: int(time.monotonic() > until_s), PROGRESS_STEPS)
        try:
            yield
        except DBAPIError as error:
            if time.monotonic() > until_s:
                raise TooSlow(f"A read took longer than {budget_s:g} s.") from error
            raise
        finally:
            database.set_progress_handler(None, 0)

    def is_passing(self, error: BaseException) -> bool:
        return _name(error).startswith(PASSING)

    def is_lost(self, connection: Connection, error: BaseException) -> bool:  # noqa: ARG002
        return False

    def is_disk_lost(self, error: BaseException) -> bool:
        """Whether a write or sync of the file itself failed."""
        return _name(error).startswith("SQLITE_IOERR")

    def check(self, connection: Connection) -> list[str]:
        broken = [
            f"{self.file}: {row[0]}"
            for row in driver_of(connection).execute("PRAGMA integrity_check(20)")
            if row[0] != "ok"
        ]
        return broken + [
            f"A row of {row[0]} points to one of {row[2]} that is not there."
            for row in driver_of(connection).execute("PRAGMA foreign_key_check").fetchmany(20)
        ]

    def close(self) -> None:
        self._engine.dispose()


def _name(error: BaseException) -> str:
    original = error.orig if isinstance(error, DBAPIError) else error
    return getattr(original, "sqlite_errorname", "") or ""


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
