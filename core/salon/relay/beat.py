"""When the relay does what has time: ten ticks a second, and a look at what is patient.

Being woken is what costs, not what is done then: by the next wake the machine has done something
else and the memory is cold. A tick that comes alone costs 250 µs, right after a packet that was
forwarded a tenth of it. So what wakes the relay anyway takes them along: a tick comes up to one
frame early, on a grid that stays, and patient queues (`queues.py`) are looked at whenever a packet
has gone out, and at each tick.
"""

import asyncio
import math
from collections.abc import Callable

TICK_S = 0.1
EARLY_S = 0.02  # while somebody speaks, a packet comes in that time
LOOK_S = 0.01  # between two looks; not of each of many speakers


class Beat:
    """Calls `look()` and `tick(now_s)`. Whoever is awake at `due_s` or later calls `take`."""

    def __init__(
        self,
        monotonic_s: Callable[[], float],
        look: Callable[[], None],
        tick: Callable[[float], None],
    ) -> None:
        self._monotonic_s = monotonic_s
        self._look = look
        self._tick = tick
        self._timer: asyncio.TimerHandle | None = None
        self._tick_s = 0.0  # when the next one is due
        self.due_s = math.inf

    def start(self) -> None:
        now_s = self._monotonic_s()
        self._schedule(now_s, early_s=0.0)
        self.due_s = now_s + LOOK_S

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self.due_s = None, math.inf

    def take(self, now_s: float) -> None:
        """Do what is due, with something else that was to be done."""
        early_s = self._tick_s - now_s
        if 0 < early_s <= EARLY_S:  # one that is late is about to come by itself
            self._beat(now_s, early_s)
        else:
            self._look_once(now_s)

    def _alone(self) -> None:
        self._beat(self._monotonic_s(), early_s=0.0)

    def _beat(self, now_s: float, early_s: float) -> None:
        self._schedule(now_s, early_s)  # first, so that a fault cannot stop the clock
        self._look_once(now_s)
        self._tick(now_s)

    def _look_once(self, now_s: float) -> None:
        """Look, and not again for each of those that this finds, however long they take."""
        self.due_s = math.inf
        try:
            self._look()
        finally:
            if self._timer is not None:
                self.due_s = max(now_s, self._monotonic_s()) + LOOK_S

    def _schedule(self, now_s: float, early_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._tick_s = now_s + early_s + TICK_S
        self._timer = asyncio.get_running_loop().call_later(early_s + TICK_S, self._alone)
