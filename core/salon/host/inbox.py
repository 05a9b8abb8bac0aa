"""A bounded queue of notices per plugin: each hears in order, at its own pace."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

INBOX_NOTICES = 1_000


@dataclass(frozen=True, slots=True)
class Notice:
    """What a plugin is about to be told."""

    hook: str
    facts: Mapping[str, Any]


class Inbox:
    """Notices for one plugin. Full, it loses the oldest and counts it; putting never waits."""

    def __init__(self, capacity: int = INBOX_NOTICES) -> None:
        self._waiting: deque[Notice] = deque(maxlen=capacity)
        self._filled = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self.lost = 0

    def put(self, notice: Notice) -> bool:
        """Queue a notice; return whether there was room, so that none was lost for it."""
        has_room = len(self._waiting) < (self._waiting.maxlen or 0)
        self.lost += not has_room
        self._waiting.append(notice)
        self._filled.set()
        self._idle.clear()
        return has_room

    async def next(self) -> Notice:
        """Return the oldest notice. Asking for one more says that the one before is done."""
        while not self._waiting:
            self._filled.clear()
            self._idle.set()
            await self._filled.wait()
        return self._waiting.popleft()

    def clear(self) -> None:
        """Forget what waits: the plugin will not be told."""
        self._waiting.clear()
        self._idle.set()

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and the last notice has been dealt with."""
        return self._idle.is_set()

    async def settled(self) -> None:
        """Return when the plugin has been told everything."""
        await self._idle.wait()
