"""How long a place waits for a peer that was lost, or that has not connected yet."""

import asyncio
from collections.abc import Callable

GRACE_S = 45.0  # a lost line keeps its place; the page needs at most a few seconds, a phone more


class Graces:
    """Owns one timer per account; a place without a voice is given back when it ends."""

    def __init__(self, give_up: Callable[[int], None]) -> None:
        self._give_up = give_up
        self._timers: dict[int, asyncio.TimerHandle] = {}

    def start(self, account_id: int) -> None:
        """Let a place wait. The first who starts it says when it ends."""
        if account_id in self._timers:
            return
        loop = asyncio.get_running_loop()
        self._timers[account_id] = loop.call_later(GRACE_S, self._over, account_id)

    def stop(self, account_id: int) -> None:
        """Let a place stay. Twice is once."""
        timer = self._timers.pop(account_id, None)
        if timer is not None:
            timer.cancel()

    def waits(self, account_id: int) -> bool:
        return account_id in self._timers

    def _over(self, account_id: int) -> None:
        self._timers.pop(account_id, None)
        self._give_up(account_id)
