"""What SQLite and PostgreSQL do differently: opening, limits, and what a failure means.

Everything else is said once, for both. A `Database` opens one connection that writes and several
that only read, all in autocommit: the writer says BEGIN and COMMIT itself. The connection that
writes holds what keeps a second server away, so that whoever lost it cannot write any more.

A failure is one of four things. The statement was wrong: it is told to whoever asked. The database
cannot do it now (`is_passing`): the write is refused, the next may do. The connection is gone
(`is_lost`): the writer opens another one and asks by its mark what became of the commit that was on
its way. The disk is not known any more (`is_disk_lost`): the server ends.
"""

import contextlib
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from salon.errors import Conflict, Unavailable

WAITING_FACTOR = 10  # on a busy machine a short write may stand still for longer than it works


class DataUnwritable(Unavailable):
    """The data directory or the database cannot be used."""


class DataInUse(Conflict):
    """Another server runs on the same data."""


class TooSlow(Unavailable):
    """What a plugin asked of the database took longer than its budget and was rolled back."""


class Away(Unavailable):
    """The database does not answer now."""


class Changed(Conflict):
    """The database is not the one that this server left: another wrote, or writes are lost."""


class Deadline:
    """When a write has used up its budget: that much work of its own, or ten times that in all.

    Both end only what still goes on. Undoing a write that is complete would give nobody the time
    back, and a machine that stood still may book that as work; so it is undone only for ten times
    the work. Begins when it is made, in the thread that does the work.
    """

    def __init__(self, budget_s: float) -> None:
        self.budget_s = budget_s
        self._began_s = time.thread_time()
        self._all_until_s = time.monotonic() + WAITING_FACTOR * budget_s

    @property
    def is_over(self) -> bool:
        """Whether what still goes on has to end."""
        return self._worked(1) or time.monotonic() > self._all_until_s

    @property
    def is_far_over(self) -> bool:
        """Whether what is complete has to be undone."""
        return self._worked(WAITING_FACTOR)

    def refusal(self) -> TooSlow:
        return TooSlow(f"A write took longer than {self.budget_s * 1000:.0f} ms.")

    def _worked(self, budgets: int) -> bool:
        return time.thread_time() > self._began_s + budgets * self.budget_s


def away() -> Away:
    return Away(
        "The database does not answer. Please try again in a moment.", reason="database_away"
    )


@dataclass(frozen=True, slots=True)
class Attempt:
    """A commit of which no answer came: its mark, and the newest event without and with it."""

    mark: str | None
    head_before: int
    head_after: int


class Database(Protocol):
    """One database of one kind. All but `open_reader` and `limited` is for one thread at a time."""

    begin: str
    """What opens the writer's transaction."""
    is_near: bool
    """Whether it answers in this process, without waiting for another."""

    @property
    def where(self) -> str:
        """Which database it is, for a person; no password in it."""

    def open_writer(self) -> Connection:
        """Return the connection that writes, with the lock. Raises DataUnwritable, DataInUse."""

    def open_reader(self) -> Connection:
        """Return a connection that can only read. Raises Away and the driver's errors."""

    def open_beside(self) -> Connection:
        """Return a connection for the command line, without the lock. Raises NotFound, Conflict."""

    def unusable(self, error: DBAPIError) -> DataUnwritable:
        """Return what to tell of a failure while the database was opened."""

    def claim(self, connection: Connection) -> None:
        """Note in the open transaction that this server has opened the database."""

    def reopen_writer(self, attempt: "Attempt") -> tuple[Connection, bool]:
        """Return a new writing connection, and whether the commit that was tried went through.

        Raises Away, and Changed when the database is not as this server left it.
        """

    def mark(self, connection: Connection) -> str | None:
        """Return by what the open transaction can be asked for later; None: not at all."""

    def commit(self, connection: Connection) -> None:
        """Commit, or raise when the database rolled back instead."""

    def guarded(
        self, connection: Connection, prefix: str, deadline: Deadline
    ) -> AbstractContextManager[None]:
        """Let a plugin's work change tables named so, and nothing else, until the deadline.

        Raises TooSlow within, and what the database says to anything else.
        """

    def limited(self, connection: Connection, budget_s: float) -> AbstractContextManager[None]:
        """End a plugin's queries after so long. Raises TooSlow within."""

    def is_passing(self, error: BaseException) -> bool:
        """Whether the database could not do it now, whatever was asked."""

    def is_lost(self, connection: Connection, error: BaseException) -> bool:
        """Whether the connection is gone."""

    def is_disk_lost(self, error: BaseException) -> bool:
        """Whether it is not known any more what is on the disk."""

    def check(self, connection: Connection) -> list[str]:
        """Return what is wrong with the database, a sentence each."""

    def close(self) -> None:
        """Close every connection and give the lock away."""


def driver_of(connection: Connection) -> Any:
    """Return the driver's own connection."""
    return connection.connection.driver_connection


def let_go(connection: Connection) -> None:
    """Close a connection in whatever state it is, without a ROLLBACK that nobody may hear."""
    with contextlib.suppress(Exception):
        connection.invalidate()
        connection.close()
