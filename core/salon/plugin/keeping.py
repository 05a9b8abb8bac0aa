"""What a plugin keeps: tables, small values, work that is still to be done."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

from salon.store.base import Transaction

T = TypeVar("T")


class Database(Protocol):
    """The plugin's own tables, migrated from its `migrations/` folder."""

    @property
    def version(self) -> int:
        """How often the plugin has written since the server began.

        Read it before the tables: what was made of them then holds while it stays the same.
        """

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run a short synchronous function in a transaction of its own and return after COMMIT.

        Interrupted and rolled back after 200 ms of work, which counts as a fault. `tx.connection`
        is a SQLAlchemy connection; `tx.announce(name, scope, body)` makes a durable event of it.
        """

    async def read(self, work: Callable[[Any], T]) -> T:
        """Run a synchronous function on a read-only connection in a thread of its own."""


class KeyValues(Protocol):
    """A handful of values without a table: at most 1,000 keys of 64 KiB JSON."""

    async def get(self, key: str) -> Any:
        """Return the value, or None."""

    async def set(self, key: str, value: Any) -> None:
        """Keep a JSON value; None forgets it."""

    async def keys(self, prefix: str = "") -> Sequence[str]:
        """Return the keys, sorted."""


class Jobs(Protocol):
    """Background work that survives a restart."""

    async def enqueue(
        self, name: str, payload: dict[str, Any], *, run_at: datetime | None = None
    ) -> int:
        """Put a declared job in the queue and return its id."""

    async def state(self, job_id: int) -> Literal["waiting", "running", "done", "failed"] | None:
        """Return how far a job is; None when it is not known (done jobs are kept a day)."""
