"""What somebody may ask for about themselves: all that is kept of them, and that it ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta

KEPT_FOR = timedelta(days=7)
ASKED_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Export:
    """A copy of what is kept of somebody: being made, until it has a `key` of the storage.

    `problem` is why the last try failed, as the reason of a refusal ("disk_full").
    """

    account_id: int
    asked_at: datetime
    key: str | None = None
    size_bytes: int | None = None
    ready_at: datetime | None = None
    problem: str | None = None

    @property
    def is_awaited(self) -> bool:
        return self.ready_at is None

    @property
    def expires_at(self) -> datetime | None:
        return None if self.ready_at is None else self.ready_at + KEPT_FOR


@dataclass(frozen=True, slots=True)
class Deletion:
    """That somebody leaves for good when it is due, unless they take it back before."""

    account_id: int
    asked_at: datetime
    due_at: datetime
    keeps_content: bool
