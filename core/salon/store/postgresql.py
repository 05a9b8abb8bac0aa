"""PostgreSQL: a database on a server of its own, which can go away and come back.

**One server of ours.** The writing connection holds an advisory lock. Should it be lost, so is the
lock, together with the way to write; no second server can come between.

**A lost connection.** What was not committed was refused. When the connection breaks while COMMIT
is on its way, nobody knows whether it went through; so every transaction notes its number before,
and `reopen_writer` asks PostgreSQL by it. It asks only when it has the lock, and while the old
session lives, that has it: then its commit is decided. Last it looks whether the database is the
one that was left: opened by us last, and with our newest event. A stand-by that took over without
the last commits, or another server that ran meanwhile, must not be written over.

**Plugins.** PostgreSQL has no authorizer. A plugin may say SELECT, INSERT, UPDATE, DELETE and WITH,
one statement at a time (always prepared: those cannot be two), and what it has changed is read off
PostgreSQL's own counts of changed rows before its write is kept. Each of its statements is given
the whole budget, and none begins after the deadline: nothing has to be cancelled from outside,
which could hit the statement after it. This keeps from mistakes; a plugin that means harm is in our
process.
"""

import contextlib
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from sqlalchemy import Connection, create_engine, event, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from salon.errors import Conflict, Invalid, NotFound
from salon.store.base import insert
from salon.store.database import (
    Attempt,
    Changed,
    DataInUse,
    DataUnwritable,
    Deadline,
    TooSlow,
    away,
    driver_of,
)
from salon.store.log import head_seq, server

OLDEST = 13  # the first with pg_current_xact_id and pg_xact_status for it
LOCK = 0x73616C6F6E  # "salon"; locks of a database are numbers
LOCK_PATIENCE_S = 3.0  # for the session of a server that has just ended
CONNECT_S = 5
READ_S = 30
BLOCKED_S = 10  # for somebody who has locked a table by hand
SILENCE_S = 15  # of the network, until a connection is given up
DRIVER = "PostgreSQL needs its driver: pip install 'salon[postgresql]'."

_PASSING = ("53", "55P03", "57014", "40")  # no room, a lock, cancelled, a deadlock
_ENDING = ("57P", "08")  # the server ends, or the session; the line broke
_MAY_SAY = re.compile(r"\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
_CHANGED_ROWS = """
    SELECT relname, changed FROM (
        SELECT relname, pg_stat_get_xact_tuples_inserted(oid)
            + pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid) AS changed
        FROM pg_class WHERE relkind IN ('r', 'p')
    ) AS counted WHERE changed > 0
"""
_SYNCHRONOUS = {"full": "on", "normal": "off"}
_ADVICE = (
    ("password", "Check the user and the password in database.url."),
    ("no pg_hba", "Let this machine in, in pg_hba.conf of PostgreSQL."),
    ("does not exist", "Create it first: see docs/running.md."),
    ("", "Check database.url, and whether PostgreSQL runs there."),
)


class Postgresql:
    """The database behind an address. A password in it is never told."""

    begin = "BEGIN"
    is_near = False

    def __init__(self, address: str, synchronous: Literal["full", "normal"]) -> None:
        self._url: URL = make_url(address).set(drivername="postgresql+psycopg")
        self._synchronous = _SYNCHRONOUS[synchronous]
        self._opening = secrets.token_urlsafe(12)
        # What is told to PostgreSQL lets it find out, too, that nobody is there any more.
        keep = "-c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
        writer = f"{keep} -c synchronous_commit={self._synchronous} -c lock_timeout={BLOCKED_S}s"
        reader = f"-c default_transaction_read_only=on -c statement_timeout={READ_S}s"
        self._writers = self._engine(writer)
        self._readers = self._engine(reader)

    def _engine(self, options: str) -> Any:
        try:
            engine = create_engine(
                self._url,
                isolation_level="AUTOCOMMIT",
                poolclass=NullPool,
                use_native_hstore=False,
                connect_args={
                    "options": options,
                    "application_name": "salon",
                    "client_encoding": "UTF8",
                    "connect_timeout": CONNECT_S,
                    "keepalives_idle": SILENCE_S,
                    "tcp_user_timeout": SILENCE_S * 1000,
                },
            )
        except ImportError as error:
            raise DataUnwritable(DRIVER) from error
        event.listen(engine, "connect", _refuse_nul)
        return engine

    @property
    def where(self) -> str:
        host = self._url.query.get("host", self._url.host or "this machine")
        return f"{self._url.database or self._url.username} on {host}"

    # -- opening

    def open_writer(self) -> Connection:
        connection = self._connect()
        try:
            self._judge(connection)
            self._lock(connection, LOCK_PATIENCE_S)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect(self) -> Connection:
        try:
            connection: Connection = self._writers.connect()
        except DBAPIError as error:
            raise self.unusable(error) from error
        return connection

    def unusable(self, error: DBAPIError) -> DataUnwritable:
        reason = str(error.orig).strip().partition("\n")[0].rstrip(".")
        advice = next(advice for sign, advice in _ADVICE if sign in reason)
        return DataUnwritable(f"The database {self.where} cannot be opened: {reason}. {advice}")

    def _judge(self, connection: Connection) -> None:
        version = int(_ask(connection, "SHOW server_version_num")) // 10_000
        encoding = _ask(connection, "SHOW server_encoding")
        wrong = ""
        if version < OLDEST:
            wrong = f"is PostgreSQL {version}; {OLDEST} or newer is needed"
        elif encoding != "UTF8":
            wrong = f"holds texts as {encoding}; create it with the encoding UTF8"
        elif _ask(connection, "SELECT pg_is_in_recovery()"):
            wrong = "is a stand-by that can only be read; give the address of the primary"
        elif not _ask(connection, "SELECT has_schema_privilege(current_schema(), 'CREATE')"):
            wrong = "lets this user make no tables; make the user its owner"
        if wrong:
            raise DataUnwritable(f"The database {self.where} {wrong}.")

    def _lock(self, connection: Connection, patience_s: float) -> None:
        until_s = time.monotonic() + patience_s
        while not _ask(connection, "SELECT pg_try_advisory_lock(%s)", LOCK):
            if time.monotonic() > until_s:
                raise DataInUse(
                    f"Another server runs on the database {self.where}. "
                    "Stop it first, or give this one another with database.url."
                )
            time.sleep(0.05)

    def open_reader(self) -> Connection:
        connection: Connection = self._readers.connect()
        return connection

    def open_beside(self) -> Connection:
        connection = self._connect()
        if _ask(connection, "SELECT to_regclass('server')") is None:
            connection.close()
            raise NotFound(f"The database {self.where} is empty. Start the server on it once.")
        return connection

    def claim(self, connection: Connection) -> None:
        row = insert(server).values(key="opened", value=self._opening)
        changed = {"value": row.excluded.value}
        connection.execute(row.on_conflict_do_update(index_elements=["key"], set_=changed))

    # -- a commit, and what became of it

    def mark(self, connection: Connection) -> str | None:
        number: str | None = _ask(connection, "SELECT pg_current_xact_id_if_assigned()::text")
        return number

    def commit(self, connection: Connection) -> None:
        said = driver_of(connection).execute("COMMIT").statusmessage
        if said != "COMMIT":
            raise Conflict(f"PostgreSQL answered {said} to COMMIT.")

    def reopen_writer(self, attempt: Attempt) -> tuple[Connection, bool]:
        try:
            connection = self._connect()
        except DataUnwritable as error:
            raise away() from error
        try:
            came_through = self._look_around(connection, attempt)
        except DBAPIError as error:
            connection.close()
            raise away() from error
        except BaseException:
            connection.close()
            raise
        return connection, came_through

    def _look_around(self, connection: Connection, attempt: Attempt) -> bool:
        if _ask(connection, "SELECT pg_is_in_recovery()"):
            raise away()
        try:
            self._lock(connection, 0)
        except DataInUse as error:
            raise away() from error  # our old session; or another server, then it shows below
        came_through = self._went_through(connection, attempt.mark)
        opened = connection.scalar(select(server.c.value).where(server.c.key == "opened"))
        head = attempt.head_after if came_through else attempt.head_before
        if (opened, head_seq(connection)) != (self._opening, head):
            raise Changed(f"The database {self.where} is not as this server left it.")
        return came_through

    def _went_through(self, connection: Connection, mark: str | None) -> bool:
        """Return whether a transaction was committed; one without a mark changed nothing."""
        if mark is None:
            return False
        fate = _ask(connection, "SELECT pg_xact_status(%s::xid8)", mark)
        return str(fate) == "committed"

    # -- plugins

    @contextlib.contextmanager
    def guarded(self, connection: Connection, prefix: str, deadline: Deadline) -> Iterator[None]:
        driver = driver_of(connection)
        before = _changed_rows(driver)

        def judge(_c: Any, _cursor: Any, statement: str, _v: Any, _x: Any, _many: bool) -> None:  # noqa: FBT001 SQLAlchemy's signature
            if deadline.is_over:
                raise deadline.refusal()
            if not _MAY_SAY.match(statement):
                raise Conflict(f"A plugin is not authorized to say {statement[:40]!r}.")

        event.listen(connection, "before_cursor_execute", judge)
        threshold, driver.prepare_threshold = driver.prepare_threshold, 0
        driver.execute(f"SET LOCAL statement_timeout = {_ms(deadline.budget_s)}")
        try:
            yield
        except DBAPIError as error:
            raise (deadline.refusal() if _state(error) == "57014" else error) from error
        finally:
            event.remove(connection, "before_cursor_execute", judge)
            driver.prepare_threshold = threshold
        driver.execute("SET LOCAL statement_timeout = 0")
        after = _changed_rows(driver)
        foreign = {name for name in after if after[name] > before.get(name, 0)}
        if strange := sorted(name for name in foreign if not name.startswith(prefix)):
            raise Conflict(f"A plugin is not authorized to change {', '.join(strange)}.")

    @contextlib.contextmanager
    def limited(self, connection: Connection, budget_s: float) -> Iterator[None]:
        driver = driver_of(connection)
        until_s = time.monotonic() + budget_s
        late = TooSlow(f"A read took longer than {budget_s:g} s.")

        def judge(_c: Any, _cursor: Any, _statement: str, _v: Any, _x: Any, _many: bool) -> None:  # noqa: FBT001 SQLAlchemy's signature
            if time.monotonic() > until_s:
                raise late

        event.listen(connection, "before_cursor_execute", judge)
        driver.execute(f"SET statement_timeout = {_ms(budget_s)}")
        try:
            yield
        except DBAPIError as error:
            raise (late if _state(error) == "57014" else error) from error
        finally:
            event.remove(connection, "before_cursor_execute", judge)
            if not driver.closed:
                driver.execute(f"SET statement_timeout = {READ_S * 1000}")

    # -- what a failure means

    def is_passing(self, error: BaseException) -> bool:
        return _state(error).startswith(_PASSING)

    def is_lost(self, connection: Connection, error: BaseException) -> bool:
        is_told = _state(error).startswith(_ENDING)  # the connection may still look sound
        return is_told or connection.invalidated or bool(driver_of(connection).closed)

    def is_disk_lost(self, error: BaseException) -> bool:  # noqa: ARG002 PostgreSQL sees to it itself
        return False

    def check(self, connection: Connection) -> list[str]:
        wrong = []
        if self._synchronous == "on" and _ask(connection, "SHOW fsync") != "on":
            wrong.append("PostgreSQL runs with fsync=off: a power cut loses what was acknowledged.")
        if _ask(connection, "SHOW full_page_writes") != "on":
            wrong.append(
                "PostgreSQL runs with full_page_writes=off: a power cut may ruin the data."
            )
        return wrong

    def close(self) -> None:
        self._writers.dispose()
        self._readers.dispose()


def _refuse_nul(driver: Any, _record: Any) -> None:
    """Have a text with U+0000 refused, which PostgreSQL cannot hold: whoever sent it did wrong."""
    from psycopg.types.string import StrDumperUnknown

    class Text(StrDumperUnknown):
        def dump(self, obj: str) -> Any:
            if "\0" in obj:
                raise Invalid("This text has signs that cannot be kept.", reason="encoding")
            return super().dump(obj)

    driver.adapters.register_dumper(str, Text)


def _ask(connection: Connection, statement: str, *values: Any) -> Any:
    """Return the first value of the first row, asked of the driver itself."""
    row = driver_of(connection).execute(statement, values or None).fetchone()
    return None if row is None else row[0]


def _changed_rows(driver: Any) -> Mapping[str, int]:
    """Return how many rows of which tables this session has changed and not reported yet."""
    return dict(driver.execute(_CHANGED_ROWS).fetchall())


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))


def _state(error: BaseException) -> str:
    original = error.orig if isinstance(error, DBAPIError) else error
    return getattr(original, "sqlstate", None) or ""
