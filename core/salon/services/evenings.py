"""In which hours people talked with each other; nothing of who or where."""

from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from salon.clock import Clock
from salon.domain.events import Event, SpeakingChanged
from salon.services.jobs import CORE
from salon.services.live import Live
from salon.store import kv
from salon.store.base import Connection, CoreTransaction
from salon.store.store import Store

KEY = "talked_hours"
HOUR_S = 3_600
KEPT_HOURS = 14 * 24
TOGETHER = 2  # people in a room: a test of one's own microphone is no evening
Spawn = Callable[[Coroutine[Any, Any, None], str], None]


class Evenings:
    """Writes an hour down once, when it is first talked in."""

    def __init__(self, store: Store, live: Live, clock: Clock, spawn: Spawn) -> None:
        self._store = store
        self._live = live
        self._clock = clock
        self._spawn = spawn
        self._known = 0

    def happened(self, event: Event) -> None:
        """Hear of what is told to clients."""
        hour = int(self._clock.now().timestamp()) // HOUR_S
        if not isinstance(event, SpeakingChanged) or not event.account_ids or hour == self._known:
            return
        live = self._live.known(event.room_id)
        if live is not None and len(live.participants) >= TOGETHER:
            self._known = hour
            self._spawn(self._keep(hour), "evenings.keep")

    async def _keep(self, hour: int) -> None:
        def keep(tx: CoreTransaction) -> None:
            before = _hours(tx.connection)
            if hour not in before:
                recent = [each for each in before[1:] if each > hour - KEPT_HOURS]
                kv.put(tx, CORE, KEY, [*before[:1], *recent, hour])

        await self._store.write(keep)

    async def talked(self) -> Sequence[datetime]:
        """Return the beginnings of the hours: the first ever, and those of the last 14 days."""
        hours = await self._store.read(_hours)
        return [datetime.fromtimestamp(0, UTC) + timedelta(hours=hour) for hour in hours]


def _hours(connection: Connection) -> list[int]:
    return kv.get(connection, CORE, KEY) or []
