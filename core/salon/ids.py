"""Ids that sort by time, and secrets that nobody guesses.

An id is a snowflake: milliseconds since Discord's epoch << 22 | counter. The epoch is Discord's so
that imported ids keep their order and bot libraries compute the right creation dates. In Python an
id is an `int` (SQLite's rowid); outside Python it is always a decimal string, because JavaScript
rounds integers over 2^53.
"""

import secrets
import threading
from datetime import UTC, datetime

EPOCH_MS = 1_420_070_400_000  # 2015-01-01T00:00:00Z
COUNTER_BITS = 22
MAX_ID = 2**63 - 1
ID_DIGITS_MAX = 20


class Ids:
    """Makes ids that only grow, also when the clock jumps back. One per process.

    May be asked from any thread: the writer's and the loop's both do.
    """

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def new(self, at: datetime) -> int:
        """Return max(last + 1, the first id of that millisecond)."""
        with self._lock:
            self._last = max(self._last + 1, first_id_of(at))
            return self._last

    def never_below(self, known: int) -> None:
        """Continue after an id that exists already; called once with the database's largest."""
        self._last = max(self._last, known)


def first_id_of(at: datetime) -> int:
    return max(0, round(at.timestamp() * 1000) - EPOCH_MS) << COUNTER_BITS


def created_at(id_: int) -> datetime:
    return datetime.fromtimestamp(((id_ >> COUNTER_BITS) + EPOCH_MS) / 1000, UTC)


def new_secret(size_bytes: int = 32) -> str:
    """Return a URL-safe random text; 32 bytes are 43 characters."""
    return secrets.token_urlsafe(size_bytes)
