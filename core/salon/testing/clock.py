"""A clock that one pushes: real time plus what was added."""

from datetime import datetime, timedelta

from salon.clock import SystemClock


class PushedClock(SystemClock):
    """`advance` moves both kinds of time forward."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self._ahead

    def monotonic_s(self) -> float:
        return super().monotonic_s() + self._ahead.total_seconds()

    def advance(self, **units: float) -> None:
        """Push by a `timedelta`: `clock.advance(minutes=5)`."""
        self._ahead += timedelta(**units)
