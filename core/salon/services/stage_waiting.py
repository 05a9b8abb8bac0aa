"""How many wait before a stage that has not opened; who they are is nobody's business.

A page that shows the shut door says so twice a minute. Who is heard of no more has gone, so that
nothing hangs on a socket that broke. The number is the part `waiting` of the room's live state, and
is told at most every two seconds. Who has a part, and so may come in, does not wait.
"""

import asyncio
from collections.abc import Callable

from salon.clock import Clock
from salon.domain.accounts import Account
from salon.domain.events import Event, RoomStateChanged
from salon.errors import NotFound
from salon.services.access import Access
from salon.services.directory import Directory
from salon.services.limits import Paces
from salon.services.live import Live
from salon.services.stages import Stages

HEARD_FOR_S = 45.0
TOLD_EVERY_S = 2.0
BURST, PER_S = 20, 1.0
PART = "waiting"


class StageWaiting:
    """Owns who waits where, and until when that is believed."""

    def __init__(
        self,
        *,
        access: Access,
        directory: Directory,
        live: Live,
        stages: Stages,
        tell: Callable[[Event], None],
        clock: Clock,
    ) -> None:
        self._access = access
        self._directory = directory
        self._live = live
        self._stages = stages
        self._tell = tell
        self._clock = clock
        self._until_s: dict[int, dict[int, float]] = {}  # room -> account -> when it is forgotten
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._paces = Paces(BURST, PER_S)

    def wait(self, actor: Account, room_id: int, *, is_there: bool) -> None:
        """Count somebody in, or no more. Raises NotFound, TooMany."""
        now_s = self._clock.monotonic_s()
        self._paces.take(actor.id, now_s, message="That was a lot at once. One moment.")
        self._access.room(actor, room_id)
        stage = self._stages.keeping.get(room_id)
        if stage is None:
            raise NotFound("This room is no stage.", field="room", reason="no_stage")
        waiting = self._until_s.setdefault(room_id, {})
        if is_there and not stage.is_open and not stage.may_speak(actor.id):
            waiting[actor.id] = now_s + HEARD_FOR_S
        else:
            waiting.pop(actor.id, None)
        self._look(room_id, TOLD_EVERY_S)

    async def stop(self) -> None:
        for timer in self._timers.values():
            timer.cancel()

    def _look(self, room_id: int, within_s: float) -> None:
        """Count in so long, unless it is done sooner."""
        loop = asyncio.get_running_loop()
        timer = self._timers.get(room_id)
        if timer is not None:
            if timer.when() <= loop.time() + within_s:
                return
            timer.cancel()
        self._timers[room_id] = loop.call_later(within_s, self._count, room_id)

    def _count(self, room_id: int) -> None:
        del self._timers[room_id]
        now_s = self._clock.monotonic_s()
        known = self._until_s.pop(room_id, {})
        waiting = {id_: until_s for id_, until_s in known.items() if until_s > now_s}
        if room_id not in self._directory.rooms:
            return
        if waiting:
            self._until_s[room_id] = waiting
            self._look(room_id, max(min(waiting.values()) - now_s, TOLD_EVERY_S))
        self._publish(room_id, len(waiting))

    def _publish(self, room_id: int, count: int) -> None:
        state = {"count": count} if count else None
        states = self._live.room(room_id).states
        if states.get(PART) == state:
            return
        if state is None:
            del states[PART]
        else:
            states[PART] = state
        self._tell(RoomStateChanged(room_id, PART, state))
